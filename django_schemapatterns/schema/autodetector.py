"""The one composed autodetector: what `makemigrations` must know beyond Django and django-pgtrigger."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from django.core.management.commands import makemigrations, migrate
from django.db.migrations.autodetector import MigrationAutodetector, OperationDependency
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from django_schemapatterns.schema.triggers import AlterTrigger, CompiledTrigger

if TYPE_CHECKING:
    from django.db.migrations.operations.base import Operation

# The migration that adds a trigger runs after the one that installs what the trigger calls.
INSTALLED = OperationDependency("schemapatterns", "auditlog", None, OperationDependency.Type.CREATE)


class SchemaAutodetectorMixin(MigrationAutodetector):
    """Works on the finished list of operations, so the order in which autodetectors are composed does not matter."""

    def _sort_migrations(self) -> None:
        for app_label, operations in self.generated_operations.items():
            self.generated_operations[app_label] = merge_trigger_changes(operations)
        super()._sort_migrations()  # type: ignore[misc]


def merge_trigger_changes(operations: list[Operation]) -> list[Operation]:
    """Turn the removal and addition of one trigger into its alteration, and say what it depends on."""
    removed = {key(each): each for each in operations if isinstance(each, RemoveTrigger)}
    merged: list[Operation] = []
    replaced: dict[Any, Any] = defaultdict()
    for operation in operations:
        if isinstance(operation, AddTrigger) and isinstance(operation.trigger, CompiledTrigger):
            dependencies = [*getattr(operation, "_auto_deps", []), INSTALLED]
            if old := removed.get(key(operation)):
                replaced[id(old)] = old
                operation = AlterTrigger(operation.model_name, operation.trigger)
            operation._auto_deps = dependencies  # type: ignore[attr-defined]
        merged.append(operation)
    return [operation for operation in merged if id(operation) not in replaced]


def key(operation: AddTrigger | RemoveTrigger) -> tuple[str, str]:
    name = operation.trigger.name if isinstance(operation, AddTrigger) else operation.name
    return operation.model_name.lower(), cast(str, name)


def compose() -> None:
    """Put our mixin on top of whatever autodetector the migration commands have; Django wants one for both."""
    current = makemigrations.Command.autodetector
    if issubclass(current, SchemaAutodetectorMixin):
        return
    composed = type("MigrationAutodetector", (SchemaAutodetectorMixin, current), {})
    for command in (makemigrations, migrate):
        command.Command.autodetector = composed
        command.MigrationAutodetector = composed  # type: ignore[attr-defined, misc]
