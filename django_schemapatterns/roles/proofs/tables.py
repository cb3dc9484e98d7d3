"""The tables with row security, as the catalog knows them, and what leads to their rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_schemapatterns.roles.queries import AS_INVOKER, HEIRS, REACHES
from django_schemapatterns.schema.sql import render

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_TABLES = """
SELECT pg_class.oid, format('%I.%I', nspname, relname), relrowsecurity,
       CASE WHEN relrowsecurity THEN row_security_active(pg_class.oid) ELSE false END,
       ARRAY(
           SELECT quote_ident(attname) FROM pg_index JOIN pg_attribute ON attrelid = indrelid
           WHERE indrelid = pg_class.oid AND indisprimary AND attnum = ANY (indkey) ORDER BY attnum
       ),
       ARRAY(
           SELECT quote_ident(attname) FROM pg_attribute
           WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
           ORDER BY attnum
       ),
       ARRAY(
           SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum IN (
               SELECT refobjsubid FROM pg_depend JOIN pg_policy ON pg_policy.oid = objid
               WHERE classid = 'pg_policy'::regclass AND polrelid = pg_class.oid
                 AND refclassid = 'pg_class'::regclass AND refobjid = pg_class.oid AND refobjsubid > 0
           ) AND attgenerated = '' ORDER BY attnum
       ),
       ARRAY(
           SELECT concat_ws(' ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
           FROM pg_policy WHERE polrelid = pg_class.oid AND EXISTS (
               SELECT FROM unnest(polroles) AS role WHERE role = 0 OR pg_has_role(role, 'USAGE')
           )
       )
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p') AND NOT relispartition
  AND (relrowsecurity OR pg_class.oid = ANY (%(declared)s::oid[]))
ORDER BY 2
"""

_PARTITIONS = render(
    """
{{heirs}}
SELECT heir::regclass::text, relrowsecurity,
       has_table_privilege(heir, 'SELECT'), has_table_privilege(heir, 'INSERT, UPDATE, DELETE, TRUNCATE')
FROM heirs JOIN pg_class ON pg_class.oid = heir WHERE relation = %(table)s ORDER BY 1
""",
    heirs=HEIRS,
)

_VIEWS = render(
    """
{{reaches}}
SELECT DISTINCT view::regclass::text, relkind = 'm', {{as_invoker}}
FROM reaches JOIN pg_class ON pg_class.oid = view
WHERE relation = %(table)s AND has_table_privilege(view, 'SELECT') ORDER BY 1
""",
    reaches=REACHES,
    as_invoker=AS_INVOKER,
)

_REFERENCES = """
SELECT conname::text, conrelid::regclass::text,
       ARRAY(SELECT quote_ident(attname) FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
       ARRAY(SELECT quote_ident(attname) FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place),
       ARRAY(SELECT quote_ident(attname) FROM pg_attribute
             WHERE attrelid = conrelid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
               AND attnum <> ALL (conkey) ORDER BY attnum),
       (SELECT bool_and(has_column_privilege(conrelid, number, 'UPDATE')) FROM unnest(conkey) AS number),
       (SELECT bool_and(has_column_privilege(conrelid, number, 'INSERT')) FROM unnest(conkey) AS number)
FROM pg_constraint WHERE contype = 'f' AND confrelid = %(table)s AND conparentid = 0 ORDER BY 2, 1
"""

_SETTING = re.compile(r"current_(user|tenant)_id\b")
_OWNED = re.compile(r'\(?("(?:[^"]|"")+"|\w+)(?:::\w+)? = \( ?SELECT (?:\w+\.)?current_(user|tenant)_id\(')
_CLAIM = re.compile(r"\bclaim\('((?:[^']|'')+)'")


@dataclass(frozen=True)
class Protected:
    """
    A table with row security.

    keys, columns: quoted.  decisive: the columns that its policies ask.  kinds: what of the context they ask.
    owners: the columns that are compared with it, by kind.  claims: other keys of the context that they ask.
    """

    oid: int
    sql: str
    label: str
    enabled: bool
    active: bool
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    decisive: tuple[str, ...]
    kinds: frozenset[str]
    owners: Mapping[str, str]
    claims: frozenset[str]

    @property
    def key(self) -> str:
        """The expression by which rows are told apart."""
        return f"ROW({', '.join(self.keys)})::text" if self.keys else "ctid::text"


def protected_tables(connection: BaseDatabaseWrapper, declared: Mapping[str, str]) -> list[Protected]:
    """
    Return the tables that have row security, and those that models declare to have it.

    declared: the labels of such models, by the quoted names of their tables.
    """
    labels = _by_oid(connection, declared)
    rows = ask(connection, _TABLES.replace("%I", "%%I"), {"declared": list(labels)})
    return [_protected(row, labels) for row in rows]


def ask(connection: BaseDatabaseWrapper, query: str, parameters: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[Any] = cursor.fetchall()
    return rows


def partitions(connection: BaseDatabaseWrapper, table: Protected) -> list[tuple[str, bool, bool, bool]]:
    """Return partitions and other heirs: name, has row security, may be read, may be written."""
    return ask(connection, _PARTITIONS, {"table": table.oid})


def views(connection: BaseDatabaseWrapper, table: Protected) -> list[tuple[str, bool, bool]]:
    """Return the views that the role may read and that read the table: name, is a copy, security_invoker."""
    return ask(connection, _VIEWS, {"table": table.oid})


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key to the table: its columns, those they refer to, the others, and what is granted."""

    name: str
    child: str
    columns: list[str]
    targets: list[str]
    others: list[str]
    may_update: bool
    may_insert: bool


def references(connection: BaseDatabaseWrapper, table: Protected) -> list[Reference]:
    """Return the foreign keys that lead to the table."""
    return [Reference(*row) for row in ask(connection, _REFERENCES, {"table": table.oid})]


def _by_oid(connection: BaseDatabaseWrapper, declared: Mapping[str, str]) -> dict[int, str]:
    query = "SELECT to_regclass(name)::oid::bigint, name FROM unnest(%(names)s::text[]) AS wanted (name)"
    found = ask(connection, query, {"names": list(declared)})
    return {oid: declared[name] for oid, name in found if oid is not None}


def _protected(row: Any, labels: Mapping[int, str]) -> Protected:
    oid, sql, enabled, active, keys, columns, decisive, texts = row
    text = " ".join(texts)
    return Protected(
        oid=oid,
        sql=sql,
        label=labels.get(oid, sql),
        enabled=enabled,
        active=active,
        keys=tuple(keys),
        columns=tuple(columns),
        decisive=tuple(decisive),
        kinds=frozenset(_SETTING.findall(text)),
        owners={kind: column for column, kind in _OWNED.findall(text) if column in decisive},
        claims=frozenset(_CLAIM.findall(text)),
    )
