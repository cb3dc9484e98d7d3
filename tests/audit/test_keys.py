"""Records are named by their primary key, whatever it is made of, and a changed key is another record."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import connection, models
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.records import primary_key, record_id
from tests.audit.server import NOCASE, has_icu
from tests.audit.tools import entries, execute, make_model, make_table, operations, select
from tests.testapp.models import Article, Author, DateKeyed, Profile, Stock, TextKeyed, UuidKeyed

pytestmark = pytest.mark.django_db


def test_uuid_key_is_written_as_text() -> None:
    row = UuidKeyed.objects.create(name="a")

    assert entries(UuidKeyed)[0].record_id == str(row.pk)
    assert list(AuditLog.objects.for_object(row)) == entries(UuidKeyed)


def test_text_key_is_written_as_it_is() -> None:
    row = TextKeyed.objects.create(code='a "b" \\ c%d', name="a")

    assert entries(TextKeyed)[0].record_id == row.code
    assert list(AuditLog.objects.for_object(row)) == entries(TextKeyed)


def test_date_key_is_written_as_iso_date() -> None:
    row = DateKeyed.objects.create(day=dt.date(2026, 2, 1), name="a")

    assert entries(DateKeyed)[0].record_id == "2026-02-01"
    assert list(AuditLog.objects.for_object(row)) == entries(DateKeyed)


def test_key_that_is_a_foreign_key_is_that_of_its_target() -> None:
    author = Author.objects.create(name="Ada")
    profile = Profile.objects.create(author=author, biography="")

    assert entries(Profile)[0].record_id == str(author.pk)
    assert list(AuditLog.objects.for_object(profile)) == entries(Profile)


def test_composite_key_is_written_as_json_array_of_texts() -> None:
    article = Article.objects.create(title="Oak")
    stock = Stock.objects.create(warehouse='No "1" \\ Ä', article=article)

    [entry] = entries(Stock)
    assert json.loads(entry.record_id or "") == ['No "1" \\ Ä', str(article.pk)]
    assert list(AuditLog.objects.for_object(stock)) == [entry]
    assert Stock.objects.get(pk=primary_key(Stock, entry.record_id or "")) == stock


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.DateTimeField, dt.datetime(2026, 1, 2, 3, 4, 5, 60_700, tzinfo=dt.UTC)),
        (models.DateTimeField, dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=5.5)))),
        (models.TimeField, dt.time(3, 4, 5, 100_000)),
        (models.DurationField, dt.timedelta(days=-1, hours=25, microseconds=5)),
        (models.FloatField, 1e16),
        (models.FloatField, 100.0),
        (models.BooleanField, True),
        (models.GenericIPAddressField, "2001:db8::1"),
        (models.BinaryField, b"\x00\xff"),
        (models.CharField, "Ünïcode \t\n 'x'"),
    ],
)
@pytest.mark.parametrize("time_zone", ["UTC", "Asia/Kolkata"])
def test_key_of_any_type_finds_its_entries_whatever_the_session_says(
    field: Any, value: Any, time_zone: str
) -> None:
    model = make_model(id=field(primary_key=True))
    execute("SET LOCAL TimeZone = %s", time_zone)
    execute("SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL DateStyle = 'German'")
    execute("SET LOCAL bytea_output = escape; SET LOCAL extra_float_digits = -10")

    row = model.objects.create(id=value)

    assert AuditLog.objects.for_object(row).count() == 1
    assert AuditLog.objects.for_object(model(id=value)).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.DecimalField(max_digits=12, decimal_places=3, primary_key=True), Decimal("1.5")),
        (ArrayField(models.IntegerField(), primary_key=True), [1, 2]),
        (
            DateTimeRangeField(primary_key=True),
            (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)),
        ),
    ],
)
def test_key_with_a_type_of_many_spellings_finds_its_entries(field: Any, value: Any) -> None:
    model = make_model(id=field)

    row = model.objects.create(id=value)

    assert len(AuditLog.objects.for_object(row)) == 1


class TestCompositeKeys(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.integers(0, 2**40))
    def test_python_writes_a_composite_key_just_as_the_database(self, warehouse: str, article: int) -> None:
        stock = Stock(warehouse=warehouse, article_id=article)

        written = select("SELECT jsonb_build_array(%s::text, %s::bigint::text)::text", warehouse, article)

        assert record_id(stock, using="default") == written


def test_changed_key_ends_one_record_and_starts_another() -> None:
    TextKeyed.objects.create(code="a", name="Ada")

    TextKeyed.objects.update(code="b", name="Bea")

    before, *after = entries(TextKeyed)
    written = {entry.operation: (entry.record_id, entry.changes) for entry in after}
    assert before.operation == "I"
    assert written == {
        "D": ("a", {"code": "a", "name": "Ada"}),
        "I": ("b", {"code": "b", "name": "Bea"}),
    }


def test_swapped_keys_are_changes_of_both_records() -> None:
    make_table("swap", "id", {"id": "int", "name": "text"})
    execute("ALTER TABLE swap DROP CONSTRAINT swap_pkey, ADD PRIMARY KEY (id) DEFERRABLE")
    execute("INSERT INTO swap VALUES (1, 'one'), (2, 'two')")

    execute("UPDATE swap SET id = 3 - id")

    changes = {entry.record_id: entry.changes for entry in entries("swap", operation="U")}
    assert changes == {"1": {"name": ["one", "two"]}, "2": {"name": ["two", "one"]}}
    assert operations("swap") == "IIUU"


def test_shifted_keys_lose_nothing() -> None:
    make_table("shift", "id", {"id": "int", "name": "text"})
    execute("ALTER TABLE shift DROP CONSTRAINT shift_pkey, ADD PRIMARY KEY (id) DEFERRABLE")
    execute("INSERT INTO shift SELECT n, 'row ' || n FROM generate_series(1, 4) AS n")

    execute("UPDATE shift SET id = id + 1")

    written = {(entry.operation, entry.record_id) for entry in entries("shift")[4:]}
    assert written == {("D", "1"), ("U", "2"), ("U", "3"), ("U", "4"), ("I", "5")}


def test_part_of_a_composite_key_can_change() -> None:
    Stock.objects.create(warehouse="north", article_id=7, quantity=5)

    Stock.objects.update(warehouse="south")

    assert sorted((entry.operation, entry.record_id) for entry in entries(Stock)[1:]) == [
        ("D", '["north", "7"]'),
        ("I", '["south", "7"]'),
    ]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("citext", "'a'", "'A'"),
        *([('text COLLATE "nocase"', "'a'", "'A'")] if has_icu() else []),
        ("interval", "'24 hours'", "'1 day'"),
        ("numeric", "1.0", "1.00"),
    ],
)
def test_key_that_changes_to_an_equal_one_is_another_record(kind: str, old: str, new: str) -> None:
    if "nocase" in kind:
        execute(NOCASE)
    make_table("loose", "id", {"id": kind, "name": "text"}, kinds={"id": "compared_as_text"})
    execute(f"INSERT INTO loose VALUES ({old}, 'x')")

    execute(f"UPDATE loose SET id = {new}")

    records = [(entry.operation, entry.record_id) for entry in entries("loose")[1:]]
    assert sorted(records) == [
        ("D", select(f"SELECT {old}::{kind}::text")),
        ("I", select(f"SELECT {new}::{kind}::text")),
    ]


def test_key_of_a_type_without_an_equality_in_pg_catalog_can_be_updated() -> None:
    execute("CREATE EXTENSION IF NOT EXISTS ltree")
    make_table("tree", "path", {"path": "ltree", "name": "text"}, kinds={"path": "text"})
    execute("INSERT INTO tree VALUES ('a.b', 'x')")

    execute("UPDATE tree SET name = 'y'")

    assert entries("tree")[1].changes == {"name": ["x", "y"]}


def test_reused_key_starts_a_new_life_of_the_record() -> None:
    TextKeyed.objects.create(code="a", name="first").delete()
    TextKeyed.objects.create(code="a", name="second")

    assert operations(TextKeyed) == "IDI"
    assert {entry.record_id for entry in entries(TextKeyed)} == {"a"}


def test_keys_of_instances_need_no_query_where_python_knows_the_text() -> None:
    rows = [
        UuidKeyed(),
        TextKeyed(code="a"),
        DateKeyed(day=dt.date(2026, 2, 1)),
        Article(pk=1),
        Profile(author_id=2),
    ]

    with connection.execute_wrapper(refuse_queries):
        texts = [record_id(row, using="default") for row in rows]

    assert str(uuid.UUID(texts[0])) == texts[0]
    assert texts[1:] == ["a", "2026-02-01", "1", "2"]


def refuse_queries(*args: Any) -> Any:
    raise AssertionError("There was a query.")
