"""What makemigrations does about the objects of tables, beside adding and removing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db.migrations import AddConstraint, AddField, DeleteModel, RemoveConstraint, RemoveField
from django.db.migrations.autodetector import OperationDependency

from django_schemapatterns.schema.free import flat
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.migrations.graph import MigrationGraph
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState

Key = tuple[str, str]
ADDITIONS = (AddField, AddConstraint, RemoveConstraint)


def arrange_objects(
    operations: list[Operation],
    created: Iterable[Key],
    app_label: str,
    model_of: Callable[[str, str], Any],
    history: Iterable[Operation],
) -> list[Operation]:
    """
    Change in place what can be, prepare tables that are there already, and wait for what the objects use.

    model_of: returns a model of the new state.  history: the operations of the app's migrations so far.
    """
    found: list[Operation] = []
    past = list(history)
    replaced: set[int] = set()
    for operation in operations:
        if not (isinstance(operation, AddConstraint) and isinstance(operation.constraint, SchemaObject)):
            found.append(operation)
            continue
        before = _before(operation, operations, (app_label, operation.model_name_lower) in created, past)
        renewed, old = _in_place(operation, operations) or (operation, None)
        replaced.add(id(old))
        needed = operation.constraint.requires(model_of(app_label, operation.model_name))
        waits = [OperationDependency(*field, OperationDependency.Type.CREATE) for field in needed]
        for each in (*before, renewed):
            each._auto_deps = [*getattr(operation, "_auto_deps", []), *waits]  # type: ignore[attr-defined]
        found += [*before, renewed]
    return [each for each in found if id(each) not in replaced]


def release_columns(operations: list[Operation], app_label: str, old: ProjectState) -> list[Operation]:
    """Remove what holds columns of models that go, where the columns go one by one before."""
    gone = {each.name_lower for each in operations if isinstance(each, DeleteModel)}
    touched = {each.model_name_lower for each in operations if isinstance(each, RemoveField)} & gone
    removals: list[Operation] = []
    for name in sorted(touched):
        for constraint in old.models[app_label, name].options.get("constraints", ()):
            if isinstance(constraint, SchemaObject) and constraint.holds_columns:
                removal: Any = RemoveConstraint(name, constraint.name)
                removal._auto_deps = []
                removals.append(removal)
    return [*removals, *operations]


def history(graph: MigrationGraph | None, app_label: str) -> list[Operation]:
    """Return the operations of the migrations that an app has."""
    if graph is None:
        return []
    plan = [key for leaf in graph.leaf_nodes(app_label) for key in graph.forwards_plan(leaf)]
    nodes: list[Any] = [graph.nodes[key] for key in dict.fromkeys(plan) if key[0] == app_label]
    return [operation for migration in nodes for operation in flat(migration.operations)]


def _before(
    operation: Any,
    operations: list[Operation],
    is_new: bool,  # noqa: FBT001
    past: list[Operation],
) -> list[Operation]:
    if is_new or _removal(operation, operations):
        return []
    return list(operation.constraint.preparation(operation.model_name, past))


def _in_place(operation: Any, operations: list[Operation]) -> tuple[Operation, Operation] | None:
    """Return what alters the object and the removal that it saves, unless columns change meanwhile."""
    model = operation.model_name_lower
    others = [each for each in operations if _model_of(each) == model and not isinstance(each, ADDITIONS)]
    removal = _removal(operation, operations)
    altered = operation.constraint.alteration(operation.model_name)
    return (altered, removal) if altered and removal and not others else None


def _removal(operation: Any, operations: list[Operation]) -> Operation | None:
    removals = (each for each in operations if isinstance(each, RemoveConstraint))
    return next((each for each in removals if _key(each) == _key(operation)), None)


def _key(operation: Any) -> Key:
    constraint = getattr(operation, "constraint", None)
    return operation.model_name_lower, constraint.name if constraint is not None else operation.name


def _model_of(operation: Any) -> str:
    for name in ("model_name_lower", "new_name_lower", "name_lower"):
        if value := getattr(operation, name, ""):
            return str(value)
    return ""
