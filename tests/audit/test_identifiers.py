"""Names of tables and columns may be anything that PostgreSQL allows."""

from __future__ import annotations

import pytest
from django.db import connection, models

from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.schema.names import quote
from tests.audit.tools import entries, execute, make_model, make_table, operations

pytestmark = pytest.mark.django_db

NAMES = [
    'q"uote',
    "it's",
    "back\\slash",
    "Upper Case",
    "ünïcödé",
    "$capture$",
    "$$",
    "{{x}}",
    "{{hash}}",
    "{{columns}}",
    "{0}",
    "100%",
    "%s",
    "--",
    "/*",
    "select",
    "#there",
    "#matches",
    "#row",
    "row",
    "o",
    "n",
    "who",
    "new",
    "old",
    "found",
    "missing",
    "entry",
    "tg_op",
    "changes",
    "record_id",
    "operation",
    "new_rows",
    "old_rows",
    "x" * 63,
]


def write_a_life(table: str, key: str, column: str) -> None:
    """Insert, update, move, delete and truncate by plain SQL."""
    table, key, column = map(quote, (table, key, column))
    execute(f"INSERT INTO {table} ({key}, {column}) VALUES (1, 'a')")
    execute(f"UPDATE {table} SET {column} = 'b'")
    execute(f"UPDATE {table} SET {key} = 2")
    execute(f"DELETE FROM {table}")
    execute(f"TRUNCATE {table}")


def check_life(table: str, key: str, column: str) -> None:
    inserted, updated, *moved, deleted, truncated = entries(table)
    assert (inserted.operation, inserted.record_id, inserted.changes) == ("I", "1", {key: 1, column: "a"})
    assert (updated.operation, updated.record_id, updated.changes) == ("U", "1", {column: ["a", "b"]})
    assert {(each.operation, each.record_id) for each in moved} == {("D", "1"), ("I", "2")}
    assert (deleted.operation, deleted.record_id, deleted.changes) == ("D", "2", {key: 2, column: "b"})
    assert truncated.operation == "T"


@pytest.mark.parametrize("name", NAMES)
def test_column_may_have_any_name(name: str) -> None:
    make_table(
        "ugly", "id", {"id": "int", name: "text"}, label=[name], condition=f"({quote(name)} IS NOT NULL)"
    )

    write_a_life("ugly", "id", name)

    check_life("ugly", "id", name)
    assert [entry.record_label for entry in entries("ugly")[:2]] == ["a", "b"]


@pytest.mark.parametrize("name", NAMES)
def test_key_may_have_any_name(name: str) -> None:
    make_table("ugly", name, {name: "int", "value": "text"})

    write_a_life("ugly", name, "value")

    check_life("ugly", name, "value")


@pytest.mark.parametrize("name", NAMES)
def test_hidden_column_may_have_any_name(name: str) -> None:
    make_table(
        "ugly", "id", {"id": "int", name: "text", "note": "text"}, kinds={name: "masked"}, exclude=["note"]
    )

    write_a_life("ugly", "id", name)

    assert [entry.changes.get(name) for entry in entries("ugly") if entry.changes] == [
        "********",
        ["********", "********"],
        *["********"] * 3,
    ]


@pytest.mark.parametrize("name", NAMES)
def test_table_may_have_any_name(name: str) -> None:
    make_table(name, "id", {"id": "int", "value": "text"})

    write_a_life(name, "id", "value")

    check_life(name, "id", "value")


def test_json_null_is_told_in_a_column_of_any_name() -> None:
    columns = {f"{name}!"[:60]: "jsonb" for name in NAMES}
    make_table("ugly", "id", {"id": "int", **columns}, kinds=dict.fromkeys(columns, "jsonb"))

    execute("INSERT INTO ugly SELECT 1" + ", 'null'" * len(columns))

    assert entries("ugly")[0].changes == {"id": 1, **{name: {"$json": None} for name in columns}}


def test_model_in_another_schema_is_audited() -> None:
    execute("CREATE SCHEMA warehouse; CREATE SCHEMA archive")
    shelves = [
        make_model(called=name, meta={"db_table": f'"{schema}"."Shelf"'}, width=models.IntegerField())
        for name, schema in (("Shelf", "warehouse"), ("OldShelf", "archive"))
    ]

    for width, shelf in enumerate(shelves):
        row = shelf.objects.create(width=width)
        shelf.objects.update(width=10)
        assert AuditLog.objects.for_object(row).count() == 2

    assert operations('"warehouse"."Shelf"') == "IU"
    assert operations('"archive"."Shelf"') == "IU"


def test_tables_of_like_names_do_not_share_their_functions() -> None:
    tables = ["a b", "a-b", "A B", "a_b", "x" * 62 + "y", "x" * 62 + "z"]
    for table in tables:
        make_table(table, "id", {"id": "int"})

    for table in tables:
        execute(f"INSERT INTO {quote(table)} VALUES (1)")

    assert [operations(table) for table in tables] == ["I"] * len(tables)


@pytest.mark.parametrize("count", [51, 101, 400])
def test_table_may_have_many_columns(count: int) -> None:
    columns = {f"column_{number}": "int" for number in range(count)}
    make_table("wide", "id", {"id": "int", **columns})
    assignments = ", ".join(f"{column} = {number}" for number, column in enumerate(columns))
    execute("INSERT INTO wide (id) VALUES (1)")

    execute(f"UPDATE wide SET {assignments}")
    execute("UPDATE wide SET id = 2")

    changed, *moved = entries("wide")[1:]
    assert len(changed.changes) == count
    assert changed.changes["column_7"] == [None, 7]
    assert {len(entry.changes) for entry in moved} == {count + 1}


def test_model_with_a_long_name_gets_names_that_fit() -> None:
    model = make_model(called="Remarkably" * 10, meta={"db_table": "remarkably_" + "long_" * 10})

    model.objects.create().delete()

    assert operations(model) == "ID"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
        assert len({name for (name,) in cursor.fetchall()}) == 4
