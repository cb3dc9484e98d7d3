"""The shop's views and functions, read as the shop reads them and as another program would."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from example_project.shop.models import Product, ProductSales
from tests.example.making import make_item, make_order, make_product

pytestmark = pytest.mark.django_db


def rows(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_sales_count_what_was_sold_and_not_what_came_back() -> None:
    product = make_product()
    for number, status in enumerate(["delivered", "pending", "refunded"]):
        order = make_order(order_number=f"2025-{number}", status=status)
        make_item(order=order, product=product, quantity=2, unit_price=5, total_price=10)

    sales = ProductSales.objects.get(sku=product.sku)

    assert (sales.orders, sales.units, sales.revenue) == (2, 4, Decimal(20))


def test_low_stock_lists_what_is_on_sale_and_scarce() -> None:
    values = {"status": "active", "inventory_tracking": True, "low_stock_threshold": 5}
    scarce = make_product(slug="scarce", sku="S-1", inventory_quantity=5, **values)
    make_product(slug="plenty", sku="S-2", inventory_quantity=6, **values)
    make_product(slug="gone", sku="S-3", inventory_quantity=0, **values).delete()

    assert rows("SELECT sku, inventory_quantity FROM low_stock") == [(scarce.sku, 5)]


def test_products_are_found_by_their_attributes_in_sql() -> None:
    red = make_product(slug="red", sku="R-1", attributes={"color": "red"})
    make_product(slug="blue", sku="B-1", attributes={"color": "blue"})
    make_product(slug="gone", sku="R-2", attributes={"color": "red"}).delete()

    found = Product.objects.raw("SELECT * FROM find_products_by_attributes(%s)", ['{"color": "red"}'])

    assert [each.sku for each in found] == [red.sku]
