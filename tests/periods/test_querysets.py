"""What was in force when, asked in Python and in SQL."""

# mypy: disable-error-code="misc"
# django-stubs do not see annotations that a manager makes.

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F, OuterRef, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_schemapatterns.periods import with_period
from tests.periods.app.models import Article, Product, ProductPrice, Seat, Tariff, TariffRate
from tests.periods.tools import execute, soon, values

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


@pytest.fixture
def products() -> list[Product]:
    """Two products, whose versions number 1 to 4 start an hour after the other, from noon on."""
    found = [Product.objects.create(price=4), Product.objects.create(price=4)]
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
    ProductPrice._base_manager.all().delete()
    ProductPrice._base_manager.bulk_create(
        [
            ProductPrice(product=product, price=number, effective_from=at(number), recorded_at=at(number))
            for product in found
            for number in (1, 2, 3, 4)
        ]
    )
    execute("SET session_replication_role = origin")
    return found


def test_as_of(products: list[Product]) -> None:
    assert values(ProductPrice.objects.as_of(at(0))) == []
    assert values(ProductPrice.objects.as_of(at(1) - timedelta(microseconds=1))) == []
    assert values(ProductPrice.objects.as_of(at(1))) == [1, 1]
    assert values(products[0].prices.as_of(at(3) - timedelta(microseconds=1))) == [2]
    assert values(products[0].prices.as_of()) == values(products[0].prices.current()) == [4]


def test_filters_do_not_change_what_is_in_force(products: list[Product]) -> None:
    dear = ProductPrice.objects.filter(price__lt=3)

    assert values(dear.as_of(at(4))) == []
    assert values(dear.as_of(at(2))) == [2, 2]
    assert [end for _, end in sorted(dear.values_list("pk", "effective_to"))] == [at(2), at(3)] * 2
    assert values(ProductPrice.objects.exclude(price=2).as_of(at(2))) == []


def test_the_end_can_be_filtered_by_and_read(products: list[Product]) -> None:
    versions = products[0].prices.all()

    assert values(versions.filter(effective_to=at(3))) == [2]
    assert values(versions.filter(effective_to=None)) == [4]
    assert versions.filter(price=3).values("effective_to")[0] == {"effective_to": at(4)}
    assert versions.values()[0]["effective_to"] is not None
    assert [version.effective_to for version in versions.timeline()] == [at(2), at(3), at(4), None]
    assert versions.filter(effective_to__lt=at(4)).count() == 2
    assert versions.filter(effective_to=at(3)).update(price=9) == 1
    assert versions.filter(effective_to=at(3)).delete()[0] == 1
    assert ProductPrice._base_manager.filter(product=products[0]).first().effective_to == at(3)  # type: ignore[union-attr]


def test_between(products: list[Product]) -> None:
    def found(start: float, end: float) -> list[int]:
        moments = [NOON + timedelta(hours=hour) for hour in (start, end)]
        return values(products[0].prices.between(*moments))

    assert found(-5, 1) == []
    assert found(-5, 1.5) == [1]
    assert found(1.5, 3.5) == [1, 2, 3]
    assert found(2, 3) == [2]
    assert found(4, 99) == [4]
    for start, end in [(3, 3), (4, 2)]:
        with pytest.raises(ValueError, match="empty or inverted"):
            found(start, end)


def test_timeline(products: list[Product]) -> None:
    rows = ProductPrice.objects.timeline().values_list("product", "price")
    assert list(rows) == [(product.pk, number) for product in products for number in (1, 2, 3, 4)]


def test_owners_with_what_they_were(products: list[Product]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = list(Product.objects.with_period("prices", as_of=at(2)).order_by("pk"))
    assert len(queries) == 1
    assert [(row.price, row.price_as_of, row.effective_from_as_of) for row in rows] == [(4, 2, at(2))] * 2  # type: ignore[attr-defined]

    two: Any = with_period(
        Product.objects.with_period("prices", as_of=at(0)), "prices", as_of=at(3), suffix="_then"
    )
    assert list(two.values_list("price_as_of", "price_then")) == [(None, 3)] * 2
    assert with_period(Product.objects.all(), "prices").filter(price_as_of=F("price")).count() == 2
    dated = Product.objects.annotate(then=Value(at(3)))
    assert set(with_period(dated, "prices", as_of=OuterRef("then")).values_list("price_as_of")) == {(3,)}


def test_owners_that_were_gone_had_nothing() -> None:
    tariff = Tariff.objects.create(rate=3)
    key = tariff.pk
    tariff.delete()
    Tariff.objects.bulk_create([Tariff(pk=key, rate=4)])
    gone = TariffRate._base_manager.get(ended=True).effective_from

    rows = with_period(Tariff.objects.all(), "rates", as_of=gone).values_list("rate_as_of", flat=True)
    assert list(rows) == [None]


def test_owners_that_are_soft_deleted_are_asked_like_others() -> None:
    Article.objects.create(price=3)
    assert Article.objects.with_period("prices").values_list("price_as_of", flat=True)[0] == 3


def test_owners_known_by_another_column() -> None:
    Seat.objects.create(row=1, number=1, code="a", fee=3)
    assert list(with_period(Seat.objects.all(), "fees").values_list("fee_as_of", flat=True)) == [3]


def test_what_are_no_periods() -> None:
    with pytest.raises(FieldError, match="has no periods 'price'; it has prices"):
        Product.objects.with_period("price")
    with pytest.raises(TypeError, match="asked for by a datetime"):
        ProductPrice.objects.as_of("2026-01-01")  # type: ignore[arg-type]


def test_the_view(products: list[Product]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT price, effective_from, effective_to, is_current FROM periodtests_productprice_periods "
            "WHERE product_id = %s ORDER BY effective_from",
            [products[0].pk],
        )
        assert cursor.fetchall() == [
            (1, at(1), at(2), False),
            (2, at(2), at(3), False),
            (3, at(3), at(4), False),
            (4, at(4), None, True),
        ]
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'periodtests_productprice_periods'")
        assert cursor.fetchone() == (["security_invoker=true"],)


def test_the_function(products: list[Product]) -> None:
    key = products[0].pk
    assert execute("SELECT schemapatterns.test_price(%s)", key) == 4
    assert execute("SELECT schemapatterns.test_price(%s, %s)", key, at(2)) == 2
    assert execute("SELECT schemapatterns.test_price(%s, %s)", key, at(0)) is None
    assert execute("SELECT schemapatterns.test_price(-1)") is None


def test_a_change_is_seen_within_its_transaction() -> None:
    product = Product.objects.create(price=1)
    started = timezone.now()
    Product.objects.update(price=2)

    assert values(product.prices.current()) == [2]
    assert execute("SELECT schemapatterns.test_price(%s)", product.pk) == 2
    assert values(product.prices.as_of(started)) == [1]
    assert values(product.prices.as_of(soon())) == [2]
