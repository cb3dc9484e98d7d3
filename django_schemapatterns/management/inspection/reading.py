"""What the catalog says about a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

_RELATIONS = """
SELECT pg_class.oid, relname::text, relkind::text, obj_description(pg_class.oid, 'pg_class'),
       CASE relkind WHEN 'p' THEN pg_get_partkeydef(pg_class.oid) END
FROM pg_class
WHERE (relname = ANY (%(names)s::text[]) OR cardinality(%(names)s::text[]) = 0)
  AND pg_table_is_visible(pg_class.oid)
  AND (relkind IN ('r', 'p') OR (relkind IN ('v', 'm') AND relname = ANY (%(names)s::text[])))
  AND (NOT relispartition OR relname = ANY (%(names)s::text[]))
  AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
ORDER BY relname
"""
# Of an array, the type is that of its items.
_COLUMNS = """
SELECT attname::text, format_type(type.oid, atttypmod),
       type.typtype::text, type.typname::text, format_type(type.typbasetype, type.typtypmod),
       ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = type.oid ORDER BY enumsortorder),
       ARRAY(SELECT ARRAY[conname::text, pg_get_constraintdef(pg_constraint.oid)]
             FROM pg_constraint WHERE contypid = type.oid AND contype = 'c' ORDER BY conname),
       atttypid <> type.oid, attnotnull, attidentity::text, attgenerated::text,
       pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
FROM pg_attribute
JOIN pg_type AS own ON own.oid = atttypid
JOIN pg_type AS type ON type.oid = CASE WHEN own.typcategory = 'A' THEN own.typelem ELSE own.oid END
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""
_RULES = """
SELECT conname::text, contype::text,
       ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
       (SELECT relname::text FROM pg_class WHERE oid = confrelid),
       ARRAY(SELECT attname::text FROM unnest(confkey) AS key (number)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = number),
       confdeltype::text, pg_get_constraintdef(oid), condeferrable, condeferred
FROM pg_constraint
WHERE conrelid = %s AND contype IN ('p', 'u', 'f', 'c', 'x') AND conparentid = 0 ORDER BY conname
"""
_INDEXES = """
SELECT relname::text, amname::text, indisunique, pg_get_expr(indpred, indrelid), indexprs IS NOT NULL,
       ARRAY(SELECT CASE WHEN pg_index_column_has_property(indexrelid, place::int, 'desc')
                         THEN '-' || attname ELSE attname END
             FROM unnest(indkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = indrelid AND attnum = number
             WHERE place <= indnkeyatts ORDER BY place),
       (SELECT bool_and(opcdefault) FROM unnest(indclass) AS class JOIN pg_opclass ON pg_opclass.oid = class),
       pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
WHERE indrelid = %s AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY relname
"""
_TRIGGERS = """
SELECT tgname::text, nspname || '.' || proname, pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE tgrelid = %s AND NOT tgisinternal ORDER BY tgname
"""
_POLICIES = """
SELECT polname::text, CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                  WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
       pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM pg_policy WHERE polrelid = %s ORDER BY polname
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; of an array, type, kind and the like are those of its items."""

    name: str
    type: str
    kind: str
    type_name: str
    base: str | None
    labels: Sequence[str]
    rules: Sequence[tuple[str, str]]
    is_array: bool
    not_null: bool
    identity: str
    generated: str
    default: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint; target and target_columns are those of a foreign key."""

    name: str
    kind: str
    columns: Sequence[str]
    target: str | None
    target_columns: Sequence[str]
    on_delete: str
    definition: str
    deferrable: bool
    deferred: bool


@dataclass(frozen=True, slots=True)
class IndexRow:
    """An index that belongs to no constraint; columns with - before those in descending order."""

    name: str
    method: str
    is_unique: bool
    condition: str | None
    has_expressions: bool
    columns: Sequence[str]
    has_default_classes: bool
    definition: str


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger, with its function as schema.name."""

    name: str
    function: str
    definition: str


@dataclass(frozen=True, slots=True)
class PolicyRow:
    name: str
    command: str
    using: str | None
    check: str | None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    kind: str
    comment: str | None
    partition_key: str | None
    columns: Sequence[Column]
    rules: Sequence[Rule]
    indexes: Sequence[IndexRow]
    triggers: Sequence[TriggerRow]
    policies: Sequence[PolicyRow]

    @property
    def quoted(self) -> str:
        return quote(self.name)

    def of_kind(self, *kinds: str) -> list[Rule]:
        """Return the constraints of the kinds: p, u, f, c or x."""
        return [rule for rule in self.rules if rule.kind in kinds]


def tables(connection: BaseDatabaseWrapper, names: Sequence[str]) -> list[Table]:
    """Return the tables, or all of the search path without names; views and partitions only by name."""
    with connection.cursor() as cursor:
        cursor.execute(_RELATIONS, {"names": list(names)})
        return [_table(cursor, oid, found) for oid, *found in cursor.fetchall()]


def _table(cursor: Any, oid: int, found: list[Any]) -> Table:
    def read(query: str, row_type: Any) -> list[Any]:
        cursor.execute(query, [oid])
        return [row_type(*row) for row in cursor.fetchall()]

    return Table(
        *found,  # type: ignore[call-arg]
        read(_COLUMNS, Column),
        read(_RULES, Rule),
        read(_INDEXES, IndexRow),
        read(_TRIGGERS, TriggerRow),
        read(_POLICIES, PolicyRow),
    )
