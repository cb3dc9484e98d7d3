"""
The shop: what it sells (products), how that is sorted (catalog) and for how much (prices), whom to (sales).

And who writes (contacts), and what comes of it (reports).
"""

from __future__ import annotations

from example_project.shop.models.catalog import Brand, Category, Vendor
from example_project.shop.models.contacts import Contact
from example_project.shop.models.prices import ProductPrice
from example_project.shop.models.products import (
    Product,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
    ProductVisibility,
)
from example_project.shop.models.reports import ProductSales
from example_project.shop.models.sales import Order, OrderItem, OrderStatus

__all__ = [
    "Brand",
    "Category",
    "Contact",
    "Order",
    "OrderItem",
    "OrderStatus",
    "Product",
    "ProductPrice",
    "ProductPromotion",
    "ProductSales",
    "ProductStatus",
    "ProductVariant",
    "ProductVisibility",
    "Vendor",
]
