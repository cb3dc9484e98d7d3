"""Row security as it is in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import ProgrammingError, transaction

from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from django_schemapatterns.rowsecurity.policies import Policy

COPY = "schemapatterns_expected"
_TABLES = """
SELECT wanted.name, relrowsecurity, relforcerowsecurity, ARRAY(
    SELECT part.oid::regclass::text FROM pg_partition_tree(pg_class.oid) AS tree
    JOIN pg_class AS part ON part.oid = tree.relid
    WHERE tree.relid <> pg_class.oid AND NOT part.relrowsecurity
      AND EXISTS (SELECT FROM aclexplode(part.relacl) WHERE grantee <> part.relowner) ORDER BY 1
)
FROM unnest(%s::text[]) AS wanted (name) JOIN pg_class ON pg_class.oid = to_regclass(wanted.name)
"""
_POLICIES = """
SELECT wanted.name, polname::text, polpermissive, polcmd::text, ARRAY(
    SELECT coalesce(rolname::text, 'public') FROM unnest(polroles) AS role (oid)
    LEFT JOIN pg_roles USING (oid) ORDER BY 1
), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM unnest(%s::text[]) AS wanted (name) JOIN pg_policy ON polrelid = to_regclass(wanted.name)
ORDER BY 1, 2
"""
_ROLES = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s)"


class PolicyRow(NamedTuple):
    """A policy of a table; the expressions are as PostgreSQL writes them, None where it has none."""

    name: str
    permissive: bool
    command: str
    roles: Sequence[str]
    using: str | None
    check: str | None


@dataclass
class TableRow:
    """A table: whether row security is on, and for its owner; its policies, and open partitions."""

    name: str
    enabled: bool
    forced: bool
    open_partitions: Sequence[str]
    policies: dict[str, PolicyRow] = field(default_factory=dict)


def tables(connection: BaseDatabaseWrapper, names: Iterable[str]) -> dict[str, TableRow]:
    """Return the tables that exist, by the quoted names that were asked for."""
    wanted = sorted(set(names))
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [wanted])
        found = {row[0]: TableRow(*row) for row in cursor.fetchall()}
        cursor.execute(_POLICIES, [wanted])
        for name, *policy in cursor.fetchall():
            found[name].policies[policy[0]] = PolicyRow(*policy)
    return found


def missing_roles(connection: BaseDatabaseWrapper, roles: Iterable[str]) -> list[str]:
    """Return those of the roles that do not exist."""
    wanted = sorted(set(roles))
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, [wanted])
        return sorted({*wanted} - {name for (name,) in cursor.fetchall()})


def as_postgresql_writes(
    connection: BaseDatabaseWrapper, table: str, policies: Iterable[Policy]
) -> dict[str, PolicyRow] | None:
    """
    Return policies as they would be on a table, whose columns may have been renamed since they were written.

    They are made on a copy without rows, which is taken back. None if the role may make no such copy.
    """
    copied = f"CREATE TEMPORARY TABLE {quote(COPY)} (LIKE {table}) ON COMMIT DROP"
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(copied)
            for policy in policies:
                cursor.execute(policy.create(quote(COPY))[0])
            cursor.execute(_POLICIES, [[f"pg_temp.{COPY}"]])
            found: list[tuple[Any, ...]] = cursor.fetchall()
            transaction.set_rollback(True, using=connection.alias)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) != "42501":
            raise
        return None
    return {row[1]: PolicyRow(*row[1:]) for row in found}
