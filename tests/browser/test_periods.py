"""The price history as staff see it. Screenshots go to tests/browser/artefacts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from django_schemapatterns.context import acting_as
from example_project.shop.models import Product, ProductPrice
from tests.browser.test_audit import ARTEFACTS, _errors, click, fill, look, visit
from tests.example.making import make_product, make_staff

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_staff_schedule_a_price_and_see_it_drawn(chromium: Chrome, visit: Any) -> None:
    product = _product_with_prices()
    page = f"/admin/shop/product/{product.pk}/change/"
    visit(page)
    assert chromium.find_element(By.CSS_SELECTOR, ".periods-past[d^=M]")
    click(chromium, "Schedule")
    fill(chromium, "price", "7.50")
    fill(chromium, "compare_price", "")
    fill(chromium, "effective_from_0", "2020-01-01")
    fill(chromium, "effective_from_1", "12:00:00")
    _press(chromium)
    assert "has passed" in chromium.find_element(By.CLASS_NAME, "errorlist").text
    fill(chromium, "effective_from_0", f"{timezone.now() + timedelta(days=40):%Y-%m-%d}")
    fill(chromium, "reason", "winter sale")
    _press(chromium)

    chromium.find_element(By.CLASS_NAME, "success")
    row = chromium.find_element(By.CSS_SELECTOR, "tr.periods-scheduled").text
    assert all(words in row for words in ("scheduled", "7.50", "winter sale"))

    for theme in ("light", "dark"):
        for width in (1280, 400):
            look(chromium, width=width, height=900, theme=theme)
            visit(page)
            inline = chromium.find_element(By.CLASS_NAME, "periods-inline")
            chromium.execute_script("arguments[0].scrollIntoView()", inline)
            assert inline.size["width"] <= width
            chromium.save_screenshot(str(ARTEFACTS / f"periods-inline-{theme}-{width}.png"))
    assert _errors(chromium) == []


def _press(chromium: Chrome) -> None:
    chromium.find_element(By.CLASS_NAME, "periods-button").click()


def _product_with_prices() -> Product:
    product = make_product(price=10)
    now = timezone.now()
    for weeks, price in ((30, 8), (22, 12), (15, 11), (9, 14), (4, 9)):
        ProductPrice.objects.create(
            product=product, price=price, effective_from=now - timedelta(weeks=weeks), reason="season"
        )
    with acting_as(make_staff(), reason="repriced"):
        product.price = Decimal(13)
        product.save()
    ProductPrice.schedule(product, price=15, effective_from=now + timedelta(days=20), reason="spring")
    return product
