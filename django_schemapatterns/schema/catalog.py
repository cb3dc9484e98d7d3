"""What is really in the database: rows of pg_catalog as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_TABLES = """
SELECT wanted.name, ARRAY(
           SELECT attname::text FROM pg_attribute
           WHERE attrelid = to_regclass(wanted.name) AND attnum > 0 AND NOT attisdropped
       ), EXISTS (
           SELECT FROM pg_constraint WHERE conrelid = to_regclass(wanted.name) AND contype = 'p'
       )
FROM unnest(%s::text[]) AS wanted (name)
WHERE to_regclass(wanted.name) IS NOT NULL
"""

# A trigger of ours on a partition is a copy, and bears the name of its original but for the beginning.
_TRIGGERS = """
SELECT wanted.name, trigger.tgname::text, trigger.tgrelid::regclass::text,
       trigger.tgrelid <> to_regclass(wanted.name), trigger.tgenabled::text,
       coalesce(obj_description(trigger.oid, 'pg_trigger'), '')
FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT to_regclass(wanted.name)::oid AS relid
    UNION SELECT relid::oid FROM pg_partition_tree(to_regclass(wanted.name))
) AS relation
JOIN pg_trigger AS trigger ON trigger.tgrelid = relation.relid
WHERE NOT trigger.tgisinternal
"""

_PARTITIONS = """
SELECT relid::regclass::text FROM pg_partition_tree(to_regclass(%s)) WHERE relid <> to_regclass(%s) ORDER BY 1
"""

_FUNCTIONS = """
SELECT proname::text, coalesce(obj_description(pg_proc.oid, 'pg_proc'), '')
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname = 'schemapatterns'
"""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table: its name as asked for, its columns, and whether it has a primary key."""

    name: str
    columns: tuple[str, ...]
    has_primary_key: bool


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger on a table or on one of its partitions (`relation`)."""

    table: str
    name: str
    relation: str
    on_partition: bool
    enabled: str
    comment: str


def tables(connection: BaseDatabaseWrapper, names: Sequence[str]) -> dict[str, TableRow]:
    """Return the tables that exist, by the quoted names that were asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [list(names)])
        return {name: TableRow(name, tuple(columns), has_key) for name, columns, has_key in cursor.fetchall()}


def triggers(connection: BaseDatabaseWrapper, names: Sequence[str]) -> list[TriggerRow]:
    """Return the triggers of tables and of their partitions."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [list(names)])
        return [TriggerRow(*row) for row in cursor.fetchall()]


def partitions(connection: BaseDatabaseWrapper, name: str) -> list[str]:
    """Return the partitions of a table, of any depth."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [name, name])
        return [relation for (relation,) in cursor.fetchall()]


def functions(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the functions of our schema and their comments."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        return dict(cursor.fetchall())
