"""Whatever happens, in whatever order: no gap, no overlap, and the version in force is what the row says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.periods.app.models import Product, ProductPrice
from tests.periods.tools import contradictions, execute, is_contiguous, let_pass, soon

pytestmark = pytest.mark.django_db

PRICES = st.integers(min_value=0, max_value=4)  # few, so that many changes change nothing
PICKS = st.integers(min_value=0, max_value=30)
HOURS = st.integers(min_value=-48, max_value=48)


class History:
    """A product, and what is done to it and to its versions."""

    def __init__(self) -> None:
        self.product = Product.objects.create(price=1)
        self.beginning = self.product.prices.get().effective_from

    def version(self, pick: int) -> ProductPrice:
        found = list(self.product.prices.timeline())
        return found[pick % len(found)]

    def change(self, price: int, pick: int, hours: int) -> None:
        Product.objects.update(price=price)

    def change_twice(self, price: int, pick: int, hours: int) -> None:
        execute("UPDATE periodtests_product SET price = %s; UPDATE periodtests_product SET price = 9", price)

    def save(self, price: int, pick: int, hours: int) -> None:
        self.product.refresh_from_db()
        self.product.name, self.product.compare_price = str(price), pick or None  # type: ignore[assignment]
        self.product.save()

    def schedule(self, price: int, pick: int, hours: int) -> None:
        ProductPrice.schedule(self.product, price=price, effective_from=soon(hours=hours))

    def correct(self, price: int, pick: int, hours: int) -> None:
        self.version(pick).correct(price=price)

    def move(self, price: int, pick: int, hours: int) -> None:
        self.version(pick).correct(effective_from=soon(hours=hours))

    def cancel(self, price: int, pick: int, hours: int) -> None:
        self.version(pick).cancel_scheduled()

    def cancel_all(self, price: int, pick: int, hours: int) -> None:
        self.product.prices.all().cancel_scheduled()

    def by_hand(self, price: int, pick: int, hours: int) -> None:
        ProductPrice.objects.create(product=self.product, price=price, effective_from=soon(hours=hours))

    def delete_by_hand(self, price: int, pick: int, hours: int) -> None:
        self.version(pick).delete()
        execute("SET CONSTRAINTS ALL IMMEDIATE")

    def time_passes(self, price: int, pick: int, hours: int) -> None:
        if version := self.product.prices.scheduled().order_by("effective_from").first():
            let_pass(version)

    def apply(self, price: int, pick: int, hours: int) -> None:
        call_command("apply_scheduled_periods", model=["periodtests.ProductPrice"], verbosity=0)
        price_now = self.product.prices.current().get().price
        assert Product.objects.values_list("price", flat=True).get() == price_now


NO_ACTIONS = {"__init__", "version"}
ACTIONS = [name for name, member in vars(History).items() if callable(member) and name not in NO_ACTIONS]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), PRICES, PICKS, HOURS), min_size=1, max_size=15)


def read(product: Product) -> list[Any]:
    return list(ProductPrice._base_manager.filter(product=product).order_by("effective_from", "pk").values())


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_histories(steps: list[tuple[str, int, int, int]], db: None) -> None:
    with transaction.atomic():
        history = History()
        for name, price, pick, hours in steps:
            before = read(history.product)
            step: Callable[[int, int, int], None] = getattr(history, name)
            try:
                with transaction.atomic():
                    step(price, pick, hours)
            except (ValidationError, IntegrityError):
                assert read(history.product) == before
            assert_consistent(history.product)
            with suppress(IntegrityError):
                execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)


def assert_consistent(product: Product) -> None:
    assert contradictions(ProductPrice) == []
    assert is_contiguous(ProductPrice)
    rows = read(product)
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        (found,) = ProductPrice.objects.as_of(row["effective_from"])
        assert found.pk == row["id"]
        assert found.effective_to == (following["effective_from"] if following else None)
    view = "SELECT count(*) FROM periodtests_productprice_periods WHERE is_current"
    assert execute(view) == 1
