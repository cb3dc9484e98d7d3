"""What the products cost, and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from django_schemapatterns import models as patterns
from example_project.shop.models.products import Product


class ProductPrice(patterns.DocumentedModel, patterns.PeriodModel):
    """
    A price of a product from a moment on, until the next one.

    The database keeps them: whoever changes the price of a product lets a new one start. While a product is
    deleted it has none.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    compare_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    created_by = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_column="created_by",
        db_index=False,
        db_constraint=False,  # whoever acts need not be in the table of users
        related_name="+",
        db_comment="Filled in from the context",
    )

    class Period:
        tracks = {"product": ["price", "compare_price"]}
        until = "deleted_at"

    class Meta:
        db_table = "product_price_history"

    def __str__(self) -> str:
        return f"{self.price}"
