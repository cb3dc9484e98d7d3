"""What is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F

from benchmarks.periods.contenders import Contender

COMMITS = 500
PRODUCTS = 1_000
LOOKS = 200
START = datetime(2025, 1, 1, tzinfo=UTC)
MIDDLE = START + timedelta(hours=1, days=25)
RISE = Decimal("1.1")


@dataclass(frozen=True)
class Operation:
    """
    One thing to measure.

    products, versions: how many products, and versions of each.
    before: what is done first in the same session, unmeasured.  parts: how often `run` does it.
    """

    name: str
    run: Callable[[Contender], object]
    before: Callable[[Contender], object] = lambda contender: None
    reads: bool = False
    products: int = 10_000
    versions: int = 11
    parts: int = 1

    def contenders(self, contender: Contender) -> bool:
        return not self.reads or contender.as_of is not None


def reprice(contender: Contender) -> None:
    contender.product.objects.update(price=F("price") * RISE)


def change_each(contender: Contender) -> None:
    """Change single products, each in a transaction of its own, by the statement that the contender sees."""
    for number in range(1, COMMITS + 1):
        if contender.through_save:
            product = contender.product.objects.get(pk=number)
            product.price *= RISE
            product.save(update_fields=["price"])
        else:
            contender.product.objects.filter(pk=number).update(price=F("price") * RISE)


def look(contender: Contender) -> None:
    assert contender.as_of is not None
    for number in range(LOOKS):
        contender.as_of(1 + number * 97 % 20_000, MIDDLE)


def look_at_many(contender: Contender) -> None:
    assert contender.many is not None
    rows: Any = contender.product.objects.filter(pk__lte=PRODUCTS)
    assert len(contender.many(rows, MIDDLE)) == PRODUCTS


OPERATIONS = [
    Operation("reprice 10000", reprice),
    Operation("change 500 singly", change_each, parts=COMMITS),
    Operation("change 500 singly after 10000 at once", change_each, before=reprice, parts=COMMITS),
    Operation("reprice 10000 after 500 singly", reprice, before=change_each),
    Operation(
        "price of 1 product as of among 1000000",
        look, reads=True, products=20_000, versions=50, parts=LOOKS,
    ),
    Operation(
        "prices of 1000 products as of among 1000000",
        look_at_many, reads=True, products=20_000, versions=50,
    ),
]  # fmt: skip
