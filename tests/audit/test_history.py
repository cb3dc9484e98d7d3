"""Every state that a row was ever in can be rebuilt from the log."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase
from psycopg.types.range import Range

from django_schemapatterns import audit
from django_schemapatterns.audit.history import rebuild
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.exceptions import HistoryIncomplete
from tests.audit.tools import entries, execute, last
from tests.testapp.models import Article, Author, Book, Everything, Restaurant, Stock

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
MOMENT = st.datetimes(
    dt.datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    dt.datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1),
    "precise": st.decimals(-(10**19), 10**19, places=20),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "flag": st.booleans(),
    "text": TEXT,
    "binary": st.binary(max_size=6),
    "date": st.dates(dt.date(1900, 1, 1)),
    "time": st.times(),
    "moment": MOMENT,
    "duration": st.timedeltas(dt.timedelta(days=-9999), dt.timedelta(days=9999)),
    "uuid": st.uuids(),
    "document": JSON,
    "integers": st.lists(st.none() | st.integers(-9, 9), max_size=3),
    "moments": st.lists(MOMENT, max_size=2),
    "span": st.tuples(st.integers(-9, 0), st.integers(1, 9)).map(lambda ends: Range(*ends, "[)")),
    "pairs": st.dictionaries(TEXT, st.none() | TEXT, max_size=2),
}
ROW = st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in VALUES.items()})
KEY = st.integers(1, 4)
STEP = st.one_of(
    st.tuples(st.just("create"), KEY, ROW),
    st.tuples(st.just("update"), KEY, ROW),
    st.tuples(st.just("upsert"), KEY, ROW),
    st.tuples(st.just("update all"), KEY, ROW),
    st.tuples(st.just("delete"), KEY, ROW),
    st.tuples(st.just("rename"), KEY, ROW),
    st.tuples(st.just("truncate"), KEY, ROW),
)


def take(step: str, key: int, row: dict[str, Any]) -> None:
    one = Everything.objects.filter(pk=key)
    match step:
        case "create" if not one:
            Everything.objects.create(pk=key, **row)
        case "update":
            one.update(**{"flag": True, **row})
        case "upsert":
            new = Everything(pk=key, **row)
            columns = ["flag", *(name for name in row if name != "flag")]
            Everything.objects.bulk_create(
                [new], update_conflicts=True, unique_fields=["id"], update_fields=columns
            )
        case "update all":
            Everything.objects.update(**{"flag": None, **row})
        case "delete":
            one.delete()
        case "rename" if not Everything.objects.filter(pk=key + 4):
            one.update(id=key + 4)
        case "truncate":
            execute("TRUNCATE testapp_everything")


def photograph() -> dict[str, dict[str, Any]]:
    return {str(row.pk): plain(row) for row in Everything.objects.all()}


def plain(row: Any) -> dict[str, Any]:
    """The values of a row that its log holds."""
    return {
        field.attname: bytes(value) if isinstance(value := getattr(row, field.attname), memoryview) else value
        for field in Everything._meta.concrete_fields
        if field.name != "small"
    }


def is_before(newest: int, entry: AuditLog) -> bool:
    return entry.pk <= newest


class RandomHistories(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(st.lists(STEP, max_size=12))
    def test_each_state_is_rebuilt_exactly(self, steps: list[tuple[str, int, dict[str, Any]]]) -> None:
        states = []
        for step in steps:
            take(*step)
            newest = AuditLog.objects.order_by("-id").values_list("id", flat=True).first() or 0
            states.append((newest, photograph()))

        for newest, state in states:
            rebuilt = rebuild(Everything, partial(is_before, newest), "default")
            assert {key: plain(row) for key, row in rebuilt.items()} == state

    @settings(max_examples=10, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=8))
    def test_state_after_an_entry_is_the_state_before_the_next(
        self, steps: list[tuple[str, int, dict[str, Any]]]
    ) -> None:
        for step in steps:
            take(*step)

        for key in range(1, 9):
            history = [entry for entry in entries(Everything) if entry.record_id == str(key)]
            truncations = [entry.pk for entry in entries(Everything, operation="T")]
            for earlier, later in pairwise(history):
                after, before = earlier.state_after(), later.state_before()
                if any(earlier.pk < pk < later.pk for pk in truncations):
                    assert before is None
                else:
                    assert (after and plain(after)) == (before and plain(before))


pytestmark = pytest.mark.django_db


def test_object_as_of_a_time() -> None:
    article = Article.objects.create(title="Oak", price=10)
    created = last(Article).created_at
    Article.objects.filter(pk=article.pk).update(price=12)

    assert article.audit.as_of(created).price == Decimal("10.00")
    assert article.audit.as_of(timezone.now()).price == Decimal("12.00")
    assert article.audit.as_of(created - dt.timedelta(seconds=1)) is None


def test_deleted_object_as_of_a_time() -> None:
    article = Article.objects.create(title="Oak")
    created, pk = last(Article).created_at, article.pk
    Article.objects.all().delete()

    assert Article(pk=pk).audit.as_of(created).title == "Oak"
    assert Article(pk=pk).audit.as_of(timezone.now()) is None


def test_all_objects_as_of_a_time() -> None:
    Article.objects.bulk_create([Article(title="Oak"), Article(title="Elm")])
    created = last(Article).created_at
    Article.objects.filter(title="Elm").delete()
    Article.objects.update(title="Fir")
    Article.objects.create(title="Ash")

    assert sorted(article.title for article in Article.audit.as_of(created)) == ["Elm", "Oak"]
    assert sorted(article.title for article in Article.audit.as_of(timezone.now())) == ["Ash", "Fir"]


def test_object_older_than_its_audit_is_rebuilt_backwards() -> None:
    with audit.paused(reason="before there was an audit"):
        article = Article.objects.create(title="Oak", price=1)
    start = timezone.now()
    Article.objects.update(price=2)
    Article.objects.update(title="Elm")

    assert article.audit.as_of(start).price == Decimal("1.00")
    assert article.audit.as_of(start).title == "Oak"


def test_hidden_fields_are_deferred_in_the_past() -> None:
    article = Article.objects.create(title="Oak", secret="s", views=7)

    past = article.audit.as_of(timezone.now())

    assert past.get_deferred_fields() == {"secret", "views"}


def test_object_of_two_tables_is_put_together() -> None:
    restaurant = Restaurant.objects.create(name="Oak", stars=1)
    created = last(Restaurant).created_at
    restaurant.name, restaurant.stars = "Elm", 3
    restaurant.save()

    past = restaurant.audit.as_of(created)

    assert (past.name, past.stars) == ("Oak", 1)
    assert restaurant.audit.entries().count() == 4


def test_object_of_a_composite_key() -> None:
    stock = Stock.objects.create(warehouse="north", article=Article.objects.create(title="Oak"), quantity=1)
    created = last(Stock).created_at
    Stock.objects.update(quantity=2)

    assert stock.audit.as_of(created).quantity == 1


def test_row_that_vanished_unlogged_can_not_be_told() -> None:
    with audit.paused(reason="before there was an audit"):
        row = Everything.objects.create(integer=1, text="a")
    start = timezone.now()
    Everything.objects.update(integer=2)
    execute("TRUNCATE testapp_everything")

    with pytest.raises(HistoryIncomplete):
        row.audit.as_of(start)


def test_entry_of_a_table_that_no_model_keeps_can_not_be_told() -> None:
    with pytest.raises(HistoryIncomplete, match="gone_table"):
        AuditLog(id=1, table_name="gone_table", record_id="1", operation="U").state_before()


def test_timeline_is_the_newest_first_and_asynchronous_reading_the_same() -> None:
    article = Article.objects.create(title="Oak")
    Article.objects.update(title="Elm")

    assert [entry.operation for entry in article.audit.timeline()] == ["U", "I"]
    assert [entry.operation for entry in Article.audit.entries()] == ["I", "U"]


def test_as_of_can_be_awaited() -> None:
    article = Article.objects.create(title="Oak")

    past = async_to_sync(article.audit.aas_of)(timezone.now())

    assert past.title == "Oak"


def test_questions_to_the_log() -> None:
    ada = Author.objects.create(name="Ada")
    book = Book.objects.create(author=ada, title="Trees")
    book.author = Author.objects.create(name="Bob")
    book.title = "Woods"
    book.save()
    log = AuditLog.objects

    assert log.for_model(Book).count() == 2
    assert [entry.operation for entry in log.for_object(book).changed("author")] == ["U"]
    assert log.changed("author_id").count() == log.changed("title", "nothing").count() == 1
    assert log.for_model(Book).filter(old_values__title="Trees", new_values__title="Woods").count() == 1
    assert log.filter(changed_fields__contains=["title"]).count() == 1
    assert log.filter(changed_fields=["author_id", "title"]).count() == 1
    assert log.for_model(Book).of_transaction(last(Book).transaction_id).count() == 2
    assert log.between(last(Book).created_at, None).count() == 1
    assert log.for_model(Book).between(None, last(Book).created_at).count() == 1
    [values] = log.for_model(Book).filter(operation="U").values("old_values", "changed_fields")
    assert values == {
        "old_values": {"author_id": ada.pk, "title": "Trees"},
        "changed_fields": ["author_id", "title"],
    }


def test_view_has_the_columns_of_the_classic_table() -> None:
    Article.objects.create(title="Oak")
    Article.objects.update(title="Elm")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM schemapatterns.audit_trail WHERE table_name = 'testapp_article' ORDER BY id"
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    assert names == [
        *("id", "table_name", "record_id", "operation", "old_values", "new_values", "changed_fields"),
        *("user_id", "ip_address", "user_agent", "created_at"),
    ]
    assert [row["operation"] for row in rows] == ["INSERT", "UPDATE"]
    assert rows[1]["old_values"] == '{"title": "Oak"}'
    assert rows[1]["changed_fields"] == ["title"]
    assert rows[0]["old_values"] is None
