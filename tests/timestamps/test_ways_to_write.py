"""Whoever writes, and however: the database notes when."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, transaction

from django_schemapatterns.models import AuditLog
from tests.softdelete.tools import execute, select
from tests.timestamps.app.models import Chapter, Page, Shout

pytestmark = pytest.mark.django_db

TIMES = ("created_at", "updated_at")
LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)


def age(row: Any) -> None:
    """Let a row be made and changed long ago, without the trigger."""
    kept = [field for field in row._meta.concrete_fields if "At" in type(field).__name__]
    quote = connection.ops.quote_name
    execute("SET LOCAL session_replication_role = replica")
    for field in kept:
        execute(f"UPDATE {quote(field.model._meta.db_table)} SET {quote(field.column)} = %s", LONG_AGO)
    execute("SET LOCAL session_replication_role = origin")
    row.refresh_from_db()


def page(**values: Any) -> Page:
    made = Page.objects.create(**values)
    age(made)
    return made


def copy(sql: str, *lines: str) -> None:
    with connection.cursor() as cursor, cursor.copy(sql) as stream:
        stream.write(io.StringIO("".join(f"{line}\n" for line in lines)).read())


WAYS: dict[str, Callable[[Page], Any]] = {
    "save": lambda row: Page(
        pk=row.pk, title="new", created_at=row.created_at, updated_at=row.updated_at
    ).save(),
    "update": lambda row: Page.objects.update(title="new"),
    "bulk_update": lambda row: Page.objects.bulk_update([Page(pk=row.pk, title="new")], ["title"]),
    "update_or_create": lambda row: Page.objects.update_or_create({"title": "new"}, pk=row.pk),
    "upsert": lambda row: Page.objects.bulk_create(
        [Page(pk=row.pk, title="new")], update_conflicts=True, unique_fields=["id"], update_fields=["title"]
    ),
    "sql": lambda row: execute("UPDATE timetests_page SET title = 'new'"),
    "merge": lambda row: execute(
        "MERGE INTO timetests_page AS page USING (SELECT %s AS id) AS wanted ON page.id = wanted.id "
        "WHEN MATCHED THEN UPDATE SET title = 'new' WHEN NOT MATCHED THEN DO NOTHING",
        row.pk,
    ),
    "a false time": lambda row: execute(
        "UPDATE timetests_page SET title = 'new', updated_at = %s", LONG_AGO - timedelta(days=1)
    ),
    "nothing but a false time": lambda row: execute(
        "UPDATE timetests_page SET updated_at = %s", LONG_AGO - timedelta(days=1)
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_update_is_noted(way: str) -> None:
    row = page()

    WAYS[way](row)

    row.refresh_from_db()
    assert row.created_at == LONG_AGO
    # As with the time of an insert: the test is one transaction, and now() would not go on.
    assert row.updated_at > select("SELECT now()")


def test_each_statement_has_its_time() -> None:
    row = page()

    row.save_base()
    Page.objects.update(title="first")
    first = Page.objects.get().updated_at
    Page.objects.update(title="second")

    assert Page.objects.get().updated_at > first


@pytest.mark.parametrize(
    "insert",
    [
        Page.objects.create,
        lambda: Page.objects.bulk_create([Page()]),
        lambda: Page.objects.create(**dict.fromkeys(TIMES)),
        lambda: execute("INSERT INTO timetests_page (title, data) VALUES ('', '{}')"),
        lambda: copy("COPY timetests_page (title, data) FROM STDIN", "page\t{}"),
    ],
)
def test_an_insert_is_noted(insert: Callable[[], Any]) -> None:
    insert()

    row = Page.objects.get()
    assert row.created_at == row.updated_at > select("SELECT now()")


def test_an_insert_may_bring_times_along() -> None:
    copy(
        "COPY timetests_page (title, data, created_at, updated_at) FROM STDIN",
        f"page\t{{}}\t{LONG_AGO}\t{LONG_AGO}",
    )
    Page.objects.create(created_at=LONG_AGO, updated_at=LONG_AGO)

    assert set(Page.objects.values_list("created_at", "updated_at")) == {(LONG_AGO, LONG_AGO)}


def test_what_a_fixture_says_of_a_new_row_stays() -> None:
    row = page(title="kept")
    fixture = serializers.serialize("json", [row])
    Page.objects.all().delete()

    for each in serializers.deserialize("json", fixture):
        each.save()

    loaded = Page.objects.get()
    assert (loaded.title, loaded.created_at, loaded.updated_at) == ("kept", LONG_AGO, LONG_AGO)


@pytest.mark.parametrize("model", [Page, Shout, Chapter])
def test_what_changes_nothing_does_not_count(model: type[Page | Shout]) -> None:
    row: Any = model.objects.create()
    age(row)
    entries = AuditLog.objects.count()

    row.save()
    model.objects.update(title=row.title)  # type: ignore[misc]
    model.objects.filter(pk=-1).update(title="never")  # type: ignore[misc]

    row.refresh_from_db()
    assert getattr(row, "updated_at", None) or row.changed == LONG_AGO
    assert [value for value in vars(row).values() if isinstance(value, datetime)] == [LONG_AGO, LONG_AGO]
    assert AuditLog.objects.count() == entries


def test_an_entry_tells_of_both_columns() -> None:
    row = page()

    Page.objects.update(title="new")

    assert set(AuditLog.objects.for_object(row).latest("id").changes) == {"title", "updated_at"}


@pytest.mark.parametrize("values", [{"title": "new"}, {"number": 2}])
def test_generated_columns_are_no_change(values: dict[str, Any]) -> None:
    row = Shout.objects.create()
    age(row)

    Shout.objects.update(**values)

    row.refresh_from_db()
    assert row.born == LONG_AGO < row.changed
    assert (row.loud, row.next) == (row.title.upper(), row.number + 1)


def test_a_generated_column_that_is_gone_hurts_nobody() -> None:
    row = Shout.objects.create()
    age(row)
    execute("ALTER TABLE timetests_shout DROP COLUMN loud")

    execute("UPDATE timetests_shout SET title = title")
    assert select('SELECT "Zuletzt geändert" FROM timetests_shout') == LONG_AGO
    execute("UPDATE timetests_shout SET title = 'new'")
    assert select('SELECT "Zuletzt geändert" FROM timetests_shout') > LONG_AGO


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("json", '{"a": 1}', '{"a":1}'),
        ("numeric", "1.0", "1.00"),
        ("point", "(1,2)", "(1,3)"),
        ("text", "x" * 100_000, "x" * 99_999 + "y"),
        ("int[]", "{1}", "{1,2}"),
        ("text", "old", None),
    ],
)
def test_a_value_of_any_type_that_is_not_the_same_counts(kind: str, old: str, new: str | None) -> None:
    page()
    execute(f"ALTER TABLE timetests_page ADD COLUMN other {kind}")
    execute(f"UPDATE timetests_page SET other = %s::{kind}", old)
    first = Page.objects.get().updated_at

    execute(f"UPDATE timetests_page SET other = %s::{kind}", old)
    same = Page.objects.get().updated_at
    execute(f"UPDATE timetests_page SET other = %s::{kind}", new)

    assert LONG_AGO < first == same < Page.objects.get().updated_at


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_time_back() -> None:
    row = Page.objects.create()
    before = Page.objects.get().updated_at

    with transaction.atomic():
        row.title = "new"
        row.save()
        transaction.set_rollback(True)

    assert Page.objects.get().updated_at == before
