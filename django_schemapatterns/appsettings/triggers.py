"""The trigger that counts the versions of a setting."""

from __future__ import annotations

from typing import Any

import pgtrigger

from django_schemapatterns.schema.triggers import CompiledTrigger, Trigger


class CompiledVersionTrigger(CompiledTrigger):
    """Gives a row that changes the next version, whoever changes it."""

    def declaration(self) -> dict[str, str]:
        return {
            "when": "BEFORE",
            "operation": "UPDATE",
            "level": "ROW",
            "condition": "WHEN (OLD.* OPERATOR(pg_catalog.*<>) NEW.*)",
            "function": "schemapatterns.setting_version",
        }


class VersionTrigger(Trigger):
    when = pgtrigger.Before
    operation = pgtrigger.Update

    def compile(self, model: Any) -> CompiledVersionTrigger:
        return CompiledVersionTrigger(
            name=str(self.name), pgid=self.get_pgid(model), table=model._meta.db_table
        )


CompiledVersionTrigger.__module__ = "django_schemapatterns.operations"
