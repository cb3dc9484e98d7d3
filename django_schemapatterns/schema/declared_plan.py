"""In what order views and functions come and go, and what of other apps they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.migrations import DeleteModel, RemoveField
from django.db.migrations.autodetector import OperationDependency

from django_schemapatterns.schema.declared import (
    AlterObject,
    CreateObject,
    DropObject,
    ObjectOperation,
    ReleaseObject,
    RenameObject,
    in_order,
)
from django_schemapatterns.schema.free import FreeOperation

if TYPE_CHECKING:
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState

    Found = list[tuple[str, FreeOperation]]
    Generated = dict[str, list[Operation]]

MADE = "free object made"
GONE = "declared object gone"
TOUCHED = "model touched"


def arranged(found: Found) -> Found:
    """Let each object go before what it mentions, and come after that; names and types change in between."""
    renames = [each for each in found if isinstance(each[1], RenameObject)]
    others = [each for each in found if not isinstance(each[1], ObjectOperation)]
    return [*reversed(_in_order(_going(found))), *renames, *others, *_in_order(_coming(found))]


def wait_for_tables(
    found: Found, owners: Mapping[str, str], generated: Generated, old: ProjectState, new: ProjectState
) -> None:
    """Let objects wait for what other apps do to what they read, and that for the objects that let it go."""
    going, coming = _going(found), _coming(found)
    for app_label, operation in going:
        others = [(app, each.name) for app, each in going if each.object.mentions(operation.name)]
        _wait(operation, app_label, others, GONE)
        for app, model in _tables_in(operation, old):
            for removal in generated.get(app, []):
                if _removes_from(removal, model):
                    _wait(removal, app, [(app_label, operation.name)], GONE)
    for app_label, operation in coming:
        others = [(app, name) for name, app in owners.items() if operation.object.mentions(name)]
        _wait(operation, app_label, others, MADE)
        if operation.when == "after":
            _wait(operation, app_label, _tables_in(operation, new), TOUCHED)


def is_satisfied_by(operation: Any, dependency: OperationDependency) -> bool | None:
    """Return whether the operation must come first; None when the dependency is not about these."""
    kind: Any = dependency.type
    if kind == MADE:
        free = isinstance(operation, ObjectOperation) or getattr(operation, "when", "") == "before"
        return free and operation.name == dependency.model_name
    if kind == GONE:
        return isinstance(operation, DropObject | ReleaseObject) and operation.name == dependency.model_name
    if kind == TOUCHED:
        names = (getattr(operation, name, "") for name in ("model_name", "name", "new_name"))
        return dependency.model_name in {str(name).lower() for name in names}
    return None


def _going(found: Found) -> list[tuple[str, Any]]:
    return [each for each in found if isinstance(each[1], DropObject | ReleaseObject)]


def _coming(found: Found) -> list[tuple[str, Any]]:
    return [each for each in found if isinstance(each[1], CreateObject | AlterObject)]


def _in_order(found: list[tuple[str, Any]]) -> Found:
    place = {each.name: number for number, each in enumerate(in_order(one.object for _, one in found))}
    return sorted(found, key=lambda each: place[each[1].name])


def _tables_in(operation: Any, state: ProjectState) -> list[tuple[str, str]]:
    """Return (app label, model name) of the models whose tables an object reads."""
    return [
        key
        for key, model in state.models.items()
        for table in _tables(key, model)
        if table != operation.name and operation.object.mentions(table)
    ]


def _tables(key: tuple[str, str], model: Any) -> list[str]:
    table = str(model.options.get("db_table") or "_".join(key))
    links = [(name, field) for name, field in model.fields.items() if field.many_to_many]
    return [table, *(field.db_table or f"{table}_{name}" for name, field in links)]


def _removes_from(operation: Operation, model: str) -> bool:
    if isinstance(operation, DeleteModel):
        return operation.name_lower == model
    return isinstance(operation, RemoveField) and operation.model_name_lower == model


def _wait(operation: Any, app_label: str, others: list[tuple[str, str]], kind: Any) -> None:
    """Add dependencies on what other apps have; in one app the order of operations says it."""
    waits = [OperationDependency(app, name, None, kind) for app, name in others if app != app_label]
    operation._auto_deps = [*getattr(operation, "_auto_deps", []), *waits]
