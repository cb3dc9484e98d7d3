"""Grants as a part of migrations, for projects that want no table to be without them for a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.roles.plan import grants_on
from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.roles import role_set

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState


class GrantRoles(Operation):
    """
    Grant on the tables of models what SCHEMAPATTERNS["ROLES"] says, as `dbroles apply` would.

        operations = [migrations.CreateModel("Order", …), GrantRoles("Order")]

    models: names of models of the migration's app. The roles must be there: see CreateRole.
    Taking the migration back leaves the grants, which go with the tables.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(self, *models: str) -> None:
        if not models:
            raise ConfigurationError('GrantRoles() needs the names of models: GrantRoles("Order").')
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection: Any = schema_editor.connection
        if connection.vendor != "postgresql" or not router.allow_migrate(connection.alias, app_label):
            return
        models = [to_state.apps.get_model(app_label, name) for name in self.models]
        for step in grants_on(connection, role_set(), [quote(model._meta.db_table) for model in models]):
            schema_editor.execute(step.sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        pass

    def references_model(self, name: str, app_label: str) -> bool:
        return name.lower() in {each.lower() for each in self.models}

    def describe(self) -> str:
        return f"Grant to the roles what they may do with {', '.join(self.models)}"

    @property
    def migration_name_fragment(self) -> str:
        return f"grant_{'_'.join(self.models).lower()}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [*self.models], {}


GrantRoles.__module__ = "django_schemapatterns.operations"
