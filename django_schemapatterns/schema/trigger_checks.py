"""Triggers that are in the database not as the code of today says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.db import router

from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

    from django_schemapatterns.schema.triggers import CompiledTrigger

Problem = Literal["missing", "disabled", "old"]
RENEW: Final = (
    "`manage.py migrate` installs what migrations hold, `manage.py pgtrigger install` what models say."
)
ENABLE: Final = "`manage.py pgtrigger enable` enables it."


def check_triggers(
    databases: Sequence[str] | None, is_ours: Callable[[Any], bool], without: str, codes: dict[Problem, str]
) -> list[CheckMessage]:
    """
    Compare a pattern's triggers with the catalog: warnings, since `migrate` puts them right and checks first.

    without: what is the case while one is missing or disabled, which may name its attributes, as in
    `{trigger.column}`.  codes: the id of each problem.
    """
    return [
        _told(model, compiled, problem, without, codes[problem])
        for connection in migrated(databases)
        for model, compiled, problem in problems(connection, is_ours)
    ]


def _told(
    model: type[Model], compiled: CompiledTrigger, problem: Problem, without: str, code: str
) -> CheckMessage:
    text = "is not the one of today's code."
    if problem != "old":
        text = f"is {problem}: {without.format(trigger=compiled)}."
    name = f"{model._meta.label}: the trigger {compiled.name} on {compiled.table}"
    hint = ENABLE if problem == "disabled" else RENEW
    return checks.Warning(f"{name} {text}", hint=hint, obj=model, id=code)


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
