"""What would happen to rows: found out by trying it and taking it back, with no signal sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.admin.utils import NestedObjects, model_ngettext
from django.db import IntegrityError, connections, transaction
from django.db.models import QuerySet
from django.db.models.sql import DeleteQuery

from django_schemapatterns.softdelete.errors import friendly
from django_schemapatterns.softdelete.querysets import ClockTimestamp, hard_deletes
from django_schemapatterns.softdelete.relations import BATCH, MARK, dependants, marked_model

if TYPE_CHECKING:
    from django.db.models import Model

SHOWN: Final = 10
REMEMBERED: Final = 1000


@dataclass(frozen=True)
class Group:
    """Rows of one model: how many, and the first of them."""

    model: type[Model]
    number: int
    first: list[Model]

    @property
    def name(self) -> str:
        return model_ngettext(self.model._meta, self.number)

    @property
    def more(self) -> int:
        return self.number - len(self.first)


@dataclass(frozen=True)
class Plan:
    """The rows that go along, and what stands in the way."""

    groups: list[Group] = field(default_factory=list)
    obstacle: IntegrityError | None = None
    protected: list[Model] = field(default_factory=list)

    @property
    def possible(self) -> bool:
        return bool(self.groups) and not (self.obstacle or self.protected)


def soft_delete(rows: Any) -> Plan:
    """Return what a soft delete of the rows would take along."""
    batch = uuid.uuid4()
    try:
        with friendly(rows.db), transaction.atomic(using=rows.db):
            (_, counts), _ = rows.alive()._mark({MARK: ClockTimestamp(), BATCH: batch})
            groups = [
                Group(model, number, _named(model._base_manager.using(rows.db).filter(**{BATCH: batch})))
                for model, number in _models(counts)
            ]
            transaction.set_rollback(True, using=rows.db)
    except IntegrityError as error:
        return Plan(obstacle=error)
    return Plan(groups)


def restore(rows: Any) -> Plan:
    """Return what a restore of the rows would bring back."""
    root = marked_model(rows.model) or rows.model
    batches = list(rows.deleted().order_by().values_list(BATCH, flat=True).distinct())
    before = {
        model: list(
            model._base_manager.using(rows.db)
            .filter(**{f"{BATCH}__in": batches})
            .order_by()
            .values_list("pk", flat=True)[:REMEMBERED]
        )
        for model in {rows.model, *dependants(root)}
    }
    try:
        with friendly(rows.db), transaction.atomic(using=rows.db):
            (_, counts), _ = rows.deleted()._mark({MARK: None, BATCH: None})
            groups = [
                Group(model, number, _back(model, before.get(model, []), rows.db))
                for model, number in _models(counts)
            ]
            transaction.set_rollback(True, using=rows.db)
    except IntegrityError as error:
        return Plan(obstacle=error)
    return Plan(groups)


def hard_delete(rows: Any) -> Plan:
    """Return what would go for good with the rows: what Django's cascades find and the database allows."""
    collector = NestedObjects(using=rows.db, origin=rows)
    collector.collect(rows)
    models: dict[Any, Any] = collector.model_objs
    groups = [
        Group(model, len(found), sorted(found, key=lambda each: str(each.pk))[:SHOWN])
        for model, found in models.items()
    ]
    if collector.protected:
        return Plan(groups, protected=list(collector.protected))
    try:
        with friendly(rows.db), hard_deletes(rows.db), transaction.atomic(using=rows.db):
            _delete(collector, rows.db)
            connections[rows.db].check_constraints()
            transaction.set_rollback(True, using=rows.db)
    except IntegrityError as error:
        return Plan(groups, obstacle=error)
    return Plan(groups)


def _delete(collector: NestedObjects, using: str) -> None:
    # As Collector.delete() does it, but for the signals: nobody shall remove files on a trial.
    collector.sort()
    for (changed, value), updates in collector.field_updates.items():
        for update in updates:
            if isinstance(update, QuerySet):
                update.update(**{changed.name: value})
    data: dict[Any, Any] = collector.data
    for model, instances in data.items():
        DeleteQuery(model).delete_batch([each.pk for each in instances], using)


def _models(counts: dict[str, int]) -> Iterable[tuple[type[Model], int]]:
    for label, number in counts.items():
        if "." in label:
            yield apps.get_model(label), number


def _named(rows: QuerySet[Any]) -> list[Model]:
    return list(rows.order_by("pk")[:SHOWN])


def _back(model: type[Model], keys: list[Any], using: str) -> list[Model]:
    return _named(model._base_manager.using(using).filter(**{"pk__in": keys, f"{MARK}__isnull": True}))
