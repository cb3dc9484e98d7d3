"""Versions that are written past the owner: the owner follows, or the database refuses."""

from __future__ import annotations

import pytest

from tests.periods.app.models import Article, ArticlePrice, Product, ProductPrice, Tariff, TariffRate
from tests.periods.tools import contradictions, execute, is_contiguous, soon, values
from tests.softdelete.tools import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    product = Product.objects.create(price=1)
    Product.objects.update(price=2)
    return product


def price(product: Product) -> int:
    return int(Product.objects.values_list("price", flat=True).get(pk=product.pk))


INSERT = "INSERT INTO periodtests_productprice (product_id, price, effective_from) VALUES (%s, %s, %s)"


def test_a_version_of_the_past_changes_nothing_now(product: Product) -> None:
    execute(INSERT, product.pk, 9, soon(days=-3))

    assert values(product.prices) == [9, 1, 2]
    assert price(product) == 2


def test_a_version_of_now_is_followed(product: Product) -> None:
    execute(INSERT, product.pk, 9, soon(microseconds=0))

    assert values(product.prices) == [1, 2, 9]
    assert price(product) == 9


def test_a_version_of_the_future_waits(product: Product) -> None:
    execute(INSERT, product.pk, 9, soon())
    Product.objects.update(price=3)

    assert values(product.prices) == [1, 2, 3, 9]
    assert values(product.prices.current()) == [3]


def test_a_changed_version_is_followed_if_it_is_in_force(product: Product) -> None:
    first, second = product.prices.timeline()
    execute("UPDATE periodtests_productprice SET price = 5 WHERE id = %s", first.pk)
    assert price(product) == 2
    execute("UPDATE periodtests_productprice SET price = 6 WHERE id = %s", second.pk)
    assert price(product) == 6
    execute("UPDATE periodtests_productprice SET effective_from = %s WHERE id = %s", soon(days=-1), second.pk)
    assert price(product) == 5
    assert contradictions(ProductPrice) == []
    assert is_contiguous(ProductPrice)


def test_a_version_that_goes_to_another_owner_is_followed_by_both(product: Product) -> None:
    other = Product.objects.create(price=7)
    execute(
        "UPDATE periodtests_productprice SET product_id = %s, effective_from = clock_timestamp() "
        "WHERE product_id = %s AND price = 2",
        other.pk,
        product.pk,
    )

    assert (price(product), price(other)) == (1, 2)


def test_a_version_that_is_deleted_never_was(product: Product) -> None:
    execute("DELETE FROM periodtests_productprice WHERE price = 2")
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert price(product) == 1
    assert values(product.prices) == [1]


def test_the_last_version_stays(product: Product) -> None:
    with refused("23514", "left without a version"):
        execute("DELETE FROM periodtests_productprice")
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("23514", "left without a version"):
        execute("UPDATE periodtests_productprice SET effective_from = effective_from + interval '1 year'")
    with refused("23514", "left without a version"):
        execute("UPDATE periodtests_productprice SET ended = true WHERE price = 2")


@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_no_version_starts_at_no_moment(product: Product, moment: str) -> None:
    with refused("22008", "can not start at"):
        execute(INSERT, product.pk, 9, moment)


def test_two_versions_do_not_start_at_once(product: Product) -> None:
    moment = product.prices.current().get().effective_from
    with refused("23505", "effective_from"):
        execute(INSERT, product.pk, 9, moment)


def test_an_owner_that_is_gone_stays_without_a_version_in_force() -> None:
    article = Article.objects.create(price=1)
    article.delete()

    with refused("23514", "gone"):
        ArticlePrice.objects.create(article=article, price=2)
    ArticlePrice.objects.create(article=article, price=2, effective_from=soon(days=-1))
    assert values(article.prices) == [2, 1]


def test_versions_of_an_owner_that_is_missing() -> None:
    with refused("23503"):
        execute(INSERT, 999_999, 9, soon(days=-1))
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_versions_of_an_owner_that_was_deleted_can_be_corrected() -> None:
    tariff = Tariff.objects.create(rate=1)
    version = tariff.rates.get()
    tariff.delete()

    TariffRate.objects.filter(pk=version.pk).update(rate=5)
    assert values(TariffRate.objects, "rate") == [5]


def test_versions_that_are_loaded_before_their_owner_are_its_past() -> None:
    """As `loaddata` may do it."""
    execute(INSERT, 77, 4, soon(days=-2))
    execute(INSERT, 77, 5, soon(days=-1))
    execute("INSERT INTO periodtests_product (id, name, price) VALUES (77, 'loaded', 5)")
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert values(ProductPrice.objects) == [4, 5]
