"""Let owners follow the versions that were scheduled and have come into force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.periods.options import options_of, owner_field, owner_model
from django_schemapatterns.periods.querysets import NOT_YET, PeriodQuerySet, moment, rows_of, started

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = 500


@dataclass
class Outcome:
    """What was done for the versions of a model: how many owners follow, and which could not, and why."""

    model: type[PeriodModel]
    applied: int = 0
    refused: dict[Any, str] = field(default_factory=dict)


def period_models() -> list[type[PeriodModel]]:
    """Return the models of versions that have tables."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, PeriodModel) and not model._meta.proxy and model._meta.managed
    ]


def due(model: type[PeriodModel], using: str) -> PeriodQuerySet[Any]:
    """Return the versions that were scheduled, whose moment has come, and which no owner follows yet."""
    versions: PeriodQuerySet[Any] = PeriodQuerySet(model, using=using)
    return versions.filter(NOT_YET, effective_from__lte=Now())


def apply_due(model: type[PeriodModel], using: str) -> Outcome:
    """
    Let the owners follow, in batches; those that somebody else is changing are left for the next time.

    It may run as often as you like, and several times at once.
    """
    outcome = Outcome(model)
    while True:
        with transaction.atomic(using=using):
            keys = _lock(model, using, outcome.refused)
            followed = _follow(model, keys, using, outcome.refused)
        outcome.applied += followed
        if len(keys) < BATCH:
            return outcome


def _lock(model: type[PeriodModel], using: str, without: Iterable[Any]) -> list[Any]:
    field, owners = owner_field(model), owner_model(model)
    target = field.target_field.name
    waiting = due(model, using).exclude(**{f"{field.attname}__in": list(without)}).values(field.attname)
    rows = owners._base_manager.using(using).filter(**{f"{target}__in": waiting}).order_by()
    locked = rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return list(locked.values_list(target, flat=True)[:BATCH])


def _follow(model: type[PeriodModel], keys: list[Any], using: str, refused: dict[Any, str]) -> int:
    """Change owners that are locked: all at once, or one after the other where one of them can not be."""
    target = owner_field(model).target_field.name
    versions = started(rows_of(model, using), moment(None)).filter(
        **{owner_field(model).name: OuterRef(target)}
    )
    values: dict[str, Any] = {
        name: Subquery(versions.order_by("-effective_from").values(name)[:1])
        for name in options_of(model).columns
    }
    rows = owner_model(model)._base_manager.using(using).filter(**{f"{target}__in": keys})
    try:
        with transaction.atomic(using=using):
            return rows.update(**values)
    except DatabaseError as error:
        if len(keys) == 1:
            refused[keys[0]] = str(error).splitlines()[0]
            return 0
    return sum(_follow(model, [key], using, refused) for key in keys)
