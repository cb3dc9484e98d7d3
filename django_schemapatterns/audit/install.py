"""What the audit log consists of in the database, and how it gets there without migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections, router, transaction

from django_schemapatterns import conf
from django_schemapatterns.audit import retention  # noqa: F401 - it declares
from django_schemapatterns.schema.functions import declare, declared, install_statements

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

declare(
    "audit",
    [
        "audit_noted.v1",
        "audit_text.v1",
        "audit_context.v1",
        "audit_note.v1",
        "audit_pause.v1",
        "audit_maintenance.v1",
        "audit_refuse.v1",
        "audit_old_values.v1",
        "audit_new_values.v1",
        "audit_changed_fields.v1",
        "create_audit_partition.v1",
        "guard_audit_partition.v1",
        "create_audit_partitions.v2",
        "audit_log.v1",
        "audit_trail.v1",
    ],
)


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('schemapatterns.audit_log') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def install(connection: BaseDatabaseWrapper) -> None:
    """Make everything that the migrations would have made."""
    from django_schemapatterns.audit.guard import GUARDS, GuardTrigger
    from django_schemapatterns.audit.models import AuditLog

    statements = [each for pattern, file in declared() for each in install_statements(pattern, file)]
    guards = [GuardTrigger(name=name).compile(AuditLog).install_sql for name in GUARDS]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in [*statements, *guards]:
            cursor.execute(statement)


def before_migrate(using: str, **kwargs: Any) -> None:
    """Install at once where our migrations are switched off, as test runs like it."""
    modules: Any = settings.MIGRATION_MODULES
    switched_off = "schemapatterns" in modules and modules["schemapatterns"] is None
    if switched_off and _ours(using) and not is_installed(connections[using]):
        install(connections[using])


def after_migrate(using: str, **kwargs: Any) -> None:
    """Make this month's partition and the next ones, and give partitions the triggers of their tables."""
    if _ours(using) and is_installed(connections[using]):
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT schemapatterns.create_audit_partitions(%s)", [conf.get().audit_partitions_ahead]
            )
            cursor.execute(
                "SELECT schemapatterns.copy_statement_triggers(tgrelid) "
                "FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE relkind = 'p' AND NOT relispartition AND tgname LIKE 'pgtrigger\\_%' GROUP BY tgrelid"
            )


def _ours(using: str) -> bool:
    return connections[using].vendor == "postgresql" and router.allow_migrate(using, "schemapatterns")
