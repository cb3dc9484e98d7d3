"""The prices of the shop: rules of the product, and another theme."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from example_project.shop.models import Product, ProductPrice
from tests.admin.test_unfold import pages_under_unfold
from tests.example.making import make_product, make_staff
from tests.periods.tools import soon
from tests.periods_admin.desk import browser, send, text, url


def prices_of(**values: Any) -> tuple[Product, ProductPrice]:
    product = make_product(**values)
    return product, ProductPrice.objects.get(product=product)


@pytest.mark.django_db
def test_a_rule_of_the_product_is_told_in_its_own_words() -> None:
    product, price = prices_of(price=10, compare_price=12)

    answer = send(browser(), url(product, "period_correct", price), {"price": "13"})

    assert "The compare price must not be below the price." in text(answer)
    product.refresh_from_db()
    assert product.price == Decimal(10)


@pytest.mark.django_db(transaction=True)
def test_the_pages_work_under_unfold() -> None:
    make_staff()
    product, price = prices_of(price=10)
    ProductPrice.schedule(product, price=8, effective_from=soon())
    addresses = {
        name: url(product, name, version)
        for name, version in {
            "change": None,
            "periods": None,
            "period_schedule": None,
            "period_correct": price,
        }.items()
    }

    pages = pages_under_unfold(*addresses.values())

    for markup in pages.values():
        assert "unfold/css/styles.css" in markup
        assert "schemapatterns/periods.css" in markup
    for name in ("change", "periods"):
        assert 'class="periods-scheduled"' in pages[addresses[name]]
    assert all('name="price"' in pages[addresses[name]] for name in ("period_schedule", "period_correct"))
