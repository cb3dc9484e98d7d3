"""Whether somebody who can run SQL can say that he is somebody else, where contexts have to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from django.db import Error, transaction

from django_schemapatterns.exceptions import ContextRefused
from django_schemapatterns.roles.proofs.findings import Finding, Status
from django_schemapatterns.rowsecurity import signed_context

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# In one statement, so that nothing that the application tells before it can be in the way.
_FORGE: Final = """
WITH forged AS MATERIALIZED (SELECT set_config('app.current_user_id', '1', true) AS user_id)
SELECT schemapatterns.context_setting('app.current_user_id') FROM forged WHERE user_id = '1'
"""


def forged(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """Try to be somebody else; a database that believes every context promises nothing, and is not asked."""
    state = signed_context.state(connection.alias)
    if state is None or not state.is_required:
        return
    refusal = signed_context.refusal(connection.alias)
    yield _found("signed context", "failed" if refusal else "ok", refusal or "this process is believed")
    yield _found("forged context", *_forge(connection))


def _forge(connection: BaseDatabaseWrapper) -> tuple[Status, str]:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_FORGE)
            transaction.set_rollback(True, using=connection.alias)
    except ContextRefused:
        return "ok", "who sets the user by hand is refused"
    except Error as error:
        return "unknown", str(error).strip().partition("\n")[0]
    return "failed", "who sets the user by hand is believed"


def _found(trial: str, status: Status, detail: str) -> Finding:
    return Finding("(connection)", trial, status, detail)
