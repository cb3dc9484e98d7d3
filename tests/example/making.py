"""Makes rows that obey every rule, so that a test can break exactly one."""

from __future__ import annotations

from itertools import count
from typing import Any

from example_project.accounts.models import User
from example_project.shop.models import Order, OrderItem, Product

numbers = count(1)


def user_values(**changed: Any) -> dict[str, Any]:
    number = next(numbers)
    values = {"username": f"user_{number}", "email": f"user{number}@example.com", "first_name": "Grace"}
    return {**values, "last_name": "Hopper", **changed}


def make_user(**changed: Any) -> User:
    return User.objects.create(**user_values(**changed))


def make_staff(**changed: Any) -> User:
    return make_user(is_staff=True, is_superuser=True, **changed)


def product_values(**changed: Any) -> dict[str, Any]:
    number = next(numbers)
    return {
        "name": "Oak chair",
        "slug": f"oak-chair-{number}",
        "sku": f"OC{number:05d}",
        "price": 40,
        **changed,
    }


def make_product(**changed: Any) -> Product:
    return Product.objects.create(**product_values(**changed))


def make_order(**changed: Any) -> Order:
    values = {"order_number": f"2025-{next(numbers):06d}", **changed}
    order: Order = Order.objects.create(**({"user": make_user()} | values))
    return order


def item_values(**changed: Any) -> dict[str, Any]:
    values = {
        "quantity": 1,
        "unit_price": 40,
        "total_price": 40,
        "product_name": "Oak chair",
        "product_sku": "OC1",
    }
    return {**values, **changed}


def make_item(**changed: Any) -> OrderItem:
    return OrderItem.objects.create(
        **({"order": make_order(), "product": make_product()} | item_values(**changed))
    )
