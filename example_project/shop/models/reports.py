"""What is read, not written: views and functions in the database, and models of the views."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.database import Function, View, register
from example_project.shop.models.products import Product, ProductStatus


class ProductSales(models.Model):
    """How often a product was sold; who may not see an order does not see it counted either."""

    product_id = models.BigIntegerField(primary_key=True)
    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    orders = models.BigIntegerField()
    units = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=12, decimal_places=2)
    last_sold_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "product_sales"
        default_permissions = ("view",)
        verbose_name = verbose_name_plural = _("product sales")

    def __str__(self) -> str:
        return f"{self.name}: {self.units}"


def low_stock() -> QuerySet[Product, Any]:
    """Return what is to be ordered soon."""
    scarce = Product.objects.filter(
        status=ProductStatus.ACTIVE,
        inventory_tracking=True,
        inventory_quantity__lte=F("low_stock_threshold"),
    )
    return scarce.values("id", "sku", "name", "inventory_quantity", "low_stock_threshold", "vendor_id")


register(
    View("product_sales", "sql/product_sales.sql"),
    View("low_stock", low_stock),
    Function("find_products_by_attributes", "sql/find_products_by_attributes.sql"),
)
