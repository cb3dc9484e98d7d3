"""Every way to write and to read gives the value, and the database has bytes alone."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Upper
from hypothesis import HealthCheck, given, settings, strategies as st

from django_schemapatterns.encryption import bulk_update, plaintext, seal
from tests.encryption.app.models import Account, Customer, Diary, Passport, Person, Tenant
from tests.encryption.tools import stored

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "text": st.text(st.characters(codec="utf-8")),
    "mood": st.integers(),
    "day": st.dates(),
    "at": st.datetimes(timezones=st.just(UTC)),
    "price": st.decimals(allow_nan=False, allow_infinity=False, places=3),
    "data": st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    "code": st.uuids(),
    "blob": st.binary(),
    "secret": st.booleans(),
    "size": st.floats(allow_nan=False),
    "takes": st.timedeltas(),
}
EXAMPLES: dict[str, Any] = {
    "text": "Grüße, 100%\0\N{OWL}",
    "mood": -3,
    "day": date(2020, 2, 29),
    "at": datetime(2020, 1, 1, 12, 30, 0, 5, UTC),
    "price": Decimal("1.500"),
    "data": {"a": [1, None, "x"]},
    "code": uuid.UUID(int=7),
    "blob": b"\0\xff",
    "secret": False,
    "size": 0.1,
    "takes": timedelta(days=-3, microseconds=5),
}


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_every_value_of_every_type_survives(name: str, data: Any) -> None:
    field = base_of(name)
    value = data.draw(VALUES[name])

    back = plaintext.from_bytes(field, plaintext.to_bytes(field, value))

    assert (back, type(back)) == (value, type(value))


def base_of(name: str) -> Any:
    field: Any = Diary._meta.get_field(name)
    return field.base_field


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_type_survives_the_database(name: str) -> None:
    value = EXAMPLES[name]
    row = Diary.objects.create(**{name: value})

    assert getattr(Diary.objects.get(), name) == value
    assert Diary.objects.values_list(name, flat=True)[0] == value
    assert stored(row, name)[:3] == b"SP\x01"


def test_nothing_stays_nothing() -> None:
    row = Diary.objects.create(mood=None, data=None)

    assert stored(row, "mood") is stored(row, "data") is None
    assert Diary.objects.get(mood__isnull=True).mood is None
    assert not Diary.objects.filter(text=None).exists()
    assert Diary.objects.exclude(mood__isnull=False).get().data is None


def test_equal_values_look_different() -> None:
    rows = [Person.objects.create(note="same", email="a@b.c") for _ in range(2)]

    assert stored(rows[0], "note") != stored(rows[1], "note")
    assert stored(rows[0], "email") != stored(rows[1], "email")
    assert stored(rows[0], "email_index") == stored(rows[1], "email_index")


@pytest.mark.parametrize("model", ["person", "diary", "account", "passport"])
def test_rows_are_written_and_read_in_every_way(model: str) -> None:
    makers: dict[str, Any] = {"person": people, "diary": diaries, "account": accounts, "passport": passports}
    rows: Any = makers[model]()
    manager, name = rows[0].__class__.objects, {"account": "iban", "passport": "number"}.get(model, "text")
    name = "note" if model == "person" else name
    manager.bulk_create(rows)
    want = {row.pk: getattr(row, name) for row in rows}

    assert dict(manager.values_list("pk", name)) == want
    assert {row["pk"]: row[name] for row in manager.values("pk", name)} == want
    assert {row.pk: getattr(row, name) for row in manager.only("pk", name)} == want
    assert {row.pk: getattr(row, name) for row in manager.defer(name)} == want
    assert {row.pk: getattr(row, name) for row in manager.iterator(chunk_size=2)} == want
    assert {row.pk: row.again for row in manager.annotate(again=F(name))} == want
    assert {
        row.pk: getattr(row, name)
        for row in manager.filter(pk=rows[0].pk).union(manager.exclude(pk=rows[0].pk))
    } == want
    again = manager.filter(pk=OuterRef("pk")).values(name)[:1]
    assert dict(manager.annotate(again=Subquery(again)).values_list("pk", "again")) == want
    assert {row.pk: getattr(row, name) for row in manager.distinct()} == want
    assert {row.pk: getattr(row, name) for row in manager.annotate(how_many=Count("pk"))} == want


def people() -> list[Person]:
    return [Person(pk=number, note=f"note {number}") for number in range(1, 4)]


def diaries() -> list[Diary]:
    return [Diary(text=f"text {number}") for number in range(3)]


def accounts() -> list[Account]:
    tenants = [Tenant.objects.create(name=str(number)) for number in range(2)]
    return [Account(pk=number, tenant=tenants[number % 2], iban=f"DE{number}") for number in range(1, 4)]


def passports() -> list[Passport]:
    return [Passport(person=Person.objects.create(), number=str(number)) for number in range(3)]


def test_related_rows_bring_their_values() -> None:
    Passport.objects.create(person=Person.objects.create(note="n"), number="7")

    assert Person.objects.select_related("passport").get().passport.number == "7"
    assert Passport.objects.select_related("person").get().person.note == "n"
    assert list(Person.objects.values_list("passport__number", "note")) == [("7", "n")]
    assert Person.objects.prefetch_related("passport").get().passport.number == "7"
    Person.objects.create(name="without")
    assert set(Person.objects.values_list("passport__number", flat=True)) == {"7", None}


def test_a_row_that_changes_is_read_anew() -> None:
    row = Diary.objects.create(text="old")
    other = Diary.objects.get()
    other.text = "new"
    other.save(update_fields=["text"])

    row.refresh_from_db(fields=["text"])

    assert row.text == "new"
    row.refresh_from_db()
    assert row.text == "new"


def test_update_writes_the_value_and_its_index() -> None:
    row = Person.objects.create(tax_number="1", email="a@b.c")

    Person.objects.update(tax_number="2", email="x@y.z", note=Value("three"))

    assert Person.objects.get(tax_number="2", email="x@y.z").note == "three"
    assert not Person.objects.filter(tax_number="1").exists()
    Person.objects.update(tax_number=None)
    assert stored(row, "tax_number_index") is None


def test_case_and_when_write_values() -> None:
    one, two = Person.objects.create(note="1"), Person.objects.create(note="2")

    Person.objects.update(
        note=Case(
            When(pk=one.pk, then=Value("one")), When(email="none", then=Value(None)), default=Value("other")
        )
    )

    assert set(Person.objects.values_list("pk", "note")) == {(one.pk, "one"), (two.pk, "other")}


def test_case_and_when_read_values() -> None:
    Person.objects.create(note="n", email="a@b.c")

    chosen = Case(When(name="Ann", then=F("note")), default=F("note"))
    assert Person.objects.annotate(chosen=chosen).get().chosen == "n"
    assert Person.objects.annotate(first=Coalesce("note", "note")).get().first == "n"


def test_bulk_update_writes_values_and_indexes() -> None:
    rows = [Person.objects.create(tax_number=str(number)) for number in range(3)]
    for row in rows:
        row.tax_number, row.note = f"{row.tax_number} NEW", "note"

    assert Person.objects.bulk_update(rows, ["tax_number", "note"]) == 3

    assert [Person.objects.get(tax_number=f"{number} NEW").pk for number in range(3)] == [
        row.pk for row in rows
    ]


def test_values_that_are_bound_to_a_row_are_not_updated_blindly() -> None:
    row = Diary.objects.create(text="old")
    row.text = "new"

    writes: list[Any] = [
        lambda: Diary.objects.update(text="new"),
        lambda: Diary.objects.update(text=Value("new")),
        lambda: Diary.objects.update(text=Case(When(pk=row.pk, then=Value("new")), default=Value("x"))),
        lambda: Diary.objects.bulk_update([row], ["text"]),
    ]
    for write in writes:
        with (
            pytest.raises(
                FieldError, match=r"cryptotests\.Diary\.text is bound to its row.*save\(\) or bulk_create"
            ),
            transaction.atomic(),
        ):
            write()
    Diary.objects.update(mood=None)

    assert bulk_update(Diary.objects, [row], ["text"]) == 1
    assert (Diary.objects.get().text, row.text) == ("new", "new")
    assert Diary.objects.filter(pk=row.pk).update(text=seal(row, "text", "newer")) == 1
    assert Diary.objects.get().text == "newer"
    with pytest.raises(FieldError, match="is not encrypted"):
        seal(row, "id", "x")


def test_upserts_write_the_value_of_the_row() -> None:
    row = Diary.objects.create(text="old")

    Diary.objects.bulk_create(
        [Diary(pk=row.pk, text="new")], update_conflicts=True, unique_fields=["id"], update_fields=["text"]
    )

    assert Diary.objects.get().text == "new"


@pytest.mark.parametrize(
    "expression", [F("name"), F("note"), Concat("name", Value("x")), Upper(Value("x")), Max("note")]
)
def test_the_database_computes_no_value(expression: Any) -> None:
    row = Person.objects.create()

    with pytest.raises(FieldError):
        Person.objects.update(note=expression)
    row.note = expression
    with pytest.raises(FieldError):
        row.save()


def test_the_database_compares_with_nothing_but_values() -> None:
    reads: list[Any] = [
        lambda: Person.objects.filter(tax_number=F("name")),
        lambda: Person.objects.filter(tax_number__in=Person.objects.values("name")),
        lambda: Person.objects.annotate(c=Case(When(name="x", then=F("email")))).filter(c="x"),
    ]
    for read in reads:
        with pytest.raises(FieldError, match="is encrypted"):
            list(read())


@pytest.mark.parametrize(
    "lookup",
    ["contains", "icontains", "startswith", "gt", "lte", "range", "regex", "year", "iexact", "search"],
)
def test_other_lookups_tell_what_to_do(lookup: str) -> None:
    with pytest.raises(
        FieldError, match=rf"Person\.tax_number is encrypted: the database can not answer __{lookup}"
    ):
        Person.objects.filter(**{f"tax_number__{lookup}": "1"})


def test_a_field_without_index_can_not_be_found() -> None:
    for lookup in ("note", "note__exact", "note__in"):
        with pytest.raises(
            FieldError, match=r"Person\.note is encrypted and has no index.*add index=BlindIndex\(\)"
        ):
            Person.objects.filter(**{lookup: ["x"]})
    assert list(Person.objects.filter(note__isnull=True)) == []


def test_rows_are_found_by_their_index() -> None:
    one, two = Person.objects.create(tax_number="1"), Person.objects.create(tax_number="2")
    three = Person.objects.create()

    assert Person.objects.get(tax_number="1") == one
    assert set(Person.objects.filter(tax_number__in=["1", "2", None, "4"])) == {one, two}
    assert set(Person.objects.filter(tax_number__in=[])) == set()
    assert set(Person.objects.exclude(tax_number="1")) == {two, three}
    assert set(Person.objects.exclude(tax_number__in=["1", "2"])) == {three}
    assert Person.objects.filter(tax_number=None).get() == three
    assert Person.objects.filter(passport__person__tax_number="1").count() == 0
    Passport.objects.create(person=one, number="7")
    assert Passport.objects.get(person__tax_number="1").person == one
    mine = Person.objects.filter(pk=OuterRef("person"), tax_number="1")
    assert Passport.objects.filter(Exists(mine)).count() == 1
    assert (
        Person.objects.filter(Exists(Person.objects.filter(pk=OuterRef("pk"), note__isnull=False))).count()
        == 3
    )
    assert Person.objects.in_bulk([one.pk])[one.pk].tax_number == "1"
    assert Person.objects.aggregate(number=Count("tax_number"))["number"] == 2


def test_get_or_create_and_update_or_create_find_by_the_index() -> None:
    one, made = Person.objects.get_or_create(tax_number="1", defaults={"name": "Bob"})
    again, made_again = Person.objects.get_or_create(tax_number="1")

    assert (made, made_again, again) == (True, False, one)
    Person.objects.update_or_create(tax_number="1", defaults={"note": "n"})
    assert Person.objects.get().note == "n"
    Person.objects.update_or_create(tax_number="2", create_defaults={"tax_number": "2", "note": "m"})
    assert Person.objects.get(tax_number="2").note == "m"


def test_an_index_without_case_finds_both() -> None:
    row = Person.objects.create(email="Straße@Example.com")

    assert Person.objects.get(email="STRASSE@example.COM").email == "Straße@Example.com"
    assert Person.objects.get(email__iexact="strasse@example.com") == row
    Person.objects.update(email="Cafe\u0301@x.de")
    assert Person.objects.filter(email="CAFÉ@x.de").exists()


def test_a_short_index_gives_candidates() -> None:
    row = Person.objects.create(phone="123")

    assert Person.objects.get(phone__candidates="123") == row
    assert len(stored(row, "phone_index")) == 2
    for lookup in ("phone", "phone__in"):
        with pytest.raises(
            FieldError, match=r"index of 16 bits, which several values share.*phone__candidates"
        ):
            Person.objects.filter(**{lookup: ["123"]})


def test_queries_show_indexes_and_envelopes_only(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4) as queries:
        row = Person.objects.create(tax_number="TOPSECRET", note="TOPSECRET")
        Person.objects.get(tax_number="TOPSECRET")
        Person.objects.filter(pk=row.pk).update(note="TOPSECRET")
        Person.objects.bulk_update([row], ["note"])

    assert "TOPSECRET" not in str(queries.captured_queries)
    assert "TOPSECRET" not in str(Person.objects.filter(tax_number="TOPSECRET").query)
    assert "TOPSECRET" not in repr(Person.objects.filter(tax_number="TOPSECRET").query.where)


def test_a_choice_has_its_label() -> None:
    assert Customer.objects.create(level="a").get_level_display() == "Gold"
    assert Customer.objects.create().level == "b"


def test_raw_sql_reads_what_is_bound_to_a_column_only() -> None:
    Person.objects.create(note="n")
    Diary.objects.create(text="t")

    assert Person.objects.raw("SELECT * FROM cryptotests_person")[0].note == "n"
    with pytest.raises(FieldError, match="raw SQL and expressions do not tell"):
        list(Diary.objects.raw("SELECT * FROM cryptotests_diary"))


@pytest.mark.django_db(transaction=True)
def test_asynchronous_calls_do_the_same() -> None:
    async def story() -> list[str]:
        row = await Person.objects.acreate(tax_number="1", note="a")
        await Person.objects.filter(tax_number="1").aupdate(note="b")
        await row.arefresh_from_db()
        found, _ = await Person.objects.aget_or_create(tax_number="1")
        return [row.note, found.note] + [each.note async for each in Person.objects.all()]

    assert async_to_sync(story)() == ["b", "b", "b"]


def test_lookups_use_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for found in (Person.objects.filter(email="a@b.c"), Person.objects.filter(tax_number="1")):
        assert "Index" in found.explain()
