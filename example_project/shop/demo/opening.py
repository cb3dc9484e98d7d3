"""Fills an empty shop, the same way for the same seed and moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.utils.text import slugify

from django_schemapatterns import context
from example_project.accounts.models import User, UserProfile
from example_project.shop.demo import catalog as catalogs, people, sales as sold
from example_project.shop.demo.catalog import Catalog
from example_project.shop.demo.loading import copy_rows, reserve_ids
from example_project.shop.demo.people import People
from example_project.shop.demo.progress import Progress
from example_project.shop.demo.sales import Sales
from example_project.shop.demo.staff import hire
from example_project.shop.demo.words import DEPARTMENTS, Shelf
from example_project.shop.models import (
    Brand,
    Category,
    Contact,
    Order,
    OrderItem,
    Product,
    ProductPrice,
    ProductPromotion,
    ProductVariant,
    Vendor,
)

BRANDS, VENDORS = 60, 25
FILLED = [
    OrderItem, Order, ProductPromotion, ProductPrice, ProductVariant, Product, Category, Brand, Vendor,
    Contact,
]  # fmt: skip
# The past has no partitions of its own; made from the first month, whole, to the last.
MONTHS = "SELECT schemapatterns.create_monthly_partitions('orders', %s, %s)"
CLEAN_GIN_INDEXES = """
    SELECT gin_clean_pending_list(pg_index.indexrelid)
    FROM pg_index
    JOIN pg_class ON pg_class.oid = pg_index.indexrelid
    JOIN pg_am ON pg_am.oid = pg_class.relam
    WHERE pg_am.amname = 'gin' AND pg_index.indrelid = ANY (%s::regclass[])
"""


@dataclass
class Opening:
    """One opening of the shop; `run()` does it all in one transaction."""

    products: int
    orders: int
    seed: int
    now: datetime
    progress: Progress

    def run(self) -> None:
        self.rng = Random(self.seed)
        self.people = People(self.rng, self.now)
        with context.acting_as(reason="opening of the shop"), transaction.atomic():
            hire()
            self.fill_catalog()
            self.fill_people()
            self.fill_orders()
        self.settle()

    def fill_catalog(self) -> None:
        catalog = Catalog(self.rng, self.now, self.shelves(), self.brands(), self.vendors())
        ids = reserve_ids(Product, self.products)
        rows = list(self.progress.track("Products", catalog.products(ids), self.products))
        # First, so that they are the past that the products find.
        copy_rows(ProductPrice, catalogs.PRICE_FIELDS, catalog.prices(rows))
        copy_rows(Product, catalogs.PRODUCT_FIELDS, rows)
        self.fill_variants(catalog)
        copy_rows(ProductPromotion, catalogs.PROMOTION_FIELDS, catalog.promotions())
        self.catalog = catalog

    def fill_variants(self, catalog: Catalog) -> None:
        rows = catalog.variant_rows()
        keys = reserve_ids(ProductVariant, len(rows))
        for key, (article, *_) in zip(keys, rows, strict=True):
            article.variants.append(key)
        complete = ((key, article.id, *rest) for key, (article, *rest) in zip(keys, rows, strict=True))
        copy_rows(
            ProductVariant, catalogs.VARIANT_FIELDS, self.progress.track("Variants", complete, len(rows))
        )

    def fill_people(self) -> None:
        count = self.orders // 3 + 10
        rows = self.people.users(reserve_ids(User, count))
        copy_rows(User, people.USER_FIELDS, self.progress.track("Customers", rows, count))
        copy_rows(UserProfile, people.PROFILE_FIELDS, self.people.profiles())
        copy_rows(Contact, people.CONTACT_FIELDS, self.people.contacts(count // 4))

    def fill_orders(self) -> None:
        if not self.catalog.articles:
            return
        sales = Sales(self.rng, self.now, self.people.customers, self.catalog.articles)
        with connection.cursor() as cursor:
            opened = self.now - timedelta(days=sold.DAYS_OF_BUSINESS)
            cursor.execute(MONTHS, [opened.date(), self.now.date() + timedelta(days=1)])
        rows = sales.orders(reserve_ids(Order, self.orders))
        copy_rows(Order, sold.ORDER_FIELDS, self.progress.track("Orders", rows, self.orders))
        lines = self.progress.track("Order items", sales.lines, len(sales.lines))
        copy_rows(OrderItem, sold.ITEM_FIELDS, lines)

    def shelves(self) -> dict[int, Shelf]:
        leaves: dict[int, Shelf] = {}
        for position, (name, shelves) in enumerate(DEPARTMENTS.items()):
            department = Category.objects.create(name=name, slug=slugify(name), sort_order=position)
            children = Category.objects.bulk_create(
                Category(
                    name=shelf.name, slug=slugify(f"{name}-{shelf.name}"), parent=department, sort_order=order
                )
                for order, shelf in enumerate(shelves)
            )
            leaves |= {child.pk: shelf for child, shelf in zip(children, shelves, strict=True)}
        return leaves

    def brands(self) -> list[int]:
        names = self.rng.sample(sorted(set(self.people.last_names)), BRANDS)
        brands = [
            Brand(name=name, slug=slugify(name), website=f"https://{slugify(name)}.example") for name in names
        ]
        return [brand.pk for brand in Brand.objects.bulk_create(brands)]

    def vendors(self) -> list[int]:
        vendors = [
            Vendor(
                name=self.rng.choice(self.people.companies),
                code=f"V{number:04d}",
                email=f"orders@vendor{number}.example",
                phone=self.people.phone(),
                country=self.rng.choice(["US", "US", "DE", "DK", "JP", "PT"]),
                lead_time_days=self.rng.randint(2, 40),
            )
            for number in range(1, VENDORS + 1)
        ]
        return [vendor.pk for vendor in Vendor.objects.bulk_create(vendors)]

    def settle(self) -> None:
        """Do what autovacuum would do in a while; without it the plans are poor."""
        tables = [model._meta.db_table for model in [User, UserProfile, *FILLED]]
        with connection.cursor() as cursor:
            cursor.execute(CLEAN_GIN_INDEXES, [tables])
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def is_empty() -> bool:
    return not (Product.all_objects.exists() or Order.objects.exists() or Category.objects.exists())


def clear() -> None:
    """Empty the shop, and let everybody go except the superusers."""
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in FILLED)
    with context.acting_as(reason="closing of the shop"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")
        User.all_objects.filter(is_superuser=False).hard_delete()
