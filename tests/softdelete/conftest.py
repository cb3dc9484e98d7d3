"""What most of these tests begin with."""

from __future__ import annotations

import pytest

from tests.softdelete.app.models import Product, Shop, Supplier, Variant


@pytest.fixture
def product() -> Product:
    return Product.objects.create(shop=Shop.objects.create(), supplier=Supplier.objects.create())


@pytest.fixture
def variant(product: Product) -> Variant:
    return Variant.objects.create(product=product)
