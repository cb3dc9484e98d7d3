"""What the log says is read as values of the model's fields, at any moment, whatever became of the model."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns import audit
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.context import acting_as
from tests.audit.test_history import STEP, photograph, plain, take
from tests.audit.tools import entries, execute, last, make_model, select
from tests.example.making import make_user
from tests.testapp.models import Article, Author, Book, Everything, Tag

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "integer": -(2**63),
    "decimal": Decimal("-99999999.99"),
    "precise": Decimal("12345678901234567890.12345678901234567890"),
    "number": 0.1 + 0.2,
    "flag": False,
    "text": "a \"b\" 'c' \\ \N{SNOWMAN}\n",
    "name": "",
    "binary": b"\x00\xff",
    "date": dt.date(2026, 2, 28),
    "time": dt.time(23, 59, 59, 999_999),
    "moment": dt.datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=dt.UTC),
    "duration": dt.timedelta(days=-400, hours=25, microseconds=1),
    "uuid": uuid.UUID(int=5),
    "address": "2001:db8::1",
    "document": {"a": [1, 2.5, None, {"b": "c"}], "big": 2**70},
    "integers": [1, None, -3],
    "texts": ["", "NULL", 'a"b', "{}"],
    "moments": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)],
    "matrix": [[Decimal("1.500"), Decimal("2.000")], [Decimal("3.000"), Decimal("4.125")]],
    "documents": [{"a": 1}, []],
    "span": (1, 5),
    "prices": (Decimal("1.5"), None),
    "period": (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None),
    "pairs": {"a": "1", "b": None},
}


def test_every_type_is_read_as_the_model_reads_it() -> None:
    row = Everything.objects.create(**FULL)
    stored = plain(Everything.objects.get())

    diff = {change.column: change.new for change in last(Everything).diff()}
    rebuilt = row.audit.as_of(timezone.now())

    assert diff == stored
    assert plain(rebuilt) == stored
    assert {name: type(value) for name, value in diff.items()} == {name: type(stored[name]) for name in diff}


def test_updates_and_deletions_are_read_the_same_way() -> None:
    row = Everything.objects.create(**FULL)
    stored = plain(Everything.objects.get())
    Everything.objects.update(**dict.fromkeys(FULL))
    emptied = {change.column: (change.old, change.new) for change in last(Everything).diff()}
    Everything.objects.update(**FULL)
    row.delete()

    assert emptied == {**{name: (stored[name], None) for name in FULL}, "shout": (stored["shout"], None)}
    assert {change.column: change.old for change in last(Everything).diff()} == stored


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_read_as_the_model_reads_them(value: str) -> None:
    execute("ALTER TABLE testapp_everything ALTER precise TYPE numeric")
    execute(f"INSERT INTO testapp_everything (precise, number) VALUES ('{value}', '{value}')")

    values = {change.column: change.new for change in last(Everything).diff()}

    live = Everything.objects.get()
    assert repr(values["precise"]) == repr(live.precise)
    assert repr(values["number"]) == repr(live.number)


def test_sql_null_and_json_null_are_both_none_and_yet_a_change() -> None:
    Everything.objects.create(document=None)
    execute("UPDATE testapp_everything SET document = 'null'")

    [change] = last(Everything).diff()

    assert (change.name, change.old, change.new) == ("document", None, None)


def test_diff_names_fields_and_their_labels_in_the_order_of_the_model() -> None:
    author = Author.objects.create(name="Ada")
    book = Book.objects.create(author=author, title="Trees")
    Book.objects.update(title="Woods", translator=author)

    changes = last(Book).diff()

    assert [(change.name, change.column, change.label) for change in changes] == [
        ("translator", "translator_id", "translator"),
        ("title", "title", "title"),
    ]
    assert [(change.old, change.new, change.masked) for change in changes] == [
        (None, author.pk, False),
        ("Trees", "Woods", False),
    ]
    assert entries(Book)[0].diff()[0].field == Book._meta.get_field("id")
    assert book.audit.entries().count() == 2


def test_diff_tells_masked_values() -> None:
    Article.objects.create(title="Oak", secret="s")

    [change] = [each for each in last(Article).diff() if each.name == "secret"]

    assert (change.masked, change.new) == (True, "********")


def test_entries_outlive_the_columns_and_the_model() -> None:
    thing = make_model(name=models.TextField(), size=models.IntegerField(null=True))
    thing.objects.create(name="a", size=1)
    audit.objects._audited.pop(thing)  # type: ignore[attr-defined]
    smaller = make_model_without_table(name=models.TextField())

    changes = last("testapp_thing").diff()
    audit.objects._audited.pop(smaller)  # type: ignore[attr-defined]
    orphan = last("testapp_thing")

    assert [(change.name, change.field is None) for change in changes] == [
        ("id", False),
        ("name", False),
        ("size", True),
    ]
    assert orphan.model is None
    assert {change.name: change.new for change in orphan.diff()} == {"id": 1, "name": "a", "size": 1}
    assert str(orphan) == "testapp_thing 1 created"


def make_model_without_table(**fields: Any) -> Any:
    execute("ALTER TABLE testapp_thing RENAME TO testapp_thing_aside")
    model = make_model(**fields)
    execute("DROP TABLE testapp_thing")
    execute("ALTER TABLE testapp_thing_aside RENAME TO testapp_thing")
    return model


@pytest.mark.parametrize(
    ("now", "logged"),
    [
        (models.IntegerField(), "many"),
        (models.DateField(), "soon"),
        (models.UUIDField(), "x"),
        (models.DurationField(), "x"),
    ],
)
def test_value_that_the_field_can_not_read_any_more_is_told_as_it_was_logged(now: Any, logged: Any) -> None:
    thing = make_model(called="Changed", size=now)
    entry = AuditLog(table_name=thing._meta.db_table, operation="U", changes={"size": [logged, None]})

    [change] = entry.diff()

    assert (change.old, change.new) == (logged, None)


def test_questions_by_user_and_request() -> None:
    ada, request = make_user(), uuid.uuid4()
    with acting_as(ada, request_id=str(request)):
        Tag.objects.create(name="a")
    with acting_as("7"):
        Tag.objects.create(name="b")
    Tag.objects.create(name="c")

    log = AuditLog.objects.for_model(Tag)
    assert [entry.changes["name"] for entry in log.by_user(ada)] == ["a"]
    assert [entry.changes["name"] for entry in log.by_user(ada.pk)] == ["a"]
    assert [entry.changes["name"] for entry in log.by_user(7)] == ["b"]
    assert [entry.changes["name"] for entry in log.of_request(request)] == ["a"]
    assert [entry.changes["name"] for entry in log.of_request(str(request))] == ["a"]


def test_derived_values_can_be_filtered_ordered_and_selected() -> None:
    for name in ("b", "a"):
        Tag.objects.create(name=name)
    Tag.objects.filter(name="a").update(name="c")
    Tag.objects.all().delete()
    log = AuditLog.objects.for_model(Tag)

    assert list(log.values_list("operation", "old_values__name", "new_values__name")) == [
        ("I", None, "b"),
        ("I", None, "a"),
        ("U", "a", "c"),
        ("D", "b", None),
        ("D", "c", None),
    ]
    assert log.filter(old_values__isnull=True).count() == 2
    assert log.filter(new_values__has_key="name").count() == 3
    assert log.filter(changed_fields__overlap=["name", "x"]).count() == 1
    assert log.filter(changed_fields__len=1).count() == 1
    assert log.exclude(changed_fields=None).count() == 1
    assert [each["new_values__name"] for each in log.order_by("new_values__name").values("new_values__name")][
        :3
    ] == [
        "a",
        "b",
        "c",
    ]
    assert log.annotate(name=models.F("new_values__name")).filter(name="c").count() == 1
    assert log.aggregate(models.Count("changed_fields"))["changed_fields__count"] == 1


def test_entry_and_database_derive_the_same_values() -> None:
    tag = Tag.objects.create(name="a")
    tag.name = "b"
    tag.save()
    tag.delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE testapp_tag CASCADE")
    names = ("old_values", "new_values", "changed_fields")

    log = AuditLog.objects.for_model(Tag)

    assert "".join(entry.operation for entry in log) == "IUDT"
    assert [tuple(getattr(entry, name) for name in names) for entry in log] == list(log.values_list(*names))
    assert log[1].new_values == {"name": "b"}


def test_entries_keep_the_order_of_their_ids_when_the_clock_is_put_back() -> None:
    article = Article.objects.create(title="first")
    for title in ("second", "third"):
        Article.objects.update(title=title)
    with audit.maintenance(reason="play with the clock"):
        for minutes, entry in zip((3, 1, 2), entries(Article), strict=True):
            moment = entry.created_at.replace(minute=0, second=0) + dt.timedelta(minutes=minutes)
            execute("UPDATE schemapatterns.audit_log SET created_at = %s WHERE id = %s", moment, entry.pk)
    first = min(entry.created_at for entry in entries(Article))

    assert [entry.changes["title"] for entry in entries(Article)][1] == ["first", "second"]
    assert article.audit.as_of(first - dt.timedelta(seconds=1)) is None
    assert article.audit.as_of(first).title == "second"
    assert article.audit.as_of(first + dt.timedelta(hours=1)).title == "third"


class RandomMoments(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=8), st.randoms(use_true_random=False))
    def test_objects_of_any_moment_are_rebuilt(self, steps: list[Any], chance: Any) -> None:
        states = []
        for step in steps:
            take(*step)
            states.append((select("SELECT clock_timestamp()"), photograph()))

        for moment, state in chance.sample(states, len(states)):
            rebuilt = Everything.audit.as_of(moment)
            assert {str(row.pk): plain(row) for row in rebuilt} == state
            for key in range(1, 9):
                one = Everything(pk=key).audit.as_of(moment)
                assert (one and plain(one)) == state.get(str(key))
