"""What the database would do with envelopes as if they were values is refused; what it may do is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldError
from django.db import ProgrammingError
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, FirstValue, JSONObject, Length, Lower, RowNumber
from django.db.models.lookups import Exact, GreaterThan

from tests.encryption.app.models import Account, Customer, Diary, Passport, Person, Tenant

pytestmark = pytest.mark.django_db

NOTE = Subquery(Person.objects.values("note")[:1])


@pytest.fixture
def person() -> Person:
    person = Person.objects.create(name="Bob", tax_number="1", note="n", email="a@b.c")
    Passport.objects.create(person=person, number="77")
    Diary.objects.create(text="t", mood=1)
    return person


@pytest.mark.parametrize(
    "query",
    [
        lambda: Person.objects.order_by("note"),
        lambda: Person.objects.order_by(F("note").desc()),
        lambda: Person.objects.order_by(F("note").asc(nulls_last=True)).values("pk"),
        lambda: Person.objects.order_by(Lower("note")),
        lambda: Person.objects.order_by(Coalesce("note", "email")),
        lambda: Person.objects.order_by(Case(When(pk=1, then=F("note")))),
        lambda: Person.objects.order_by(NOTE),
        lambda: Person.objects.values("note").order_by("note"),
        lambda: Person.objects.values_list("note", flat=True).order_by("-note"),
        lambda: Person.objects.annotate(x=F("note")).order_by("x"),
        lambda: Person.objects.annotate(x=F("note")).values("x").order_by(F("x").desc()),
        lambda: Person.objects.annotate(x=NOTE).order_by("-x"),
        lambda: Person.objects.alias(x=F("note")).order_by("x"),
        lambda: Person.objects.values("note").union(Person.objects.values("note")).order_by("note"),
        lambda: Passport.objects.order_by("person__note"),
        lambda: Passport.objects.values("person__note").order_by("-person__note"),
        lambda: Person.objects.extra(order_by=["note"]),
        lambda: [Person.objects.latest("note")],
    ],
)
def test_rows_are_not_ordered_by_envelopes(person: Person, query: Callable[[], Any]) -> None:
    with pytest.raises(FieldError, match=r"Person\.note is encrypted: rows can not be ordered"):
        list(query())


@pytest.mark.parametrize(
    "query",
    [
        lambda: Person.objects.values("note").distinct(),
        lambda: Person.objects.values("note", "name").distinct(),
        lambda: [Person.objects.values("note").distinct().count()],
        lambda: Person.objects.distinct("note"),
        lambda: Person.objects.values("note").annotate(n=Count("pk")),
        lambda: Person.objects.values("note", "name").annotate(n=Count("pk")).order_by("n"),
        lambda: Person.objects.annotate(x=F("note")).values("x").annotate(n=Count("pk")),
        lambda: Passport.objects.values("person__note").annotate(n=Count("pk")),
        lambda: Person.objects.filter(name=F("note")),
        lambda: Person.objects.filter(GreaterThan(F("name"), F("note"))),
        lambda: Person.objects.filter(Exact(F("note"), "n")),
        lambda: Person.objects.filter(Exists(Customer.objects.filter(pk=OuterRef("note")))),
    ],
)
def test_rows_are_not_told_apart_by_envelopes(person: Person, query: Callable[[], Any]) -> None:
    with pytest.raises(
        FieldError, match=r"Person\.note is encrypted: .*told apart by it, or compared with it"
    ):
        list(query())


@pytest.mark.parametrize(
    "expression",
    [
        Lower("note"),
        Length("note"),
        Cast("note", Person._meta.get_field("name")),
        JSONObject(a="note"),
        Window(RowNumber(), order_by="note"),
        Window(RowNumber(), partition_by="note"),
        Window(FirstValue("note"), partition_by="name"),
        Case(When(pk__gt=0, then=Length("note")), default=Value(1)),
    ],
)
def test_the_database_computes_nothing_from_envelopes(person: Person, expression: Any) -> None:
    for query in (Person.objects.annotate(x=expression), Person.objects.annotate(x=expression).values("x")):
        with pytest.raises(FieldError, match=r"Person\.note is encrypted: the database can not compute"):
            list(query)


@pytest.mark.parametrize(
    "aggregate",
    [Min("mood"), Max("mood"), Sum("mood"), Avg("mood"), Count("mood", distinct=True), ArrayAgg("mood")],
)
def test_the_database_aggregates_no_envelopes(person: Person, aggregate: Any) -> None:
    with pytest.raises(FieldError, match=r"Diary\.mood is encrypted: the database can not compute"):
        Diary.objects.aggregate(x=aggregate)
    with pytest.raises(FieldError, match=r"Diary\.mood is encrypted: the database can not compute"):
        list(Diary.objects.values("pk").annotate(x=aggregate))


@pytest.mark.parametrize("column", ["text", "mood"])
def test_a_subquery_of_envelopes_is_never_compared(person: Person, column: str) -> None:
    with pytest.raises(ProgrammingError, match="operator does not exist"):
        list(Person.objects.filter(name__in=Diary.objects.values(column)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (lambda: Person.objects.annotate(x=F("note")).values_list("x", flat=True), ["n"]),
        (lambda: Person.objects.values_list("note", "name"), [("n", "Bob")]),
        (lambda: Passport.objects.values_list("person__note", "number"), [("n", "77")]),
        (lambda: Person.objects.annotate(x=Coalesce("note", "email")).values_list("x", flat=True), ["n"]),
        (lambda: Person.objects.annotate(x=NOTE).values_list("x", flat=True), ["n"]),
        (
            lambda: Person.objects.annotate(x=ArraySubquery(Person.objects.values("note"))).values_list("x"),
            [(["n"],)],
        ),
        (
            lambda: Diary.objects.annotate(x=Subquery(Diary.objects.values("text")[:1])).values_list("x"),
            [("t",)],
        ),
        (lambda: Diary.objects.values_list("text").union(Diary.objects.values_list("text")), [("t",)]),
    ],
)
def test_values_are_read_wherever_they_are_selected(
    person: Person, query: Callable[[], Any], expected: Any
) -> None:
    assert list(query()) == expected


def test_rows_are_told_apart_and_grouped_by_their_key(person: Person) -> None:
    other = Person.objects.create(note="n")
    joined = Person.objects.filter(Q(passport__number__isnull=False) | Q(pk__gt=0))

    assert set(joined.distinct()) == {person, other}
    assert joined.distinct().count() == 2
    assert set(joined.values_list("pk", "note").distinct()) == {(person.pk, "n"), (other.pk, "n")}
    assert {(each.note, each.n) for each in Person.objects.annotate(n=Count("passport"))} == {
        ("n", 0),
        ("n", 1),
    }
    counted = Person.objects.annotate(n=Count("passport")).values_list("note", "n")
    assert set(counted) == {("n", 0), ("n", 1)}
    assert Person.objects.aggregate(n=Count("note"))["n"] == 2
    assert Person.objects.aggregate(n=Count("pk", filter=Q(tax_number="1")))["n"] == 1


def test_some_rows_of_each_are_prefetched(person: Person) -> None:
    tenants = [Tenant.objects.create(name=str(number)) for number in range(2)]
    for tenant in tenants:
        for number in range(3):
            Account.objects.create(tenant=tenant, iban=f"{tenant.name} {number}")

    first = Prefetch("account_set", Account.objects.order_by("pk")[:2], to_attr="first")
    found = [[row.iban for row in each.first] for each in Tenant.objects.prefetch_related(first)]  # type: ignore[attr-defined]

    assert found == [["0 0", "0 1"], ["1 0", "1 1"]]
