"""Operations on the row security of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations import AlterConstraint
from django.db.migrations.operations.base import OperationCategory
from django.db.migrations.operations.models import ModelOperation

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity.policies import changes
from django_schemapatterns.rowsecurity.requirements import require_roles
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
OFF = "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"


class _Switch(ModelOperation):
    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models do not change."""

    def references_model(self, name: str, app_label: str) -> bool:
        return self.name_lower in {name.lower(), f"{app_label}.{name}".lower()}

    def _switch(self, app_label: str, editor: SchemaEditor, state: ProjectState, statement: str) -> None:
        model = state.apps.get_model(self.name if "." in self.name else f"{app_label}.{self.name}")
        connection = editor.connection
        if connection.vendor == "postgresql" and self.allow_migrate_model(connection.alias, model):
            editor.execute(statement.format(table=quote(model._meta.db_table)), params=None)


class EnableRowSecurity(_Switch):
    """
    Show no row of a table but as policies allow; taking the migration back shows them all again.

        EnableRowSecurity("Order")

    makemigrations writes it before the first RowSecurity of a table that has rows already.
    """

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._switch(app_label, schema_editor, to_state, ON)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._switch(app_label, schema_editor, to_state, OFF)

    def describe(self) -> str:
        return f"Enable row security on {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"enable_row_security_{self.name_lower}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name], {}


class DisableRowSecurity(_Switch):
    """
    Show every row of a table to everybody who may read it, which no other operation does.

        DisableRowSecurity("Order", reason="orders moved to a database of their own")

    Write it after the removal of the declaration, by which the table is only locked. A model of another app
    is named with it: "auth.Group".
    reason: for whoever reads the migrations later.
    """

    def __init__(self, name: str, *, reason: str) -> None:
        if not reason.strip():
            raise ConfigurationError(f"DisableRowSecurity({name!r}) opens a table: say for what reason.")
        self.reason = reason
        super().__init__(name)

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._switch(app_label, schema_editor, to_state, OFF)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._switch(app_label, schema_editor, to_state, ON)

    def describe(self) -> str:
        return f"Disable row security on {self.name}: {self.reason}"

    @property
    def migration_name_fragment(self) -> str:
        return f"disable_row_security_{self.name_lower.replace('.', '_')}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name], {"reason": self.reason}


class AlterRowSecurity(AlterConstraint):
    """
    Change policies in place: those that stay the same are not touched, and at no time is a row shown to more.

        AlterRowSecurity("order", "shop_order_row_security", RowSecurity(…))
    """

    reduces_to_sql = True

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._alter(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._alter(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Alter row security of {self.model_name}"

    def _alter(self, app_label: str, editor: SchemaEditor, old: ProjectState, new: ProjectState) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        connection = editor.connection
        if connection.vendor != "postgresql" or not self.allow_migrate_model(connection.alias, model):
            return
        before, after = (self._policies(app_label, editor, state) for state in (old, new))
        require_roles(editor, [role for each in after for role in each.roles])
        for statement in changes(before, after, quote(model._meta.db_table)):
            editor.execute(statement, params=None)

    def _policies(self, app_label: str, editor: SchemaEditor, state: ProjectState) -> Any:
        declaration: Any = state.models[app_label, self.model_name_lower].get_constraint_by_name(self.name)
        return declaration.policies(state.apps.get_model(app_label, self.model_name), editor)


for _operation in (EnableRowSecurity, DisableRowSecurity, AlterRowSecurity):
    _operation.__module__ = "django_schemapatterns.operations"
