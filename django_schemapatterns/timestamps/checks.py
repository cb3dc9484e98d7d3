"""Checks that the database holds the triggers of timestamps: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from django_schemapatterns.schema.checks import has_pending_migrations
from django_schemapatterns.schema.trigger_checks import ENABLE, RENEW, problems
from django_schemapatterns.timestamps.triggers import TouchTrigger

TOLD: Final = {
    "missing": ("is missing: updates leave {column} as it is.", RENEW, "schemapatterns.W620"),
    "disabled": ("is disabled: updates leave {column} as it is.", ENABLE, "schemapatterns.W621"),
    "old": ("is not the one of today's code.", RENEW, "schemapatterns.W622"),
}


def check_timestamps_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare code and catalog: warnings, not errors, since `migrate` puts them right and checks first."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor != "postgresql" or has_pending_migrations(connections[alias]):
            continue
        for model, compiled, problem in problems(connections[alias], is_ours):
            text, hint, code = TOLD[problem]
            name = f"{model._meta.label}: the trigger {compiled.name} on {compiled.table}"
            told = text.format(column=compiled.column)  # type: ignore[attr-defined]
            messages.append(checks.Warning(f"{name} {told}", hint=hint, obj=model, id=code))
    return messages


def is_ours(trigger: Any) -> bool:
    return isinstance(trigger, TouchTrigger)
