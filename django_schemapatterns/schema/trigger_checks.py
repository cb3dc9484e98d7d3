"""Triggers that are in the database not as the code of today says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from django.apps import apps
from django.db import router

from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

    from django_schemapatterns.schema.triggers import CompiledTrigger

Problem = Literal["missing", "disabled", "old"]
RENEW = "`manage.py migrate` installs what migrations hold, `manage.py pgtrigger install` what models say."
ENABLE = "`manage.py pgtrigger enable` enables it."


def problems(
    connection: BaseDatabaseWrapper, is_ours: Callable[[Any], bool]
) -> Iterator[tuple[type[Model], CompiledTrigger, Problem]]:
    """Return the triggers of a pattern that are missing, disabled or of older code, with their models."""
    wanted = [
        (model, compiled)
        for model in apps.get_models()
        if router.allow_migrate_model(connection.alias, model)
        for compiled in compiled_triggers(model, is_ours)
    ]
    tables = catalog.tables(connection, sorted({quote(compiled.table) for _, compiled in wanted}))
    present = {
        (row.table, row.name): row
        for row in catalog.triggers(connection, list(tables))
        if not row.on_partition
    }
    for model, compiled in wanted:
        table = quote(compiled.table)
        problem = _problem(compiled, present.get((table, str(compiled.pgid))))
        if table in tables and problem:
            yield model, compiled, problem


def compiled_triggers(model: type[Model], is_ours: Callable[[Any], bool]) -> list[CompiledTrigger]:
    """Return the triggers of a pattern that a model has, as the code of today makes them."""
    triggers: list[Any] = getattr(model._meta, "triggers", [])
    return [trigger.compile(model) for trigger in triggers if is_ours(trigger)]


def _problem(compiled: CompiledTrigger, row: catalog.TriggerRow | None) -> Problem | None:
    if row is None:
        return "missing"
    if row.enabled == "D":
        return "disabled"
    return None if row.comment == compiled.hash else "old"
