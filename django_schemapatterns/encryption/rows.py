"""The rows of a table, as far as one encrypted column goes: read and written past the model."""

# ruff: noqa: S608 - every name is quoted, every value a parameter

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField


@dataclass(frozen=True)
class Row:
    """
    A row with a value.

    key: the values of the primary key.  bound: the text of what the value is bound to.
    """

    key: tuple[Any, ...]
    envelope: bytes
    bound: bytes | None


class Table:
    """The column of an encrypted field in a database."""

    def __init__(self, field: EncryptedField, using: str) -> None:
        self.field, self._connection = field, connections[using]

        def quote(name: Any) -> str:
            return str(self._connection.ops.quote_name(name))

        self._table, self._column = quote(field.model._meta.db_table), quote(field.column)
        self._key = ", ".join(quote(part.column) for part in field.model._meta.pk_fields)
        binding = field.binding_field
        self._bound = "NULL" if binding is None else f"convert_to({quote(binding.column)}::text, 'UTF8')"
        self._refuse_hidden_rows()

    def count_by_key(self) -> dict[str, int]:
        """Return the number of values by the id of their key; of what is no value, under '?'."""
        found = self._fetch(
            f"SELECT coalesce(schemapatterns.encryption_key({self._column}), '?'), count(*) FROM "
            f"{self._table} "
            f"WHERE {self._column} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return dict(found)

    def count_stale(self, key_id: str) -> int:
        """Return the number of values that have another key, or not the index that they should have."""
        condition, params = self._stale(key_id)
        return int(self._fetch(f"SELECT count(*) FROM {self._table} WHERE {condition}", params)[0][0])

    def read(self, limit: int, *, after: Row | None, stale_for: str | None) -> list[Row]:
        """
        Return the next rows by the primary key.

        stale_for: the id of the key that values should have; None for all values.
        """
        condition, params = self._stale(stale_for) if stale_for else (f"{self._column} IS NOT NULL", [])
        if after is not None:
            condition += f" AND ({self._key}) > ({self._marks})"
            params = [*params, *after.key]
        found = self._fetch(
            f"SELECT {self._column}, {self._bound}, {self._key} FROM {self._table} WHERE {condition} "
            f"ORDER BY {self._key} LIMIT {limit:d}",
            params,
        )
        return [
            Row(tuple(key), bytes(envelope), None if bound is None else bytes(bound))
            for envelope, bound, *key in found
        ]

    def write(self, changes: Sequence[tuple[Row, bytes]]) -> int:
        """Put new envelopes where the old ones still are; returns the number of rows."""
        keys = ", ".join([f"({self._marks})"] * len(changes))
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._table} SET {self._column} = pairs.new_ "
                f"FROM unnest(%s::bytea[], %s::bytea[]) AS pairs(old_, new_) "
                f"WHERE {self._table}.{self._column} = pairs.old_ AND ({self._key}) IN ({keys})",
                [
                    [row.envelope for row, _ in changes],
                    [envelope for _, envelope in changes],
                    *(part for row, _ in changes for part in row.key),
                ],
            )
            return int(cursor.rowcount)

    def name_of(self, row: Row) -> str:
        """Return how errors call a row."""
        return f"{self.field.label} of {', '.join(map(str, row.key))}"

    @property
    def _marks(self) -> str:
        return ", ".join(["%s"] * len(self.field.model._meta.pk_fields))

    def _stale(self, key_id: str) -> tuple[str, list[Any]]:
        size = 0 if self.field.index is None else self.field.index.size
        other_key = f"schemapatterns.encryption_key({self._column}) IS DISTINCT FROM %s"
        other_index = f"get_byte({self._column}, 3) <> %s"
        return f"{self._column} IS NOT NULL AND ({other_key} OR {other_index})", [key_id, size]

    def _refuse_hidden_rows(self) -> None:
        if self._fetch("SELECT row_security_active(to_regclass(%s))", [self._table])[0][0]:
            raise ConfigurationError(
                f"{self.field.label}: policies hide rows of {self._table} from the role of this "
                f"connection, and values "
                f"in them would be left behind. Run this as a role that sees every row, with --database."
            )

    def _fetch(self, statement: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())
