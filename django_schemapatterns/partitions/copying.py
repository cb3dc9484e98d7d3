"""The rows of a table copied in batches, while a trigger keeps the copy up to date."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.rebuild import LIKE, Rebuild
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.names import SCHEMA, digest, quote, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

    from django_schemapatterns.partitions.inventory import Index

BATCH: Final = 10_000
_INDEX: Final = re.compile(r"CREATE (UNIQUE )?INDEX .+? USING ", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """
    A table beside another that gets its rows and then its place.

    new: what the copy is called meanwhile, as in `db_table`.
    """

    editor: SchemaEditor
    rebuild: Rebuild
    new: str

    @property
    def there(self) -> str:
        return quote(self.new)

    @property
    def function(self) -> str:
        return f"{SCHEMA}.{quote(shorten(f'mirror_{digest(self.rebuild.table)}'))}"

    @property
    def triggers(self) -> tuple[str, str]:
        # After those of the table, in the order of names.
        return "zz_schemapatterns_mirror", "zz_schemapatterns_mirror_truncate"

    def clear(self) -> Iterator[str]:
        """Yield what drops the copy, and what a run has left that was broken off."""
        yield f"DROP FUNCTION IF EXISTS {self.function}() CASCADE"
        yield f"DROP TABLE IF EXISTS {self.there}"

    def prepare(self, partitions: Iterator[str]) -> Iterator[str]:
        """Yield what makes the copy with all that it needs to be written to, and the trigger that does so."""
        rebuild = self.rebuild
        yield f"CREATE TABLE {self.there} (LIKE {rebuild.here} {LIKE}) {rebuild.clause}"
        yield f"ALTER TABLE {self.there} OWNER TO {rebuild.inventory.owner}"
        key = ", ".join(map(quote, rebuild.key))
        yield f"ALTER TABLE {self.there} ADD CONSTRAINT {quote(self._key)} PRIMARY KEY ({key})"
        for index in rebuild.inventory.indexes:
            if not index.is_primary:
                yield self._index(index)
        yield from partitions
        for each in rebuild.inventory.foreign_keys:
            yield each.create[0].replace(each.drop.partition(" DROP ")[0], f"ALTER TABLE {self.there}", 1)
        yield self.mirror()

    def mirror(self) -> str:
        written, key = self.rebuild.inventory.written, self.rebuild.key
        row, truncate = self.triggers
        values = {
            "function": self.function,
            "copy": self._qualified(self.there),
            "table": self.rebuild.here,
            "columns": ", ".join(map(quote, written)),
            "values": ", ".join(f"NEW.{quote(column)}" for column in written),
            "same": " AND ".join(f"{quote(column)} = OLD.{quote(column)}" for column in key),
            "trigger": row,
            "trigger_truncate": truncate,
        }
        return sql.render(
            sql.load("partitions", "mirror", 1), quotes=sql.dollar_quotes(*values.values()), **values
        )

    def _qualified(self, name: str) -> str:
        with self.editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT format('%%I.%%I', nspname, relname) FROM pg_class "
                "JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = to_regclass(%s)",
                [name],
            )
            return str(cursor.fetchone()[0])

    def fill(self, told: Callable[[str], None]) -> None:
        """Copy the rows that were there before the trigger, in the order of the old primary key."""
        primary = self.rebuild.inventory.primary
        key = [quote(column) for column in (primary.columns or ())] if primary else []
        listed, last, done = ", ".join(key), None, 0
        while True:
            with transaction.atomic(using=self.editor.connection.alias):
                last, copied = self._batch(listed, last)
            if last is None:
                return
            done += copied
            told(f"{done} rows are copied")

    def _batch(self, key: str, last: tuple[Any, ...] | None) -> tuple[tuple[Any, ...] | None, int]:
        """Copy the next rows; nobody changes them meanwhile. Return the key of the last of them."""
        inventory = self.rebuild.inventory
        columns = ", ".join(map(quote, inventory.written))
        here, marks = self.rebuild.here, f"({', '.join(['%s'] * len(last))})" if last else ""
        after = f"({key}) > {marks}" if last else "true"
        with self.editor.connection.cursor() as cursor:
            cursor.execute("SET LOCAL row_security = off")
            cursor.execute(
                f"SELECT {key} FROM (SELECT {key} FROM {here} WHERE {after} ORDER BY {key} LIMIT {BATCH}) "
                f"AS batch ORDER BY {', '.join(f'{part} DESC' for part in key.split(', '))} LIMIT 1",
                last or (),
            )
            end = cursor.fetchone()
            if end is None:
                return None, 0
            until = f"({key}) <= ({', '.join(['%s'] * len(end))})"
            cursor.execute(
                f"INSERT INTO {self.there} ({columns}) OVERRIDING SYSTEM VALUE "
                f"SELECT {columns} FROM (SELECT * FROM {here} WHERE {after} AND {until} FOR SHARE) AS batch "
                f"ON CONFLICT ({', '.join(map(quote, self.rebuild.key))}) DO NOTHING",
                (*(last or ()), *end),
            )
            return end, cursor.rowcount

    def take_place(self, rebuild: Rebuild, next_values: dict[str, int]) -> Iterator[str]:
        """Yield what gives the copy the name and the sequences of the table, which goes."""
        known = {each.name for each in self.rebuild.inventory.indexes}
        if {each.name for each in rebuild.inventory.indexes} != known:
            raise ConfigurationError(
                f"The indexes of {rebuild.table} have changed while its rows were copied. Begin again."
            )
        yield from rebuild.move_away()
        yield f"ALTER TABLE {self.there} RENAME TO {quote(rebuild.table.rpartition('.')[2].strip(chr(34)))}"
        schema = rebuild.here.rpartition(".")[0]
        for index in rebuild.inventory.indexes:
            temporary = quote(self._key if index.is_primary else self._renamed(index.name))
            place = f"{schema}.{temporary}" if schema else temporary
            yield f"ALTER INDEX {place} RENAME TO {quote(index.name)}"
            yield from rebuild.comment_on(index)
        for each in rebuild.inventory.foreign_keys:
            yield from each.create[1:]
        yield from rebuild.sequences(next_values)
        yield f"DROP TABLE {rebuild.there}"

    @property
    def _key(self) -> str:
        return shorten(f"{self.rebuild.table.replace(chr(34), '')}_new_pkey")

    def _renamed(self, name: str) -> str:
        return shorten(f"{name}_new")

    def _index(self, index: Index) -> str:
        name = quote(self._renamed(index.name))
        if index.constraint:
            return f"ALTER TABLE {self.there} ADD CONSTRAINT {name} {index.definition}"
        match = _INDEX.match(index.definition)
        if match is None:
            raise ConfigurationError(f"Not the definition of an index: {index.definition}")
        rest = index.definition[match.end() :]
        return f"CREATE {match[1] or ''}INDEX {name} ON {self.there} USING {rest}"
