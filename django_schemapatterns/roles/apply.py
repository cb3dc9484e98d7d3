"""Bring the database to what the settings say: all of it or nothing, however many do so at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from django.db import Error, transaction

from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.exceptions import NotAllowed, SchemaPatternsError
from django_schemapatterns.roles.plan import Step, make_plan

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

LOCK: Final = "schemapatterns.dbroles"
LOCK_TIMEOUT: Final = "5s"
ATTEMPTS: Final = 8
PASSES: Final = 4

# Roles belong to all databases of a server, and each database has advisory locks of its own: who makes the
# same role in another one is met as a duplicate key or as a row that somebody else is changing.
RACES: Final = {"23505", "42710", "XX000", "55P03", "40P01"}
FORBIDDEN: Final = "42501"


def apply_plan(connection: BaseDatabaseWrapper, roles: RoleSet) -> list[Step]:
    """
    Do what the plan says, and return what was done; an empty list says that nothing was missing.

    Raises NotAllowed, with the steps that need another role, before anything is done.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(using=connection.alias):
                return _apply(connection, roles)
        except Error as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state == FORBIDDEN:
                raise NotAllowed(_refusal(connection, str(error).strip())) from error
            if state not in RACES or attempt == ATTEMPTS - 1 or connection.in_atomic_block:
                raise
            time.sleep(0.05 * 2**attempt)
    raise AssertionError


def _apply(connection: BaseDatabaseWrapper, roles: RoleSet) -> list[Step]:
    done: list[Step] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        # An object that changes hands takes its grants along; what that leaves over is met in the next pass.
        for _ in range(PASSES):
            steps = make_plan(connection, roles)
            if not steps:
                return done
            _require_allowed(connection, steps)
            for step in steps:
                cursor.execute(step.sql)
            done += steps
    left = "; ".join(step.sql for step in make_plan(connection, roles))
    raise SchemaPatternsError(
        f"Nothing was changed: the database would still differ from the settings after {PASSES} passes. "
        f"Another role than the owner granted what remains; revoke that as that role: {left}"
    )


def _require_allowed(connection: BaseDatabaseWrapper, steps: list[Step]) -> None:
    refused = [step for step in steps if not step.allowed]
    if refused:
        raise NotAllowed(
            _refusal(connection, f"{len(refused)} of {len(steps)} statements are not its to run")
        )


def _refusal(connection: BaseDatabaseWrapper, reason: str) -> str:
    user = connection.settings_dict.get("USER") or "the role of the connection"
    return (
        f"{user} may not do all of it, and nothing was done: {reason}. Hand the statements of "
        f"`manage.py dbroles plan --sql --database {connection.alias}` to a database administrator, who "
        f"runs them with psql in this database; then run it again."
    )
