"""
Pages of a log that only grows, without counting it.

A page is what lies before or after an id, so the thousandth page costs what the first one does. Where a
filter leaves few entries, walking the log by id until a page is full can mean walking all of it, and the
planner, who does not know how old the few are, would try. So the log is searched in windows of ids that grow,
the nearest first; within one, the planner is free to go by whatever index is the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, Min

if TYPE_CHECKING:
    from django.http import QueryDict

    from django_schemapatterns.audit.models import AuditLog
    from django_schemapatterns.audit.querysets import AuditLogQuerySet

SIZE = 50
FIRST_WINDOW = 10_000
GROWTH = 8
BOUNDED_WINDOWS = 3  # 730,000 entries, looked through in less than a second


class Search(Enum):
    """How the entries that a queryset leaves are found."""

    ALL = auto()  # there is no filter: by id
    EXACT = auto()  # few can match, and an index has them: all at once
    INDEXED = auto()  # if they are few, an index has them: in windows
    SCANNED = auto()  # no index has them: in windows, and not endlessly


@dataclass(frozen=True)
class Page:
    """
    Some entries, the newest first.

    newer, older: the query of the next page in either direction, None where there is none.
    stopped: a bounded search ended before the page was full; `newer` or `older` goes on with it.
    """

    entries: list[AuditLog]
    newer: dict[str, int] | None
    older: dict[str, int] | None
    stopped: bool


def page_of(queryset: AuditLogQuerySet, search: Search, query: QueryDict, size: int = SIZE) -> Page:
    """
    Return the page that the query of a URL asks for: `?before=<id>`, `?after=<id>`, or else the newest.

        page_of(AuditLog.objects.for_model(Product), Search.INDEXED, request.GET)
    """
    before, after = number(query.get("before")), number(query.get("after"))
    if after is not None:
        entries, edge, stopped = _find(queryset, after, search, size, down=False)
        if edge is not None:
            return Page(entries[::-1], {"after": edge}, {"before": after + 1}, stopped)
        before = None  # there is nothing newer: the newest page, and in full
    entries, edge, stopped = _find(queryset, before, search, size, down=True)
    older = None if edge is None else {"before": edge}
    newer = None if before is None else {"after": before - 1}
    return Page(entries, newer, older, stopped)


def chunks(queryset: AuditLogQuerySet, search: Search, size: int) -> Iterator[list[AuditLog]]:
    """Give all entries, the newest first, in lists of a limited size."""
    if search is Search.SCANNED:
        search = Search.ALL  # to the end in any case, so in one walk
    edge: int | None = None
    while True:
        entries, edge, _ = _find(queryset, edge, search, size, down=True)
        if entries:
            yield entries
        if edge is None:
            return


def number(text: str | None) -> int | None:
    """Read an id, or None where there is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def _find(
    queryset: AuditLogQuerySet, edge: int | None, search: Search, size: int, *, down: bool
) -> tuple[list[AuditLog], int | None, bool]:
    """Return entries beyond an id, the id beyond which there are more, and whether it was given up."""
    if edge is not None:
        queryset = queryset.filter(id__lt=edge) if down else queryset.filter(id__gt=edge)
    if search in (Search.ALL, Search.EXACT):
        found = list(_ordered(queryset, by_id=search is Search.ALL, down=down)[: size + 1])
        stopped_at = None
    else:
        found, stopped_at = _in_windows(queryset, edge, search, size + 1, down=down)
    if len(found) > size:
        return found[:size], found[size - 1].pk, False
    return found, stopped_at, stopped_at is not None


def _ordered(queryset: AuditLogQuerySet, *, by_id: bool, down: bool) -> AuditLogQuerySet:
    # The sum keeps the planner from walking the primary key in the hope of soon having enough.
    key = F("id") if by_id else F("id") + 0
    return queryset.order_by(key.desc() if down else key.asc())


def _in_windows(
    queryset: AuditLogQuerySet, edge: int | None, search: Search, limit: int, *, down: bool
) -> tuple[list[AuditLog], int | None]:
    lowest, highest = _ends(queryset)
    if down:
        edge = min(highest + 1, edge if edge is not None else highest + 1)
    else:
        edge = max(lowest - 1, edge if edge is not None else 0)
    found: list[AuditLog] = []
    width, windows = FIRST_WINDOW, 0
    while len(found) < limit and (edge > lowest if down else edge < highest):
        if search is Search.SCANNED and windows == BOUNDED_WINDOWS:
            return found, edge
        far = edge - width if down else edge + width
        between = {"id__lt": edge, "id__gte": far} if down else {"id__gt": edge, "id__lte": far}
        found += _ordered(queryset.filter(**between), by_id=False, down=down)[: limit - len(found)]
        edge, width, windows = far, width * GROWTH, windows + 1
    return found, None


def _ends(queryset: AuditLogQuerySet) -> tuple[int, int]:
    """Return the lowest and the highest id of the whole log."""
    log = queryset.model._default_manager.using(queryset.db).order_by()
    ends: dict[str, Any] = log.aggregate(low=Min("id"), high=Max("id"))
    return ends["low"] or 1, ends["high"] or 0
