"""Staff at the admin of the shop, with some permissions or all."""

from __future__ import annotations

import html
import re
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from example_project.accounts.models import User
from example_project.shop.models import Product, ProductVariant
from tests.example.making import make_product, make_staff, make_user

ALL_OF_PRODUCTS = ["view", "change", "delete", "restore", "hard_delete"]


def browser(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make_staff())
    return client


def staff(*codenames: str) -> Client:
    """Log in somebody with nothing but these permissions."""
    user = make_user(is_staff=True)
    found = Permission.objects.filter(content_type__app_label="shop", codename__in=codenames)
    assert found.count() == len(codenames)
    user.user_permissions.set(found)
    return browser(user)


def url(model: Any, page: str = "changelist", *keys: Any, **query: str) -> str:
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=keys)
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else address


def choose(
    client: Client, action: str, *rows: Model, yes: bool = False, follow: bool = True, **query: str
) -> Any:
    """Choose rows in their list, then an action, and say yes or not yet."""
    data = {
        "action": action,
        "_selected_action": [row.pk for row in rows],
        **({"post": "yes"} if yes else {}),
    }
    return client.post(url(type(rows[0]), **query), data, follow=follow)


def text(answer: Any) -> str:
    """Return the words of a page."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def listed(answer: Any) -> set[Any]:
    return set(answer.context["cl"].result_list)


def make_product_with_variants(*names: str, **values: Any) -> Product:
    product = make_product(**values)
    for name in names:
        ProductVariant.objects.create(product=product, name=name, sku=f"{product.sku}-{name}")
    return product
