"""Versions that remember what was believed before they were corrected."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.periods.querysets import Moment, PeriodManager, PeriodQuerySet, believed

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


class BeliefQuerySet(PeriodQuerySet[_Model_co]):
    """
    A queryset of versions, the superseded ones among them.

        ProductPrice.beliefs.known_at(monday).as_of(sunday)
        product.prices(manager="beliefs").filter(effective_from=start).order_by("recorded_at")
    """

    def known_at(self, at: Moment) -> Self:
        """The versions as they were believed at a moment, before the corrections that came later."""
        rows: Self = believed(self.filter(ended=False), at)
        rows._known_at = at
        return rows.with_ends()


FromBeliefs = models.Manager.from_queryset(BeliefQuerySet)


class BeliefManager(FromBeliefs[_Model_co]):
    """All versions that were ever believed."""


class BitemporalModel(PeriodModel):
    """
    A `PeriodModel` whose corrections destroy nothing: it also knows what was believed when.

        class ProductPrice(BitemporalModel):
            product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
            price = models.DecimalField(max_digits=10, decimal_places=2)

            class Period:
                tracks = {"product": ["price"]}

        ProductPrice.beliefs.known_at(monday).as_of(sunday)  # what Sunday's prices were on Monday's records

    A version that is corrected, moved, cancelled or deleted, by whatever means, is kept with the moment at
    which that was done, `superseded_at`; `recorded_at` says since when it was believed. `objects` has what is
    believed now. A version goes for good with its owner alone, unless `on_delete = "end"`.
    """

    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True, editable=False)

    objects: ClassVar[PeriodManager[Any]] = PeriodManager()  # else the first one here would be the default
    beliefs: ClassVar[BeliefManager[Any]] = BeliefManager()

    class Meta:
        abstract = True
