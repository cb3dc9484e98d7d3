"""The example's own tables, proven with the login of its web process."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test.utils import override_settings
from pytest_django import DjangoDbBlocker

from example_project.accounts.models import User, UserProfile
from example_project.shop.models import Order, OrderItem, Product
from tests.example.making import item_values, product_values, user_values
from tests.roles.house import House, house, new_roles

GROUPS = {kind: f"app_{kind}" for kind in ("owner", "readwrite", "readonly", "admin", "lookup")}
PROTECTED = {"shop.Order", "shop.OrderItem", "accounts.UserProfile"}


@pytest.fixture(scope="module")
def shop(migrated_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Two customers, each with a profile and two orders of two lines."""
    with django_db_blocker.unblock(), house(new_roles(**GROUPS)) as made:
        using = made.alias("postgres")
        product = Product.objects.using(using).create(**product_values())
        for name in ("alice", "bob"):
            user = User.objects.using(using).create(**user_values(username=name))
            UserProfile.objects.using(using).create(user=user)
            for number in range(2):
                order = Order.objects.using(using).create(order_number=f"{name}-{number}", user=user)
                for _ in range(2):
                    OrderItem.objects.using(using).create(order=order, product=product, **item_values())
        connections[using].close()
        made.dbroles("apply")
        yield made


def run(shop: House, command: str, *arguments: str, login: str = "web") -> tuple[int, Any]:
    output, code = io.StringIO(), 0
    with override_settings(SCHEMAPATTERNS={"ROLES": shop.roles}):
        try:
            call_command(
                command, *arguments, "--format=json", database=shop.alias(login), witness=shop.alias("staff"),
                stdout=output,
            )  # fmt: skip
        except CommandError as error:
            code = error.returncode
    return code, json.loads(output.getvalue())


def test_the_shop_is_proven(shop: House) -> None:
    _, findings = run(shop, "prove_row_security")

    ours = [each for each in findings if each["table"] in {*PROTECTED, "(connection)"}]
    assert [each for each in ours if each["status"] != "ok"] == []
    assert {each["table"] for each in ours if each["trial"] == "hand over"} == PROTECTED


@pytest.mark.parametrize("table", ["orders", "order_items", "user_profiles"])
def test_a_policy_that_is_gone_or_too_wide_is_found(shop: House, table: str) -> None:
    [(using,)] = shop.run(
        "postgres",
        "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy "
        f"WHERE polname = 'own_select' AND polrelid = '{table}'::regclass",
    )
    try:
        shop.run("postgres", f"ALTER POLICY own_select ON {table} USING (true)")
        assert run(shop, "prove_row_security")[0] == 1
        shop.run("postgres", f"ALTER POLICY own_select ON {table} USING (false)")
        _, findings = run(shop, "prove_row_security")
        assert {"isolation"} & {each["trial"] for each in findings if each["status"] == "unknown"}
    finally:
        shop.run("postgres", f"ALTER POLICY own_select ON {table} USING ({using})")


def test_a_row_is_explained(shop: House) -> None:
    [(order, user)] = shop.run("postgres", "SELECT id, user_id FROM orders WHERE order_number = 'alice-0'")

    code, found = run(shop, "explain_row_security", "shop.Order", f"--pk={order}", f"--user={user}")
    assert (code, found["verdict"]) == (0, "visible")

    code, found = run(shop, "explain_row_security", "shop.Order", f"--pk={order}", f"--user={user + 1}")
    assert (code, found["verdict"]) == (1, "hidden")
