"""Pausing the audit, and changing the log: both leave a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def paused(reason: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[int]:
    """
    Write nothing into the audit log for a while, but that and why.

        with audit.paused(reason="import of the old shop"):
            Product.objects.bulk_create(products)

    Runs in a transaction, so that the note and what it is about stand or fall together; yields the note's id.
    The database role needs EXECUTE on `schemapatterns.audit_pause(text)`.
    """
    with _noted("audit_pause", "schemapatterns.audit_paused", reason, using) as note:
        yield note


@contextmanager
def maintenance(reason: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[int]:
    """
    Let the owner of the audit log change it, and write down why.

        with audit.maintenance(reason="erasure request 17"):
            AuditLog.objects.for_object(customer)._raw_delete("default")

    Runs in a transaction; yields the id of the note.
    """
    with _noted("audit_maintenance", "schemapatterns.audit_maintained", reason, using) as note:
        yield note


@contextmanager
def _noted(function: str, setting: str, reason: str, using: str) -> Iterator[int]:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [setting])
        outer = cursor.fetchone()[0] or ""
        cursor.execute(f"SELECT schemapatterns.{function}(%s)", [reason])
        yield cursor.fetchone()[0]
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, outer])
