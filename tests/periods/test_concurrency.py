"""Many sessions change one row at once, while another one schedules and a third one applies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connections

from tests.periods.app.models import Product, ProductPrice
from tests.periods.test_by_hand import INSERT
from tests.periods.tools import connect, contradictions, execute, is_contiguous, soon, values

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS, UPDATES = 6, 60


def together(*works: Callable[[], None]) -> None:
    """Do things at once, each in a thread and a session of its own; their errors are raised."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def update(product: Product, number: int, isolation: str = "read committed") -> None:
    with connect() as session:
        for step in range(UPDATES // SESSIONS):
            while True:
                try:
                    with session.transaction():
                        session.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}".encode())
                        session.execute("SELECT count(*) FROM periodtests_productprice")
                        session.execute(
                            "UPDATE periodtests_product SET price = price + %s WHERE id = %s",
                            [number * 100 + step + 1, product.pk],
                        )
                        session.execute("UPDATE periodtests_product SET price = price + 1")
                    break
                except psycopg.errors.SerializationFailure:
                    continue


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_sixty_updates_from_six_sessions_while_others_schedule(isolation: str) -> None:
    product = Product.objects.create(price=0)
    soon_in_force: list[int] = []

    def schedule() -> None:
        for step in range(20):
            version = ProductPrice.schedule(product, price=step, effective_from=soon(days=step + 1))
            version.correct(price=step + 100)

    def schedule_very_soon() -> None:
        for step in range(20):
            with suppress(ValidationError):  # the moment passed while it waited for its turn
                ProductPrice.schedule(product, price=step, effective_from=soon(milliseconds=60))
                soon_in_force.append(step)
            call_command("apply_scheduled_periods", verbosity=0)

    together(
        *(lambda number=number: update(product, number, isolation) for number in range(SESSIONS)),  # type: ignore[misc]
        schedule,
        schedule_very_soon,
    )

    assert is_contiguous(ProductPrice)
    assert soon_in_force
    assert product.prices.count() == 1 + 2 * UPDATES + 20 + len(soon_in_force)
    assert values(product.prices.scheduled().filter(price__gte=100, price__lt=120)) == list(range(100, 120))
    assert contradictions(ProductPrice) == []


def test_a_transaction_that_is_overtaken_writes_the_later_version() -> None:
    product = Product.objects.create(price=1)
    with connect() as early, connect() as late, early.transaction():
        early.execute("SELECT now(), count(*) FROM periodtests_product")
        late.execute("UPDATE periodtests_product SET price = 2")
        early.execute("UPDATE periodtests_product SET price = 3")

    assert values(product.prices) == [1, 2, 3]
    assert contradictions(ProductPrice) == []


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read", "serializable"])
def test_a_delete_that_has_not_seen_a_version_leaves_none_behind(isolation: str) -> None:
    product = Product.objects.create(price=1)
    with connect() as early:
        early.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
        early.execute("SELECT count(*) FROM periodtests_product")
        ProductPrice.schedule(product, price=2, effective_from=soon())
        with suppress(psycopg.errors.SerializationFailure):
            early.execute("DELETE FROM periodtests_product")
            early.execute("COMMIT")

    assert values(product.prices) == ([1, 2] if Product.objects.exists() else [])


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_a_version_is_refused_whose_owner_is_being_deleted(isolation: str) -> None:
    product = Product.objects.create(price=1)
    with connect() as late, connect() as early:
        late.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
        late.execute("SELECT count(*) FROM periodtests_product")
        early.execute("DELETE FROM periodtests_product")
        late.execute(INSERT, [product.pk, 2, soon()])
        with pytest.raises((psycopg.errors.ForeignKeyViolation, psycopg.errors.SerializationFailure)):
            late.execute("COMMIT")

    assert not ProductPrice._base_manager.exists()


def test_a_version_by_hand_waits_for_the_change_before_it() -> None:
    product = Product.objects.create(price=1)
    moment = execute("SELECT clock_timestamp()")
    with connect() as first:
        blocked = connect()
        with first.transaction():
            first.execute("UPDATE periodtests_product SET price = 2")
            thread = threading.Thread(
                target=blocked.execute,
                args=(INSERT, [product.pk, 9, moment]),
            )
            thread.start()
            while not execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", blocked.info.backend_pid):
                assert thread.is_alive()
        thread.join()
        blocked.close()

    assert values(product.prices) == [1, 9, 2]
    assert contradictions(ProductPrice) == []


def test_a_clock_that_is_put_back_breaks_nothing() -> None:
    """As after a failover: versions in force that seem to start in the future."""
    product = Product.objects.create(price=1)
    version = product.prices.get()
    ahead = version.effective_from + timedelta(hours=1)
    execute("SET session_replication_role = replica")
    ProductPrice._base_manager.update(effective_from=ahead, recorded_at=ahead)
    execute("SET session_replication_role = origin")

    Product.objects.update(price=2)
    Product.objects.update(price=3)

    assert list(product.prices.timeline().values_list("price", "effective_from")) == [
        (1, ahead),
        (2, ahead + timedelta(microseconds=1)),
        (3, ahead + timedelta(microseconds=2)),
    ]


def test_nothing_waits_for_a_reader_or_another_row() -> None:
    first, second = Product.objects.create(price=1), Product.objects.create(price=1)
    with connect() as session, session.transaction():
        session.execute("UPDATE periodtests_product SET price = 5 WHERE id = %s", [first.pk])
        execute("SET statement_timeout = '5s'")
        Product.objects.filter(pk=second.pk).update(price=6)
        ProductPrice.schedule(second, price=7, effective_from=soon())
        assert values(first.prices.current()) == [1]
        execute("RESET statement_timeout")

    assert contradictions(ProductPrice) == []
