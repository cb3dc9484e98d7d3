"""The rows of the catalog, from the tree down to variants and promotions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils.text import slugify
from psycopg.types.json import Jsonb

from example_project.shop.demo.words import ADJECTIVES, BENEFITS, CAMPAIGNS, CARE, COLOURS, TAGS, Shelf

PRODUCT_FIELDS = [
    "id", "name", "slug", "sku", "description", "short_description", "price", "compare_price", "cost_price",
    "weight", "dimensions", "category", "brand", "vendor", "status", "visibility", "inventory_tracking",
    "inventory_quantity", "low_stock_threshold", "allow_backorder", "requires_shipping", "is_digital",
    "tax_class", "featured", "tags", "attributes", "seo_title", "seo_description", "created_at",
    "updated_at", "published_at",
]  # fmt: skip
VARIANT_FIELDS = [
    "id", "product", "name", "sku", "price", "attributes", "inventory_quantity", "sort_order", "is_active",
    "created_at", "updated_at",
]  # fmt: skip
PROMOTION_FIELDS = [
    "product", "name", "discount_percent", "start_date", "end_date", "created_at", "updated_at",
]  # fmt: skip

PRICE_FIELDS = ["product", "price", "compare_price", "effective_from", "recorded_at", "reason"]

STATUSES, STATUS_WEIGHTS = ["active", "draft", "inactive", "archived"], [88, 5, 4, 3]
VISIBILITIES, VISIBILITY_WEIGHTS = ["visible", "hidden", "catalog_only", "search_only"], [94, 3, 2, 1]


@dataclass
class Article:
    """What variants, promotions and orders need to know of a product."""

    id: int
    name: str
    sku: str
    price: Decimal
    shelf: Shelf
    attributes: dict[str, Any]
    created_at: datetime
    on_sale: bool
    variants: list[int] = field(default_factory=list)


class Catalog:
    """Makes products for the shelves of the shop."""

    def __init__(
        self, rng: Random, now: datetime, shelves: dict[int, Shelf], brands: list[int], vendors: list[int]
    ):
        self.rng, self.now = rng, now
        self.shelves, self.brands, self.vendors = list(shelves.items()), brands, vendors
        self.articles: list[Article] = []

    def products(self, ids: list[int]) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `PRODUCT_FIELDS`, and remember the articles for what follows."""
        statuses = self.rng.choices(STATUSES, STATUS_WEIGHTS, k=len(ids))
        visibilities = self.rng.choices(VISIBILITIES, VISIBILITY_WEIGHTS, k=len(ids))
        for number, key in enumerate(ids, start=1):
            category, shelf = self.rng.choice(self.shelves)
            article = self.article(key, number, shelf, statuses[number - 1])
            self.articles.append(article)
            yield self.row(article, number, category, statuses[number - 1], visibilities[number - 1])

    def article(self, key: int, number: int, shelf: Shelf, status: str) -> Article:
        choice = self.rng.choice
        noun, colour = choice(shelf.nouns), choice(COLOURS)
        material = choice(shelf.materials) if shelf.materials else ""
        name = " ".join(filter(None, [choice(ADJECTIVES), material, noun]))
        attributes: dict[str, Any] = {"format": choice(["PDF", "EPUB"]), "pages": self.rng.randint(4, 480)}
        if not shelf.digital:
            name = f"{name}, {colour}"
            attributes = {"material": material, "colour": colour, "warranty_years": choice([2, 2, 2, 5, 10])}
        return Article(
            id=key,
            name=name,
            sku=f"{noun[:2].upper()}{number:07d}",
            price=self.price(*shelf.prices),
            shelf=shelf,
            attributes=attributes,
            created_at=self.now - timedelta(days=30 + 870 * self.rng.random()),
            on_sale=status == "active",
        )

    def row(
        self, article: Article, number: int, category: int, status: str, visibility: str
    ) -> tuple[Any, ...]:
        rng, shelf, price = self.rng, article.shelf, article.price
        tracked = not shelf.digital
        benefit, care = rng.choice(BENEFITS), rng.choice(CARE)
        compare = cents(price * rng.randint(110, 140) / 100) if rng.random() < 0.25 else None
        published = None if status == "draft" else article.created_at + timedelta(days=10 * rng.random())
        return (
            article.id, article.name, f"{slugify(article.name)}-{number}", article.sku,
            f"{article.name} from our {shelf.name.lower()}. {benefit}. {care}.", f"{benefit}.", price,
            compare, cents(price * rng.randint(35, 70) / 100),
            None if shelf.digital else rng.randint(10, 4000) / 100,
            None if shelf.digital else self.dimensions(), category, rng.choice(self.brands),
            rng.choice(self.vendors), status, visibility, tracked, self.quantity() if tracked else None,
            rng.choice([5, 5, 5, 10]), rng.random() < 0.05, tracked, shelf.digital,
            "reduced" if shelf.digital else "standard", rng.random() < 0.015,
            rng.sample(TAGS, rng.randint(0, 3)), Jsonb(article.attributes), article.name, f"{benefit}.",
            article.created_at, published or article.created_at, published,
        )  # fmt: skip

    def variant_rows(self) -> list[tuple[Any, ...]]:
        """Give the rows of `VARIANT_FIELDS` without their keys, two to five for each third article."""
        rows = []
        for article in self.articles:
            if article.shelf.digital or self.rng.random() > 0.33:
                continue
            names = article.shelf.sizes or tuple(self.rng.sample(COLOURS, self.rng.randint(2, 4)))
            kind = "size" if article.shelf.sizes else "colour"
            for position, name in enumerate(names):
                price = cents(article.price * Decimal("1.1")) if self.rng.random() < 0.1 else None
                rows.append((
                    article, name, f"{article.sku}-{position + 1}", price, Jsonb({kind: name}),
                    self.quantity(), position, self.rng.random() < 0.95, article.created_at,
                    article.created_at,
                ))  # fmt: skip
        return rows

    def prices(self, rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `PRICE_FIELDS`: what the products in rows of `PRODUCT_FIELDS` have cost."""
        rng = Random(f"prices {self.now}")
        for row in rows:
            product = dict(zip(PRODUCT_FIELDS, row, strict=True))
            changes = range(rng.choice([0, 0, 1, 3]), 0, -1)
            earlier = [cents(product["price"] * (100 - 6 * number) / 100) for number in changes]
            start, reason = product["created_at"], "opening price"
            step = (self.now - start) / (len(earlier) + 1)
            for price in earlier:
                yield product["id"], price, None, start, start, reason
                start, reason = start + step, "new price list"
            yield product["id"], product["price"], product["compare_price"], start, start, reason

    def promotions(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `PROMOTION_FIELDS`; the promotions of one product follow each other."""
        today = self.now.date()
        for article in self.articles:
            if self.rng.random() > 0.12:
                continue
            start = today - timedelta(days=self.rng.randint(-40, 200))
            for _ in range(self.rng.choice([1, 1, 2, 3])):
                end = start + timedelta(days=self.rng.randint(4, 20))
                discount = self.rng.choice([5, 10, 10, 15, 20, 25, 30, 50])
                yield article.id, self.rng.choice(CAMPAIGNS), discount, start, end, self.now, self.now
                start = end + timedelta(days=self.rng.randint(1, 60))

    def price(self, low: int, high: int) -> Decimal:
        # Squared, because a shop has more cheap things than dear ones.
        whole = low + int((high - low) * self.rng.random() ** 2)
        return Decimal(whole) + self.rng.choice(
            [Decimal("0.00"), Decimal("0.50"), Decimal("0.90"), Decimal("0.99")]
        )

    def quantity(self) -> int:
        return self.rng.randint(0, 5) if self.rng.random() < 0.04 else self.rng.randint(11, 400)

    def dimensions(self) -> Jsonb:
        length, width, height = (self.rng.randint(3, 180) for _ in range(3))
        return Jsonb({"length": length, "width": width, "height": height, "unit": "cm"})


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
