"""Checks that the database holds the triggers of soft deletes: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from django_schemapatterns.schema.checks import has_pending_migrations
from django_schemapatterns.schema.trigger_checks import ENABLE, RENEW, problems
from django_schemapatterns.softdelete.objects import MarkTrigger, ReferenceTrigger

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TOLD: Final = {
    "missing": ("is missing: soft deletes are not kept.", RENEW, "schemapatterns.W220"),
    "disabled": ("is disabled: soft deletes are not kept.", ENABLE, "schemapatterns.W221"),
    "old": ("is not the one of today's code.", RENEW, "schemapatterns.W222"),
}


def check_softdelete_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare code and catalog: warnings, not errors, since `migrate` puts them right and checks first."""
    return [
        message
        for alias in databases or ()
        if connections[alias].vendor == "postgresql" and not has_pending_migrations(connections[alias])
        for message in check_triggers(connections[alias])
    ]


def check_triggers(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """Find triggers that are not as the code of today says."""
    for model, compiled, problem in problems(connection, is_ours):
        text, hint, code = TOLD[problem]
        name = f"{model._meta.label}: the trigger {compiled.name} on {compiled.table}"
        yield checks.Warning(f"{name} {text}", hint=hint, obj=model, id=code)


def is_ours(trigger: Any) -> bool:
    return isinstance(trigger, MarkTrigger | ReferenceTrigger)
