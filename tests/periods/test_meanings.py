"""What the triggers of versions refuse is told at the field, in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from django_schemapatterns.forms import as_validation_errors
from tests.periods.app.models import Gem, GemPrice, Product, ProductPrice
from tests.periods.tools import execute, soon

pytestmark = pytest.mark.django_db


def without_owner() -> None:
    ProductPrice.objects.create(product_id=-1, price=1, effective_from=soon())
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def without_version() -> None:
    ProductPrice.objects.all().delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def at_no_moment() -> None:
    execute("UPDATE periodtests_productprice SET effective_from = 'infinity'")


def of_the_past() -> None:
    GemPrice.objects.get().correct(price=2)
    execute("UPDATE periodtests_gemprice SET price = 3 WHERE superseded_at IS NOT NULL")


@pytest.mark.parametrize(
    ("write", "field", "text"),
    [
        (without_owner, "product", "There is no such product any more."),
        (without_version, "__all__", "left without one of its product prices in force"),
        (at_no_moment, "effective_from", "Name the moment"),
        (of_the_past, "__all__", "what was believed once"),
    ],
)
def test_a_refusal_is_told(write: Callable[[], None], field: str, text: str) -> None:
    Product.objects.create(price=1)
    Gem.objects.create(price=1)
    with pytest.raises(ValidationError) as caught, as_validation_errors(ProductPrice):
        write()
    assert text in " ".join(caught.value.message_dict[field])
