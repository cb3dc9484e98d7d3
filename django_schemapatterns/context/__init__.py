"""
Who acts: said once, in Python, and known to PostgreSQL in every transaction that writes.

    from django_schemapatterns import context

    with context.acting_as(user, reason="spring sale"):
        Product.objects.update(price=F("price") * Decimal("0.9"))

Triggers, defaults and policies read it from four settings that end with the transaction: app.current_user_id,
app.current_tenant_id, app.request_id and app.context, a JSON object. Unset and '' both mean nobody.
"""

from __future__ import annotations

from django_schemapatterns.context import carrier, django_tasks
from django_schemapatterns.context.carrier import bind
from django_schemapatterns.context.current_values import (
    CurrentClaim,
    CurrentTenantId,
    CurrentUserId,
    CurrentValue,
    current,
)
from django_schemapatterns.context.protected import protect_reads
from django_schemapatterns.context.scope import (
    Scope,
    Snapshot,
    acting_as,
    asnapshot,
    copy,
    get,
    restore,
    snapshot,
)
from django_schemapatterns.context.values import Actor, Context

__all__ = [
    "Actor",
    "Context",
    "CurrentClaim",
    "CurrentTenantId",
    "CurrentUserId",
    "CurrentValue",
    "Scope",
    "Snapshot",
    "acting_as",
    "asnapshot",
    "bind",
    "copy",
    "current",
    "get",
    "install",
    "protect_reads",
    "restore",
    "snapshot",
]


def install() -> None:
    """Let every PostgreSQL connection carry the context; the application does so when it is ready."""
    carrier.install()
    django_tasks.install()
