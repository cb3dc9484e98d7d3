"""The triggers that keep the log append-only."""

from __future__ import annotations

from typing import Any, Final

import pgtrigger

from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.triggers import CompiledTrigger, Trigger

GUARDS: Final = {
    # PostgreSQL gives the partitions, also those to come, a row trigger by itself.
    "append_only_rows": {"operation": "UPDATE OR DELETE", "level": "ROW"},
    "append_only_table": {"operation": "TRUNCATE", "level": "STATEMENT"},
}


class CompiledGuardTrigger(CompiledTrigger):
    """Refuses to change the audit log, also under `session_replication_role = replica`."""

    def declaration(self) -> dict[str, str]:
        assert self.name is not None
        fixed = {"when": "BEFORE", "function": "schemapatterns.audit_refuse"}
        return {**GUARDS[self.name], **fixed}

    def after_sql(self) -> str:
        return f"ALTER TABLE {quote(self.table)} ENABLE ALWAYS TRIGGER {self.pgid};"


class GuardTrigger(Trigger):
    """The declaration of one of the triggers that keep the audit log append-only."""

    when = pgtrigger.Before
    operation = pgtrigger.Update  # what it fires on is GUARDS'

    def compile(self, model: Any) -> CompiledGuardTrigger:
        assert self.name is not None
        return CompiledGuardTrigger(name=self.name, pgid=self.get_pgid(model), table=model._meta.db_table)


CompiledGuardTrigger.__module__ = "django_schemapatterns.operations"
