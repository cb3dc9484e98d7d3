"""Products put back as the audit log has them, through all the other patterns that they have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from example_project.shop.models import Product, ProductPrice, ProductVariant
from tests.example.making import make_product

pytestmark = pytest.mark.django_db


def test_a_soft_deleted_product_comes_back_with_what_hangs_from_it() -> None:
    product = make_product(price=20)
    variant = ProductVariant.objects.create(product=product, name="S", sku="S")
    before = timezone.now()
    Product.objects.filter(pk=product.pk).update(price=25)
    product.delete()
    assert not ProductVariant.objects.filter(pk=variant.pk).exists()

    restored = product.audit.restore(before)

    assert restored.price == Decimal("20.00")
    assert Product.objects.get().price == Decimal("20.00")
    assert ProductVariant.objects.get() == variant
    assert ProductPrice.objects.current().get(product=product).price == Decimal("20.00")
    assert restored.updated_at > before


def test_a_product_that_is_gone_comes_back_as_it_was() -> None:
    product = make_product(price=20)
    key = product.pk
    product.hard_delete()

    restored: Any = Product(pk=key).audit.timeline()[0].restore_before()

    assert (restored.sku, restored.price, restored.created_at) == (
        product.sku,
        Decimal("20.00"),
        product.created_at,
    )
    assert ProductPrice.objects.current().get(product=key).price == Decimal("20.00")
