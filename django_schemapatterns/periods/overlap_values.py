"""Ranges in Python, by the rules that PostgreSQL has for them."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

OPEN = "…"


def fault_of(period: Any) -> tuple[str, str] | None:
    """Return the code and the message of what is wrong with a range."""
    ends = [end for end in (period.lower, period.upper) if end is not None]
    if any(isinstance(end, float | Decimal) and not math.isfinite(end) for end in ends):
        return "infinite", _("Leave an end empty for a period without one: NaN and infinity are none.")
    if len(ends) == 2 and ends[0] > ends[1]:
        return "inverted", _("The period must not end before it starts.")
    if is_empty(period):
        return "empty", _("The period is empty: it must end after it starts.")
    return None


def is_empty(period: Any) -> bool:
    """Whether nothing lies in a range that is not inverted."""
    if period.isempty:
        return True
    whole = canonical(period)
    if whole.lower is None or whole.upper is None or whole.lower < whole.upper:
        return False
    return not (whole.lower == whole.upper and whole.lower_inc and whole.upper_inc)


def overlap(one: Any, other: Any) -> bool:
    """Whether two ranges have something in common."""
    if is_empty(one) or is_empty(other):
        return False
    one, other = canonical(one), canonical(other)
    return not (_is_before(one, other) or _is_before(other, one))


def canonical(period: Any) -> Any:
    """Return a range of days or integers with its first included and its last not; others as they are."""
    if period.isempty:
        return period
    step: Any = _step(period)
    if step is None:
        return period
    lower, upper = period.lower, period.upper
    if lower is not None and not period.lower_inc:
        lower = lower + step
    if upper is not None and period.upper_inc:
        # After the last day that Python knows there is none.
        upper = None if upper == date.max else upper + step
    return type(period)(lower, upper, "[)")


def in_words(period: Any) -> str:
    """Return a range as people read it."""
    return f"{_end_in_words(period.lower)} \N{EN DASH} {_end_in_words(period.upper)}"


def _step(period: Any) -> timedelta | int | None:
    end = period.lower if period.lower is not None else period.upper
    if isinstance(end, int):
        return 1
    return timedelta(days=1) if isinstance(end, date) and not isinstance(end, datetime) else None


def _is_before(one: Any, other: Any) -> bool:
    if one.upper is None or other.lower is None:
        return False
    if one.upper == other.lower:
        return not (one.upper_inc and other.lower_inc)
    return bool(one.upper < other.lower)


def _end_in_words(end: Any) -> str:
    if end is None:
        return OPEN
    if isinstance(end, datetime):
        end = timezone.localtime(end) if timezone.is_aware(end) else end
        return formats.date_format(end, "DATETIME_FORMAT")
    return formats.date_format(end) if isinstance(end, date) else str(formats.localize(end))
