"""Days, weeks, months, quarters and years in UTC: where partitions begin and end, and their names."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args

from django_schemapatterns.partitions.options import Every
from django_schemapatterns.schema.names import literal, sibling

EVERY: Final[tuple[Every, ...]] = get_args(Every)

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}
_DURATION = re.compile(r"\s*(\d{1,5})\s*(day|week|month|quarter|year)s?\s*")
# The lowest UUIDv7 of a millisecond: the version and the variant are set, nothing else.
_UUID7: Final = (0x7 << 76) | (0b10 << 62)
# A table that needs more partitions at once has a wrong clock, a wrong row or a wrong `every`.
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of calendar time, such as 24 months."""

    count: int
    unit: Every

    @classmethod
    def parse(cls, text: str) -> Duration:
        """
        Return what a text such as "24 months" or "90 days" says.

        Raises ValueError when it says something else.
        """
        match = _DURATION.fullmatch(text.lower())
        if match is None or not int(match[1]):
            raise ValueError("a length of time such as '24 months', '90 days' or '2 years'")
        unit: Every = next(each for each in EVERY if each == match[2])
        return cls(int(match[1]), unit)

    def before(self, at: datetime) -> datetime:
        """Return the moment that long before another, on the month's last day when it has no such day."""
        return self._moved(at, -self.count)

    def after(self, at: datetime) -> datetime:
        """Return the moment that long after another."""
        return self._moved(at, self.count)

    def _moved(self, at: datetime, count: int) -> datetime:
        at = at.astimezone(UTC)
        if self.unit in _DAYS:
            return at + timedelta(days=count * _DAYS[self.unit])
        months = at.year * 12 + at.month - 1 + count * _MONTHS[self.unit]
        first = at.replace(year=months // 12, month=months % 12 + 1, day=1)
        return first.replace(day=min(at.day, (_next_month(first) - timedelta(days=1)).day))


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of time, with its first moment and without its last; both in UTC."""

    low: datetime
    high: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.low <= at < self.high

    def overlaps(self, other: Window) -> bool:
        return self.low < other.high and other.low < self.high

    def literals(self, key_type: str) -> tuple[str, str]:
        """Return both ends as SQL literals for a key of a type."""
        return bound_literal(self.low, key_type), bound_literal(self.high, key_type)


def start_of(every: Every, at: datetime) -> datetime:
    """
    Return where the day, week, month, quarter or year of a moment begins in UTC.

        start_of("week", datetime(2026, 3, 4, tzinfo=UTC))  # Monday 2 March
    """
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if every == "day":
        return day
    if every == "week":
        return day - timedelta(days=day.weekday())
    if every == "month":
        return day.replace(day=1)
    if every == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def next_start(every: Every, start: datetime) -> datetime:
    """Return where the next one begins; `start` is where one begins."""
    return Duration(1, every).after(start)


def window_of(every: Every, at: datetime) -> Window:
    """Return the day, week, month, quarter or year that a moment is in."""
    low = start_of(every, at)
    return Window(low, next_start(every, low))


def windows(every: Every, first: datetime, last: datetime) -> Iterator[Window]:
    """Yield the windows one after the other, from that of one moment to that of another."""
    window = window_of(every, first)
    while window.low <= last:
        yield window
        window = window_of(every, window.high)


def windows_ahead(every: Every, now: datetime, ahead: int) -> list[Window]:
    """Return the window of now and the next ones, `ahead` of them."""
    found = [window_of(every, now)]
    while len(found) <= ahead:
        found.append(window_of(every, found[-1].high))
    return found


def suffix(every: Every, start: datetime) -> str:
    """Return the end of a partition's name: 2026_03_05, 2026_w10, 2026_03, 2026_q1 or 2026."""
    if every == "day":
        return f"{start:%Y_%m_%d}"
    if every == "week":
        year, week, _ = start.isocalendar()
        return f"{year:04}_w{week:02}"
    if every == "month":
        return f"{start:%Y_%m}"
    if every == "quarter":
        return f"{start:%Y}_q{(start.month + 2) // 3}"
    return f"{start:%Y}"


def partition_name(table: str, every: Every, start: datetime) -> str:
    """
    Return the name of a partition within 63 bytes, in the schema of its table.

        partition_name("shop_order", "month", datetime(2026, 3, 1, tzinfo=UTC))  # 'shop_order_2026_03'

    table: as in `db_table`. A name that is too long keeps its beginning and ends with a hash of the whole.
    """
    return sibling(table, f"_{suffix(every, start)}")


def uuid7_at(at: datetime) -> uuid.UUID:
    """Return the lowest UUIDv7 of a moment's millisecond: what the ids made before it are lower than."""
    milliseconds = (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError(f"A UUIDv7 names no moment such as {at}: they begin in 1970.")
    return uuid.UUID(int=milliseconds << 80 | _UUID7)


def moment_of(key: uuid.UUID) -> datetime:
    """Return the millisecond that a UUIDv7 was made in."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=key.int >> 80)


def bound_literal(at: datetime, key_type: str) -> str:
    """
    Return a moment as the SQL literal that bounds a partition, whatever the session's time zone is.

    key_type: the type of the key's column, as PostgreSQL writes it.  Raises ValueError for other types.
    """
    at = at.astimezone(UTC)
    if key_type == "uuid":
        return literal(str(uuid7_at(at)))
    if key_type == "date":
        return literal(at.date().isoformat())
    if key_type == "timestamp without time zone":
        return literal(at.replace(tzinfo=None).isoformat(" "))
    if key_type == "timestamp with time zone":
        return literal(at.isoformat(" "))
    raise ValueError(f"Partitions of time need a key of time or of UUIDv7, not of {key_type}.")


def moment(text: str, key_type: str) -> datetime:
    """Return the moment that a bound names, as PostgreSQL writes it; raises ValueError for what is none."""
    if key_type == "uuid":
        return moment_of(uuid.UUID(text))
    if key_type == "date":
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=31)).replace(day=1)
