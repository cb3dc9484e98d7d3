"""Roles that what a migration makes is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import ProgrammingError
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns import conf
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.free import allowed
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

# Roles belong to all databases of a server, where somebody else may make the same one at the same time.
_CREATE = """
DO $do$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {name}) THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$do$
"""


class CreateRole(Operation):
    """
    Make a role that nobody logs in as, unless it is there.

        CreateRole("readwrite")

    name: what SCHEMAPATTERNS["ROLES"] calls it, or its name. Taking the migration back leaves the role, which
    belongs to all databases of the server.
    Raises ConfigurationError with the SQL for somebody who may make roles, if the migrating role may not.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def role(self) -> str:
        """The name of the role in the database."""
        return role_name(self.name)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if not allowed(schema_editor):
            return
        statement = _CREATE.format(name=literal(self.role), role=quote(self.role))
        try:
            schema_editor.execute(statement, params=None)
        except ProgrammingError as error:
            raise ConfigurationError(
                f"The role {self.role!r} does not exist, and the role that runs migrations may not make it. "
                f"Let somebody who may run: CREATE ROLE {quote(self.role)} NOLOGIN"
            ) from error

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Create role {self.name}, if need be"

    @property
    def migration_name_fragment(self) -> str:
        return f"role_{self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name], {}


CreateRole.__module__ = "django_schemapatterns.operations"


def role_set() -> RoleSet:
    """Return the project's roles; those of a project that declares none have our names."""
    return conf.get().roles or RoleSet()


def role_name(name: str) -> str:
    """Return the name of a role that is given by what the setting ROLES calls it, or by name."""
    return role_set().groups.get(name, name)
