"""Versioned .sql files as a migration operation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.schema import sql

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

# What a file makes: its kind and its name, without arguments (no function of ours is overloaded).
_CREATES = re.compile(
    r"^CREATE (?:OR REPLACE )?(TABLE|VIEW|FUNCTION|SCHEMA) (?:IF NOT EXISTS )?([\w.]+)", re.MULTILINE
)


_declared: dict[str, list[str]] = {
    "schema": [
        "schemapatterns.v1",
        "context_key.v1",
        "context_setting.v1",
        "copy_statement_triggers.v1",
        "copy_subpartitions.v1",
        "move_to_partition.v1",
        "create_partition.v1",
        "mark_partitions.v1",
    ]
}


def declare(pattern: str, files: Sequence[str]) -> None:
    """Say which files, of today's versions, a pattern consists of, in the order of their dependencies."""
    _declared[pattern] = list(files)


def declared() -> list[tuple[str, str]]:
    """Return (pattern, file) of everything that the database should hold."""
    return [(pattern, file) for pattern, files in _declared.items() for file in files]


class InstallSQL(Operation):
    """
    Run versioned .sql files of a pattern; reversed, drop what they made or bring the version before back.

        InstallSQL("audit", ["audit_log.v1", "audit_context.v1"])

    files: names without `.sql`, in the order of their dependencies.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(self, pattern: str, files: Sequence[str]) -> None:
        self.pattern = pattern
        self.files = list(files)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not self._allowed(app_label, schema_editor):
            return
        for file in self.files:
            for statement in self._install(file, schema_editor):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not self._allowed(app_label, schema_editor):
            return
        for file in reversed(self.files):
            for statement in uninstall_statements(self.pattern, file):
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Install {', '.join(self.files)} of {self.pattern}"

    @property
    def migration_name_fragment(self) -> str:
        return f"install_{self.pattern}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.pattern, self.files], {}

    def _install(self, file: str, schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
        return install_statements(self.pattern, file)

    def _allowed(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor) -> bool:
        connection = schema_editor.connection
        return connection.vendor == "postgresql" and router.allow_migrate(connection.alias, app_label)


def split_name(file: str) -> tuple[str, int]:
    """Return name and version of `name.v<version>`."""
    name, _, version = file.rpartition(".v")
    return name, int(version)


def install_statements(pattern: str, file: str) -> list[str]:
    """Return the file's text, and the comment that tells the version of its function in the database."""
    name, version = split_name(file)
    kind, created_name = created(pattern, file)
    comment = [f"COMMENT ON FUNCTION {created_name} IS 'django-schemapatterns, version {version}'"]
    return [sql.load(pattern, name, version), *(comment if kind == "FUNCTION" else [])]


def uninstall_statements(pattern: str, file: str) -> list[str]:
    """Return what brings the version before back, or drops what the first one made."""
    name, version = split_name(file)
    if version > 1:
        return install_statements(pattern, f"{name}.v{version - 1}")
    kind, created_name = created(pattern, file)
    return [f"DROP {kind} IF EXISTS {created_name}"]


def created(pattern: str, file: str) -> tuple[str, str]:
    """Return kind and name of the object that a file makes."""
    match = _CREATES.search(sql.load(pattern, *split_name(file)))
    if match is None:
        raise ValueError(f"{pattern}/sql/{file}.sql creates no schema, table, view or function.")
    return match[1], match[2]


InstallSQL.__module__ = "django_schemapatterns.operations"
