"""What pg_get_expr() writes for the bounds of a partition, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from django_schemapatterns.partitions.bounds import Window, moment

_ITEM: Final = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^\s,()']+))\s*(?:,|$)")
_RANGE: Final = re.compile(r"FOR VALUES FROM \((.*)\) TO \((.*)\)", re.DOTALL)
_LIST: Final = re.compile(r"FOR VALUES IN \((.*)\)", re.DOTALL)
_HASH: Final = re.compile(r"FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)")

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)
_ENDS: Final = {"-infinity": EARLIEST, "infinity": LATEST}


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    The rows that a partition takes.

    low, high: of a range, a value for each column; None where there is no end.
    values: of a list; None is NULL.  modulus, remainder: of a hash.
    """

    method: Literal["range", "list", "hash", "default"]
    low: tuple[str | None, ...] = ()
    high: tuple[str | None, ...] = ()
    values: tuple[str | None, ...] = ()
    modulus: int = 0
    remainder: int = 0

    def window(self, key_type: str) -> Window:
        """
        Return the stretch of time that a range covers; an open end is the first or last moment there is.

        Raises ValueError when the range is not of one column of time.
        """
        if self.method != "range" or len(self.low) != 1:
            raise ValueError("Not a range of one column.")
        low, high = self.low[0], self.high[0]
        return Window(_end(low, key_type, EARLIEST), _end(high, key_type, LATEST))

    @property
    def is_open(self) -> bool:
        return None in self.low or None in self.high


def parse(expression: str) -> Bounds:
    """
    Return the bounds that pg_get_expr(relpartbound, oid) describes.

        parse("FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00')")

    Raises ValueError when PostgreSQL writes what this version does not know.
    """
    if expression == "DEFAULT":
        return Bounds("default")
    if match := _RANGE.fullmatch(expression):
        return Bounds("range", low=_items(match[1]), high=_items(match[2]))
    if match := _LIST.fullmatch(expression):
        return Bounds("list", values=_items(match[1]))
    if match := _HASH.fullmatch(expression):
        return Bounds("hash", modulus=int(match[1]), remainder=int(match[2]))
    raise ValueError(f"Not the bounds of a partition: {expression}")


def _items(text: str) -> tuple[str | None, ...]:
    found: list[str | None] = []
    place = 0
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None:
            raise ValueError(f"Not values of a bound: {text}")
        quoted, word = match[1], match[2]
        found.append(quoted.replace("''", "'") if quoted is not None else _word(word))
        place = match.end()
    return tuple(found)


def _word(word: str) -> str | None:
    return None if word in {"MINVALUE", "MAXVALUE", "NULL"} else word


def _end(text: str | None, key_type: str, otherwise: datetime) -> datetime:
    if text is None:
        return otherwise
    return _ENDS.get(text) or moment(text, key_type)
