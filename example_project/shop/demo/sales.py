"""The rows of orders and their items, over a year and a half that ends today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from psycopg.types.json import Jsonb

from example_project.shop.conditions import FREE_SHIPPING_FROM, SHIPPING
from example_project.shop.demo.catalog import Article, cents
from example_project.shop.demo.people import Customer

ADDRESS_FIELDS = [
    "first_name", "last_name", "company", "address_line_1", "address_line_2", "city", "state", "postal_code",
    "country", "phone",
]  # fmt: skip
ORDER_FIELDS = [
    "id", "order_number", "user", "status", "currency", "subtotal", "tax_total", "shipping_total",
    "discount_total", "total", *(f"billing_{name}" for name in ADDRESS_FIELDS),
    *(f"shipping_{name}" for name in ADDRESS_FIELDS), "shipping_method", "tracking_number", "notes",
    "created_at", "updated_at", "shipped_at", "delivered_at",
]  # fmt: skip
ITEM_FIELDS = [
    "order", "order_created_at", "product", "product_variant", "quantity", "unit_price", "total_price",
    "product_name", "product_sku", "product_attributes", "created_at",
]  # fmt: skip

DAYS_OF_BUSINESS = 540
TAX = Decimal("0.08")
NOTES = [
    "Please leave with the neighbour.",
    "It is a gift, no invoice please.",
    "Ring twice.",
    "Call before delivery.",
]


class Sales:
    """Lets customers buy articles, popular ones more often and recently more than long ago."""

    def __init__(
        self, rng: Random, now: datetime, customers: list[Customer], articles: list[Article]
    ) -> None:
        self.rng, self.now, self.customers = rng, now, customers
        self.articles = [article for article in articles if article.on_sale] or articles
        self.lines: list[tuple[Any, ...]] = []
        # Read before rows are copied: a connection that copies answers no questions.
        self.shipping, self.free_from = SHIPPING.get(), FREE_SHIPPING_FROM.get()

    def orders(self, ids: list[int]) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `ORDER_FIELDS`, oldest first, and remember the lines of `ITEM_FIELDS`."""
        ages = sorted((DAYS_OF_BUSINESS * self.rng.random() ** 1.5 for _ in ids), reverse=True)
        for number, (key, age) in enumerate(zip(ids, ages, strict=True), start=1):
            placed = self.now - timedelta(days=age)
            yield self.row(key, f"{placed:%Y%m}-{number:06d}", placed, age)

    def row(self, key: int, number: str, placed: datetime, age: float) -> tuple[Any, ...]:
        rng, customer = self.rng, self.rng.choice(self.customers)
        subtotal = sum((self.line(key, placed) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))), Decimal(0))
        discount = cents(subtotal / 10) if rng.random() < 0.12 else Decimal(0)
        tax = cents((subtotal - discount) * TAX)
        shipping = Decimal(0) if subtotal >= self.free_from else self.shipping
        status = self.status(age)
        shipped = placed + timedelta(days=min(0.5 + 2 * rng.random(), age * 0.5))
        delivered = shipped + timedelta(days=min(1 + 4 * rng.random(), age * 0.4))
        was_shipped, was_delivered = (
            status in ("shipped", "delivered", "refunded"),
            status in ("delivered", "refunded"),
        )
        delivery_address = customer.address if rng.random() < 0.9 else rng.choice(self.customers).address
        return (
            key, number, customer.id, status, "USD", subtotal, tax, shipping, discount,
            subtotal - discount + tax + shipping, *customer.address, *delivery_address,
            rng.choice(["standard", "standard", "express"]),
            f"PS{rng.randint(10**9, 10**10 - 1)}US" if was_shipped else "",
            rng.choice(NOTES) if rng.random() < 0.08 else "", placed,
            delivered if was_delivered else shipped if was_shipped else placed,
            shipped if was_shipped else None, delivered if was_delivered else None,
        )  # fmt: skip

    def line(self, order: int, placed: datetime) -> Decimal:
        rng = self.rng
        article = self.articles[int(len(self.articles) * rng.random() ** 3)]
        quantity = rng.choice([1, 1, 1, 1, 2, 2, 3, 6])
        total = article.price * quantity
        self.lines.append((
            order, placed, article.id, rng.choice(article.variants) if article.variants else None, quantity,
            article.price, total, article.name, article.sku, Jsonb(article.attributes), placed,
        ))  # fmt: skip
        return total

    def status(self, age: float) -> str:
        chance = self.rng.random()
        if chance < 0.04:
            return "cancelled"
        if age < 1:
            return "pending" if chance < 0.7 else "processing"
        if age < 4:
            return "processing" if chance < 0.5 else "on_hold" if chance < 0.55 else "shipped"
        if age < 8 and chance < 0.4:
            return "shipped"
        return "refunded" if chance > 0.97 else "delivered"
