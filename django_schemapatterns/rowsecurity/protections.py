"""Row security of models without a Meta of yours, as `protect()` declares it: what migrations do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.apps import apps
from django.db import connections, router
from django.db.migrations.autodetector import OperationDependency
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import OperationCategory

from django_schemapatterns.rowsecurity import catalog
from django_schemapatterns.rowsecurity.operations import OFF
from django_schemapatterns.rowsecurity.policies import changes
from django_schemapatterns.rowsecurity.registry import registered
from django_schemapatterns.rowsecurity.requirements import require_roles, required_fields, required_models
from django_schemapatterns.schema.autodetector import INSTALLED
from django_schemapatterns.schema.free import FreeObject, FreeOperation, Owned, public
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState


@dataclass(frozen=True)
class Protection(FreeObject):
    """The row security of a model that is declared outside of it; label: the model's."""

    label: str
    declaration: Any

    def creation(self) -> FreeOperation:
        return ProtectModel(self.label, self.declaration)

    def removal(self) -> FreeOperation:
        return UnprotectModel(self.label, self.declaration)

    def renamed(self, name: str) -> Protection:
        return self  # the policies of one model never become those of another

    def changes(self, old: Any, asks: Any) -> list[FreeOperation]:
        return [AlterProtection(self.label, self.declaration, old=old.declaration)]


def name_of(label: str) -> str:
    return f"row security of {label.lower()}"


def protections() -> Iterator[Owned]:
    """Return what `protect()` has declared, and the apps whose migrations make it."""
    for home, label, declaration in registered():
        yield Owned(home, Protection(name_of(label), label, declaration))


def after_migrate(using: str, **kwargs: Any) -> None:
    """Make what apps without migrations have declared."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not any(protections()):
        return
    unmigrated = MigrationLoader(connection).unmigrated_apps
    for home, protection in protections():
        model = apps.get_model(protection.label)
        table = quote(model._meta.db_table)
        if home not in unmigrated or not router.allow_migrate_model(using, model):
            continue
        if any(not each.enabled for each in catalog.tables(connection, [table]).values()):
            with connection.schema_editor() as editor:
                editor.execute(protection.declaration.create_sql(model, editor), params=None)


def _made_as(model: Any) -> tuple[str, str, str | None]:
    """Return the app, model and, for links of a many-to-many field, the field that make a table."""
    maker = model._meta.auto_created or model
    links = maker._meta.local_many_to_many if maker is not model else ()
    name = next((each.name for each in links if each.remote_field.through is model), None)
    return maker._meta.app_label, maker._meta.model_name, name


class _ProtectionOperation(FreeOperation):
    def __init__(self, label: str, declaration: Any) -> None:
        self.label = label
        self.declaration = declaration

    @property
    def name(self) -> str:  # type: ignore[override]
        return name_of(self.label)

    def waits_for(self) -> list[OperationDependency]:
        model = apps.get_model(self.label)
        models = (model, *required_models(self.declaration, model))
        places = [*required_fields(self.declaration, model), *map(_made_as, models)]
        created = OperationDependency.Type.CREATE
        return [INSTALLED, *(OperationDependency(*place, created) for place in dict.fromkeys(places))]

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        owner = objects[self.name].app_label if self.name in objects else app_label
        objects[self.name] = Owned(owner, Protection(self.name, self.label, self.declaration))

    def references_model(self, name: str, app_label: str) -> bool:
        return f"{app_label}.{name}".lower() == self.label.lower()

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.label, self.declaration], {}

    @property
    def migration_name_fragment(self) -> str:
        verb = type(self).__name__.removesuffix("Model").removesuffix("ion").lower()
        return f"{verb}_{self.label.replace('.', '_').lower()}"

    def _model(self, editor: SchemaEditor, state: ProjectState) -> Any:
        model = state.apps.get_model(self.label)
        connection = editor.connection
        allowed = connection.vendor == "postgresql" and self.allow_migrate_model(connection.alias, model)
        return model if allowed else None

    def _make(self, editor: SchemaEditor, state: ProjectState) -> None:
        if model := self._model(editor, state):
            editor.execute(self.declaration.create_sql(model, editor), params=None)

    def _remove(self, editor: SchemaEditor, state: ProjectState) -> Any:
        if model := self._model(editor, state):
            editor.execute(self.declaration.remove_sql(model, editor), params=None)
        return model


@public
class ProtectModel(_ProtectionOperation):
    """
    Make the policies of a model that is not yours, as `rowsecurity.protect()` declares them.

        ProtectModel("auth.Group", RowSecurity(Allow("own", when=Q(user=current.user_id))))

    Taking the migration back opens the table, as it was before.
    """

    category = OperationCategory.ADDITION
    when: ClassVar[Literal["before", "after"]] = "after"

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._make(schema_editor, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if model := self._remove(schema_editor, from_state):
            schema_editor.execute(OFF.format(table=quote(model._meta.db_table)), params=None)

    def describe(self) -> str:
        return f"Protect {self.label} by row security"


@public
class UnprotectModel(_ProtectionOperation):
    """
    Drop the policies of a model that is not yours; its table stays locked until DisableRowSecurity opens it.

        UnprotectModel("auth.Group", RowSecurity(…))

    declaration: what it was, for the way back.
    """

    category = OperationCategory.REMOVAL
    when: ClassVar[Literal["before", "after"]] = "before"

    def waits_for(self) -> list[OperationDependency]:
        return []

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects.pop(self.name, None)

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._remove(schema_editor, from_state)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._make(schema_editor, to_state)

    def describe(self) -> str:
        return f"Drop the policies of {self.label}, which stays locked"


@public
class AlterProtection(_ProtectionOperation):
    """
    Change the policies of a model that is not yours, in place.

        AlterProtection("auth.Group", RowSecurity(…), old=RowSecurity(…))

    old: what they were.
    """

    category = OperationCategory.ALTERATION
    when: ClassVar[Literal["before", "after"]] = "after"

    def __init__(self, label: str, declaration: Any, *, old: Any) -> None:
        super().__init__(label, declaration)
        self.old = old

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._alter(schema_editor, to_state, self.old, self.declaration)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._alter(schema_editor, to_state, self.declaration, self.old)

    def describe(self) -> str:
        return f"Alter row security of {self.label}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.label, self.declaration], {"old": self.old}

    def _alter(self, editor: SchemaEditor, state: ProjectState, before: Any, after: Any) -> None:
        if not (model := self._model(editor, state)):
            return
        old, new = (each.policies(model, editor) for each in (before, after))
        require_roles(editor, [role for each in new for role in each.roles])
        for statement in changes(old, new, quote(model._meta.db_table)):
            editor.execute(statement, params=None)
