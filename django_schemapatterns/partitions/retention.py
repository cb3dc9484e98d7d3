"""Which partitions have had their time, and what becomes of them."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connections

from django_schemapatterns import conf
from django_schemapatterns.partitions.archive import Archive
from django_schemapatterns.partitions.bounds import Duration
from django_schemapatterns.partitions.listing import is_readable
from django_schemapatterns.partitions.plan import Plan, Problem, Step

if TYPE_CHECKING:
    from django_schemapatterns.partitions.listing import Leftover, Listing, Partition

# Who may not look may not detach either, and PostgreSQL looks itself.
_FOREIGN_KEYS = """
SELECT conname::text, conrelid::regclass::text,
       ARRAY(SELECT quote_ident(attname) FROM unnest(conkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute ON attrelid = conrelid AND pg_attribute.attnum = k.attnum ORDER BY place),
       ARRAY(SELECT quote_ident(attname) FROM unnest(confkey) WITH ORDINALITY AS k (attnum, place)
             JOIN pg_attribute ON attrelid = confrelid AND pg_attribute.attnum = k.attnum ORDER BY place)
FROM pg_constraint
WHERE confrelid = %s AND contype = 'f' AND conparentid = 0 AND has_table_privilege(conrelid, 'SELECT')
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """
    How partitions are retired.

    grace: how long one that was detached can be attached again before it is dropped; None not at all.
    archive: where its rows go before; None nowhere.
    """

    grace: Duration | None
    archive: Archive | None

    @classmethod
    def of_settings(cls) -> Retention:
        """Return what the settings PARTITIONS_GRACE, PARTITIONS_ARCHIVE and PARTITIONS_ARCHIVE_FORMAT say."""
        given = conf.get()
        folder = given.partitions_archive
        return cls(
            grace=Duration.parse(given.partitions_grace) if given.partitions_grace else None,
            archive=Archive(folder=Path(folder), format=given.partitions_archive_format) if folder else None,
        )

    def is_over(self, since: datetime, now: datetime) -> bool:
        return self.grace is None or self.grace.after(since) <= now


def plan_expire(listing: Listing, retention: Retention, *, now: datetime, using: str) -> Plan:
    """Return what is to be detached, archived and dropped; of a table that is kept for ever nothing is."""
    keep = listing.table.keep
    if not keep:
        return Plan()
    before = Duration.parse(keep).before(now)
    plan = Plan()
    for leftover in listing.leftovers:
        plan += Plan(tuple(_leftover_steps(listing, leftover, retention, now)))
    expired = _expired(listing, before)
    pointing = _pointing(listing, using=using) if expired else []
    for window, partition in expired:
        references = _references(listing, partition, pointing, using=using)
        if references:
            plan += Plan((), tuple(references))
            continue
        reason = f"it ended on {window.high:%Y-%m-%d}, and {keep} are kept"
        plan += Plan(tuple(_retirement(listing, partition, retention, reason)))
    return plan


def _expired(listing: Listing, before: datetime) -> list[tuple[Any, Partition]]:
    return [
        (each.window, each)
        for each in listing.partitions
        if each.window is not None and each.is_ours and each.window.high <= before
    ]


def _retirement(listing: Listing, partition: Partition, retention: Retention, reason: str) -> list[Step]:
    concurrently = "" if listing.default else " CONCURRENTLY"
    verb = " FINALIZE" if partition.is_pending else concurrently
    detach = f"ALTER TABLE {listing.name} DETACH PARTITION {partition.name}{verb}"
    why = "an interrupted detach is to be finished" if partition.is_pending else reason
    steps = [_step(listing, "finish" if partition.is_pending else "detach", partition, why, detach)]
    if retention.archive:
        steps.append(_step(listing, "archive", partition, f"into {retention.archive.folder}"))
    if retention.grace is None:
        steps.append(_step(listing, "drop", partition, "no grace is given", f"DROP TABLE {partition.name}"))
    return steps


def _leftover_steps(listing: Listing, leftover: Leftover, retention: Retention, now: datetime) -> list[Step]:
    since = leftover.mark.since
    steps = [] if since else [_step(listing, "date", leftover, "an interrupted run has detached it")]
    if retention.archive and not leftover.mark.archive:
        steps.append(_step(listing, "archive", leftover, f"into {retention.archive.folder}"))
    if retention.is_over(since or now, now):
        reason = f"it was detached on {since or now:%Y-%m-%d}"
        steps.append(_step(listing, "drop", leftover, reason, f"DROP TABLE {leftover.name}"))
    return steps


def _step(listing: Listing, action: Any, table: Partition | Leftover, reason: str, sql: str = "") -> Step:
    return Step(
        action=action,
        table=listing.table.label,
        partition=table.name,
        reason=reason,
        sql=sql,
        rows=table.rows,
    )


def _pointing(listing: Listing, *, using: str) -> list[tuple[str, str, str]]:
    """Return the foreign keys to a table: their names, their tables, and what makes two rows meet."""
    with connections[using].cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS, [listing.oid])
        return [(name, child, _meeting(*columns)) for name, child, *columns in cursor.fetchall()]


def _meeting(columns: list[str], targets: list[str]) -> str:
    pairs = zip(columns, targets, strict=True)
    return " AND ".join(f"child.{column} = part.{target}" for column, target in pairs)


def _references(
    listing: Listing, partition: Partition, pointing: list[tuple[str, str, str]], *, using: str
) -> list[Problem]:
    """Return which rows of other tables point at rows of a partition."""
    if not pointing or not is_readable(partition.name, using=using):
        return []
    problems = []
    with connections[using].cursor() as cursor:
        for name, child, meeting in pointing:
            cursor.execute(
                f"SELECT count(*) FROM {child} AS child WHERE EXISTS "
                f"(SELECT FROM {partition.name} AS part WHERE {meeting})"
            )
            number = cursor.fetchone()[0]
            if number:
                problems.append(_pointed_at(listing, partition, name, child, number))
    return problems


def _pointed_at(listing: Listing, partition: Partition, name: str, child: str, number: int) -> Problem:
    return Problem(
        table=listing.table.label,
        text=f"{partition.name} stays: {number:,} rows of {child} point at it, by the foreign key {name}",
        hint=f"Archive and delete those rows of {child} first; the foreign key is never dropped for it.",
    )
