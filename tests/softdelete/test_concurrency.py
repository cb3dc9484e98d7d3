"""Two sessions at once: whoever comes second waits, and sees what the first has done."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from tests.softdelete.app.models import Brand, Product, Shop, Supplier, Variant

pytestmark = pytest.mark.django_db(transaction=True)


class Session:
    """A connection of its own, whose statement may wait for somebody else's transaction."""

    def __init__(self) -> None:
        settings: Any = connection.settings_dict
        self.raw = psycopg.connect(os.environ["DATABASE_URL"], dbname=settings["NAME"])
        self.error: BaseException | None = None
        self.thread: threading.Thread | None = None

    def run(self, sql: str, *params: Any) -> None:
        self.raw.execute(sql.encode(), params)

    def start(self, sql: str, *params: Any) -> None:
        """Run a statement that has to wait, and return when it does so."""

        def work() -> None:
            try:
                self.run(sql, *params)
            except psycopg.Error as error:
                self.error = error

        self.thread = threading.Thread(target=work)
        self.thread.start()
        assert self._waits(), "the statement did not wait"

    def _waits(self) -> bool:
        for _ in range(200):
            with connection.cursor() as cursor:
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.raw.info.backend_pid])
                if cursor.fetchone()[0]:
                    return True
            time.sleep(0.05)
        return False

    def finish(self) -> None:
        if self.thread:
            self.thread.join()

    def commit(self) -> None:
        self.finish()
        self.raw.commit()


@pytest.fixture
def sessions() -> Iterator[tuple[Session, Session]]:
    pair = Session(), Session()
    yield pair
    for session in pair:
        session.raw.cancel()
        session.finish()
        session.raw.close()


Pair = tuple[Session, Session]
DELETE = "UPDATE softtests_product SET deleted_at = clock_timestamp() WHERE id = %s"
RESTORE = "UPDATE softtests_product SET deleted_at = NULL WHERE id = %s"
INSERT = "INSERT INTO softtests_variant (product_id, color) VALUES (%s, 'red')"


@pytest.fixture
def product() -> Product:
    return Product.objects.create(shop=Shop.objects.create(), supplier=Supplier.objects.create())


def sqlstate(error: BaseException | None) -> str | None:
    assert error is None or isinstance(error, psycopg.Error)
    return error.sqlstate if error else None


def test_a_row_inserted_while_its_parent_is_being_deleted_is_refused(
    sessions: Pair, product: Product
) -> None:
    first, second = sessions
    first.run(DELETE, product.pk)

    second.start(INSERT, product.pk)
    first.commit()
    second.finish()

    assert sqlstate(second.error) == "23503"
    assert not Variant.all_objects.exists()


def test_a_delete_waits_for_rows_that_are_being_inserted_and_takes_them_along(
    sessions: Pair, product: Product
) -> None:
    first, second = sessions
    first.run(INSERT, product.pk)

    second.start(DELETE, product.pk)
    first.commit()
    second.commit()

    assert second.error is None
    assert Variant.deleted_objects.count() == 1


def test_a_row_moved_while_its_parent_is_being_deleted_is_refused(sessions: Pair, product: Product) -> None:
    first, second = sessions
    variant = Variant.objects.create(product=Product.objects.create())
    first.run(DELETE, product.pk)

    second.start("UPDATE softtests_variant SET product_id = %s WHERE id = %s", product.pk, variant.pk)
    first.commit()
    second.finish()

    assert sqlstate(second.error) == "23503"


def test_protect_waits_for_rows_that_are_being_inserted(sessions: Pair, product: Product) -> None:
    first, second = sessions
    first.run("INSERT INTO softtests_contract (supplier_id) VALUES (%s)", product.supplier_id)

    second.start(
        "UPDATE softtests_supplier SET deleted_at = clock_timestamp() WHERE id = %s", product.supplier_id
    )
    first.commit()
    second.finish()

    assert sqlstate(second.error) == "23001"


def test_a_restore_waits_for_the_parent_that_is_being_deleted(sessions: Pair, product: Product) -> None:
    first, second = sessions
    product.delete()
    first.run("UPDATE softtests_shop SET deleted_at = clock_timestamp() WHERE id = %s", product.shop_id)
    second.run(RESTORE, product.pk)

    second.start("SET CONSTRAINTS ALL IMMEDIATE")
    first.commit()
    second.finish()

    assert sqlstate(second.error) == "23503"
    assert not Product.objects.exists()


def test_a_restore_and_a_delete_of_one_row_come_one_after_the_other(sessions: Pair, product: Product) -> None:
    first, second = sessions
    Variant.objects.create(product=product)
    product.delete()
    first.run(RESTORE, product.pk)

    second.start(DELETE, product.pk)
    first.commit()
    second.commit()

    assert (Product.deleted_objects.count(), Variant.deleted_objects.count()) == (1, 1)
    assert Product.deleted_objects.get().deletion_id == Variant.deleted_objects.get().deletion_id


@pytest.mark.parametrize("tables", [("shop", "supplier"), ("supplier", "shop")])
def test_two_parents_restored_at_once_bring_their_row_back(
    sessions: Pair, product: Product, tables: tuple[str, str]
) -> None:
    first, second = sessions
    Shop.objects.all().delete()
    Supplier.objects.all().delete()
    first.run(f"UPDATE softtests_{tables[0]} SET deleted_at = NULL")

    second.start(f"UPDATE softtests_{tables[1]} SET deleted_at = NULL")
    first.commit()
    second.commit()

    assert second.error is None
    assert Product.objects.get() == product


def test_two_deletes_of_one_row_are_one(sessions: Pair, product: Product) -> None:
    first, second = sessions
    Variant.objects.create(product=product)
    first.run(DELETE, product.pk)

    second.start(DELETE, product.pk)
    first.commit()
    second.commit()

    assert Product.deleted_objects.get().deletion_id == Variant.deleted_objects.get().deletion_id


def test_writers_of_a_parent_do_not_wait_for_those_who_point_at_it(sessions: Pair, product: Product) -> None:
    first, second = sessions
    first.run(INSERT, product.pk)

    second.run("SET lock_timeout = '2s'")
    second.run("UPDATE softtests_product SET name = 'new' WHERE id = %s", product.pk)
    second.commit()
    first.commit()

    assert Product.objects.get().name == "new"


def test_a_serializable_transaction_does_not_lose_a_child(sessions: Pair, product: Product) -> None:
    first, second = sessions
    for session in sessions:
        session.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        session.run("SELECT 1 FROM softtests_product")
    first.run(INSERT, product.pk)
    first.raw.commit()

    with pytest.raises(psycopg.errors.SerializationFailure):
        second.run(f"{DELETE}; COMMIT".replace("%s", str(product.pk)))


def test_threads_do_not_share_batches(product: Product) -> None:
    brands = [Brand.objects.create() for _ in range(8)]

    def work(delete: Callable[[], Any]) -> None:
        delete()
        connections.close_all()

    threads = [threading.Thread(target=work, args=(brand.delete,)) for brand in brands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(Brand.deleted_objects.values_list("deletion_id", flat=True))) == 8


def test_a_flush_leaves_nothing_behind(product: Product) -> None:
    product.delete()
    # The next test of this module starts with empty tables, deleted rows included.


def test_after_a_flush_there_is_nothing() -> None:
    assert not Product.all_objects.exists()
