"""
The trials: what one does to see, change and reach the rows of another.

Each runs in a savepoint that is rolled back. What the database refuses for another reason than a policy or a
missing grant proves nothing, and is told as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import Error, transaction

from django_schemapatterns import context
from django_schemapatterns.exceptions import ContextMissing
from django_schemapatterns.roles.proofs import tables
from django_schemapatterns.roles.proofs.actors import NOBODY, Actor
from django_schemapatterns.roles.proofs.findings import Finding, Status
from django_schemapatterns.roles.proofs.tables import Protected, Reference

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

SAMPLE: Final = 1000
REFUSED: Final = "42501"
SEVEREST: Final = ("failed", "unknown", "ok")
# Policies are asked before constraints: where one of these comes up, no policy was in the way.
AFTER_POLICIES: Final = {"23505", "23503", "23502", "23514", "23P01"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a statement: rows, or the state and the text of an error."""

    rows: list[Any]
    count: int
    state: str = ""
    error: str = ""

    @property
    def refused(self) -> bool:
        return self.state == REFUSED


@dataclass(frozen=True)
class Trials:
    """The trials on one table, with two who should be isolated from each other."""

    connection: BaseDatabaseWrapper
    table: Protected
    one: Actor
    other: Actor

    def keys_of(self, actor: Actor) -> list[str]:
        """Return keys of rows that somebody sees."""
        statement = f"SELECT {self.table.key} FROM {self.table.sql} LIMIT {SAMPLE}"  # noqa: S608
        return [key for (key,) in self.run(actor, statement).rows]

    def run(
        self,
        actor: Actor,
        statement: str,
        parameters: Sequence[Any] | None = None,
        own_row: tuple[str, list[Any]] | None = None,
    ) -> Outcome:
        """Run a statement as somebody, perhaps on the row of a cursor, and take back what it did."""
        return run(self.connection, actor, statement, parameters, own_row)

    def all(self) -> Iterator[Finding]:
        yield from self.rows()
        for reference in tables.references(self.connection, self.table):
            yield self.refer(reference)

    def rows(self) -> Iterator[Finding]:
        """Try to get at rows themselves."""
        mine, theirs = self.keys_of(self.one), self.keys_of(self.other)
        yield self.read(theirs)
        yield self.update(theirs)
        yield self.delete(theirs)
        yield self.insert(theirs)
        yield self.hand_over(mine, theirs)

    def read(self, theirs: list[str]) -> Finding:
        statement = f"SELECT count(*) FROM {self.table.sql} WHERE {self.table.key} = ANY (%s)"  # noqa: S608
        outcome = self.run(self.one, statement, [theirs])
        if outcome.error:
            return self.found("read", "unknown", outcome.error)
        [(seen,)] = outcome.rows
        text = f"{self.one} sees {seen} of {len(theirs)} rows of {self.other}"
        return self.found("read", "failed" if seen else "ok", text)

    def update(self, theirs: list[str]) -> Finding:
        columns = [*self.table.decisive, *self.table.columns]
        column = next((each for each in columns if each not in self.table.keys), None)
        if column is None:
            return self.found("update", "unknown", "the table has no column but its key")
        statement = f"UPDATE {self.table.sql} SET {column} = {column} WHERE {self.table.key} = %s"  # noqa: S608
        return self._write("update", statement, [theirs[0]])

    def delete(self, theirs: list[str]) -> Finding:
        statement = f"DELETE FROM {self.table.sql} WHERE {self.table.key} = %s"  # noqa: S608
        return self._write("delete", statement, [theirs[0]])

    def _write(self, trial: str, statement: str, parameters: list[Any]) -> Finding:
        outcome = self.run(self.one, statement, parameters)
        who = f"{self.one} on a row of {self.other}"
        if outcome.refused:
            return self.found(trial, "ok", f"{who}: refused")
        if outcome.error:
            status: Status = "failed" if outcome.state in AFTER_POLICIES else "unknown"
            return self.found(trial, status, f"{who}: {outcome.error}")
        return self.found(trial, "failed" if outcome.count else "ok", f"{who}: {outcome.count} rows")

    def insert(self, theirs: list[str]) -> Finding:
        """Insert the very row of the other: the policy is asked before its key is found to be taken."""
        row = self._row_of(theirs[0])
        if row is None:
            return self.found("insert", "unknown", f"{self.other} sees no row any more")
        columns = ", ".join(self.table.columns)
        outcome = self.run(
            self.one,
            f"INSERT INTO {self.table.sql} ({columns}) OVERRIDING SYSTEM VALUE "  # noqa: S608
            f"SELECT {columns} FROM jsonb_populate_record(NULL::{self.table.sql}, %s::jsonb)",
            [row],
        )
        return self._forbidden("insert", outcome, f"{self.one} inserts what is a row of {self.other}")

    def hand_over(self, mine: list[str], theirs: list[str]) -> Finding:
        """
        Change a row of one's own into the other's, by the columns that the policies ask.

        Without a WHERE that reads a column, as then no policy for SELECT sees the new row; hence the cursor.
        """
        row = self._row_of(theirs[0])
        if row is None or not self.table.decisive:
            return self.found("hand over", "unknown", "no policy asks a column of the table")
        given = ", ".join(
            f"{column} = (jsonb_populate_record(NULL::{self.table.sql}, %s::jsonb)).{column}"
            for column in self.table.decisive
        )
        outcome = self.run(
            self.one,
            f"UPDATE {self.table.sql} SET {given} WHERE CURRENT OF own_row",  # noqa: S608
            [row] * len(self.table.decisive),
            own_row=(f"SELECT FROM {self.table.sql} WHERE {self.table.key} = %s", [mine[0]]),
        )
        return self._forbidden("hand over", outcome, f"{self.one} makes a row one of {self.other}")

    def refer(self, by: Reference) -> Finding:
        """Let a row that one may change or make point at a row of the other."""
        trial = f"foreign key {by.name}"
        if not (by.may_update or by.may_insert):
            return self.found(trial, "ok", f"no grant to change {by.child}")
        found = self._refer(trial, by, self.keys_of(self.other))
        return min(found, key=lambda finding: SEVEREST.index(finding.status))

    def _refer(self, trial: str, by: Reference, theirs: list[str]) -> Iterator[Finding]:
        texts = ", ".join(f"{target}::text" for target in by.targets)
        query = f"SELECT {texts} FROM {self.table.sql} WHERE {self.table.key} = %s"  # noqa: S608
        [values] = self.run(self.other, query, [theirs[0]]).rows
        query = f"SELECT to_jsonb(t)::text FROM {by.child} AS t WHERE {by.columns[0]} IS NOT NULL LIMIT 1"  # noqa: S608
        if not (rows := self.run(self.one, query).rows):
            yield self.found(trial, "unknown", f"{self.one} sees no row in {by.child} to try it with")
            return
        text = f"{self.one} lets {by.child} point at a row of {self.other}"
        if by.may_update:
            yield self._forbidden(trial, self._point(by, values), text)
        if by.may_insert:
            yield self._forbidden(trial, self._copy(by, rows[0][0], values), text)

    def _point(self, by: Reference, values: Sequence[str]) -> Outcome:
        given = ", ".join(f"{column} = %s" for column in by.columns)
        return self.run(
            self.one,
            f"UPDATE {by.child} SET {given} WHERE CURRENT OF own_row",  # noqa: S608
            list(values),
            own_row=(f"SELECT FROM {by.child} WHERE {by.columns[0]} IS NOT NULL", []),
        )

    def _copy(self, by: Reference, row: str, values: Sequence[str]) -> Outcome:
        """Insert a row that is there but for what it points at; its key is asked for after the policies."""
        columns = ", ".join([*by.columns, *by.others])
        given = ", ".join([*["%s"] * len(by.columns), *by.others])
        return self.run(
            self.one,
            f"INSERT INTO {by.child} ({columns}) OVERRIDING SYSTEM VALUE "  # noqa: S608
            f"SELECT {given} FROM jsonb_populate_record(NULL::{by.child}, %s::jsonb)",
            [*values, row],
        )

    def _forbidden(self, trial: str, outcome: Outcome, text: str) -> Finding:
        if outcome.refused or (not outcome.error and outcome.count == 0):
            return self.found(trial, "ok", f"{text}: refused")
        if outcome.error and outcome.state not in AFTER_POLICIES:
            return self.found(trial, "unknown", f"{text}: {outcome.error}")
        reason = f"only a constraint refused it ({outcome.error})" if outcome.error else "it was done"
        return self.found(trial, "failed", f"{text}: {reason}")

    def _row_of(self, key: str) -> str | None:
        statement = f"SELECT to_jsonb(t)::text FROM {self.table.sql} AS t WHERE {self.table.key} = %s"  # noqa: S608
        rows = self.run(self.other, statement, [key]).rows
        return rows[0][0] if rows else None

    def found(self, trial: str, status: Status, detail: str) -> Finding:
        return Finding(self.table.label, trial, status, detail)


def run(
    connection: BaseDatabaseWrapper,
    actor: Actor,
    statement: str,
    parameters: Sequence[Any] | None = None,
    own_row: tuple[str, list[Any]] | None = None,
) -> Outcome:
    """Run a statement as somebody in a transaction that is rolled back."""
    try:
        with _taken_back(connection, actor), connection.cursor() as cursor:
            if own_row:
                cursor.execute(f"DECLARE own_row CURSOR FOR {own_row[0]}", own_row[1])
                cursor.execute("FETCH own_row")
            cursor.execute(statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            return Outcome(rows, cursor.rowcount)
    except ContextMissing:
        return Outcome([], 0, REFUSED, "nobody acts")
    except Error as error:
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return Outcome([], 0, state, str(error).strip().partition("\n")[0])


@contextmanager
def _taken_back(connection: BaseDatabaseWrapper, actor: Actor) -> Iterator[None]:
    with actor.acting(), transaction.atomic(using=connection.alias):
        context.bind(using=connection.alias)
        yield
        transaction.set_rollback(True, using=connection.alias)


def of_nobody(connection: BaseDatabaseWrapper, table: Protected) -> Finding:
    """Where nobody acts, no row is seen."""
    outcome = run(connection, NOBODY, f"SELECT FROM {table.sql} LIMIT {SAMPLE}")
    if outcome.refused:
        return Finding(table.label, "nobody", "ok", "refused")
    if outcome.error:
        return Finding(table.label, "nobody", "unknown", outcome.error)
    return Finding(
        table.label,
        "nobody",
        "failed" if outcome.count else "ok",
        f"{outcome.count} rows are seen without a user",
    )


def ways_around(connection: BaseDatabaseWrapper, table: Protected) -> Iterator[Finding]:
    """Views, partitions and TRUNCATE, which need nobody in particular."""
    [(may,)] = tables.ask(connection, "SELECT has_table_privilege(%(oid)s, 'TRUNCATE')", {"oid": table.oid})
    yield Finding(table.label, "truncate", "failed" if may else "ok", "granted" if may else "not granted")
    for view, is_copy, as_invoker in tables.views(connection, table):
        yield Finding(table.label, f"view {view}", *_of_view(connection, view, is_copy, as_invoker))
    if parts := tables.partitions(connection, table):
        yield from _of_partitions(table, parts)


def _of_partitions(table: Protected, parts: list[tuple[str, bool, bool, bool]]) -> Iterator[Finding]:
    open_ones = [
        name for name, enabled, may_read, may_write in parts if (may_read or may_write) and not enabled
    ]
    for name in open_ones:
        yield Finding(
            table.label, f"partition {name}", "failed", "granted, and without row security of its own"
        )
    if not open_ones:
        text = f"{len(parts)} of them, none of which can be reached but through the table"
        yield Finding(table.label, "partitions", "ok", text)


def _of_view(connection: Any, view: str, is_copy: bool, as_invoker: bool) -> tuple[Status, str]:  # noqa: FBT001
    if is_copy:
        return "failed", "a copy of rows, which has no policies"
    if not as_invoker:
        return "failed", "it reads as its owner: set security_invoker"
    outcome = run(connection, NOBODY, f"SELECT FROM {view} LIMIT 1")
    if outcome.error and not outcome.refused:
        return "unknown", outcome.error
    return ("failed", "it shows rows to nobody") if outcome.count > 0 else ("ok", "it reads as whoever asks")
