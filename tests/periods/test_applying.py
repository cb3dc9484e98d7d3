"""`apply_scheduled_periods`: owners follow what was scheduled, as soon as it is in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.periods.app.models import Article, ArticlePrice, Product, ProductPrice
from tests.periods.tools import connect, contradictions, execute, let_pass, soon, values

pytestmark = pytest.mark.django_db


def apply(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("apply_scheduled_periods", format="json", stdout=out, stderr=StringIO(), **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def scheduled(price: int = 9, **columns: Any) -> Product:
    """A product with a scheduled price whose moment has come."""
    product = Product.objects.create(price=1)
    let_pass(ProductPrice.schedule(product, price=price, effective_from=soon(), **columns))
    return product


def prices() -> list[Decimal]:
    return list(Product.objects.order_by("pk").values_list("price", flat=True))


def test_the_owner_follows_and_no_version_is_added() -> None:
    product = scheduled(compare_price=10)
    assert values(product.prices.current()) == [9]
    assert prices() == [1]

    assert apply(dry_run=True)["periodtests.ProductPrice"] == {"due": 1}
    assert apply()["periodtests.ProductPrice"] == {"applied": 1, "refused": {}}
    assert apply()["periodtests.ProductPrice"] == {"applied": 0, "refused": {}}

    product.refresh_from_db()
    assert (product.price, product.compare_price) == (9, 10)
    assert values(product.prices) == [1, 9]
    assert contradictions(ProductPrice) == []


def test_what_has_not_come_waits() -> None:
    product = Product.objects.create(price=1)
    ProductPrice.schedule(product, price=2, effective_from=soon(minutes=1))

    apply()
    assert prices() == [1]


def test_a_change_since_then_counts() -> None:
    product = scheduled()
    Product.objects.update(price=5)

    assert apply()["periodtests.ProductPrice"]["applied"] == 0
    assert prices() == [5]
    assert values(product.prices) == [1, 9, 5]


def test_a_change_of_something_else_does_not_undo_it() -> None:
    product = scheduled()
    Product.objects.update(name="other", compare_price=None)

    assert values(product.prices.current()) == [9]
    apply()
    assert prices() == [9]


def test_what_comes_into_force_while_another_is_applied_is_not_undone() -> None:
    product = scheduled(5)
    ProductPrice.schedule(product, price=9, effective_from=soon(milliseconds=400))

    execute(  # as the command does it, with time passing before the trigger fires
        "UPDATE periodtests_product SET price = (SELECT price FROM periodtests_productprice "
        "WHERE product_id = %s AND effective_from <= statement_timestamp() "
        "ORDER BY effective_from DESC LIMIT 1) WHERE pg_sleep(0.5) IS NOT NULL",
        product.pk,
    )

    assert prices() == [5]
    assert values(product.prices) == [1, 5, 9]
    apply()
    assert prices() == [9]


def test_many_in_batches() -> None:
    Product.objects.bulk_create([Product(price=1) for _ in range(1200)])
    execute(
        "INSERT INTO periodtests_productprice (product_id, price, effective_from) "
        "SELECT id, 2, clock_timestamp() + interval '1 hour' FROM periodtests_product"
    )
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
    execute(
        "UPDATE periodtests_productprice SET effective_from = clock_timestamp() WHERE price = 2; "
        "SET session_replication_role = origin"
    )

    assert apply()["periodtests.ProductPrice"]["applied"] == 1200
    assert set(prices()) == {2}
    assert ProductPrice.objects.count() == 2400


def test_a_row_that_refuses_is_told_and_the_others_follow() -> None:
    execute("ALTER TABLE periodtests_product ADD CONSTRAINT cheap CHECK (price < 100)")
    fine, dear = scheduled(2), scheduled(200)

    errors = StringIO()
    with pytest.raises(CommandError, match="1 rows refuse"):
        call_command("apply_scheduled_periods", stdout=StringIO(), stderr=errors)

    assert f"{dear.pk} refuses: " in errors.getvalue()
    assert "cheap" in errors.getvalue()
    assert prices() == [2, 1]
    assert values(fine.prices) == [1, 2]


def test_rows_that_are_gone_are_left_alone() -> None:
    article = Article.objects.create(price=1)
    version = ArticlePrice.schedule(article, price=2, effective_from=soon())
    let_pass(version)
    article.delete()

    assert apply()["periodtests.ArticlePrice"]["applied"] == 0


def test_a_model_can_be_chosen() -> None:
    scheduled()
    assert apply(model=["periodtests.articleprice"]) == {
        "periodtests.ArticlePrice": {"applied": 0, "refused": {}}
    }
    with pytest.raises(CommandError, match=r"no model of versions .periodtests.Price."):
        apply(model=["periodtests.Price"])


def test_it_tells_people_what_was_done() -> None:
    scheduled()
    out = StringIO()
    call_command("apply_scheduled_periods", stdout=out)
    assert out.getvalue() == "periodtests.ProductPrice: 1 applied\n"


@pytest.fixture
def other_session(transactional_db: None) -> Iterator[Any]:
    with connect() as session:
        yield session


def test_a_row_that_somebody_is_changing_is_left_for_the_next_time(other_session: Any) -> None:
    locked, free = scheduled(), scheduled()
    with other_session.transaction():
        other_session.execute("SELECT FROM periodtests_product WHERE id = %s FOR UPDATE", [locked.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '10s'")
        assert apply()["periodtests.ProductPrice"]["applied"] == 1
        assert prices() == [1, 9]
    assert apply()["periodtests.ProductPrice"]["applied"] == 1
    assert prices() == [9, 9]
    assert values(free.prices) == [1, 9]
