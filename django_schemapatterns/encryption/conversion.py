"""Filling a column beside another with its values encrypted, and putting it in its place."""

# ruff: noqa: S608, S610 - every name is quoted, every value a parameter

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from django.db import OperationalError, transaction
from django.db.models import NOT_PROVIDED
from psycopg.errors import LockNotAvailable

from django_schemapatterns.encryption import sealing
from django_schemapatterns.encryption.fields import ways_of
from django_schemapatterns.schema import dependents, generated
from django_schemapatterns.schema.names import MAX_BYTES, literal, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.models import Model

BATCH: Final = 1000
LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 10
PAUSE: Final = 1.0

# A row that old code changes meanwhile is done again.
_FORGET = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$ BEGIN NEW.{aside} := NULL; RETURN NEW; END $function$
"""
_WATCH = """
CREATE TRIGGER {trigger} BEFORE UPDATE OF {column} ON {table}
FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {function}()
"""

_LEFT = """
SELECT col_description(attrelid, attnum) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped
"""


class Conversion:
    """
    The conversion of one column.

    old, new: the model before and after.  name: of the field.
    """

    def __init__(
        self, editor: BaseDatabaseSchemaEditor, old: type[Model], new: type[Model], name: str
    ) -> None:
        self.editor, self.connection = editor, editor.connection
        self.old, self.new = old, new
        self.before, self.after = _field(old, name), _field(new, name)
        self._table = quote(new._meta.db_table)
        self._column = quote(str(self.before.column))
        self._aside_name = shorten(f"{self.before.column}_converted", MAX_BYTES)
        self._aside = quote(self._aside_name)
        plain = new._meta.db_table.replace('"', "")
        self._function = f"schemapatterns.{quote(shorten(f'convert_{plain}_{self.before.column}'))}"
        self._trigger = quote("schemapatterns_convert")

    def run(self) -> None:
        """Do it; in transactions of its own where the migration is not one."""
        self._alone(self._prepare)
        while True:
            with self._transaction():
                if not self._batch():
                    break
        self._alone(self._finish)

    def _transaction(self) -> Any:
        return transaction.atomic(using=self.connection.alias)

    def _alone(self, action: Callable[[], None]) -> None:
        """Do something while nobody else uses the table; let others go first who use it for long."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._transaction():
                    self.editor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", params=None)
                    self.editor.execute(f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE", params=None)
                    action()
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or attempt == TRIES:
                    raise
                sleep(PAUSE)
            else:
                return

    def _prepare(self) -> None:
        definition = self._definition()
        names = {
            "table": self._table,
            "column": self._column,
            "aside": self._aside,
            "function": self._function,
            "trigger": self._trigger,
        }
        purpose = f"to be {definition}, {ways_of(self.after)}"
        if self._left() != purpose:
            self.editor.execute(f"ALTER TABLE {self._table} DROP COLUMN IF EXISTS {self._aside}", params=None)
        for statement in (
            f"ALTER TABLE {self._table} ADD COLUMN IF NOT EXISTS {self._aside} {definition}",
            f"COMMENT ON COLUMN {self._table}.{self._aside} IS {literal(purpose)}",
            _FORGET.format(**names),
            f"DROP TRIGGER IF EXISTS {self._trigger} ON {self._table}",
            _WATCH.format(**names),
        ):
            self.editor.execute(statement, params=None)

    def _definition(self) -> str:
        aside = copy(self.after)
        aside.column = self._aside_name
        parameters = aside.db_parameters(self.connection)
        collation = f" COLLATE {quote(parameters['collation'])}" if parameters.get("collation") else ""
        check = f" CHECK ({parameters['check']})" if parameters["check"] else ""
        return f"{parameters['type']}{collation}{check}"

    def _left(self) -> str | None:
        """Return what a run that did not come to its end has filled the column aside for."""
        with self.connection.cursor() as cursor:
            cursor.execute(_LEFT, [self._table, self._aside_name])
            found = cursor.fetchone()
        return found[0] if found else None

    def _batch(self) -> int:
        rows = list(
            self.old._base_manager.using(self.connection.alias)
            .extra(where=[f"{self._table}.{self._aside} IS NULL"])
            .exclude(**{f"{self.before.name}__isnull": True})
            .only(*self._needed())
            .select_for_update(of=("self",))
            .order_by("pk")[:BATCH]
        )
        key = " AND ".join(f"{quote(str(part.column))} = %s" for part in self.old._meta.pk_fields)
        statement = f"UPDATE {self._table} SET {self._aside} = %s WHERE {key}"
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, [[self._converted(row), *_key_of(row)] for row in rows])
        return len(rows)

    def _needed(self) -> set[str]:
        bound = [
            field.binding_field.name
            for field in (self.before, self.after)
            if getattr(field, "binding_field", None) is not None
        ]
        return {*(part.name for part in self.old._meta.pk_fields), self.before.name, *bound}

    def _converted(self, row: Any) -> Any:
        value = getattr(row, self.before.attname)
        if hasattr(self.after, "binding_field"):
            return sealing.sealed_for(self.after, row, value, add=True).envelope
        return self.after.get_db_prep_save(value, self.connection)

    def _finish(self) -> None:
        while self._batch():
            pass
        self.editor.execute(f"DROP TRIGGER {self._trigger} ON {self._table}", params=None)
        self.editor.execute(f"DROP FUNCTION {self._function}()", params=None)
        away = self._dependents()
        dependents.take_away(self.editor, away)
        self._swap()
        dependents.bring_back(self.editor, away)

    def _swap(self) -> None:
        column = quote(self.after.column)
        comment = literal(self.after.db_comment) if self.after.db_comment else "NULL"
        for statement in (
            f"ALTER TABLE {self._table} DROP COLUMN {self._column}",
            f"ALTER TABLE {self._table} RENAME COLUMN {self._aside} TO {column}",
            f"COMMENT ON COLUMN {self._table}.{column} IS {comment}",
        ):
            self.editor.execute(statement, params=None)
        if not self.after.null:
            self.editor.execute(f"ALTER TABLE {self._table} ALTER COLUMN {column} SET NOT NULL", params=None)
        bare = copy(self.after)
        bare._unique, bare.db_index, bare.db_default = False, False, NOT_PROVIDED
        self.editor.alter_field(self.new, bare, self.after)

    def _dependents(self) -> list[Any]:
        columns = [(self._table, self.before.column)]
        away = dependents.blocking(self.connection, columns)
        return generated.with_columns_made_from(self.connection, columns, away, self.new)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _key_of(row: Any) -> tuple[Any, ...]:
    return row.pk if isinstance(row.pk, tuple) else (row.pk,)
