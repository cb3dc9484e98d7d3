"""The partitioned tables that are made ahead and retired in time, whichever pattern they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class MaintainedTable:
    """
    A table that is partitioned by the range of one column of time, and how it is kept.

    table: as in `db_table`.  label: what people call it, such as shop.Order.
    every: how long the period of one partition is.  ahead: how many periods after the current one are made.
    keep: for how long partitions stay, such as "24 months"; None for ever.
    create: the SQL function that makes one partition, called like schemapatterns.create_partition().
    detached: the SQL function that is called with each partition that was detached.
    note: the statement that writes down that a partition is dropped, with one parameter: how and why.
    """

    table: str
    label: str
    every: Literal["day", "week", "month", "quarter", "year"]
    ahead: int = 3
    keep: str | None = None
    create: str = "schemapatterns.create_partition"
    detached: str | None = None
    note: str | None = None


Source = Callable[[], Iterable[MaintainedTable]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Say where more such tables come from; asked each time, since settings may change."""
    if source not in _sources:
        _sources.append(source)


def maintained_tables() -> list[MaintainedTable]:
    """Return all of them, in the order of their labels."""
    return sorted((each for source in _sources for each in source()), key=lambda each: each.label)
