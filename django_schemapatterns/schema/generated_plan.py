"""What makemigrations has to know of generated columns: when they change, beside what they are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations import AddField, AlterField, RemoveField
from django.db.migrations.autodetector import OperationDependency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.migrations.operations.base import Operation


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


def _is_beside(operation: Any, change: AlterField) -> bool:
    is_on_field = isinstance(operation, AddField | RemoveField)
    return is_on_field and operation.model_name_lower == change.model_name_lower


def _wait(operation: Any, app_label: str, other: Any, kind: Any) -> None:
    dependency = OperationDependency(app_label, other.model_name_lower, other.name, kind)
    operation._auto_deps = [*getattr(operation, "_auto_deps", []), dependency]
