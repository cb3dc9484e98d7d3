"""Encrypting again what was encrypted with an old key, or without today's index: online, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field as attribute
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, OperationalError, connections, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from django_schemapatterns.encryption import sealing
from django_schemapatterns.encryption.keys import ring
from django_schemapatterns.encryption.rows import Row, Table
from django_schemapatterns.exceptions import DecryptionError

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField

LOCK_TIMEOUT: Final = "5s"
ATTEMPTS: Final = 3
BUSY: Final = (LockNotAvailable, DeadlockDetected)

Around = Callable[[Any], AbstractContextManager[Any]]
Advance = Callable[[int, str], None]


@dataclass(frozen=True)
class Step:
    """
    What there is to do about one field.

    rows: with a value.  stale: of them, those to encrypt again.  keys: rows by the id of their key.
    """

    field: EncryptedField
    rows: int
    stale: int
    keys: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field.label, "rows": self.rows, "stale": self.stale, "keys": self.keys}


@dataclass
class Outcome:
    """
    What was done.

    done: rows by field.  failed: why rows stay as they are.  remaining: rows that are still to be done.
    """

    done: dict[str, int] = attribute(default_factory=dict)
    failed: dict[str, str] = attribute(default_factory=dict)
    remaining: int = 0

    @property
    def complete(self) -> bool:
        return not (self.failed or self.remaining)

    def as_json(self) -> dict[str, Any]:
        return {"done": self.done, "failed": self.failed, "remaining": self.remaining}


class Reencryption:
    """
    Encrypts values with the primary key of their ring.

    Every batch is a transaction. A value that somebody changes meanwhile stays as that somebody wrote it.
    It may
    be stopped and run again: what is done is done.

    everything: also values that have the primary key already, as after a change of `normalize`.
    around: gives a context for the batches of a field.
    """

    def __init__(
        self,
        fields: Iterable[EncryptedField],
        *,
        using: str = "default",
        batch_size: int = 1000,
        everything: bool = False,
        around: Around = lambda field: nullcontext(),
    ) -> None:
        self.tables = [Table(field, using) for field in fields]
        self.using, self.batch_size, self.everything, self.around = using, batch_size, everything, around

    def plan(self) -> list[Step]:
        """Count what there is to do."""
        return [self._step(table) for table in self.tables]

    def run(self, advance: Advance = lambda rows, label: None) -> Outcome:
        """Do it; `advance` is told of every batch."""
        outcome = Outcome()
        for table in self.tables:
            self._run_field(table, outcome, advance)
            left = 0 if self.everything else self._step(table).stale
            failed = sum(1 for row in outcome.failed if row.startswith(f"{table.field.label} "))
            outcome.remaining += max(left - failed, 0)
        return outcome

    def verify(self, advance: Advance = lambda rows, label: None) -> Outcome:
        """Read every value, and tell which can not be read."""
        outcome = Outcome()
        for table in self.tables:
            last: Row | None = None
            while rows := table.read(self.batch_size, after=last, stale_for=None):
                for row in rows:
                    self._open(table, row, outcome)
                outcome.done[table.field.label] = outcome.done.get(table.field.label, 0) + len(rows)
                advance(len(rows), table.field.label)
                last = rows[-1]
        return outcome

    def _step(self, table: Table) -> Step:
        keys = table.count_by_key()
        rows = sum(keys.values())
        stale = rows if self.everything else table.count_stale(self._primary(table))
        return Step(table.field, rows, stale, keys)

    def _run_field(self, table: Table, outcome: Outcome, advance: Advance) -> None:
        label, last = table.field.label, None
        outcome.done[label] = 0
        while True:
            rows, done = self._batch(table, last, outcome)
            if not rows:
                return
            outcome.done[label] += done
            advance(len(rows), label)
            last = rows[-1]

    def _batch(self, table: Table, last: Row | None, outcome: Outcome) -> tuple[list[Row], int]:
        stale_for = None if self.everything else self._primary(table)
        rows: list[Row] = []
        for _attempt in range(ATTEMPTS):
            try:
                with self._transaction(table):
                    rows = table.read(self.batch_size, after=last, stale_for=stale_for)
                    return rows, self._write(table, rows, outcome)
            except OperationalError as error:  # somebody holds rows of the batch
                if not isinstance(error.__cause__, BUSY):
                    raise
        return rows, 0

    @contextmanager
    def _transaction(self, table: Table) -> Iterator[None]:
        with transaction.atomic(using=self.using):
            with connections[self.using].cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            with self.around(table.field):
                yield

    def _write(self, table: Table, rows: list[Row], outcome: Outcome) -> int:
        changes = [(row, again) for row in rows if (again := self._again(table, row, outcome)) is not None]
        if not changes:
            return 0
        try:
            with transaction.atomic(using=self.using):
                return table.write(changes)
        except IntegrityError:  # a unique index, of which only one row is to blame
            return sum(self._write_one(table, change, outcome) for change in changes)

    def _write_one(self, table: Table, change: tuple[Row, bytes], outcome: Outcome) -> int:
        try:
            with transaction.atomic(using=self.using):
                return table.write([change])
        except IntegrityError:
            name = table.name_of(change[0])
            outcome.failed[name] = "another row has the same value, which has to be unique"
            return 0

    def _again(self, table: Table, row: Row, outcome: Outcome) -> bytes | None:
        opened = self._open(table, row, outcome)
        return None if opened is None else sealing.envelope_of(table.field, opened[0], row.bound, row.key)

    def _open(self, table: Table, row: Row, outcome: Outcome) -> tuple[bytes] | None:
        try:
            return (sealing.plaintext_of(table.field, row.envelope, row.bound),)
        except DecryptionError as error:
            outcome.failed[table.name_of(row)] = str(error)
            return None

    def _primary(self, table: Table) -> str:
        return ring(table.field.key).primary_id
