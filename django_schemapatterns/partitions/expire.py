"""Partitions that have had their time: detached, archived, and dropped after a while."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.utils import timezone

from django_schemapatterns.exceptions import ArchiveError, ConfigurationError
from django_schemapatterns.partitions import archive, marks
from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.listing import Listing, alike
from django_schemapatterns.partitions.marks import Detached
from django_schemapatterns.partitions.plan import Outcome, Problem, Step, refusal
from django_schemapatterns.partitions.retention import Retention, plan_expire
from django_schemapatterns.partitions.running import Patience, alone, outside_transaction
from django_schemapatterns.partitions.signals import partition_archived, partition_retired
from django_schemapatterns.schema.names import literal

_STATE: Final = """
SELECT obj_description(to_regclass(%s), 'pg_class'), pg_get_expr(relpartbound, oid),
       (SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = pg_class.oid AND inhparent = %s)
FROM pg_class WHERE oid = to_regclass(%s)
"""


def expire(
    *names: Any,
    now: datetime | None = None,
    using: str = DEFAULT_DB_ALIAS,
    retention: Retention | None = None,
    patience: Patience | None = None,
    tell: Callable[[Step], object] = lambda step: None,
) -> Outcome:
    """
    Retire the partitions that are older than their table keeps them.

        partitions.expire("shop.Order")

    Each is detached; its rows are archived where that is asked for; after the grace it is dropped. Only what
    bears our mark is touched, nothing is dropped with CASCADE, and a run goes on where one was stopped.

    names: models, their labels or names of tables.  now: the clock's by default.
    retention: what the settings say by default.  tell: is called after each step.
    """
    now, retention = now or timezone.now(), retention or Retention.of_settings()
    outcome = Outcome()
    for listing in listings(names, using=using):
        Retiring(
            listing,
            retention,
            now=now,
            using=using,
            patience=patience or Patience(),
            outcome=outcome,
            tell=tell,
        ).run()
    return outcome


@dataclass
class Retiring:
    """One run over one table."""

    listing: Listing
    retention: Retention
    now: datetime
    using: str
    patience: Patience
    tell: Callable[[Step], object]
    outcome: Outcome
    failed: set[str] = field(default_factory=set)

    def run(self) -> None:
        plan = plan_expire(self.listing, self.retention, now=self.now, using=self.using)
        self.outcome.problems += plan.problems
        if not plan.steps:
            return
        with alone(self.listing.oid, self.using) as is_alone:
            if not is_alone:
                self.outcome.problems.append(_other_run(self.listing))
                return
            for step in plan.steps:
                self._try(step)

    def _try(self, step: Step) -> None:
        if step.partition in self.failed:
            return
        actions = {"archive": self._archive, "date": self._date, "drop": self._drop}
        action = actions.get(step.action, self._detach)
        try:
            self.patience.run(lambda: action(step))
        except (DatabaseError, ArchiveError, ConfigurationError) as error:
            self.failed.add(step.partition)
            self.outcome.problems.append(refusal(step, error))
            return
        self.outcome.done.append(step)
        self.tell(step)

    def _detach(self, step: Step) -> None:
        """Detach, or finish what a run that was killed has begun."""
        detach = f"ALTER TABLE {self.listing.name} DETACH PARTITION {step.partition}"
        locked = self.listing.default is not None or connections[self.using].in_atomic_block
        with self._transaction() as cursor:
            mark, pending = self._state(cursor, step.partition)
            if pending or (locked and pending is not None):
                cursor.execute(f"{detach} FINALIZE" if pending else detach)
            if pending is not False or locked:
                self._set_date(cursor, step.partition, mark)
                return
            self._mark(cursor, step.partition, mark)
        with outside_transaction(self.using, self.patience) as cursor:
            cursor.execute(f"{detach} CONCURRENTLY")
        with self._transaction() as cursor:
            self._set_date(cursor, step.partition, mark)

    def _date(self, step: Step) -> None:
        """Note since when a partition is detached."""
        with self._transaction() as cursor:
            mark, pending = self._state(cursor, step.partition)
            if pending is None:
                self._set_date(cursor, step.partition, mark)

    def _set_date(self, cursor: Any, partition: str, mark: Detached) -> None:
        if mark.at:
            return
        self._mark(cursor, partition, replace(mark, at=self.now.isoformat()))
        if self.listing.table.detached:
            cursor.execute(f"SELECT {self.listing.table.detached}(%s::regclass)", [partition])

    def _archive(self, step: Step) -> None:
        assert self.retention.archive is not None
        with self._transaction() as cursor:
            mark, pending = self._state(cursor, step.partition)
        assert pending is None
        path = self.retention.archive.write(
            step.partition, table=mark.parent, bounds=mark.bounds, using=self.using
        )
        partition_archived.send(
            sender=None, table=step.table, partition=step.partition, path=path, using=self.using
        )
        with self._transaction() as cursor:
            self._mark(cursor, step.partition, replace(mark, archive=str(path)))

    def _drop(self, step: Step) -> None:
        """Drop a detached partition whose rows are in the archive, if there is one, as they are now."""
        with self._transaction() as cursor:
            cursor.execute(f"LOCK TABLE {step.partition} IN ACCESS EXCLUSIVE MODE")
            mark, pending = self._state(cursor, step.partition)
            if pending is not None:
                raise ConfigurationError(f"{step.partition} is attached again, and stays.")
            proof = self._proof(cursor, step.partition, mark)
            if self.listing.table.note:
                cursor.execute(
                    self.listing.table.note, [f"the partition {step.partition} is dropped; {proof}"]
                )
            partition_retired.send(sender=None, table=step.table, partition=step.partition, using=self.using)
            cursor.execute(f"DROP TABLE {step.partition}")

    def _proof(self, cursor: Any, partition: str, mark: Detached) -> str:
        """Return where the rows are; raises ArchiveError when they are not where they should be."""
        if self.retention.archive is None:
            return "its rows are not archived"
        if mark.archive is None:
            raise ArchiveError(f"{partition} is not archived, and stays.")
        rows, digest = archive.count_rows(cursor, partition)
        path = Path(mark.archive)
        archive.verify(path, using=self.using, rows=rows, digest=digest)
        return f"its {rows} rows are in {path}"

    def _state(self, cursor: Any, partition: str) -> tuple[Detached, bool | None]:
        """Return what the comment says, and whether a detach is pending; None when it is detached."""
        cursor.execute(_STATE, [partition, self.listing.oid, partition])
        found = cursor.fetchone()
        if found is None:
            raise ConfigurationError(f"{partition} is gone.")
        comment, bounds, pending = found
        if not marks.is_ours(comment):
            raise ConfigurationError(f"{partition} does not bear our mark any more, and stays.")
        known = marks.read(comment)
        if pending is None and known is None:
            raise ConfigurationError(f"{partition} was detached by somebody else, and stays.")
        if pending is None or bounds is None:
            assert known is not None
            return known, pending
        return Detached(parent=self.listing.name, bounds=bounds), pending

    def _mark(self, cursor: Any, partition: str, mark: Detached) -> None:
        cursor.execute(f"COMMENT ON TABLE {partition} IS {literal(mark.comment)}")

    def _transaction(self) -> AbstractContextManager[Any]:
        return alike(self.using, self.patience)


def _other_run(listing: Listing) -> Problem:
    return Problem(
        table=listing.table.label,
        text=f"{listing.table.label}: another run is at work.",
        hint="It does the same; run it again if it was stopped.",
    )
