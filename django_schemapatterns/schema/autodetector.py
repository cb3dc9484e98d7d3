"""The one composed autodetector: what `makemigrations` must know beyond Django and django-pgtrigger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import FieldDoesNotExist
from django.core.management.commands import makemigrations, migrate
from django.db.migrations import AddConstraint, AddField, AlterField, CreateModel, Migration
from django.db.migrations.autodetector import MigrationAutodetector, OperationDependency
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from django_schemapatterns.schema.free_plan import (
    FreeObjectPlan,
    is_satisfied_by,
    put_around,
    split_at_commits,
)
from django_schemapatterns.schema.generated_plan import order_additions, order_changes, order_removals
from django_schemapatterns.schema.object_changes import arrange_objects, history, release_columns
from django_schemapatterns.schema.objects import SchemaObject
from django_schemapatterns.schema.proofs import prove_later, split_proofs
from django_schemapatterns.schema.storage import convert_tables
from django_schemapatterns.schema.triggers import AlterTrigger, CompiledTrigger, FollowingOperation

if TYPE_CHECKING:
    from django.db.migrations.operations.base import Operation

# The migration that adds a trigger runs after the one that installs what the trigger calls.
INSTALLED = OperationDependency("schemapatterns", "auditlog", None, OperationDependency.Type.CREATE)


class SchemaAutodetectorMixin(MigrationAutodetector):
    """Works on the finished list of operations, so it does not matter in which order mixins are composed."""

    generated_operations: dict[str, list[Operation]]
    migrations: dict[str, list[Migration]]

    def _detect_changes(self, convert_apps: Any = None, graph: Any = None) -> Any:
        self._graph = graph
        self.free_objects = FreeObjectPlan(
            graph, self.from_state, self.to_state, self.questioner, convert_apps or ()
        )
        return super()._detect_changes(convert_apps, graph)  # type: ignore[misc]

    def check_dependency(self, operation: Any, dependency: Any) -> bool:
        satisfied = is_satisfied_by(operation, dependency)
        return super().check_dependency(operation, dependency) if satisfied is None else satisfied

    def _constraint_should_be_dropped_and_recreated(self, old: Any, new: Any) -> bool:
        try:
            return bool(super()._constraint_should_be_dropped_and_recreated(old, new))  # type: ignore[misc]
        except KeyError:
            # A field was renamed that keeps its column, and Django 6 looks for it among the `fields` of each.
            return True

    def _generate_added_field(self, app_label: str, model_name: str, field_name: str) -> None:
        """Let a field be filled in that knows its values for rows that are there, and ask nobody for one."""
        fields = self.to_state.models[app_label, model_name].fields
        field = fields[field_name]
        if field.null or not hasattr(field, "filled_by"):
            super()._generate_added_field(app_label, model_name, field_name)  # type: ignore[misc]
            return
        fields[field_name] = field.clone()
        fields[field_name].null = True
        super()._generate_added_field(app_label, model_name, field_name)  # type: ignore[misc]
        fields[field_name] = field
        added: Any = [OperationDependency(app_label, model_name, field_name, OperationDependency.Type.CREATE)]
        for operation in (field.filled_by(model_name, field_name), AlterField(model_name, field_name, field)):
            self.add_operation(app_label, operation, dependencies=added)

    def _sort_migrations(self) -> None:
        created = {
            (app_label, operation.name_lower)
            for app_label, operations in self.generated_operations.items()
            for operation in operations
            if isinstance(operation, CreateModel)
        }
        for app_label, operations in self.generated_operations.items():
            convert_tables(operations)
            wait_for_functions(operations)
            self._let_fields_convert(app_label, operations)
            order_changes(app_label, operations)
            order_additions(app_label, operations)
            order_removals(app_label, operations, self.from_state)
            arranged = arrange_objects(
                operations, created, app_label, self._new_model, history(self._graph, app_label)
            )
            arranged = release_columns(arranged, app_label, self.from_state)
            changed = add_following(merge_trigger_changes(arranged), created)
            self.generated_operations[app_label] = prove_later(changed, created, app_label)
        self.free_objects.add_to(self.generated_operations)
        super()._sort_migrations()  # type: ignore[misc]
        for app_label, operations in self.generated_operations.items():
            self.generated_operations[app_label] = put_around(put_ours_last(operations))

    def _let_fields_convert(self, app_label: str, operations: list[Operation]) -> None:
        """Put the operation in the place of AlterField that a field has for its values."""
        for operation in operations:
            if type(operation) is AlterField:
                fields = [
                    self._field_in(state, app_label, operation) for state in (self.from_state, self.to_state)
                ]
                kinds = [each.converted_by(*fields) for each in fields if hasattr(each, "converted_by")]
                if all(fields) and any(kinds):
                    operation.__class__ = next(filter(None, kinds))

    def _field_in(self, state: Any, app_label: str, operation: Any) -> Any:
        try:
            return state.apps.get_model(app_label, operation.model_name)._meta.get_field(operation.name)
        except (LookupError, FieldDoesNotExist):  # of a model that gets another name; or new
            return None

    def _new_model(self, app_label: str, name: str) -> Any:
        return self.to_state.apps.get_model(app_label, name)

    def _optimize_migrations(self) -> None:
        for app_label, migrations in self.migrations.items():
            parts = split_at_commits(app_label, migrations)
            self.migrations[app_label] = split_proofs(app_label, parts)
        super()._optimize_migrations()  # type: ignore[misc]


def merge_trigger_changes(operations: list[Operation]) -> list[Operation]:
    """Turn the removal and addition of one trigger into its alteration, and say what it depends on."""
    removed = {key(each): each for each in operations if isinstance(each, RemoveTrigger)}
    merged: list[Operation] = []
    replaced: set[int] = set()
    for operation in operations:
        if not (isinstance(operation, AddTrigger) and isinstance(operation.trigger, CompiledTrigger)):
            merged.append(operation)
            continue
        old = removed.get(key(operation))
        renewed = AlterTrigger(operation.model_name, operation.trigger) if old else operation
        required = [
            OperationDependency(*field, OperationDependency.Type.CREATE)
            for field in operation.trigger.requires
        ]
        dependencies = [*getattr(operation, "_auto_deps", []), INSTALLED, *required]
        renewed._auto_deps = dependencies  # type: ignore[attr-defined]
        merged.append(renewed)
        replaced.add(id(old))
    return [operation for operation in merged if id(operation) not in replaced]


def wait_for_functions(operations: list[Operation]) -> None:
    """Let what makes a field that calls our functions come after the migration that installs them."""
    for operation in operations:
        fields = [each for _, each in operation.fields] if isinstance(operation, CreateModel) else []
        if isinstance(operation, AddField | AlterField):
            fields = [operation.field]
        called_by = [*fields, *(getattr(each, "db_default", None) for each in fields)]
        if isinstance(operation, AddConstraint):
            called_by = [operation.constraint]
        if any(getattr(each, "calls_functions", False) for each in called_by):
            operation._auto_deps = [*getattr(operation, "_auto_deps", []), INSTALLED]  # type: ignore[attr-defined]


def add_following(operations: list[Operation], created: set[tuple[str, str]]) -> list[Operation]:
    """Add what triggers want to be done about the rows of tables that are there already."""
    found = list(operations)
    for operation in operations:
        if not (isinstance(operation, AddTrigger) and isinstance(operation.trigger, CompiledTrigger)):
            continue
        if any((app_label, model) in created for app_label, model, _ in operation.trigger.requires):
            continue
        for following in operation.trigger.followed_by(operation.model_name):
            following._auto_deps = operation._auto_deps  # type: ignore[attr-defined]
            found.append(following)
    return found


def put_ours_last(operations: list[Operation]) -> list[Operation]:
    """
    Let no trigger stand between CreateModel and an AddField that Django would merge, and may have to.

    What names its table comes after AlterModelTable, too.
    """
    objects = [
        each
        for each in operations
        if isinstance(each, AddConstraint) and isinstance(each.constraint, SchemaObject)
    ]
    triggers = [
        each
        for each in operations
        if isinstance(each, AddTrigger) and isinstance(each.trigger, CompiledTrigger)
    ]
    last = [each for each in operations if isinstance(each, FollowingOperation)]
    ours = {id(each) for each in (*objects, *triggers, *last)}
    return [*(each for each in operations if id(each) not in ours), *objects, *triggers, *last]


def key(operation: AddTrigger | RemoveTrigger) -> tuple[str, str]:
    name = operation.trigger.name if isinstance(operation, AddTrigger) else operation.name
    return operation.model_name.lower(), cast("str", name)


def compose() -> None:
    """Put our mixin on top of the migration commands' autodetector; Django wants one for both."""
    current = makemigrations.Command.autodetector
    if issubclass(current, SchemaAutodetectorMixin):
        return
    composed = type("MigrationAutodetector", (SchemaAutodetectorMixin, current), {})
    for command in (makemigrations, migrate):
        command.Command.autodetector = composed
        command.MigrationAutodetector = composed  # type: ignore[attr-defined]
