"""Customers of the example shop, on the connection of an ordinary program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import DjangoDbBlocker

from django_schemapatterns.context import acting_as
from example_project.accounts.models import User, UserProfile
from example_project.shop.models import Order, OrderItem, Product
from example_project.shop.orders import place_order
from tests.context.notes import database_like_default
from tests.example.making import make_product, make_user
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import ADMIN, LOGIN, PASSWORD

TABLES = ["orders", "order_items", "user_profiles"]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_table_is_protected(table: str) -> None:
    rows = ask(
        "default",
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(%s)",
        [table],
    )
    assert rows == [(True, True)]
    assert ask(
        "default", "SELECT count(*) FROM pg_policies WHERE tablename = %s AND 'public' = ANY (roles)", [table]
    ) == [(0,)]


@pytest.fixture
def customers(logins: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, User]]:
    """Two customers with an order and a profile each, committed, and gone after the test."""
    with django_db_blocker.unblock(), database_like_default("web", USER=LOGIN, PASSWORD=PASSWORD):
        people = {name: make_user(first_name=name) for name in ("Ann", "Bob")}
        product = make_product(inventory_tracking=False, inventory_quantity=None)
        for user in people.values():
            place_order(user, {product: 2})
            UserProfile.objects.create(user=user, bio=user.first_name)
        yield people
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE users, products, orders CASCADE")


def seen(using: str, model: Any) -> int:
    return int(model.objects.using(using).count())


@pytest.mark.parametrize("model", [Order, OrderItem, UserProfile])
def test_customers_see_their_own(customers: dict[str, User], model: Any) -> None:
    assert seen("default", model) == 2
    assert seen("web", model) == 0
    for user in customers.values():
        with acting_as(user):
            assert seen("web", model) == 1
    with database_like_default("office", USER=ADMIN, PASSWORD=PASSWORD):
        assert seen("office", model) == 2
        connections["office"].close()


def test_customers_change_their_own(customers: dict[str, User]) -> None:
    orders = Order.objects.using("web")
    with acting_as(customers["Ann"]):
        assert orders.update(notes="please ring twice") == 1
        assert orders.get().notes == "please ring twice"
        assert orders.filter(user=customers["Bob"]).update(notes="mine") == 0
        with pytest.raises(DatabaseError, match="row-level security"):
            orders.update(user=customers["Bob"])
        with pytest.raises(DatabaseError, match="row-level security"):
            orders.create(order_number="forged", user=customers["Bob"])
        assert UserProfile.objects.using("web").update(bio="Ann, again") == 1
        assert orders.create(order_number="new", user=customers["Ann"]).pk
    assert sorted(Order.objects.values_list("notes", flat=True)) == ["", "", "please ring twice"]


def test_items_follow_their_order(customers: dict[str, User]) -> None:
    values = {"quantity": 1, "unit_price": 1, "total_price": 1, "product_name": "x", "product_sku": "x"}
    orders = {name: Order.objects.get(user=user) for name, user in customers.items()}
    product = Product.objects.get()
    with acting_as(customers["Ann"]):
        assert OrderItem.objects.using("web").create(order=orders["Ann"], product=product, **values).pk
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic("web"):
            OrderItem.objects.using("web").create(order=orders["Bob"], product=product, **values)


def test_partitions_show_nothing_by_themselves(customers: dict[str, User]) -> None:
    partitions = ask(
        "default", "SELECT relid::regclass::text FROM pg_partition_tree('orders') WHERE level > 0 ORDER BY 1"
    )
    names = ", ".join(name for (name,) in partitions)
    ask("default", f"GRANT SELECT ON {names} TO app_readwrite")
    try:
        with acting_as(customers["Ann"]):
            for (partition,) in partitions:
                assert ask("web", f"SELECT * FROM {partition}") == []
    finally:
        ask("default", f"REVOKE SELECT ON {names} FROM app_readwrite")


def test_numbers_of_orders_are_unique_among_those_of_others(customers: dict[str, User]) -> None:
    taken = Order.objects.get(user=customers["Bob"]).order_number
    with acting_as(customers["Ann"]), pytest.raises(DatabaseError, match="orders_order_number_unique"):
        Order.objects.using("web").create(order_number=taken, user=customers["Ann"])
