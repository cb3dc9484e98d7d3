"""Checks that the database holds the triggers of soft deletes: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections, router

from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.checks import has_pending_migrations
from django_schemapatterns.schema.names import quote
from django_schemapatterns.softdelete.objects import MarkTrigger, ReferenceTrigger

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

    from django_schemapatterns.schema.triggers import CompiledTrigger

RENEW = "`manage.py migrate` installs what migrations hold, `manage.py pgtrigger install` what models say."


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
    wanted = [
        (model, compiled)
        for model in apps.get_models()
        if router.allow_migrate_model(connection.alias, model)
        for compiled in compiled_triggers(model)
    ]
    tables = catalog.tables(connection, sorted({quote(compiled.table) for _, compiled in wanted}))
    present = {
        (row.table, row.name): row
        for row in catalog.triggers(connection, list(tables))
        if not row.on_partition
    }
    for model, compiled in wanted:
        if quote(compiled.table) in tables:
            yield from _check(model, compiled, present.get((quote(compiled.table), compiled.pgid)))


def compiled_triggers(model: type[Model]) -> list[CompiledTrigger]:
    """Return the triggers of soft deletes that a model has, as the code of today makes them."""
    return [
        trigger.compile(model)
        for trigger in getattr(model._meta, "triggers", [])
        if isinstance(trigger, MarkTrigger | ReferenceTrigger)
    ]


def _check(
    model: type[Model], compiled: CompiledTrigger, row: catalog.TriggerRow | None
) -> Iterator[CheckMessage]:
    name = f"{model._meta.label}: the trigger {compiled.name} on {compiled.table}"
    if row is None:
        yield checks.Warning(
            f"{name} is missing: soft deletes are not kept.", hint=RENEW, obj=model, id="schemapatterns.W220"
        )
    elif row.enabled == "D":
        yield checks.Warning(
            f"{name} is disabled: soft deletes are not kept.",
            hint="`manage.py pgtrigger enable` enables it.",
            obj=model,
            id="schemapatterns.W221",
        )
    elif row.comment != compiled.hash:
        yield checks.Warning(
            f"{name} is not the one of today's code.", hint=RENEW, obj=model, id="schemapatterns.W222"
        )
