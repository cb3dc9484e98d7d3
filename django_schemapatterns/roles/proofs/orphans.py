"""Rows that policies do not look for: without the row that they point at, of two tenants, or of nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from django_schemapatterns.roles.proofs.actors import NOBODY, Actor
from django_schemapatterns.roles.proofs.findings import Finding
from django_schemapatterns.roles.proofs.tables import Protected, ask
from django_schemapatterns.roles.proofs.trials import SAMPLE, run

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_PARENTS: Final = """
SELECT confrelid, confrelid::regclass::text,
       ARRAY(SELECT quote_ident(attname) FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
       ARRAY(SELECT quote_ident(attname) FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
             JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
FROM pg_constraint WHERE contype = 'f' AND conrelid = %(oid)s AND conparentid = 0 ORDER BY conname
"""
_IS_SHOWN_ALL: Final = """
SELECT has_table_privilege(%(oid)s, 'SELECT') AND (NOT row_security_active(%(oid)s) OR EXISTS (
    SELECT FROM pg_policy CROSS JOIN unnest(polroles) AS role
    WHERE polrelid = %(oid)s AND polpermissive AND polcmd IN ('r', '*')
      AND (role = 0 OR pg_has_role(role, 'USAGE')) AND pg_get_expr(polqual, polrelid) = 'true'
) AND NOT EXISTS (
    SELECT FROM pg_policy CROSS JOIN unnest(polroles) AS role
    WHERE polrelid = %(oid)s AND NOT polpermissive AND polcmd IN ('r', '*')
      AND (role = 0 OR pg_has_role(role, 'USAGE'))
))
"""


def seen_by(
    witness: BaseDatabaseWrapper,
    application: BaseDatabaseWrapper,
    table: Protected,
    tables: Iterable[Protected],
    actors: Iterable[Actor],
) -> Iterator[Finding]:
    """Look at all rows of a table, by a connection that is shown them."""
    if not _is_shown_all(witness, table.oid):
        text = "the witness is not shown all rows: name another with --witness"
        yield Finding(table.label, "orphans", "unknown", text)
        return
    yield stray_rows(witness, table, tables)
    yield rows_of_nobody(application, witness, table, actors)


def stray_rows(witness: BaseDatabaseWrapper, table: Protected, tables: Iterable[Protected]) -> Finding:
    """
    Look for rows that point at none, or at one of another tenant.

    A foreign key that was checked by an owner from whom policies hid rows counts as valid, and need not be.
    """
    others = {each.oid: each for each in tables}
    unseen: list[str] = []
    found: list[str] = []
    for oid, parent, *columns in ask(witness, _PARENTS, {"oid": table.oid}):
        if not _is_shown_all(witness, oid):
            unseen.append(parent)
            continue
        tenants = [each.owners.get("tenant") for each in (table, others.get(oid)) if each]
        for said, condition in _wrong(parent, columns, tenants):
            if count := _count(witness, table, condition):
                found.append(f"{count} rows {said}")
    if found:
        return Finding(table.label, "orphans", "failed", "; ".join(found))
    if unseen:
        return Finding(table.label, "orphans", "unknown", f"not all rows are shown of {', '.join(unseen)}")
    return Finding(table.label, "orphans", "ok", "what rows point at is there")


def _wrong(parent: str, columns: list[list[str]], tenants: list[str | None]) -> Iterator[tuple[str, str]]:
    """Return what may be wrong with rows that point at a table, in words and as a condition on them."""
    joined = " AND ".join(f"p.{target} = t.{column}" for column, target in zip(*columns, strict=True))
    known = " AND ".join(f"t.{column} IS NOT NULL" for column in columns[0])
    there = f"EXISTS (SELECT FROM {parent} AS p WHERE {joined}"
    yield f"point at no row of {parent}", f"{known} AND NOT {there})"
    if len(tenants) == 2 and all(tenants):
        yield f"point at another tenant's of {parent}", f"{there} AND p.{tenants[1]} <> t.{tenants[0]})"


def rows_of_nobody(
    application: BaseDatabaseWrapper, witness: BaseDatabaseWrapper, table: Protected, actors: Iterable[Actor]
) -> Finding:
    """Look for rows without an owner, which none of the actors sees."""
    ownerless = " OR ".join(f"{column} IS NULL" for column in table.owners.values()) or "false"
    keys = f"SELECT {table.key} FROM {table.sql} WHERE"  # noqa: S608
    outcome = run(witness, NOBODY, f"{keys} {ownerless} LIMIT {SAMPLE}")
    left = {key for (key,) in outcome.rows}
    for actor in actors if left else ():
        seen = run(application, actor, f"{keys} {table.key} = ANY (%s)", [list(left)])
        left -= {key for (key,) in seen.rows}
    if outcome.error or left:
        found = (
            outcome.error or f"{len(left)} rows without an owner are shown to none of those who were tried"
        )
        return Finding(table.label, "owners", "unknown", found)
    return Finding(table.label, "owners", "ok", "no row is without an owner and hidden from all")


def _is_shown_all(witness: BaseDatabaseWrapper, oid: int) -> bool:
    return bool(ask(witness, _IS_SHOWN_ALL, {"oid": oid})[0][0])


def _count(witness: BaseDatabaseWrapper, table: Protected, condition: str) -> int:
    query = f"SELECT count(*) FROM {table.sql} AS t WHERE {condition}"  # noqa: S608
    return int(ask(witness, query, {})[0][0])
