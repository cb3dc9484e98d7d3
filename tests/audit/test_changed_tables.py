"""A table that is changed behind Django's back can still be written, and a check tells of the change."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q

from django_schemapatterns.audit.database_checks import check_tables
from tests.audit.tools import entries, execute, make_model, operations

pytestmark = pytest.mark.django_db


def make_thing(**options: Any) -> Any:
    return make_model(
        options={"label": ["name"], "mask": ["code"], "exclude": ["note"], **options},
        name=models.TextField(),
        code=models.TextField(null=True),
        note=models.TextField(null=True),
        price=models.DecimalField(max_digits=10, decimal_places=2, null=True),
        active=models.BooleanField(null=True),
        document=models.JSONField(null=True),
        tags=ArrayField(models.TextField(), null=True),
    )


def problems(thing: Any) -> list[str]:
    return [message.msg for message in check_tables(connection, [thing])]


@pytest.mark.parametrize("column", ["name", "code", "note", "price", "active", "document", "tags"])
@pytest.mark.parametrize("change", ["DROP {}", "RENAME {} TO renamed"])
def test_rows_can_be_written_without_any_of_the_columns(column: str, change: str) -> None:
    thing = make_thing()
    execute("INSERT INTO testapp_thing (name, price, document) VALUES ('a', 1, 'null'), ('b', 2, '{}')")
    execute(f"ALTER TABLE testapp_thing {change.format(column)}")

    execute(
        "INSERT INTO testapp_thing DEFAULT VALUES"
        if column == "name" and "DROP" in change
        else INSERT[column]
    )
    execute("UPDATE testapp_thing SET id = id + 100 WHERE id = (SELECT min(id) FROM testapp_thing)")
    for other in ("name", "price"):
        if other != column:
            execute(f"UPDATE testapp_thing SET {other} = '7'")
    execute("DELETE FROM testapp_thing")

    written = operations(thing)
    assert written.count("I") == 4
    assert written.count("D") == 4
    assert written.count("U") == (3 if column in ("name", "price") else 6)
    [problem] = problems(thing)
    assert f'stale, since the table "testapp_thing" lacks {column}' in problem


INSERT = {
    "name": "INSERT INTO testapp_thing (renamed, price) VALUES ('c', 3)",
    **dict.fromkeys(
        ["code", "note", "active", "document", "tags"],
        "INSERT INTO testapp_thing (name, price) VALUES ('c', 3)",
    ),
    "price": "INSERT INTO testapp_thing (name) VALUES ('c')",
}


CONDITIONS = [Q(active=True), Q(price__gt=0), Q(document__kind="x"), Q(tags__len=0), Q(name="a")]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("change", ["DROP {}", "RENAME {} TO renamed"])
def test_rows_can_be_written_without_the_column_of_the_condition(condition: Q, change: str) -> None:
    thing = make_thing(condition=condition, label=[])
    [column] = condition.referenced_base_fields
    execute("ALTER TABLE testapp_thing ALTER name DROP NOT NULL")

    execute(f"ALTER TABLE testapp_thing {change.format(column)}")

    execute("INSERT INTO testapp_thing DEFAULT VALUES")
    execute("UPDATE testapp_thing SET id = id + 100")
    execute("DELETE FROM testapp_thing")
    assert "lacks" in problems(thing)[0]


@pytest.mark.parametrize("change", ["DROP id", "RENAME id TO renamed"])
def test_rows_can_be_written_without_their_key(change: str) -> None:
    thing = make_thing()
    execute("INSERT INTO testapp_thing (name) VALUES ('a')")
    execute(f"ALTER TABLE testapp_thing {change}")

    execute("INSERT INTO testapp_thing (name) VALUES ('b')")
    execute("UPDATE testapp_thing SET name = 'c'")
    execute("DELETE FROM testapp_thing")

    assert {entry.record_id for entry in entries(thing)[1:]} == {"?"}
    assert {str(entry.changes.get("name")) for entry in entries(thing)[1:]} == {"a", "b", "c"}


def test_new_column_is_logged_with_the_row_at_once_and_its_changes_after_a_migration() -> None:
    thing = make_model(name=models.TextField())
    execute("ALTER TABLE testapp_thing ADD colour text")

    execute("INSERT INTO testapp_thing (name, colour) VALUES ('a', 'red')")
    execute("UPDATE testapp_thing SET colour = 'green'")
    execute("UPDATE testapp_thing SET name = 'b', colour = 'blue'")

    assert [entry.changes for entry in entries(thing)][1:] == [{"name": ["a", "b"]}]
    assert entries(thing)[0].changes["colour"] == "red"
    assert problems(thing) == [
        'testapp.Thing: the audit\'s triggers are stale, since the table "testapp_thing" also has colour.'
    ]


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [
        ("name", "varchar(20)", "'b'"),
        ("name", "citext", "'b'"),
        ("name", "jsonb USING to_jsonb(name)", "'{}'"),
        ("name", "bytea USING name::bytea", "'b'"),
        ("name", "text[] USING ARRAY[name]", "'{b}'"),
        ("price", "bigint", "5"),
        ("price", "text", "'5'"),
        ("price", "double precision", "5"),
        ("price", "numeric(30,10)", "5"),
        ("active", "text", "'yes'"),
        ("active", "int USING active::int", "2"),
        ("document", "text", "'no JSON'"),
        ("document", "bytea USING NULL", "'x'"),
        ("tags", "text", "'a'"),
        ("tags", "jsonb USING to_jsonb(tags)", "'[]'"),
        ("code", "int USING NULL", "5"),
        ("code", "point USING NULL", "'(1,2)'"),
        ("id", "text", "'x'"),
        ("id", "numeric", "1.5"),
    ],
)
def test_rows_can_be_written_when_a_column_has_another_type(column: str, kind: str, value: str) -> None:
    thing = make_thing(label=["name"] if column != "name" else [])
    execute(
        "INSERT INTO testapp_thing (id, name, code, price, document) VALUES (100, 'a', 'secret', 1, 'null')"
    )
    if column == "id":
        execute("ALTER TABLE testapp_thing ALTER id DROP IDENTITY")
    execute(f"ALTER TABLE testapp_thing ALTER {column} TYPE {kind}")

    execute(f"UPDATE testapp_thing SET {column} = {value}")
    execute("DELETE FROM testapp_thing")

    assert operations(thing) in ("IUD", "IDID", "IIDD")
    assert thing._meta.get_field(column).name in entries(thing)[1].changes


def test_trigger_that_is_missing_disabled_or_of_another_version_is_told() -> None:
    thing = make_model(name=models.TextField())
    insert, update, delete, _ = (trigger.compile(thing).pgid for trigger in thing._meta.triggers)
    assert problems(thing) == []

    execute(f"DROP TRIGGER {insert} ON testapp_thing")
    execute(f"ALTER TABLE testapp_thing DISABLE TRIGGER {update}")
    execute(f"COMMENT ON TRIGGER {delete} ON testapp_thing IS 'old'")

    assert problems(thing) == [
        "testapp.Thing: the trigger audit_insert is missing: its changes are not audited.",
        "testapp.Thing: the trigger audit_update is disabled: its changes are not audited.",
        "testapp.Thing: the trigger audit_delete is not the one of today's code.",
    ]


def test_table_without_a_primary_key_is_told() -> None:
    thing = make_model(name=models.TextField())

    execute("ALTER TABLE testapp_thing DROP CONSTRAINT testapp_thing_pkey")

    assert problems(thing)[0].startswith(
        "testapp_thing, the table of the audited testapp.Thing, has no primary key"
    )


def test_rows_of_a_table_without_a_key_are_all_logged() -> None:
    thing = make_model(name=models.TextField())
    execute("ALTER TABLE testapp_thing DROP CONSTRAINT testapp_thing_pkey")
    execute("ALTER TABLE testapp_thing ALTER id DROP IDENTITY, ALTER id DROP NOT NULL")

    execute("INSERT INTO testapp_thing (id, name) VALUES (1, 'a'), (NULL, 'b')")
    execute("UPDATE testapp_thing SET name = name || '!'")
    execute("DELETE FROM testapp_thing")

    assert sorted(operations(thing)) == sorted("II" + "U" + "DI" + "DD")
    assert {entry.record_id for entry in entries(thing)} == {"1", "?"}
    assert [entry.changes["name"] for entry in entries(thing)[-2:]] == ["a!", "b!"]
