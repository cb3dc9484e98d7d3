"""Filling a column beside another with its values encrypted, and putting it in its place."""

# ruff: noqa: S608, S610 - every name is quoted, every value a parameter

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from django_schemapatterns.encryption import sealing
from django_schemapatterns.schema import dependents, generated
from django_schemapatterns.schema.names import MAX_BYTES, literal, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.models import Model

BATCH: Final = 1000

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
        aside = shorten(f"{self.before.column}_converted", MAX_BYTES)
        self._aside = quote(aside)
        plain = new._meta.db_table.replace('"', "")
        self._function = f"schemapatterns.{quote(shorten(f'convert_{plain}_{self.before.column}'))}"
        self._trigger = quote("schemapatterns_convert")

    def run(self) -> None:
        """Do it; in transactions of its own where the migration is not one."""
        with self._transaction():
            self._prepare()
        while True:
            with self._transaction():
                if not self._batch():
                    break
        with self._transaction():
            self.editor.execute(f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE", params=None)
            while self._batch():
                pass
            self._swap()

    def _transaction(self) -> Any:
        return transaction.atomic(using=self.connection.alias)

    def _prepare(self) -> None:
        column_type = self.after.db_parameters(self.connection)["type"]
        names = {
            "table": self._table,
            "column": self._column,
            "aside": self._aside,
            "function": self._function,
            "trigger": self._trigger,
        }
        for statement in (
            f"ALTER TABLE {self._table} ADD COLUMN IF NOT EXISTS {self._aside} {column_type}",
            _FORGET.format(**names),
            f"DROP TRIGGER IF EXISTS {self._trigger} ON {self._table}",
            _WATCH.format(**names),
        ):
            self.editor.execute(statement, params=None)

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
            for row in rows:
                cursor.execute(statement, [self._converted(row), *_key_of(row)])
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

    def _swap(self) -> None:
        required = "" if self.after.null else f", ALTER COLUMN {quote(self.after.column)} SET NOT NULL"
        comment = literal(self.after.db_comment) if self.after.db_comment else None
        column = f"{self._table}.{quote(self.after.column)}"
        self.editor.execute(f"DROP TRIGGER {self._trigger} ON {self._table}", params=None)
        self.editor.execute(f"DROP FUNCTION {self._function}()", params=None)
        away = self._dependents()
        dependents.take_away(self.editor, away)
        for statement in (
            f"ALTER TABLE {self._table} DROP COLUMN {self._column}",
            f"ALTER TABLE {self._table} RENAME COLUMN {self._aside} TO {quote(self.after.column)}",
            f"ALTER TABLE {self._table} {required.lstrip(', ')}" if required else "",
            f"COMMENT ON COLUMN {column} IS {comment}" if comment else "",
        ):
            if statement:
                self.editor.execute(statement, params=None)
        dependents.bring_back(self.editor, away)

    def _dependents(self) -> list[Any]:
        columns = [(self._table, self.before.column)]
        away = dependents.blocking(self.connection, columns)
        return generated.with_columns_made_from(self.connection, columns, away, self.new)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _key_of(row: Any) -> tuple[Any, ...]:
    return row.pk if isinstance(row.pk, tuple) else (row.pk,)
