"""The promotions of the shop: alive ones do not overlap, and two rows of one form neither."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from django_schemapatterns.exceptions import RestoreConflict
from example_project.shop.demo.browser import FormReader
from example_project.shop.models import Product, ProductPromotion
from tests.example.making import make_product
from tests.softdelete_admin.desk import browser, text

pytestmark = pytest.mark.django_db


def promotion(product: Product, first: int, last: int) -> ProductPromotion:
    return ProductPromotion(
        product=product,
        name=f"From {first}",
        discount_percent=10,
        start_date=date(2026, 5, first),
        end_date=date(2026, 5, last),
    )


def test_a_deleted_promotion_makes_room_and_comes_back_only_while_there_is_room() -> None:
    product = make_product()
    first, second = promotion(product, 1, 10), promotion(product, 5, 15)
    first.save()
    with pytest.raises(ValidationError, match="overlaps that of From 1"):
        second.full_clean()
    first.delete()

    second.full_clean()
    second.save()

    with pytest.raises(RestoreConflict):
        first.restore()
    second.delete()
    first.restore()
    assert list(ProductPromotion.objects.all()) == [first]


def test_two_new_promotions_of_one_form_that_overlap_are_an_error_of_it() -> None:
    product = make_product()
    client = browser()
    page = reverse("admin:shop_product_change", args=[product.pk])
    form = FormReader(client.get(page).text).values
    rows = {
        f"promotions-{number}-{name}": value
        for number in range(2)
        for name, value in {
            "product": product.pk,
            "name": f"Row {number}",
            "discount_percent": "5",
            "start_date": "2026-05-01",
            "end_date": f"2026-05-0{number + 2}",
        }.items()
    }

    answer = client.post(page, {**form, **rows, "promotions-TOTAL_FORMS": "2"})

    assert "overlaps that of another row here: Row 0." in text(answer)
    assert not ProductPromotion.objects.exists()
