"""What makemigrations has to know of generated columns: when they change, beside what they are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, RemoveField
from django.db.migrations.autodetector import OperationDependency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState


def order_changes(app_label: str, operations: Sequence[Operation]) -> None:
    """Let generated columns change before what they were made from goes, which would take them along."""
    changes = [each for each in operations if isinstance(each, AlterField) and each.field.generated]
    for change in changes:
        for other in operations:
            if not _is_beside(other, change):
                continue
            if isinstance(other, AddField):
                _wait(change, app_label, other, OperationDependency.Type.CREATE)
            if isinstance(other, RemoveField):
                _wait(other, app_label, change, OperationDependency.Type.ALTER)


def order_additions(app_label: str, operations: Sequence[Operation]) -> None:
    """Let generated columns come after what they are made from has changed, and before what uses them."""
    for addition in operations:
        if not (isinstance(addition, AddField) and addition.field.generated):
            continue
        for other in operations:
            if getattr(other, "model_name_lower", None) != addition.model_name_lower:
                continue
            if isinstance(other, AlterField) and not other.field.generated:
                _wait(addition, app_label, other, OperationDependency.Type.ALTER)
            if isinstance(other, AddConstraint | AddIndex):
                _wait(other, app_label, addition, OperationDependency.Type.CREATE)


def order_removals(app_label: str, operations: Sequence[Operation], old: ProjectState) -> None:
    """Let generated columns go before what they were made from."""
    removals = [each for each in operations if isinstance(each, RemoveField)]
    generated = [each for each in removals if _is_generated(app_label, each, old)]
    for removal in removals:
        for other in generated:
            if removal not in generated and removal.model_name_lower == other.model_name_lower:
                _wait(removal, app_label, other, OperationDependency.Type.REMOVE)


def _is_generated(app_label: str, removal: RemoveField, old: ProjectState) -> bool:
    model = old.models.get((app_label, removal.model_name_lower))
    return model is not None and bool(getattr(model.fields.get(removal.name), "generated", False))


def _is_beside(operation: Any, change: AlterField) -> bool:
    is_on_field = isinstance(operation, AddField | RemoveField)
    return is_on_field and operation.model_name_lower == change.model_name_lower


def _wait(operation: Any, app_label: str, other: Any, kind: Any) -> None:
    dependency = OperationDependency(app_label, other.model_name_lower, other.name, kind)
    operation._auto_deps = [*getattr(operation, "_auto_deps", []), dependency]
