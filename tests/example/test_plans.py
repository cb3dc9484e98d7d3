"""The strategic indexes are used, proven by the plans of a shop with realistic data and never by a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.db.models import F, QuerySet
from pytest_django import DjangoDbBlocker

from example_project.accounts.models import User, UserProfile, UserRole, UserStatus, full_name
from example_project.shop.demo.opening import Opening
from example_project.shop.demo.progress import Progress
from example_project.shop.models import (
    Category,
    Order,
    OrderItem,
    OrderStatus,
    Product,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
)
from tests.example.plans import indexes_used

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def filled_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        Opening(products=5000, orders=6000, seed=7, now=NOW, progress=Progress()).run()
        yield
        transaction.set_rollback(True)


def customer() -> User:
    return User.objects.filter(is_staff=False, orders__isnull=False).earliest("id")


LOOKUPS: dict[str, tuple[Callable[[], QuerySet[Any, Any]], str]] = {
    "user by email": (lambda: User.objects.filter(email=customer().email), "users_email_alive"),
    "user by name": (lambda: User.objects.filter(username=customer().username), "users_username_unique"),
    "user by full name": (
        lambda: User.objects.alias(full=full_name()).filter(full=customer().get_full_name().lower()),
        "users_full_name_idx",
    ),
    "suspended users": (lambda: User.objects.filter(status=UserStatus.SUSPENDED), "users_not_active_idx"),
    "newest users": (lambda: User.objects.order_by("-created_at")[:20], "users_created_idx"),
    "who wants a message now": (
        lambda: UserProfile.objects.filter(notification_preferences__contains={"sms": True, "hour": 7}),
        "user_profiles_notify_idx",
    ),
    "order history": (
        lambda: Order.objects.filter(user=customer()).order_by("-created_at")[:20],
        "orders_user_history_idx",
    ),
    "newest orders": (lambda: Order.objects.order_by("-created_at")[:50], "orders_created_idx"),
    "orders on hold": (
        lambda: Order.objects.filter(status=OrderStatus.ON_HOLD).order_by("created_at"),
        "orders_open_idx",
    ),
    "order by number": (
        lambda: Order.objects.filter(order_number=Order.objects.earliest("id").order_number),
        "orders_number_idx",
    ),
    "lines of an order": (
        lambda: OrderItem.objects.filter(order=Order.objects.earliest("id")),
        "order_items_order_idx",
    ),
    "sales of a product": (
        lambda: OrderItem.objects.filter(product=Product.objects.latest("id")),
        "order_items_product_idx",
    ),
    "featured products": (
        lambda: Product.objects.filter(featured=True, status=ProductStatus.ACTIVE).order_by("-published_at")[
            :10
        ],
        "products_featured_idx",
    ),
    "newest products": (lambda: Product.objects.order_by("-created_at")[:50], "products_created_idx"),
    "products of a category": (
        lambda: Product.objects.filter(category=Category.objects.get(slug="garden-tools"), status="active"),
        "products_category_status_idx",
    ),
    "cheapest products": (
        lambda: Product.objects.filter(status=ProductStatus.ACTIVE).order_by("price")[:20],
        "products_active_price_idx",
    ),
    "full-text search": (
        lambda: Product.objects.filter(search_vector=SearchQuery("folding armchairs", config="english")),
        "products_search_idx",
    ),
    "products by attributes": (
        lambda: Product.objects.filter(attributes__contains={"material": "cork", "colour": "navy"}),
        "products_attributes_idx",
    ),
    "products by tags": (
        lambda: Product.objects.filter(tags__contains=["wedding", "vegan", "gift"]),
        "products_tags_idx",
    ),
    "product by SKU": (
        lambda: Product.objects.filter(sku=Product.objects.earliest("id").sku),
        "products_sku_alive",
    ),
    "products of a brand": (
        lambda: Product.all_objects.filter(brand=Product.objects.exclude(brand=None).latest("id").brand),
        "products_brand_idx",
    ),
    "products of a vendor": (
        lambda: Product.all_objects.filter(vendor=Product.objects.exclude(vendor=None).latest("id").vendor),
        "products_vendor_idx",
    ),
    "sales of a variant": (
        lambda: OrderItem.objects.filter(product_variant=ProductVariant.objects.latest("id")),
        "order_items_variant_idx",
    ),
    "variants of a product": (
        lambda: ProductVariant.objects.filter(product=Product.objects.latest("id")).order_by("sort_order"),
        "product_variants_product_idx",
    ),
    "promotions of a product": (
        lambda: ProductPromotion.objects.filter(product=ProductPromotion.objects.latest("id").product),
        "product_promotions_product_idx",
    ),
}


# PostgreSQL may rather read these tables whole: they have few rows, or it takes a comparison of two columns
# to hold for a third of them, when it holds for few.
IF_NEED_BE: dict[str, tuple[Callable[[], QuerySet[Any, Any]], str]] = {
    "children of a category": (
        lambda: Category.objects.filter(parent=Category.objects.earliest("id")).order_by("sort_order"),
        "categories_tree_idx",
    ),
    "who holds a role": (lambda: UserRole.objects.filter(role=1), "user_roles_role_idx"),
    "low stock": (
        lambda: Product.objects.filter(
            inventory_tracking=True, inventory_quantity__lte=F("low_stock_threshold")
        ),
        "products_low_stock_idx",
    ),
    "roles that a user gave": (lambda: UserRole.objects.filter(assigned_by=1), "user_roles_assigned_by_idx"),
}


@pytest.mark.parametrize("lookup", IF_NEED_BE)
def test_lookup_can_use_its_index(lookup: str) -> None:
    query, index = IF_NEED_BE[lookup]

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        used = indexes_used(query())
        transaction.set_rollback(True)

    assert index in used


def test_every_index_of_the_models_is_used_here() -> None:
    models = [model for label in ("accounts", "shop") for model in apps.get_app_config(label).get_models()]
    declared = {index.name for model in models for index in model._meta.indexes}

    proven = {index for _query, index in [*LOOKUPS.values(), *IF_NEED_BE.values()]}
    assert declared - proven == {"shop_productprice_scheduled"}  # of the pattern, which has tests of its own


def test_newest_alive_are_found_past_any_number_of_deleted() -> None:
    with transaction.atomic():
        Product.objects.filter(pk__in=Product.objects.order_by("-created_at", "-id")[:2500]).delete()

        plan = Product.objects.order_by("-created_at")[:50].explain(analyze=True, buffers=False)

        assert "products_created_idx" in plan
        assert "Rows Removed by Filter" not in plan
        transaction.set_rollback(True)


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_lookup_uses_its_index(lookup: str) -> None:
    query, index = LOOKUPS[lookup]

    assert index in indexes_used(query())
