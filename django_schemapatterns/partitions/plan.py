"""What there is to do for a table: decided from the catalog, shown, and then done step by step."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import connections

from django_schemapatterns.partitions import bounds
from django_schemapatterns.partitions.bounds import MOST, Duration, Window, partition_name, windows_ahead
from django_schemapatterns.partitions.expressions import LATEST
from django_schemapatterns.partitions.inventory import unproven
from django_schemapatterns.partitions.listing import is_readable
from django_schemapatterns.schema.names import literal, shorten

if TYPE_CHECKING:
    from django_schemapatterns.partitions.listing import Listing

Action = Literal["create", "validate", "analyze", "finish", "detach", "date", "archive", "drop"]
# What lies outside, such as infinity, has no period and stays in the default partition.
CALENDAR: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One thing to do.

    table: the label of what it is about.  partition: the table that is made, changed or dropped.
    reason: why, in words.  sql: the statement, as far as it is known before.  rows: how many are concerned.
    """

    action: Action
    table: str
    partition: str
    reason: str
    sql: str = ""
    rows: int | None = None
    window: Window | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "table": self.table,
            "partition": self.partition,
            "reason": self.reason,
            "sql": self.sql,
            "rows": self.rows,
            "from": self.window and self.window.low.isoformat(),
            "to": self.window and self.window.high.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What somebody has to look at, and what to do then."""

    table: str
    text: str
    hint: str

    def as_json(self) -> dict[str, Any]:
        return {"table": self.table, "problem": self.text, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one run in their order, and what stands in the way of others."""

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.steps + other.steps, self.problems + other.problems)

    def as_json(self) -> dict[str, Any]:
        return {
            "steps": [each.as_json() for each in self.steps],
            "problems": [each.as_json() for each in self.problems],
        }


@dataclass
class Outcome:
    """What was done, and what was not and why."""

    done: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "done": [each.as_json() for each in self.done],
            "problems": [each.as_json() for each in self.problems],
            "complete": self.complete,
        }


def plan_ensure(listing: Listing, *, now: datetime, using: str) -> Plan:
    """Return what a table lacks: partitions from now's to `ahead` of them later, and holes of late runs."""
    wanted = list(_wanted(listing, now))
    pieces = [piece for window in wanted for piece in _uncovered(window, listing)]
    return _creations(listing, pieces, using=using) + plan_unproven(listing, using=using)


def plan_drain(listing: Listing, *, using: str) -> Plan:
    """Return the partitions that the rows of the default partition need."""
    plan = Plan()
    for window, rows in _crowded(listing, using=using):
        pieces = _uncovered(window, listing)
        plan += _creations(listing, pieces, using=using, rows=rows)
    return plan + plan_unproven(listing, using=using)


def missing_after(listing: Listing, now: datetime) -> list[Window]:
    """Return the stretches from now to the last period ahead that no partition takes."""
    windows = windows_ahead(listing.table.every, now, listing.table.ahead)
    return [piece for window in windows for piece in _uncovered(window, listing) if piece.high > now]


def _wanted(listing: Listing, now: datetime) -> Iterator[Window]:
    every, keep = listing.table.every, listing.table.keep
    ahead = windows_ahead(every, now, listing.table.ahead)
    first = min([window.high for window, _ in listing.ranges if window.high < LATEST], default=ahead[0].low)
    if keep:
        first = max(first, Duration.parse(keep).before(now))
    if first < ahead[0].low:
        yield from bounds.windows(every, first, ahead[0].low - ahead[0].low.resolution)
    yield from ahead


def _uncovered(window: Window, listing: Listing) -> list[Window]:
    """Return the parts of a window that no partition takes."""
    pieces, low = [], window.low
    for taken in sorted(each for each, _ in listing.ranges if each.overlaps(window)):
        if taken.low > low:
            pieces.append(Window(low, taken.low))
        low = max(low, taken.high)
    if low < window.high:
        pieces.append(Window(low, window.high))
    return pieces


def _creations(listing: Listing, pieces: Iterable[Window], *, using: str, rows: int | None = None) -> Plan:
    pieces = list(pieces)
    if len(pieces) > MOST:
        problem = Problem(
            table=listing.table.label,
            text=f"{listing.table.label} lacks {len(pieces)} partitions, more than {MOST}.",
            hint="Look at its oldest partition and at the clock; make some by hand, if they are wanted.",
        )
        return Plan((), (problem,))
    taken = _taken(listing, [_name(listing, piece) for piece in pieces], using=using)
    steps = [_creation(listing, piece, rows) for piece in pieces if _name(listing, piece) not in taken]
    return Plan(tuple(steps), tuple(_taken_name(listing, name) for name in taken))


def _creation(listing: Listing, piece: Window, rows: int | None) -> Step:
    name = _name(listing, piece)
    low, high = piece.literals(listing.key_type)
    is_whole = bounds.window_of(listing.table.every, piece.low) == piece
    reason = f"the {listing.table.every} has no partition" if is_whole else "a hole between partitions"
    return Step(
        action="create",
        table=listing.table.label,
        partition=name,
        reason=f"{rows:,} rows wait in the default partition" if rows else reason,
        sql=f"SELECT {listing.table.create}({literal(listing.name)}, {literal(name)}, {low}, {high})",
        rows=rows,
        window=piece,
    )


def _name(listing: Listing, piece: Window) -> str:
    if bounds.window_of(listing.table.every, piece.low) == piece:
        return partition_name(listing.plain_name, listing.table.every, piece.low)
    return shorten(f"{listing.plain_name}_{piece.low:%Y_%m_%d_%H%M%S}")


def _taken(listing: Listing, names: list[str], *, using: str) -> list[str]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname::text FROM pg_class WHERE relname = ANY (%s) AND relnamespace = "
            "(SELECT relnamespace FROM pg_class WHERE oid = %s) AND NOT EXISTS "
            "(SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid AND inhparent = %s) ORDER BY 1",
            [names, listing.oid, listing.oid],
        )
        return [name for (name,) in cursor.fetchall()]


def _taken_name(listing: Listing, name: str) -> Problem:
    leftover = next(
        (each for each in listing.leftovers if each.name.rpartition(".")[2].strip('"') == name), None
    )
    if leftover:
        hint = f"It was detached from there: ALTER TABLE {listing.name} ATTACH PARTITION {leftover.name} "
        hint += f"{leftover.mark.bounds}; brings it back."
    else:
        hint = "Rename or drop it; or attach it, if it holds these rows."
    return Problem(
        table=listing.table.label,
        text=f"{listing.table.label}: a partition can not be made, since something else is called {name}.",
        hint=hint,
    )


def _crowded(listing: Listing, *, using: str) -> Iterator[tuple[Window, int]]:
    """Yield the periods that rows of the default partition belong to, and how many do."""
    if listing.default is None or not is_readable(listing.default.name, using=using):
        return
    key = connections[using].ops.quote_name(listing.key)
    first, end = (bounds.bound_literal(each, listing.key_type) for each in CALENDAR)
    with connections[using].cursor() as cursor:
        while True:
            cursor.execute(
                f"SELECT {as_moment(key, listing.key_type)} FROM {listing.default.name} "
                f"WHERE {key} >= {first} AND {key} < {end} ORDER BY {key} LIMIT 1"
            )
            found = cursor.fetchone()
            if not found:
                return
            window = bounds.window_of(listing.table.every, bounds.moment(found[0], listing.key_type))
            low, first = window.literals(listing.key_type)
            cursor.execute(
                f"SELECT count(*) FROM {listing.default.name} WHERE {key} >= {low} AND {key} < {first}"
            )
            yield window, cursor.fetchone()[0]


def as_moment(key: str, key_type: str) -> str:
    """Return the SQL that writes a key as `bounds.moment()` reads it, whatever the session's settings are."""
    if key_type == "uuid":
        return f"{key}::text"
    if key_type == "date":
        return f"to_char({key}::timestamp, 'YYYY-MM-DD')"
    moment = f"{key} AT TIME ZONE 'UTC'" if key_type == "timestamp with time zone" else key
    return f"to_char({moment}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


def plan_unproven(listing: Listing, *, using: str) -> Plan:
    """Return the foreign keys to the table that a move of rows left to be proven."""
    steps = [
        Step(
            action="validate",
            table=listing.table.label,
            partition=child,
            reason=f"the foreign key {name} is not proven for all rows",
            sql=f"ALTER TABLE {child} VALIDATE CONSTRAINT {name}",
        )
        for child, name in unproven(connections[using], listing.name)
    ]
    return Plan(tuple(steps))


def analysis(listing: Listing) -> Step:
    """Return the step that tells the planner what the whole table is like, which autovacuum never does."""
    return Step(
        action="analyze",
        table=listing.table.label,
        partition=listing.name,
        reason="statistics of the whole table",
        sql=f"ANALYZE {listing.name}",
    )


def refusal(step: Step, error: Exception) -> Problem:
    """Return what the database said against a step."""
    cause = error.__cause__ or error
    diagnosis = getattr(cause, "diag", None)
    text = getattr(diagnosis, "message_primary", None) or str(error).strip()
    detail = getattr(diagnosis, "message_detail", None)
    return Problem(
        table=step.table,
        text=f"{step.table}: {step.action} {step.partition}: {text}{f' {detail}' if detail else ''}",
        hint=getattr(diagnosis, "message_hint", None) or "Run it again when that is put right.",
    )
