"""The shop: what it sells (catalog), whom it sold to (sales), who writes to it (contacts)."""

from __future__ import annotations

from example_project.shop.models.catalog import (
    Brand,
    Category,
    Product,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
    ProductVisibility,
    Vendor,
)
from example_project.shop.models.contacts import Contact
from example_project.shop.models.sales import Order, OrderItem, OrderStatus

__all__ = [
    "Brand",
    "Category",
    "Contact",
    "Order",
    "OrderItem",
    "OrderStatus",
    "Product",
    "ProductPromotion",
    "ProductStatus",
    "ProductVariant",
    "ProductVisibility",
    "Vendor",
]
