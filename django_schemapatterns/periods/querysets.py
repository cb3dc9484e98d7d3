"""Versions: past, in force and scheduled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self, TypeVar

from asgiref.sync import sync_to_async
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from django_schemapatterns.periods.options import owner_field

Moment = datetime | Combinable | None
_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


def moment(value: Any) -> Any:
    """Return the moment to ask about: now, a datetime or an expression."""
    if value is None:
        return Now()
    if not (isinstance(value, datetime) or hasattr(value, "resolve_expression")):
        raise TypeError(f"A period is asked for by a datetime, not by {value!r}.")
    return value


def started(versions: Any, at: Any) -> Any:
    """Return the versions that have started at a moment."""
    return versions.filter(effective_from__lte=at)


def is_bitemporal(model: type[models.Model]) -> bool:
    """Return whether a model keeps the versions that were believed once."""
    return any(field.name == "superseded_at" for field in model._meta.local_concrete_fields)


def rows_of(model: type[models.Model], using: str | None = None, known_at: Moment = None) -> Any:
    """Return all rows of a model of versions that are believed, or were so at a moment, ends among them."""
    rows = model._base_manager.using(using) if using else model._base_manager.all()
    return believed(rows, known_at)


def believed(rows: Any, known_at: Moment = None) -> Any:
    """Return the rows that are believed now, or were so at a moment: all of them where none is superseded."""
    if not is_bitemporal(rows.model):
        return rows
    now = Q(superseded_at__isnull=True)
    if known_at is None:
        return rows.filter(now)
    return rows.filter(now | Q(superseded_at__gt=known_at), recorded_at__lte=known_at)


class PeriodQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset of versions.

        ProductPrice.objects.as_of(t)                   # one version of each product
        product.prices.current().get()
        ProductPrice.objects.filter(effective_to__lt=t)
    """

    _known_at: Moment = None

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._known_at = self._known_at
        return clone

    def with_ends(self) -> Self:
        """Tell of each version when it ends: `effective_to`, None for the last one of its owner."""
        end = Subquery(self._others().values("effective_from")[:1])
        return self.annotate(effective_to=end)

    def as_of(self, at: Moment = None) -> Self:
        """The versions that are in force at a moment, one of each owner at most; now by default."""
        at = moment(at)
        return self.filter(effective_from__lte=at).exclude(Exists(started(self._others(), at)))

    def current(self) -> Self:
        """The versions that are in force now."""
        return self.as_of()

    def scheduled(self) -> Self:
        """The versions that will be in force some day."""
        return self.filter(effective_from__gt=Now())

    def between(self, start: datetime, end: datetime) -> Self:
        """The versions that are in force at some moment from `start` on and before `end`."""
        if start >= end:
            raise ValueError(f"The period from {start} to {end} is empty or inverted.")
        return self.filter(effective_from__lt=end).exclude(Exists(started(self._others(), start)))

    def timeline(self) -> Self:
        """The versions of one owner after the other, each in the order of time."""
        return self.order_by(owner_field(self.model).attname, "effective_from")

    def cancel_scheduled(self) -> int:
        """Take back those of the versions that are not in force yet; returns how many."""
        return self.scheduled().order_by().delete()[0]

    cancel_scheduled.alters_data = True  # type: ignore[attr-defined]

    async def acancel_scheduled(self) -> int:
        return await sync_to_async(self.cancel_scheduled)()

    acancel_scheduled.alters_data = True  # type: ignore[attr-defined]

    def _others(self) -> Any:
        """Return the later versions of the owner of a row, ends among them."""
        name = owner_field(self.model).attname
        return (
            rows_of(self.model, known_at=self._known_at)
            .filter(**{name: OuterRef(name)}, effective_from__gt=OuterRef("effective_from"))
            .order_by("effective_from")
        )


FromPeriods = models.Manager.from_queryset(PeriodQuerySet)


class PeriodManager(FromPeriods[_Model_co]):
    """
    The versions, each with its `effective_to`; composes with a queryset of your own.

        objects = PeriodManager.from_queryset(PriceQuerySet)()
    """

    def get_queryset(self) -> Any:
        return believed(super().get_queryset()).filter(ended=False).with_ends()


NOT_YET = Q(pending=True)  # scheduled, and not followed yet by its owner
