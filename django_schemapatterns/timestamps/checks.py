"""Checks that the database holds the triggers of timestamps: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.checks import CheckMessage

from django_schemapatterns.schema.trigger_checks import Problem, check_triggers
from django_schemapatterns.timestamps.triggers import TouchTrigger

CODES: Final[dict[Problem, str]] = {
    "missing": "schemapatterns.W620",
    "disabled": "schemapatterns.W621",
    "old": "schemapatterns.W622",
}


def check_timestamps_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find triggers of timestamps that are not as the code of today says."""
    return check_triggers(databases, is_ours, "updates leave {trigger.column} as it is", CODES)


def is_ours(trigger: Any) -> bool:
    return isinstance(trigger, TouchTrigger)
