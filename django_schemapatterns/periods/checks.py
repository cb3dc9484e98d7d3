"""Checks of what the code says about versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models

from django_schemapatterns.periods.apply import period_models
from django_schemapatterns.periods.functions import CurrentFunction
from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.periods.options import options_of, owner_field, owner_model
from django_schemapatterns.periods.querysets import PeriodManager
from django_schemapatterns.schema.backends import postgresql

Versions = type[PeriodModel]


def check_periods(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Find what would not work, or not as one may think."""
    found = [
        model for model in period_models() if app_configs is None or model._meta.app_config in app_configs
    ]
    about: list[Callable[[Versions], Iterator[CheckMessage]]] = [_columns, _until, _owner, _manager]
    messages = [message for model in found for check in about for message in check(model)]
    return [*_vendor(found), *messages, *_functions()]


def _vendor(found: list[Versions]) -> Iterator[CheckMessage]:
    if found and "postgresql" not in {connections[alias].vendor for alias in connections}:
        yield checks.Error(
            "Models keep versions, but no database in DATABASES is PostgreSQL.",
            hint="Versions are kept by PostgreSQL's triggers; use django.db.backends.postgresql.",
            id="schemapatterns.E301",
        )


def _columns(model: Versions) -> Iterator[CheckMessage]:
    """Look at the columns that both tables must have, of the same type."""
    owner, connection = owner_model(model), postgresql()
    for name in options_of(model).columns:
        own, theirs = _field(owner, name), _field(model, name)
        if own is None or theirs is None:
            yield _missing(model, name, owner if own is None else model)
            continue
        types = own.db_type(connection), theirs.db_type(connection)
        if types[0] != types[1]:
            yield _unlike(model, name, f"is {types[1]}, but {owner._meta.label}.{name} is {types[0]}.")
        elif own.null and not theirs.null:
            yield _unlike(model, name, f"can not be null, but {owner._meta.label}.{name} can.")


def _unlike(model: Versions, name: str, difference: str) -> CheckMessage:
    return checks.Error(
        f"{model._meta.label}.{name} {difference}",
        hint=f"Declare {name} in both models alike.",
        obj=model,
        id="schemapatterns.E303",
    )


def _until(model: Versions) -> Iterator[CheckMessage]:
    name, owner = options_of(model).until, owner_model(model)
    field = _field(owner, name) if name else None
    if name and field is None:
        yield _missing(model, name, owner)
    elif field and not field.null:
        yield checks.Error(
            f"{owner._meta.label}.{name}, which {model._meta.label}.Period.until names, can not be null: no "
            "version would ever be in force.",
            hint="Name a column that is null while the row is there, such as deleted_at.",
            obj=model,
            id="schemapatterns.E304",
        )


def _owner(model: Versions) -> Iterator[CheckMessage]:
    """Look at the foreign key to the owner."""
    field: Any = owner_field(model)
    name = f"{model._meta.label}.{field.name}"
    if field.null:
        yield checks.Error(
            f"{name} can be null: such a version would be of nothing.",
            hint="Take null=True away.",
            obj=field,
            id="schemapatterns.E305",
        )
    options = options_of(model)
    keeps = field.remote_field.on_delete is models.DO_NOTHING and not options.foreign_key
    if options.on_delete == "end" and not keeps:
        owner = field.remote_field.model.__name__
        yield checks.Error(
            f"{name} would take along, or hold back, the versions that on_delete = 'end' is to keep.",
            hint=f"Write ForeignKey({owner}, models.DO_NOTHING), and no foreign_key = True.",
            obj=field,
            id="schemapatterns.E306",
        )


def _manager(model: Versions) -> Iterator[CheckMessage]:
    manager: Any = model._default_manager
    if not isinstance(manager, PeriodManager):
        yield checks.Warning(
            f"{model._meta.label}.{manager.name}, the default manager, does not know when versions end.",
            hint=f"Derive it: {manager.name} = PeriodManager.from_queryset(YourQuerySet)().",
            obj=model,
            id="schemapatterns.W307",
        )


def _functions() -> Iterator[CheckMessage]:
    """Look for two functions of one name."""
    makers: dict[str, list[Versions]] = defaultdict(list)
    for model in period_models():
        for rule in model._meta.constraints:
            if isinstance(rule, CurrentFunction):
                makers[rule.function].append(model)
    for function, found in makers.items():
        if len(found) > 1:
            yield checks.Error(
                f"{' and '.join(model._meta.label for model in found)} both make the function "
                f"schemapatterns.{function}.",
                hint='Name one: functions = {"column": "current_…"} in its class Period, or {} for none.',
                obj=found[-1],
                id="schemapatterns.E308",
            )


def _missing(model: Versions, name: str, where: type[models.Model]) -> CheckMessage:
    return checks.Error(
        f"{model._meta.label}.Period names {name!r}, but {where._meta.label} has no such column.",
        hint="Name a field of the model itself; one that it inherits from another table is tracked there.",
        obj=model,
        id="schemapatterns.E302",
    )


def _field(model: type[models.Model], name: str) -> Any:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field in model._meta.local_concrete_fields else None
