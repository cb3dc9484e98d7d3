"""A table put into the place of another: the statements, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence as Rows
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_schemapatterns.schema.names import literal, plain, quote, shorten, sibling

if TYPE_CHECKING:
    from django_schemapatterns.partitions.inventory import Index, Inventory, Sequence

LIKE = (
    "INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING COMMENTS INCLUDING CONSTRAINTS INCLUDING STORAGE "
    "INCLUDING COMPRESSION"
)


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """
    What turns one table into another of the same name.

    table: unquoted, as in `db_table`.  old: what the table of before is called afterwards.
    key: the columns of the new primary key.  clause: what follows the columns in CREATE TABLE.
    """

    inventory: Inventory
    table: str
    old: str
    key: Rows[str]
    clause: str

    @property
    def here(self) -> str:
        return quote(self.table)

    @property
    def there(self) -> str:
        return quote(self.old)

    def move_away(self) -> Iterator[str]:
        """Yield what takes off the old table what the new one gets, and its name."""
        for each in (*self.inventory.inbound, *self.inventory.before):
            yield each.drop
        yield f"ALTER TABLE {self.here} RENAME TO {quote(plain(self.old))}"
        schema = self.there.rpartition(".")[0]
        for index in self.inventory.indexes:
            place = f"{schema}.{quote(index.name)}" if schema else quote(index.name)
            yield f"ALTER INDEX {place} RENAME TO {quote(self.renamed(index.name))}"
        for sequence in self.inventory.sequences:
            if sequence.identity:
                yield f"ALTER TABLE {self.there} ALTER COLUMN {quote(sequence.column)} DROP IDENTITY"

    def renamed(self, name: str) -> str:
        """Return the name that an index of the old table has when the new one has got its own."""
        return shorten(f"{name}_{plain(self.old)}")

    def create(self, next_values: dict[str, int]) -> Iterator[str]:
        """Yield what makes the new table; `next_values` are those of its sequences, by column."""
        yield f"CREATE TABLE {self.here} (LIKE {self.there} {LIKE}) {self.clause}".rstrip()
        yield f"ALTER TABLE {self.here} OWNER TO {self.inventory.owner}"
        yield from self.sequences(next_values)
        yield f"ALTER TABLE {self.here} ADD {self._primary_key()}"
        for index in self.inventory.indexes:
            if not index.is_primary:
                yield from self._index(index)

    def sequences(self, next_values: dict[str, int]) -> Iterator[str]:
        """Yield what gives the new table the sequences of the old one."""
        for sequence in self.inventory.sequences:
            yield from self._sequence(sequence, next_values[sequence.column])

    def fill(self) -> str:
        """Return the statement that copies the rows."""
        columns = ", ".join(map(quote, self.inventory.written))
        rows = f"SELECT {columns} FROM {self.there}"  # noqa: S608
        return f"INSERT INTO {self.here} ({columns}) OVERRIDING SYSTEM VALUE {rows}"

    def constrain(self) -> Iterator[str]:
        """Yield the foreign keys of the new table."""
        for each in self.inventory.foreign_keys:
            yield from each.create

    def finish(self) -> Iterator[str]:
        """Yield everything else that the old table had."""
        for each in reversed(self.inventory.before):
            if each.kind in {"STATISTICS", "POLICY", "TRIGGER"}:
                yield from each.create
        yield from self.inventory.after
        for each in reversed(self.inventory.before):
            if each.kind.endswith("VIEW"):
                yield from each.create

    def point_at(self) -> Iterator[str]:
        """Yield the foreign keys that point at the table, which are to be proven afterwards."""
        for each in self.inventory.inbound:
            yield from each.create

    def _primary_key(self) -> str:
        primary = self.inventory.primary
        name = f"CONSTRAINT {quote(primary.name)} " if primary else ""
        return f"{name}PRIMARY KEY ({', '.join(map(quote, self.key))})"

    def _index(self, index: Index) -> Iterator[str]:
        name = quote(index.name)
        if index.constraint:
            yield f"ALTER TABLE {self.here} ADD CONSTRAINT {name} {index.definition}"
        else:
            yield index.definition
        yield from self.comment_on(index)

    def comment_on(self, index: Index) -> Iterator[str]:
        """Yield the comment of an index; that of a constraint is among what comes last."""
        if index.comment and not index.constraint:
            name, schema = quote(index.name), self.here.rpartition(".")[0]
            place = f"{schema}.{name}" if schema else name
            yield f"COMMENT ON INDEX {place} IS {literal(index.comment)}"

    def _sequence(self, sequence: Sequence, value: int) -> Iterator[str]:
        column = quote(sequence.column)
        if not sequence.identity:
            yield f"ALTER SEQUENCE {sequence.name} OWNED BY {self.here}.{column}"
            return
        how = "ALWAYS" if sequence.identity == "a" else "BY DEFAULT"
        yield (
            f"ALTER TABLE {self.here} ALTER COLUMN {column} ADD GENERATED {how} AS IDENTITY "
            f"(SEQUENCE NAME {sequence.name} {sequence.options} START WITH {value})"
        )
        yield from sequence.grants


def beside(table: str, suffix: str) -> str:
    """Return the name of a table beside another, as in `db_table`."""
    return sibling(table, suffix)
