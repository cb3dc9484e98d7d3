"""The pages under settings that change what templates and formats do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from example_project.shop.models import Product
from tests.admin.reading import LOG, entry_page, ids, last_entry, page, text
from tests.example.making import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    product = make_product(price=40)
    Product.objects.filter(pk=product.pk).update(price="1234.50", featured=True, name="Ash chair")
    return product


def all_pages(root: Client, product: Product) -> list[str]:
    return [
        page(root, model="shop.product"),
        entry_page(root, last_entry(Product)),
        page(root, f"{LOG}timeline/shop.product/{product.pk}/"),
        page(root, f"/admin/shop/product/{product.pk}/history/"),
    ]


def test_another_language(root: Client, product: Product, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    for markup in all_pages(root, product):
        assert "40,00 → 1234,50" in text(markup)
        assert re.search(r"\d+\. \w+ \d{4}", text(markup))


def test_a_language_that_is_written_from_right_to_left(root: Client, product: Product, settings: Any) -> None:
    settings.LANGUAGE_CODE = "ar"
    for markup in all_pages(root, product):
        assert 'dir="rtl"' in markup


def test_thousands_are_separated_in_values_and_nowhere_else(
    root: Client, product: Product, settings: Any
) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    entry = last_entry(Product)
    assert ids(root, model="shop.product")[0] == entry.pk
    for markup in all_pages(root, product):
        assert "40.00 → 1,234.50" in text(markup)
    assert f"<code>{entry.transaction_id}</code>" in entry_page(root, entry)


def test_times_without_a_zone(root: Client, product: Product, settings: Any) -> None:
    settings.USE_TZ = False
    assert all_pages(root, product)
    today = last_entry(Product).created_at.date()
    assert last_entry(Product).pk in ids(root, model="shop.product", since=today, until=today)
    response: Any = root.get(f"{LOG}export/csv/", {"model": "shop.product"})
    assert b"Oak chair" in b"".join(response.streaming_content)


def test_a_strict_content_security_policy_changes_nothing(root: Client, product: Product) -> None:
    for markup in all_pages(root, product):
        ours = markup[markup.index('class="audit"') : markup.index('id="footer"')]
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", ours)
