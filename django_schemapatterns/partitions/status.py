"""How the partitions of a table are, in one look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.listing import COUNTED, rows_in_default
from django_schemapatterns.partitions.plan import Plan, missing_after, plan_drain, plan_ensure
from django_schemapatterns.partitions.retention import Retention, plan_expire

if TYPE_CHECKING:
    from django_schemapatterns.partitions.listing import Listing, Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """
    A table, its partitions, and what the next run would do.

    covered_until: the moment up to which each row from now on has a partition of its own.
    lacks: whether a period from now's to the last one ahead has none.
    waiting: rows in the default partition, None when the role may not look.
    """

    listing: Listing
    now: datetime
    covered_until: datetime
    lacks: bool
    waiting: int | None
    plan: Plan

    @property
    def days_ahead(self) -> int:
        """Return how many whole days from now have their partitions."""
        if self.covered_until - self.now > timedelta(days=9999):
            return 9999
        return (self.covered_until - self.now).days

    @property
    def pending(self) -> list[Partition]:
        """Return the partitions whose detach was interrupted: they take no rows, and show none."""
        return [each for each in self.listing.partitions if each.is_pending]

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.listing.partitions)

    @property
    def is_well(self) -> bool:
        return not (self.lacks or self.waiting or self.pending or self.plan.problems)

    def as_json(self) -> dict[str, Any]:
        table = self.listing.table
        return {
            "table": table.label,
            "name": self.listing.name,
            "every": table.every,
            "ahead": table.ahead,
            "keep": table.keep,
            "covered_until": self.covered_until.isoformat(),
            "days_ahead": self.days_ahead,
            "rows_in_default": self.waiting,
            "more_rows_in_default": (self.waiting or 0) > COUNTED,
            "bytes": self.bytes,
            "well": self.is_well,
            "partitions": [_partition(each) for each in self.listing.partitions],
            "detached": [
                {"name": each.name, "bytes": each.bytes, "since": each.mark.at, "archive": each.mark.archive}
                for each in self.listing.leftovers
            ],
            "plan": self.plan.as_json(),
        }


def status(*names: Any, now: datetime | None = None, using: str = DEFAULT_DB_ALIAS) -> list[Status]:
    """
    Return how the partitions of tables are, and what the next run would do; it changes nothing.

        [each.days_ahead for each in partitions.status()]

    names: models, their labels or names of tables.  now: the clock's by default.
    """
    return list(_statuses(names, now or timezone.now(), using))


def _statuses(names: Any, now: datetime, using: str) -> Iterator[Status]:
    retention = Retention.of_settings()
    for listing in listings(names, using=using, sized=True):
        yield Status(
            listing=listing,
            now=now,
            covered_until=listing.covered_until(now),
            lacks=bool(missing_after(listing, now)),
            waiting=rows_in_default(listing, using=using),
            plan=whole_plan(listing, retention, now=now, using=using),
        )


def whole_plan(listing: Listing, retention: Retention, *, now: datetime, using: str) -> Plan:
    """Return what ensure, drain and expire would do, each step once."""
    whole = Plan()
    for part in (
        plan_ensure(listing, now=now, using=using),
        plan_drain(listing, using=using),
        plan_expire(listing, retention, now=now, using=using),
    ):
        known = {(each.action, each.partition) for each in whole.steps}
        steps = tuple(each for each in part.steps if (each.action, each.partition) not in known)
        whole += Plan(steps, tuple(each for each in part.problems if each not in whole.problems))
    return whole


def _partition(partition: Partition) -> dict[str, Any]:
    window = partition.window
    return {
        "name": partition.name,
        "from": window and window.low.isoformat(),
        "to": window and window.high.isoformat(),
        "bounds": partition.bounds,
        "rows": partition.rows,
        "bytes": partition.bytes,
        "default": partition.is_default,
        "ours": partition.is_ours,
        "detach_pending": partition.is_pending,
    }
