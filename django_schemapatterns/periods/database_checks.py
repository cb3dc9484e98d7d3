"""Checks that the database holds the triggers of periods: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from django_schemapatterns.periods.objects import PeriodTrigger
from django_schemapatterns.schema.checks import has_pending_migrations
from django_schemapatterns.schema.trigger_checks import ENABLE, RENEW, problems

TOLD: Final = {
    "missing": ("is missing: versions are not kept.", RENEW, "schemapatterns.W320"),
    "disabled": ("is disabled: versions are not kept.", ENABLE, "schemapatterns.W321"),
    "old": ("is not the one of today's code.", RENEW, "schemapatterns.W322"),
}


def check_periods_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare code and catalog: warnings, not errors, since `migrate` puts them right and checks first."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql" or has_pending_migrations(connection):
            continue
        for model, compiled, problem in problems(connection, lambda each: isinstance(each, PeriodTrigger)):
            text, hint, code = TOLD[problem]
            name = f"{model._meta.label}: the trigger {compiled.name} on {compiled.table}"
            found.append(checks.Warning(f"{name} {text}", hint=hint, obj=model, id=code))
    return found
