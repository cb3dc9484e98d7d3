"""The same product once for each contender."""

# mypy: disable-error-code="misc"
# The peer has no types.

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func
from simple_history.models import HistoricalRecords

from benchmarks.audit.models import Product
from django_schemapatterns.models import PeriodModel


class PlainProduct(Product):
    pass


class OurProduct(Product):
    pass


class OurPrice(PeriodModel):
    product = models.ForeignKey(OurProduct, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Period:
        tracks = {"product": ["price"]}


class KeyedProduct(Product):
    pass


class KeyedPrice(PeriodModel):
    """With a foreign key in the database, besides the triggers that keep the reference."""

    product = models.ForeignKey(KeyedProduct, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Period:
        tracks = {"product": ["price"]}
        foreign_key = True
        functions: dict[str, str] = {}


class RangeProduct(Product):
    pass


class During(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class RangePrice(models.Model):
    """The usual shape: close the open row, open another one, and let a constraint see that none overlap."""

    product = models.ForeignKey(RangeProduct, models.CASCADE, db_index=False, related_name="prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=200, null=True)
    reason = models.TextField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="prices_do_not_overlap",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    (During("effective_from", "effective_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.price}"


class SimpleProduct(Product):
    history = HistoricalRecords()
