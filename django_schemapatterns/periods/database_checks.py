"""Checks that the database holds the triggers of periods: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.checks import CheckMessage

from django_schemapatterns.periods.objects import PeriodTrigger
from django_schemapatterns.schema.trigger_checks import Problem, check_triggers

CODES: Final[dict[Problem, str]] = {
    "missing": "schemapatterns.W320",
    "disabled": "schemapatterns.W321",
    "old": "schemapatterns.W322",
}


def check_periods_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find triggers of periods that are not as the code of today says."""
    return check_triggers(databases, is_ours, "versions are not kept", CODES)


def is_ours(trigger: Any) -> bool:
    return isinstance(trigger, PeriodTrigger)
