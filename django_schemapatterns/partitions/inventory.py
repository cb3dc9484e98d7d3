"""Everything that hangs on a table, so that another table can take its place with nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django_schemapatterns.partitions import inventory_sql as queries
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_ENABLED: Final = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


@dataclass(frozen=True, kw_only=True)
class Index:
    """
    An index of a table.

    definition: CREATE INDEX or, of a constraint, a clause of ALTER TABLE.  columns: None for expressions.
    """

    name: str
    constraint: str | None
    definition: str
    columns: tuple[str, ...] | None
    unique: bool
    comment: str | None

    @property
    def is_primary(self) -> bool:
        return self.constraint == "p"


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """A sequence that gives the values of a column, by identity or by default."""

    column: str
    name: str
    identity: str
    options: str
    grants: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Dependent:
    """
    Something that is dropped with the old table's place and made again for the new one.

    drop: what drops it; create: what makes it again, and gives it its comment and state.
    """

    kind: str
    name: str
    drop: str
    create: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """
    What hangs on a table.

    table: quoted.  hides: policies hide rows from the role of the connection.
    refused: what no statement of ours can bring across, as sentences.
    """

    table: str
    owner: str
    columns: tuple[str, ...]
    written: tuple[str, ...]
    not_null: frozenset[str]
    indexes: tuple[Index, ...]
    sequences: tuple[Sequence, ...]
    before: tuple[Dependent, ...]
    foreign_keys: tuple[Dependent, ...]
    inbound: tuple[Dependent, ...]
    after: tuple[str, ...]
    hides: bool = False
    refused: tuple[str, ...] = field(default=())

    @property
    def primary(self) -> Index | None:
        return next((each for each in self.indexes if each.is_primary), None)

    def lacking(self, columns: list[str]) -> Iterator[str]:
        """Yield the names of the unique indexes beside the primary key that lack one of the columns."""
        for index in self.indexes:
            if index.unique and not index.is_primary and not set(columns) <= set(index.columns or ()):
                yield index.name

    def hidden(self) -> Iterator[str]:
        """Yield a sentence when a copy would lose rows."""
        if self.hides:
            yield (
                "Its policies, which hold for its owner, too, and hide rows from you that a copy would lose. "
                "Run this as a role with BYPASSRLS, or without FORCE ROW LEVEL SECURITY meanwhile."
            )


def take(connection: BaseDatabaseWrapper, table: str) -> Inventory:
    """Return what hangs on a table now; `table` is quoted. Raises LookupError when there is none."""
    reader = _Reader(connection, table)
    found = reader.rows(queries.TABLE)
    if not found:
        raise LookupError(f"There is no table {table}.")
    ((owner, security, forced, hides, comment, inherits, identity),) = found
    refused = [row[0] for row in reader.rows(queries.REFUSED)]
    if inherits:
        refused.append("It has children by inheritance, or is one.")
    if identity != "d":
        refused.append("It has a replica identity of its own.")
    columns = reader.rows(queries.COLUMNS)
    return Inventory(
        table=table,
        owner=owner,
        columns=tuple(name for name, _, _ in columns),
        written=tuple(name for name, generated, _ in columns if not generated),
        not_null=frozenset(name for name, _, not_null in columns if not_null),
        indexes=tuple(_index(*row) for row in reader.rows(queries.INDEXES)),
        sequences=tuple(_sequence(*row) for row in reader.rows(queries.SEQUENCES)),
        before=tuple(reader.dependents()),
        foreign_keys=tuple(_foreign_key(*row) for row in reader.rows(queries.FOREIGN_KEYS)),
        inbound=tuple(_foreign_key(*row) for row in reader.rows(queries.INBOUND)),
        after=tuple(reader.after(security, forced, comment)),
        hides=hides,
        refused=tuple(refused),
    )


def next_values(connection: BaseDatabaseWrapper, found: Inventory) -> dict[str, int]:
    """Return the value that each sequence gives next, by column."""
    values: dict[str, int] = {}
    with connection.cursor() as cursor:
        for sequence in found.sequences:
            cursor.execute(
                f"SELECT last_value + CASE WHEN is_called THEN seqincrement ELSE 0 END "  # noqa: S608
                f"FROM {sequence.name}, pg_sequence WHERE seqrelid = to_regclass(%s)",
                [sequence.name],
            )
            values[sequence.column] = cursor.fetchone()[0]
    return values


def unproven(connection: BaseDatabaseWrapper, table: str) -> list[tuple[str, str]]:
    """Return the tables and names of the foreign keys to a table that hold for new rows only; all quoted."""
    with connection.cursor() as cursor:
        cursor.execute(queries.UNPROVEN, [table])
        return list(cursor.fetchall())


def prove(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    """Yield what proves the foreign keys to a table for all rows."""
    for child, name in unproven(connection, table):
        yield f"ALTER TABLE {child} VALIDATE CONSTRAINT {name}"


class _Reader:
    def __init__(self, connection: BaseDatabaseWrapper, table: str) -> None:
        self.connection = connection
        self.table = table

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, {"table": self.table})
            return list(cursor.fetchall())

    def dependents(self) -> Iterator[Dependent]:
        """Yield what must go first, in the order in which it can be dropped."""
        for name, kind, create in reversed(self.rows(queries.VIEWS)):
            yield Dependent(kind=kind, name=name, drop=f"DROP {kind} {name}", create=tuple(create))
        for name, create, enabled, comment in self.rows(queries.TRIGGERS):
            yield self._trigger(name, create, enabled, comment)
        for name, create, comment in self.rows(queries.POLICIES):
            where = f"{quote(name)} ON {self.table}"
            yield Dependent(
                kind="POLICY",
                name=name,
                drop=f"DROP POLICY {where}",
                create=(create, *_comment("POLICY", where, comment)),
            )
        for name, create, comment in self.rows(queries.STATISTICS):
            made = (create, *_comment("STATISTICS", name, comment))
            yield Dependent(kind="STATISTICS", name=name, drop=f"DROP STATISTICS {name}", create=made)

    def _trigger(self, name: str, create: str, enabled: str, comment: str | None) -> Dependent:
        where = f"{quote(name)} ON {self.table}"
        state = _ENABLED.get(enabled)
        changed = [f"ALTER TABLE {self.table} {state} TRIGGER {quote(name)}"] if state else []
        made = (create, *changed, *_comment("TRIGGER", where, comment))
        return Dependent(kind="TRIGGER", name=name, drop=f"DROP TRIGGER {where}", create=made)

    def after(self, security: bool, forced: bool, comment: str | None) -> Iterator[str]:  # noqa: FBT001
        """Yield what gives the new table the properties of the old one."""
        yield from _comment("TABLE", self.table, comment)
        if security:
            yield f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY"
        if forced:
            yield f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY"
        for (statement,) in (*self.rows(queries.GRANTS), *self.rows(queries.PUBLICATIONS)):
            yield statement
        for name, text in self.rows(queries.CONSTRAINT_COMMENTS):
            yield from _comment("CONSTRAINT", f"{quote(name)} ON {self.table}", text)


def _index(  # noqa: PLR0917 - a row of the query
    name: str,
    constraint: str | None,
    definition: str,
    columns: list[str] | None,
    unique: bool,  # noqa: FBT001
    comment: str | None,
) -> Index:
    return Index(
        name=name,
        constraint=constraint,
        definition=definition,
        columns=tuple(columns) if columns else None,
        unique=unique,
        comment=comment,
    )


def _sequence(column: str, name: str, identity: str, options: str, grants: list[str]) -> Sequence:
    return Sequence(column=column, name=name, identity=identity, options=options, grants=tuple(grants))


def _foreign_key(name: str, table: str, definition: str, comment: str | None) -> Dependent:
    where = f"{quote(name)} ON {table}"
    return Dependent(
        kind="FOREIGN KEY",
        name=name,
        drop=f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}",
        create=(
            f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}",
            *_comment("CONSTRAINT", where, comment),
        ),
    )


def _comment(kind: str, place: str, text: str | None) -> list[str]:
    return [f"COMMENT ON {kind} {place} IS {literal(text)}"] if text else []
