"""Triggers are django-pgtrigger's; ours put their functions into our schema, from versioned SQL files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pgtrigger
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.migrations.operations.base import Operation
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger

from django_schemapatterns.schema import names, sql

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ModelState, ProjectState
    from django.db.models import Model

# Also where a migration has not run yet: tables of apps without migrations are made before any migration.
SCHEMA_SQL = f"""DO $$ BEGIN
    IF to_regnamespace('{names.SCHEMA}') IS NULL THEN CREATE SCHEMA {names.SCHEMA}; END IF;
END $$;
"""
COPY_SQL = """DO {quotes} BEGIN
    IF to_regprocedure('schemapatterns.copy_statement_triggers(regclass)') IS NOT NULL THEN
        PERFORM schemapatterns.copy_statement_triggers({table});
    END IF;
END {quotes};
"""
HASH = "\0"  # stands for the hash of the statements that hold it; no identifier or string of theirs can

STATUS_SQL = """
SELECT obj_description(oid, 'pg_trigger'), tgenabled::text
FROM pg_trigger WHERE tgname = %s AND tgrelid = to_regclass(%s)
"""
EXTRAS = {"referencing": "", "condition": "", "arguments": ""}


class TriggerSql(compiler.UpsertTriggerSql):
    """The statements that install a trigger, with what pgtrigger wants to know of them."""

    def __init__(self, *, template: str, pgid: str, table: str) -> None:
        self.hash = hashlib.sha256(template.encode()).hexdigest()[:40]
        self.pgid = pgid
        self.table = table
        self.data = template.replace(HASH, self.hash)


class FollowingOperation(Operation):
    """An operation on the rows of a table that has got a trigger."""


class CompiledTrigger(compiler.Trigger):
    """
    A trigger as a migration holds it: what it is made of, not the SQL made from that.

    name: the trigger's name among those of its model.
    pgid: its name in the database.
    table: the model's `db_table`.
    version: of the SQL files, so that an old migration does today what it did when it was written.
    """

    statement: ClassVar[str] = "trigger"
    function_name: ClassVar[str | None] = None
    # (app label, model name, field name) of what must be there first: for makemigrations alone.
    requires: Sequence[tuple[str, str, str]] = ()

    def __init__(self, *, name: str, pgid: str, table: str, version: int = 1) -> None:
        self.name = name
        self.pgid = pgid
        self.table = table
        self.version = version
        self.sql = TriggerSql(template=self.template(), pgid=pgid, table=names.quote(table))

    def __hash__(self) -> int:
        return hash((type(self), self.name, str(self.sql)))

    def declaration(self) -> dict[str, str]:
        """Return when, operation, level and function of the trigger, and what else it has of `EXTRAS`."""
        raise NotImplementedError

    def function_sql(self) -> str:
        """Return the statements that make the function that only this trigger uses, or nothing."""
        return ""

    def after_sql(self) -> str:
        """Return the statements that the new trigger needs before partitions get copies of it, or nothing."""
        return ""

    def followed_by(self, model_name: str) -> list[FollowingOperation]:
        """Return what makemigrations writes behind the trigger, where its tables are there already."""
        return []

    def install_sql_on(self, table: str) -> str:
        """Return the statements that install the trigger on its table while that bears another name."""
        return self.template(table).replace(HASH, self.hash)

    def uninstall_sql_on(self, table: str) -> str:
        """Return the statements that remove the trigger from its table while that bears another name."""
        if self.function_name:
            return self.uninstall_sql
        return str(compiler.DropTriggerSql(pgid=self.pgid, table=names.quote(table))).removesuffix(";")

    def template(self, table: str = "") -> str:
        table = names.quote(table or self.table)
        trigger = sql.render(
            sql.load("schema", self.statement, self.version),
            **{**EXTRAS, **self.declaration()},
            trigger=self.pgid,
            table=table,
            hash=HASH,
        )
        parent = names.literal(table)
        copy = COPY_SQL.format(table=parent, quotes=sql.dollar_quotes(parent))
        return f"{SCHEMA_SQL}\n{self.function_sql()}\n{trigger}\n{self.after_sql()}\n{copy}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"name": self.name, "pgid": self.pgid, "table": self.table}
        if self.version != 1:
            kwargs["version"] = self.version
        return f"{type(self).__module__}.{type(self).__qualname__}", [], kwargs


class AlterTrigger(AddTrigger):
    """
    Replace a trigger by its renewed form, without a moment in which there is none.

    Written by `makemigrations` when the columns or options that a trigger was made from change.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        model_state = state.models[app_label, self.model_name_lower]
        others = [trigger for trigger in model_state.options["triggers"] if trigger.name != self.trigger.name]
        model_state.options["triggers"] = [*others, self.trigger]
        state.reload_model(app_label, self.model_name_lower, delay=True)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: SchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._replace(app_label, schema_editor, from_state, to_state, backwards=False)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: SchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._replace(app_label, schema_editor, from_state, to_state, backwards=True)

    def describe(self) -> str:
        return f"Alter trigger {self.trigger.name} on model {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"alter_{self.model_name_lower}_{self.trigger.name}"

    def _replace(
        self,
        app_label: str,
        schema_editor: SchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
        *,
        backwards: bool,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model_trigger(schema_editor, model):
            return
        old = self._trigger(from_state.models[app_label, self.model_name_lower])
        new = self._trigger(to_state.models[app_label, self.model_name_lower])
        # Backwards, a table that was renamed is still to get its old name back.
        table = old.table if backwards else new.table
        statements = new.install_sql_on(table)
        if (old.sql.pgid, old.function_name) != (new.sql.pgid, new.function_name):
            # First, since both may share a function, and at once, so that nobody writes between.
            statements = f"{old.uninstall_sql_on(table)};\n{statements}"
        schema_editor.execute(statements, params=None)

    def _trigger(self, model_state: ModelState) -> CompiledTrigger:
        triggers: list[CompiledTrigger] = model_state.options["triggers"]
        return {trigger.name: trigger for trigger in triggers}[self.trigger.name]


class AddUnmanagedTrigger(AddTrigger):
    """Add a trigger to a table that migrations make by other means than CreateModel."""

    def allow_migrate_model_trigger(self, schema_editor: SchemaEditor, model: type[Model]) -> bool:
        connection = schema_editor.connection
        return connection.vendor == "postgresql" and router.allow_migrate(
            connection.alias, model._meta.app_label
        )


AddUnmanagedTrigger.__module__ = "django_schemapatterns.operations"
AlterTrigger.__module__ = "django_schemapatterns.operations"


class Trigger(pgtrigger.Trigger):
    """A pgtrigger.Trigger that compiles to a `CompiledTrigger`, perhaps of another table than its model's."""

    def get_installation_status(self, model: Any, database: str | None = None) -> tuple[str, bool | None]:
        if not self.allow_migrate(model, database=database):
            return pgtrigger.core.UNALLOWED, None
        compiled: Any = self.compile(model)
        with connections[database or DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(STATUS_SQL, [compiled.pgid, compiled.sql.table])
            row = cursor.fetchone()
        if row is None:
            return pgtrigger.core.UNINSTALLED, None
        comment, enabled = row
        current = comment == compiled.hash
        return (pgtrigger.core.INSTALLED if current else pgtrigger.core.OUTDATED), enabled != "D"

    def get_pgid(self, model: Any) -> str:
        return names.shorten(f"pgtrigger_{self.name}_{names.digest(self.get_uri(model))}").lower()
