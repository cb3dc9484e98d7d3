"""A model of the view of the alive rows."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.utils.translation import gettext_lazy as _, override

from django_schemapatterns.exceptions import ReadOnly
from django_schemapatterns.models import SoftDeleteModel, active_model
from tests.softdelete.app.models import ActiveProduct, Brand, Car, Product, Shelf, Shop

pytestmark = pytest.mark.django_db


def test_it_reads_the_alive_rows_alone() -> None:
    shop, brand = Shop.objects.create(name="corner"), Brand.objects.create()
    kept = Product.objects.create(name="kept", shop=shop, brand=brand)
    Product.objects.create(name="gone").delete()

    [product] = ActiveProduct.objects.select_related("shop")

    assert (product.pk, product.name, product.shop.name, product.brand_id) == (
        kept.pk,
        "kept",
        "corner",
        kept.brand_id,
    )
    assert ActiveProduct.objects.filter(shop__name="corner").count() == 1
    assert ActiveProduct._meta.managed is False
    assert not {"deleted_at", "deletion_id"} & {field.name for field in ActiveProduct._meta.get_fields()}


def test_it_refuses_to_write() -> None:
    Product.objects.create()
    product = ActiveProduct.objects.get()

    attempts: list[Any] = [
        product.save,
        product.delete,
        lambda: ActiveProduct.objects.create(name="x"),
        lambda: ActiveProduct.objects.update(name="x"),
        lambda: ActiveProduct.objects.all().delete(),
        lambda: ActiveProduct.objects.bulk_create([product]),
        lambda: ActiveProduct.objects.get_or_create(name="x"),
    ]

    for attempt in attempts:
        with pytest.raises(ReadOnly, match=r"softtests\.ActiveProduct only reads"):
            attempt()
    assert Product.objects.count() == 1


def test_a_key_of_two_columns_is_one_there_too() -> None:
    reader: Any = active_model(Shelf, name="Reading")

    assert [field.attname for field in reader._meta.pk_fields] == ["depot_id", "number"]
    assert list(reader.objects.all()) == []


def test_a_model_without_a_view_is_refused() -> None:
    with pytest.raises(TypeError, match=r"softtests\.Car has no table with marks, and so no view"):
        active_model(Car)


@isolate_apps("tests.softdelete.app")
def test_its_names_are_translated_and_django_finds_nothing_wrong() -> None:
    class Branch(SoftDeleteModel):
        class Meta:
            app_label = "softtests"

    class Twig(SoftDeleteModel):
        branch = models.OneToOneField(Branch, models.CASCADE, primary_key=True)

        class Meta:
            app_label = "softtests"
            verbose_name = _("user")
            verbose_name_plural = _("users")
            ordering = ["-deleted_at", "branch"]

    reader: Any = active_model(Twig)

    assert reader._meta.ordering == ["branch"]
    assert str(reader._meta.verbose_name_plural) == "active users"
    with override("de"):
        assert "Benutzer" in str(reader._meta.verbose_name)
    assert reader.check() == []


def test_it_is_loaded_and_pickled_by_name() -> None:
    Product.objects.create(name="kept")

    product = pickle.loads(pickle.dumps(ActiveProduct.objects.get()))

    assert (type(product), product.name) == (ActiveProduct, "kept")
