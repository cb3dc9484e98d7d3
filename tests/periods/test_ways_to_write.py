"""Whoever writes, and however: the versions are kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from django_schemapatterns.context import acting_as
from tests.periods.app.models import (
    Article,
    ArticlePrice,
    Machine,
    MachineWeight,
    Product,
    ProductPrice,
    Robot,
    RobotPower,
    Seat,
    SeatFee,
    Tariff,
    TariffRate,
)
from tests.periods.tools import contradictions, execute, is_contiguous, soon, values
from tests.softdelete.tools import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return Product.objects.create(price=1)


def copy_in(product: Product) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY periodtests_product (name, price) FROM STDIN") as copy,
    ):
        copy.write_row(("copied", 2))
        copy.write_row(("copied", 3))


INSERTS: dict[str, Any] = {
    "create": lambda product: Product.objects.create(price=2),
    "bulk_create": lambda product: Product.objects.bulk_create([Product(price=2), Product(price=3)]),
    "raw": lambda product: execute("INSERT INTO periodtests_product (name, price) VALUES ('raw', 2)"),
    "copy": copy_in,
    "select": lambda product: execute(
        "INSERT INTO periodtests_product (name, price) SELECT 'many', i FROM generate_series(1, 1000) AS i"
    ),
}


@pytest.mark.parametrize("way", INSERTS)
def test_a_new_row_has_its_first_version(way: str, product: Product) -> None:
    INSERTS[way](product)

    assert ProductPrice.objects.count() == Product.objects.count() > 1
    assert contradictions(ProductPrice) == []


def save(product: Product) -> None:
    product.price = Decimal(2)
    product.save()


def bulk_update(product: Product) -> None:
    product.price = Decimal(2)
    Product.objects.bulk_update([product], ["price"])


def upsert(product: Product) -> None:
    row = Product(pk=product.pk, price=2)
    Product.objects.bulk_create(
        [row, Product(price=5)], update_conflicts=True, update_fields=["price"], unique_fields=["id"]
    )


UPDATES: dict[str, Any] = {
    "save": save,
    "update": lambda product: Product.objects.update(price=F("price") + 1),
    "bulk_update": bulk_update,
    "upsert": upsert,
    "raw": lambda product: execute("UPDATE periodtests_product SET price = 2"),
    "merge": lambda product: execute(
        "MERGE INTO periodtests_product USING (VALUES (2, %s)) AS wanted (price, id) USING (id)".replace(
            "USING (id)", "ON periodtests_product.id = wanted.id"
        )
        + " WHEN MATCHED THEN UPDATE SET price = wanted.price",
        product.pk,
    ),
}


@pytest.mark.parametrize("way", UPDATES)
def test_a_change_starts_a_version(way: str, product: Product) -> None:
    UPDATES[way](product)

    assert values(product.prices) == [1, 2]
    assert contradictions(ProductPrice) == []
    assert is_contiguous(ProductPrice)


def test_what_changes_nothing_starts_none(product: Product) -> None:
    product.save()
    Product.objects.update(name="other", price=F("price"))
    execute("UPDATE periodtests_product SET price = 1.00")

    assert values(product.prices) == [1]


def test_null_is_a_value(product: Product) -> None:
    Product.objects.update(compare_price=5)
    Product.objects.update(compare_price=None)

    versions = product.prices.timeline().values_list("price", "compare_price")
    assert list(versions) == [(1, None), (1, 5), (1, None)]


def test_each_of_several_changes_in_a_transaction_is_a_step(product: Product) -> None:
    execute("DO $$ BEGIN FOR i IN 2..50 LOOP UPDATE periodtests_product SET price = i; END LOOP; END $$")

    assert values(product.prices) == list(range(1, 51))
    assert is_contiguous(ProductPrice)


def test_of_several_changes_in_a_transaction_the_last_is_kept_if_asked_for() -> None:
    tariff = Tariff.objects.create()
    execute("UPDATE periodtests_tariff SET rate = 2")
    assert values(tariff.rates, "rate") == [2]  # the test is one transaction

    with transaction.atomic():
        execute("UPDATE periodtests_tariff SET rate = 3")
    with transaction.atomic():
        execute("UPDATE periodtests_tariff SET rate = 4")
        transaction.set_rollback(True)

    assert values(tariff.rates, "rate") == [3]
    assert contradictions(TariffRate) == []


@pytest.mark.django_db(transaction=True)
def test_each_transaction_is_a_step_where_the_last_is_kept() -> None:
    tariff = Tariff.objects.create()
    for rate in (2, 3):
        with transaction.atomic():
            Tariff.objects.update(rate=10)
            with transaction.atomic():
                Tariff.objects.update(rate=rate)

    assert values(tariff.rates, "rate") == [1, 2, 3]
    assert is_contiguous(TariffRate)


def test_all_rows_of_a_statement_change_at_one_moment() -> None:
    Product.objects.bulk_create([Product(price=number) for number in range(50)])
    Product.objects.update(price=F("price") + 1)

    moments = ProductPrice.objects.values_list("effective_from", flat=True).distinct().order_by()
    assert moments.count() == 2


def test_ten_thousand_after_one_and_one_after_ten_thousand() -> None:
    """What is planned for one row must do for many, while the table of versions was empty."""
    execute("ANALYZE periodtests_product, periodtests_productprice")
    first = Product.objects.create(price=1)
    Product.objects.filter(pk=first.pk).update(price=2)
    execute(
        "INSERT INTO periodtests_product (name, price) SELECT 'many', i FROM generate_series(1, 10000) AS i"
    )
    execute("SET LOCAL statement_timeout = '20s'")
    for _ in range(3):
        Product.objects.update(price=F("price") + 1)
    Product.objects.filter(pk=first.pk).update(price=99)

    assert ProductPrice.objects.count() == 10_001 * 4 + 2
    assert values(first.prices)[-1] == 99


def test_who_and_why_come_from_the_context(product: Product) -> None:
    with acting_as("anna", reason="sale"):
        Product.objects.update(price=2)
        ProductPrice.schedule(product, price=3, effective_from=soon())
    with acting_as("ben"):
        Product.objects.update(price=4)

    told = product.prices.order_by("effective_from").values_list("price", "created_by", "reason")
    assert list(told) == [(1, None, None), (2, "anna", "sale"), (4, "ben", None), (3, "anna", "sale")]


@pytest.mark.parametrize("text", ['{"reason": ', "reason", json.dumps({"reason": {"a": 1}}), "", '"reason"'])
def test_no_context_fails_a_write(product: Product, text: str) -> None:
    execute("SELECT set_config('app.context', %s, true)", text)
    execute("SELECT set_config('app.current_user_id', %s, true)", "x" * 500)
    with connection.cursor() as cursor:  # the library would set them anew
        assert cursor.cursor.execute("UPDATE periodtests_product SET price = 2").rowcount == 1

    assert values(product.prices) == [1, 2]


def test_a_deleted_row_takes_its_versions_along(product: Product) -> None:
    other = Product.objects.create(price=7)
    ProductPrice.schedule(product, price=3, effective_from=soon())

    execute("DELETE FROM periodtests_product WHERE id = %s", product.pk)
    assert values(ProductPrice.objects) == [7]

    other.delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not ProductPrice._base_manager.exists()


def test_a_deleted_row_leaves_its_ended_versions_if_asked_to() -> None:
    tariff = Tariff.objects.create(rate=5)
    key, version = tariff.pk, tariff.rates.get()
    TariffRate.schedule(tariff, rate=9, effective_from=soon())

    tariff.delete()

    version.refresh_from_db()
    assert version.effective_to is not None
    assert not TariffRate.objects.current().exists()
    assert not TariffRate.objects.scheduled().exists()
    assert TariffRate.objects.as_of(version.effective_from).get().rate == 5
    assert execute("SELECT schemapatterns.current_rate(%s)", key) is None

    Tariff.objects.create(pk=key, rate=6)
    assert TariffRate.objects.current().get().rate == 6


def test_a_row_that_is_soft_deleted_has_no_version_in_force() -> None:
    article = Article.objects.create(price=5)
    ArticlePrice.schedule(article, price=9, effective_from=soon())

    article.delete()
    assert values(article.prices.current()) == values(article.prices.scheduled()) == []
    Article.all_objects.update(price=6)
    assert contradictions_of_articles() == []

    article.restore()
    assert values(article.prices.current()) == [6]
    assert values(article.prices) == [5, 6]
    assert contradictions_of_articles() == []


def contradictions_of_articles() -> list[Any]:
    gone = set(Article.all_objects.filter(deleted_at__isnull=False).values_list("pk", flat=True))
    return [key for key in contradictions(ArticlePrice) if key not in gone]


def test_a_row_that_is_deleted_when_it_is_inserted_has_no_version() -> None:
    execute(
        "INSERT INTO periodtests_article (price, deleted_at, deletion_id) "
        "VALUES (1, now(), gen_random_uuid())"
    )

    assert not ArticlePrice._base_manager.exists()


def test_keys_of_every_kind() -> None:
    seat = Seat.objects.create(row=1, number=2, code="a", fee=3)
    Seat.objects.filter(pk=(1, 2)).update(fee=4)
    Seat.objects.filter(pk=(1, 2)).update(code="b", fee=5)

    assert values(SeatFee.objects.filter(seat="b"), "fee") == [3, 4, 5]
    assert execute("SELECT schemapatterns.current_fee('b')") == 5
    assert contradictions(SeatFee) == []
    seat.refresh_from_db()
    assert values(seat.fees, "fee") == [3, 4, 5]


def test_parents_and_children_of_inheritance_have_versions_of_their_own() -> None:
    robot = Robot.objects.create(weight=1, power=2)
    robot.power = 3
    robot.save()
    Robot.objects.update(weight=4)
    Machine.objects.update(weight=5)

    assert values(robot.powers, "power") == [2, 3]
    assert values(robot.weights, "weight") == [1, 4, 5]
    assert contradictions(MachineWeight) == contradictions(RobotPower) == []
    robot.delete()
    assert not MachineWeight.objects.exists()


def test_versions_are_not_truncated_without_their_owners(product: Product) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("23514", "left without a version"):
        execute("TRUNCATE periodtests_productprice")
    execute("TRUNCATE periodtests_productprice, periodtests_product")
    assert not ProductPrice._base_manager.exists()
