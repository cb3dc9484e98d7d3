"""Who is measured, and how each is asked what a price was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from benchmarks.periods.models import (
    KeyedPrice,
    KeyedProduct,
    OurPrice,
    OurProduct,
    PlainProduct,
    RangePrice,
    RangeProduct,
    SimpleProduct,
)
from django_schemapatterns.periods import with_period

HISTORY: Any = SimpleProduct.history


@dataclass(frozen=True)
class Contender:
    """
    One way to keep the prices.

    history: the model of the versions.  start: its column for when they start.
    as_of: the price of a product, by its key.  many: (key, price) of the products of a queryset.
    through_save: it misses an UPDATE, so single changes are saves.
    """

    name: str
    product: Any
    history: Any = None
    start: str = "effective_from"
    as_of: Callable[[int, datetime], Any] | None = None
    many: Callable[[QuerySet[Any], datetime], list[Any]] | None = None
    through_save: bool = False

    @property
    def tables(self) -> list[str]:
        return [model._meta.db_table for model in (self.product, self.history) if model]


def our_price(key: int, at: datetime) -> Any:
    return OurPrice.objects.filter(product=key).as_of(at).values_list("price", flat=True).get()


def our_prices(products: QuerySet[Any], at: datetime) -> list[Any]:
    return list(with_period(products, "prices", as_of=at).values_list("pk", "price_as_of"))


def contains(versions: Any, at: datetime) -> Any:
    return versions.extra(
        where=["tstzrange(effective_from, effective_to, '[)') @> %s::timestamptz"], params=[at]
    )


def range_price(key: int, at: datetime) -> Any:
    return contains(RangePrice.objects.filter(product=key), at).values_list("price", flat=True).get()


def range_prices(products: QuerySet[Any], at: datetime) -> list[Any]:
    keys = products.values("pk")
    return list(contains(RangePrice.objects.filter(product__in=keys), at).values_list("product", "price"))


def simple_price(key: int, at: datetime) -> Any:
    return HISTORY.as_of(at).filter(id=key).values_list("price", flat=True).get()


def simple_prices(products: QuerySet[Any], at: datetime) -> list[Any]:
    return list(HISTORY.as_of(at).filter(id__in=products.values("pk")).values_list("id", "price"))


CONTENDERS = [
    Contender("none", PlainProduct),
    Contender("ours", OurProduct, OurPrice, as_of=our_price, many=our_prices),
    Contender("ours and a foreign key", KeyedProduct, KeyedPrice),
    Contender("close and open", RangeProduct, RangePrice, as_of=range_price, many=range_prices),
    Contender(
        "simple-history",
        SimpleProduct,
        HISTORY.model,
        start="history_date",
        as_of=simple_price,
        many=simple_prices,
        through_save=True,
    ),
]
BASE = CONTENDERS[0]
