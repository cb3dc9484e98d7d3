"""Unique among the alive: in the database, in forms, in the admin, and when a row is to come back."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.test import RequestFactory
from django.test.utils import isolate_apps
from psycopg.types.range import DateRange

from django_schemapatterns.constraints import ExcludeAlive, UniqueAlive
from django_schemapatterns.exceptions import RestoreConflict
from tests.softdelete.app.models import Booking, Coupon, Login, Product, Shop, Supplier, Variant
from tests.softdelete.tools import alive

pytestmark = pytest.mark.django_db


class CouponForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Coupon
        fields = ["code", "shop", "slot", "email", "worth", "live"]


def data(**values: Any) -> dict[str, Any]:
    return {"code": "A", "slot": 0, "worth": 0, **values}


def test_a_deleted_row_takes_no_place() -> None:
    coupon = Coupon.objects.create(code="A", email="a@x.org", shop=Shop.objects.create(), worth=5, live=True)
    values = {"email": "a@x.org", "shop": coupon.shop, "worth": 5, "live": True}

    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            Coupon.objects.create(code="A")
        Coupon.objects.all().delete()
        Coupon.objects.create(code="A", **values).full_clean()

    assert Coupon.all_objects.count() == 3


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        ({}, "code", "Coupon with this Code already exists."),
        ({"code": "B", "shop": 1}, "__all__", "Coupon with this Shop and Slot already exists."),
        ({"code": "B", "live": True, "worth": 7}, "worth", "Coupon with this Worth already exists."),
        ({"code": "B", "email": "ADA@x.org"}, "email", "Coupon with this Email already exists."),
    ],
)
def test_a_form_names_the_field(values: dict[str, Any], place: str, message: str) -> None:
    shop = Shop.objects.create()
    if "shop" in values:
        values = {**values, "shop": shop.pk}
    taken = Coupon.objects.create(code="A", shop=shop, email="ada@x.org", worth=7, live=True)

    form = CouponForm(data(**values))
    assert form.errors == {place: [message]}
    instance = Coupon(**{**data(**values), "shop": shop if "shop" in values else None})
    with pytest.raises(ValidationError) as caught:
        instance.full_clean()
    assert caught.value.message_dict == {place: [message]}

    taken.delete()
    assert CouponForm(data(**values)).is_valid()
    assert CouponForm(data(code="A"), instance=taken).is_valid()


def test_a_message_of_ones_own_stands_at_the_field() -> None:
    rule = UniqueAlive("code", name="own", violation_error_message="Taken, alas.")
    Coupon.objects.create(code="A")

    with pytest.raises(ValidationError, match="Taken, alas") as caught:
        rule.validate(Coupon, Coupon(code="A"))
    assert caught.value.code == "unique"


def test_the_admin_names_the_field() -> None:
    Coupon.objects.create(code="A")
    request = RequestFactory().get("/")

    form = ModelAdmin(Coupon, AdminSite()).get_form(request)(data())

    assert form.errors == {"code": ["Coupon with this Code already exists."]}


def test_overlaps_count_among_the_alive() -> None:
    week = DateRange("2026-01-01", "2026-01-08")  # type: ignore[arg-type]
    first = Booking.objects.create(room=1, during=week)
    form_class: Any = forms.modelform_factory(Booking, fields=["room", "during"])
    values = {"room": 1, "during_0": "2026-01-05", "during_1": "2026-01-20"}

    form = form_class(values)
    assert not form.is_valid()
    with pytest.raises(ValidationError, match="no_double_booking"):
        Booking(room=1, during=week).full_clean()
    with pytest.raises(IntegrityError, match="no_double_booking"), transaction.atomic():
        Booking.objects.create(room=1, during=week)

    first.delete()
    assert form_class(values).is_valid()
    second = Booking.objects.create(room=1, during=week)
    with pytest.raises(RestoreConflict) as caught:
        first.restore()
    assert (caught.value.constraint, caught.value.row) == ("no_double_booking", second)


@pytest.mark.parametrize("values", [{"code": "A"}, {"code": "C", "email": "Ada%@x.org"}])
def test_a_restore_that_finds_its_place_taken_names_who_has_it(values: dict[str, Any]) -> None:
    coupon = Coupon.objects.create(**{"code": "A", "email": "ada%@x.org"} | values)
    coupon.delete()
    taker = Coupon.objects.create(**{"code": "B"} | values)

    with pytest.raises(
        RestoreConflict, match=rf"^Coupon {taker.pk} has taken the place \(.* of softtests_coupon\)"
    ) as caught:
        coupon.restore()

    assert caught.value.row == taker
    assert alive(coupon, taker) == [False, True]


def test_a_restore_that_fails_half_way_restores_nothing() -> None:
    shop = Shop.objects.create()
    product = Product.objects.create(shop=shop)
    variant = Variant.objects.create(product=product)
    coupon = Coupon.objects.create(code="A", shop=shop)
    shop.delete()
    Coupon.objects.create(code="A")

    with pytest.raises(RestoreConflict):
        shop.restore()

    assert alive(shop, product, variant, coupon) == [False, False, False, False]
    assert shop.is_deleted


def test_a_value_unique_among_all_rows_is_missed_by_no_form() -> None:
    login = Login.objects.create(name="ada")
    login.delete()

    form: Any = forms.modelform_factory(Login, fields=["name"])({"name": "ada"})

    assert form.errors == {"name": ["A deleted login has this name. Restore it, or choose another value."]}
    Login(name="eve").full_clean()
    login.full_clean()


def test_a_form_of_an_alive_row_offers_the_alive_only() -> None:
    gone = Supplier.objects.create()
    gone.delete()
    form: Any = forms.modelform_factory(Product, fields=["supplier", "name"])

    assert "supplier" in form({"supplier": gone.pk, "name": "x"}).errors


@isolate_apps("tests.softdelete.app")
def test_names_are_made_and_shortened() -> None:
    class Long(models.Model):
        field_with_a_very_long_name_indeed = models.IntegerField()

        class Meta:
            app_label = "softtests"
            constraints = [
                UniqueAlive("field_with_a_very_long_name_indeed"),
                UniqueAlive(Lower("field_with_a_very_long_name_indeed")),
                ExcludeAlive(name="x" * 70, expressions=[("field_with_a_very_long_name_indeed", "=")]),
            ]

    names = [rule.name for rule in Long._meta.constraints]
    assert names[0].startswith("softtests_long_field_with_a_very_long_name_indeed_alive")
    assert names[1] == "softtests_long_alive"
    assert all(len(name) <= 63 for name in names)


def test_rules_survive_a_migration_as_they_are() -> None:
    rules = [
        UniqueAlive("a", "b"),
        UniqueAlive(fields=["a"], name="x", condition=Q(b=1), nulls_distinct=False),
        UniqueAlive(Lower("a"), name="y", violation_error_message="no"),
        ExcludeAlive(name="z", expressions=[("a", "=")], condition=Q(b=1)),
    ]

    for rule in rules:
        path, args, kwargs = rule.deconstruct()
        copy: Any = {"UniqueAlive": UniqueAlive, "ExcludeAlive": ExcludeAlive}[path.rpartition(".")[2]](
            *args, **kwargs
        )
        assert copy == rule
        assert "deleted_at" not in str(kwargs)
