"""
Periods: what the columns of a row were, are and will be, kept by the database.

    from django_schemapatterns.periods import with_period

    with_period(Product.objects.all(), "prices", as_of=last_year).values("sku", "price_as_of")
"""

from __future__ import annotations

from django_schemapatterns.periods.owners import PeriodOwnerQuerySet, with_period

__all__ = ["PeriodOwnerQuerySet", "with_period"]
