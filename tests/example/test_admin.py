from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from example_project.accounts.models import Role, User, UserProfile
from example_project.shop.models import (
    Brand,
    Category,
    Contact,
    Order,
    OrderItem,
    OrderStatus,
    Product,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
    Vendor,
)
from tests.example.making import make_item, make_order, make_product, make_staff, make_user

pytestmark = pytest.mark.django_db

OURS = [model for model in admin.site._registry if model._meta.app_label in {"accounts", "shop"}]


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def make_instance(model: type[models.Model]) -> models.Model:
    makers: dict[type[models.Model], Any] = {
        User: make_user,
        UserProfile: lambda: UserProfile.objects.create(user=make_user()),
        Role: lambda: Role.objects.create(name="Support"),
        Category: lambda: Category.objects.create(name="Chairs", slug="chairs"),
        Brand: lambda: Brand.objects.create(name="Aster", slug="aster"),
        Vendor: lambda: Vendor.objects.create(name="Aster", code="V1"),
        Product: make_product,
        ProductVariant: lambda: ProductVariant.objects.create(product=make_product(), name="S", sku="S"),
        ProductPromotion: lambda: ProductPromotion.objects.create(
            product=make_product(),
            name="Sale",
            discount_percent=10,
            start_date=date(2025, 1, 1),
            end_date=date(2025, 1, 9),
        ),
        Order: make_order,
        OrderItem: make_item,
        Contact: lambda: Contact.objects.create(email="kim@example.com", phone="+49 30 1234567"),
    }
    instance: models.Model = makers[model]()
    return instance


def page(model: type[models.Model], kind: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=arguments)


def test_every_table_that_the_admin_can_edit_is_in_it() -> None:
    assert len(OURS) == 12


@pytest.mark.parametrize("model", OURS)
def test_list_opens_and_searches(staff: Client, model: type[models.Model]) -> None:
    make_instance(model)

    assert staff.get(page(model, "changelist")).status_code == 200
    assert staff.get(page(model, "changelist"), {"q": "oak chair"}).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_add_page_opens(staff: Client, model: type[models.Model]) -> None:
    assert staff.get(page(model, "add")).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_change_and_delete_pages_open(staff: Client, model: type[models.Model]) -> None:
    instance = make_instance(model)

    assert staff.get(page(model, "change", instance.pk)).status_code == 200
    assert staff.get(page(model, "delete", instance.pk)).status_code == 200


@pytest.mark.parametrize(
    ("term", "found"),
    [("fold", 1), ("folding lant", 1), ("FL0001", 1), ("lantern!", 1), ("& | :* '", 0), ("armchair", 0)],
)
def test_products_are_found_by_beginnings_of_words(staff: Client, term: str, found: int) -> None:
    make_product(name="Folding lantern", sku="FL0001234")
    make_product()

    answer = staff.get(page(Product, "changelist"), {"q": term})

    assert answer.context["cl"].result_count == found


def test_low_stock_filter(staff: Client) -> None:
    make_product(inventory_quantity=100)
    short = make_product(inventory_quantity=5)

    answer = staff.get(page(Product, "changelist"), {"stock": "low"})

    assert list(answer.context["cl"].result_list) == [short]


def test_actions_publish_and_archive(staff: Client) -> None:
    product = make_product()

    for action, status in {"publish": ProductStatus.ACTIVE, "archive": ProductStatus.ARCHIVED}.items():
        staff.post(page(Product, "changelist"), {"action": action, "_selected_action": [product.pk]})
        product.refresh_from_db()
        assert product.status == status
    assert product.published_at is not None


def test_orders_move_through_their_states(staff: Client) -> None:
    order = make_order()

    for action, status in {
        "deliver": OrderStatus.PENDING,
        "start_processing": OrderStatus.PROCESSING,
        "ship": OrderStatus.SHIPPED,
        "cancel": OrderStatus.SHIPPED,
        "deliver ": OrderStatus.DELIVERED,
    }.items():
        staff.post(page(Order, "changelist"), {"action": action.strip(), "_selected_action": [order.pk]})
        order.refresh_from_db()
        assert order.status == status
    assert order.shipped_at is not None
    assert order.delivered_at is not None


def test_overlap_of_promotions_is_an_error_of_the_form(staff: Client) -> None:
    make_instance(ProductPromotion)
    product = Product.objects.get()
    values = {"product": product.pk, "name": "Twice", "discount_percent": 5}

    answer = staff.post(
        page(ProductPromotion, "add"), values | {"start_date": "2025-01-05", "end_date": "2025-01-20"}
    )

    assert "overlaps that of" in answer.text
