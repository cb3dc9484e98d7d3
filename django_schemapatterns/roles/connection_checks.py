"""Checks of the role that a process connects as: `check --deploy --database default`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from django_schemapatterns import conf
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.roles.facts import Reader
from django_schemapatterns.roles.plan import make_plan
from django_schemapatterns.roles.queries import PASSES
from django_schemapatterns.schema.sql import render

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# SET ROLE takes the rights of a session away, and the session can take them back: both users count.
_WHO = render(
    """
SELECT rolname::text, rolsuper, rolbypassrls,
       ARRAY(SELECT oid::regclass::text FROM pg_class
             WHERE relrowsecurity AND NOT relispartition AND relowner = me.oid ORDER BY 1),
       ARRAY(SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class
             WHERE relrowsecurity AND relowner <> me.oid AND pg_has_role(me.oid, relowner, 'MEMBER')
             ORDER BY 1),
       ARRAY(SELECT rolname::text FROM pg_roles AS other
             WHERE (rolsuper OR rolbypassrls) AND other.oid <> me.oid
               AND pg_has_role(me.oid, other.oid, 'MEMBER') ORDER BY 1),
       ARRAY(SELECT DISTINCT pg_get_userbyid(role)::text
             FROM pg_policy AS policy CROSS JOIN unnest(polroles) AS role
             WHERE role <> 0 AND pg_has_role(me.oid, role, 'MEMBER')
               AND {{passes}} ORDER BY 1)
FROM pg_roles AS me WHERE rolname IN (current_user, session_user) ORDER BY rolname = current_user
""",
    passes=PASSES.format("policy.polrelid", "role"),
)

_PRESET = """
SELECT coalesce('role ' || quote_ident(rolname), ''), coalesce('database ' || quote_ident(datname), ''),
       split_part(entry, '=', 1)
FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS entry
LEFT JOIN pg_roles ON pg_roles.oid = setrole
LEFT JOIN pg_database ON pg_database.oid = setdatabase
WHERE split_part(entry, '=', 1) IN ('app.current_user_id', 'app.current_tenant_id', 'app.context')
  AND (setdatabase = 0 OR datname = current_database())
"""

# The first release of each version without the holes in policies that are known.
MENDED: Final = {15: 14, 16: 10, 17: 6}

OTHER_LOGIN: Final = (
    "Let the application connect as a login of the readwrite role, and only migrations as the owner's: see "
    "`manage.py dbroles`."
)


@dataclass(frozen=True, slots=True)
class Who:
    """A user of the session, and by what it would pass the policies."""

    name: str
    superuser: bool
    bypassrls: bool
    owns: list[str]
    owners: list[str]
    unbound: list[str]
    passes: list[str]


def check_connection(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find out whether policies and grants bind the role of each connection."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "postgresql" and is_concerned(connection):
            found += [
                *_check_users(connection),
                *_check_presets(connection),
                *_check_drift(connection),
                *check_version(Reader(connection).version),
            ]
    return found


def is_concerned(connection: BaseDatabaseWrapper) -> bool:
    """Whether the project declares roles, or the database has tables with row security."""
    return conf.get().roles is not None or has_protected_tables(connection)


def has_protected_tables(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_class WHERE relrowsecurity)")
        return bool(cursor.fetchone()[0])


def users_of(connection: BaseDatabaseWrapper) -> list[Who]:
    """Return the users of the session, two if it has set a role."""
    roles = conf.get().roles or RoleSet()
    rows = Reader(connection).rows(_WHO)
    # What is everybody's is shown to programs by such a policy, too.
    programs = {roles.readwrite, roles.readonly}
    found = [Who(*row) for row in rows]
    return [replace(who, passes=[role for role in who.passes if role not in programs]) for who in found]


def _check_users(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    roles = conf.get().roles
    for who in users_of(connection):
        kinds = roles.kinds_of(who.name) if roles else ()
        if "owner" in kinds and not who.superuser:
            continue  # the connection for migrations
        for text, number in problems_of(who, may_pass="admin" in kinds):
            yield checks.Error(
                f"{connection.alias!r} connects as {who.name}, {text}.",
                hint=OTHER_LOGIN,
                id=number,
            )


def problems_of(who: Who, *, may_pass: bool = False) -> Iterator[tuple[str, str]]:
    """Return why policies do not bind a user, and the number of the check; the worst alone says enough."""
    if who.superuser:
        yield "a superuser: no policy and no grant binds it", "schemapatterns.E440"
        return
    if who.bypassrls:
        yield "which has BYPASSRLS: no policy binds it", "schemapatterns.E441"
    if who.owns:
        yield f"the owner of {_some(who.owns)}: it can switch row security off", "schemapatterns.E442"
    if who.owners:
        yield (
            f"a member of {_some(who.owners)}, who owns protected tables: it can become that role",
            "schemapatterns.E443",
        )
    if who.unbound:
        yield (
            f"a member of {_some(who.unbound)}, whom no policy binds: it can become that role",
            "schemapatterns.E444",
        )
    if who.passes and not may_pass:
        yield f"a member of {_some(who.passes)}, for whom a policy shows every row", "schemapatterns.E445"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _check_presets(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    for role, database, name in Reader(connection).rows(_PRESET):
        place = " in ".join(filter(None, [role, database])) or "every session"
        yield checks.Error(
            f"{name} is preset for {place}: whoever says nothing acts as somebody.",
            hint=f"Take it away with ALTER ROLE … RESET {name} or ALTER DATABASE … RESET {name}.",
            id="schemapatterns.E447",
        )


def _check_drift(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    roles: RoleSet | None = conf.get().roles
    if roles is None:
        return
    if steps := make_plan(connection, roles):
        yield checks.Warning(
            f"Owners and grants in {connection.alias!r} are not as SCHEMAPATTERNS['ROLES'] says: "
            f"{len(steps)} statements are missing, such as {steps[0].sql}.",
            hint="Run `manage.py dbroles apply` after `migrate`, with the connection that migrates.",
            id="schemapatterns.W448",
        )


def check_version(version: int) -> Iterator[CheckMessage]:
    """Find releases whose policies have known holes; version: as the server tells it, such as 150014."""
    mended = MENDED.get(version // 10_000, 0)
    if version % 10_000 < mended:
        yield checks.Warning(
            f"PostgreSQL {version // 10_000}.{version % 10_000} may show rows that policies hide: "
            "CVE-2024-10976, CVE-2025-8713.",
            hint=f"Install {version // 10_000}.{mended} or later.",
            id="schemapatterns.W459",
        )
