"""Schedule, correct, cancel; and what is wrong is told before anything is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from tests.periods.app.models import Product, ProductPrice
from tests.periods.tools import contradictions, execute, is_contiguous, let_pass, soon, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    product = Product.objects.create(price=1, compare_price=10)
    Product.objects.update(price=2)
    return product


def price(product: Product) -> Decimal:
    return Product.objects.values_list("price", flat=True).get(pk=product.pk)


def refusal(call: Any) -> tuple[str, str, str]:
    """The field, the code and the message of the error that a call raises, with nothing written."""
    before = list(ProductPrice._base_manager.order_by("pk").values())
    with pytest.raises(ValidationError) as caught:
        call()
    assert list(ProductPrice._base_manager.order_by("pk").values()) == before
    errors = caught.value.error_dict if hasattr(caught.value, "error_dict") else {"": caught.value.error_list}
    ((field, (error,)),) = errors.items()
    return field, str(error.code), error.messages[0]


def test_a_scheduled_version_waits_for_its_moment(product: Product) -> None:
    monday = soon(days=3)
    version = ProductPrice.schedule(product, price=Decimal("9.90"), effective_from=monday, reason="sale")
    Product.objects.update(price=3, compare_price=11)

    assert values(product.prices) == [1, 2, 3, 9]
    assert values(product.prices.current()) == [3]
    assert values(product.prices.as_of(monday)) == [9]
    assert version.compare_price == 10
    assert version.reason == "sale"
    assert version.effective_to is None
    assert product.prices.current().get().effective_to == monday
    assert is_contiguous(ProductPrice)


def test_an_owner_may_be_named_by_its_key(product: Product) -> None:
    ProductPrice.schedule(product.pk, price=9, effective_from=soon())

    assert values(product.prices.scheduled()) == [9]


def test_a_version_that_is_scheduled_between_two_takes_over_from_the_first(product: Product) -> None:
    ProductPrice.schedule(product, price=20, compare_price=21, effective_from=soon(days=10))
    between = ProductPrice.schedule(product, price=15, effective_from=soon(days=5))

    assert between.compare_price == 10
    assert values(product.prices) == [1, 2, 15, 20]


def test_the_version_in_force_is_corrected_with_its_owner(product: Product) -> None:
    version = product.prices.current().get()
    version.correct(price=Decimal("2.50"), reason="slip of the pen")

    assert price(product) == Decimal("2.50")
    assert [version.price, version.reason] == [Decimal("2.50"), "slip of the pen"]
    assert list(product.prices.timeline().values_list("price", flat=True)) == [1, Decimal("2.50")]


def test_a_version_of_the_past_is_corrected_alone(product: Product) -> None:
    first = product.prices.timeline()[0]
    first.correct(price=7, effective_from=soon(days=-2))

    assert values(product.prices) == [7, 2]
    assert price(product) == 2
    assert first.effective_to == product.prices.current().get().effective_from


def test_a_correction_may_put_another_version_in_force(product: Product) -> None:
    version = product.prices.current().get()
    version.correct(effective_from=soon(days=2))

    assert price(product) == 1
    assert contradictions(ProductPrice) == []


def test_null_can_be_a_correction(product: Product) -> None:
    product.prices.current().get().correct(compare_price=None)

    product.refresh_from_db()
    assert product.compare_price is None


def test_scheduled_versions_are_cancelled_one_or_all(product: Product) -> None:
    versions = [ProductPrice.schedule(product, price=n, effective_from=soon(days=n)) for n in (3, 4, 5)]
    versions[0].cancel_scheduled()
    assert values(product.prices.scheduled()) == [4, 5]

    assert product.prices.all().cancel_scheduled() == 2
    assert values(product.prices) == [1, 2]


def test_what_has_started_is_not_cancelled(product: Product) -> None:
    version = ProductPrice.schedule(product, price=3, effective_from=soon())
    let_pass(version)

    assert refusal(version.cancel_scheduled)[1] == "started"
    assert product.prices.all().cancel_scheduled() == 0


WRONG: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "a moment that has passed": ({"effective_from": soon(days=-1)}, ("effective_from", "past")),
    "a moment without a zone": ({"effective_from": datetime(2999, 1, 1)}, ("effective_from", "moment")),  # noqa: DTZ001
    "a day": ({"effective_from": date(2999, 1, 1)}, ("effective_from", "moment")),
    "no moment": ({"effective_from": None}, ("effective_from", "moment")),
    "NaN": ({"price": Decimal("NaN")}, ("price", "invalid")),
    "infinity": ({"price": Decimal("Infinity")}, ("price", "invalid")),
    "a float that is no number": ({"price": float("nan")}, ("price", "invalid")),
    "too many digits": ({"price": Decimal(123456789012)}, ("price", "max_digits")),
    "no number": ({"price": "dear"}, ("price", "invalid")),
    "no price": ({"price": None}, ("price", "null")),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_not_scheduled(case: str, product: Product) -> None:
    options, expected = WRONG[case]
    given = {"price": 5, "effective_from": datetime(2999, 1, 1, tzinfo=UTC), **options}

    assert refusal(lambda: ProductPrice.schedule(product, **given))[:2] == expected


def test_the_version_in_the_way_is_named(product: Product) -> None:
    moment = soon()
    taken = ProductPrice.schedule(product, price=3, effective_from=moment)

    field, code, message = refusal(lambda: ProductPrice.schedule(product, price=4, effective_from=moment))
    assert (field, code) == ("effective_from", "taken")
    read = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    assert message.startswith(f"product price {taken.pk} starts at {read} already.")
    other = ProductPrice.schedule(product, price=4, effective_from=moment + timedelta(hours=1))
    assert refusal(lambda: other.correct(effective_from=moment))[1] == "taken"

    let_pass(taken)
    past = refusal(lambda: ProductPrice.schedule(product, price=4, effective_from=timezone.now()))
    assert f"product price {taken.pk} was in force" in past[2]


@pytest.mark.parametrize("owner", [999_999, Product(pk=999_999), Product(), None])
def test_an_owner_that_is_not_there(owner: Any) -> None:
    assert refusal(lambda: ProductPrice.schedule(owner, price=4, effective_from=soon()))[:2] == (
        "product",
        "missing",
    )


def test_a_version_that_is_not_there_any_more(product: Product) -> None:
    version = ProductPrice.schedule(product, price=3, effective_from=soon())
    ProductPrice.objects.filter(pk=version.pk).delete()

    assert refusal(lambda: version.correct(price=4))[1] == "gone"
    assert refusal(version.cancel_scheduled)[1] == "gone"


def test_a_column_that_is_not_tracked(product: Product) -> None:
    with pytest.raises(TypeError, match="does not track 'prize', but price, compare_price"):
        ProductPrice.schedule(product, prize=4, effective_from=soon())
    with pytest.raises(TypeError, match="does not track 'name'"):
        product.prices.current().get().correct(name="other")


def test_a_form_tells_that_a_moment_is_taken(product: Product) -> None:
    version = product.prices.current().get()
    with pytest.raises(ValidationError) as caught:
        ProductPrice(product=product, price=3, effective_from=version.effective_from).full_clean()
    assert "already exists" in str(caught.value)


def test_the_end_is_read_anew(product: Product) -> None:
    version = product.prices.current().get()
    assert version.effective_to is None
    Product.objects.update(price=3)
    version.refresh_from_db()
    assert version.effective_to == product.prices.current().get().effective_from
    assert ProductPrice(product=product, price=1).effective_to is None


def test_the_async_twins(product: Product) -> None:
    async def change() -> None:
        version = await ProductPrice.aschedule(product, price=3, effective_from=soon())
        await version.acorrect(price=4)
        assert await product.prices.as_of(soon(days=2)).values_list("price", flat=True).aget() == 4
        await version.acancel_scheduled()
        await ProductPrice.aschedule(product, price=5, effective_from=soon())
        assert await product.prices.all().acancel_scheduled() == 1

    async_to_sync(change)()
    assert values(product.prices) == [1, 2]
    assert execute("SELECT count(*) FROM periodtests_productprice_periods WHERE is_current") == 1
