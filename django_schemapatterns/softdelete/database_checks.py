"""Checks that the database holds the triggers of soft deletes: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.checks import CheckMessage

from django_schemapatterns.schema.trigger_checks import Problem, check_triggers
from django_schemapatterns.softdelete.objects import MarkTrigger, ReferenceTrigger

CODES: Final[dict[Problem, str]] = {
    "missing": "schemapatterns.W220",
    "disabled": "schemapatterns.W221",
    "old": "schemapatterns.W222",
}


def check_softdelete_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find triggers of soft deletes that are not as the code of today says."""
    return check_triggers(databases, is_ours, "soft deletes are not kept", CODES)


def is_ours(trigger: Any) -> bool:
    return isinstance(trigger, MarkTrigger | ReferenceTrigger)
