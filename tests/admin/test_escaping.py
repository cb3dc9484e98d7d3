"""Whatever stands in the log or in an address, nothing of it is markup or a formula."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from django_schemapatterns.context import acting_as
from example_project.accounts.models import User
from example_project.shop.models import Brand, Category, Product
from tests.admin.reading import LOG, entry_page, last_entry, page, write_entries
from tests.example.making import make_product
from tests.testapp.models import Article, Ticket

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'
LONG = f"Once upon a time there was a lamp {EVIL} that shone on everyone in the village."


@pytest.fixture
def evil_product() -> Product:
    brand = Brand.objects.create(name=EVIL, slug="evil")
    category = Category.objects.create(name=EVIL, slug="evil")
    with acting_as("7", user_label=EVIL, reason=EVIL, url=EVIL, method=EVIL, user_agent=EVIL, **{EVIL: EVIL}):
        product = make_product(name="Lamp", description="Once upon a time there was a lamp.")
        product.name, product.description, product.brand, product.category = EVIL, LONG, brand, category
        product.attributes, product.tags = {EVIL: {EVIL: EVIL}}, [EVIL]
        product.save()
        product.attributes, product.tags = {EVIL: {EVIL: LONG}}, [EVIL, LONG]
        product.description = LONG.replace("lamp", "light")
        product.save()
    return product


def pages_about(product: Product) -> list[str]:
    entries = [f"{LOG}{entry.pk}/change/" for entry in product.audit.entries()]
    return [
        LOG,
        *entries,
        f"{LOG}timeline/shop.product/{product.pk}/",
        f"/admin/shop/product/{product.pk}/history/",
    ]


def test_values_and_context_are_escaped(root: Client, evil_product: Product) -> None:
    for url in pages_about(evil_product):
        markup = page(root, url)
        assert "&lt;script&gt;" in markup
        assert "<script>alert" not in markup


def test_labels_keys_tables_and_columns_are_escaped(root: Client) -> None:
    Article.objects.create(title=EVIL, body=EVIL)
    changes = json.dumps({EVIL: [EVIL, LONG]}).replace("'", "''")
    write_entries(1, table_name=f"'{EVIL}'", record_id=f"'{EVIL}'", changes=f"'{changes}'")
    for url in (LOG, f"{LOG}{last_entry(EVIL).pk}/change/", f"{LOG}{last_entry(Article).pk}/change/"):
        markup = page(root, url)
        assert "&lt;script&gt;" in markup
        assert "<script>alert" not in markup


@pytest.mark.parametrize("name", ["q", "model", "operation", "user", "changed", "since", "request", "before"])
def test_addresses_are_escaped(root: Client, name: str) -> None:
    markup = page(root, **{name: f'"><script>alert({name})</script>'})
    assert "<script>alert" not in markup


def test_a_timeline_of_what_there_is_none_of_is_not_found(root: Client) -> None:
    response = root.get(f"{LOG}timeline/_3Cscript_3E/_3Cscript_3E/")
    assert response.status_code == 404


def test_a_str_that_claims_to_be_safe_is_escaped(root: Client, monkeypatch: Any) -> None:
    from django.utils.safestring import mark_safe

    brand = Brand.objects.create(name="Aster", slug="aster")
    monkeypatch.setattr(Brand, "__str__", lambda self: str(mark_safe("Aster")) + EVIL)
    product = make_product()
    product.brand = brand
    product.save()
    for markup in (page(root), entry_page(root, last_entry(Product))):
        assert "<script>alert" not in markup


def test_a_str_that_fails_does_not_break_the_page(root: Client, monkeypatch: Any) -> None:
    def fail(self: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr(Ticket, "__str__", fail)
    ticket = Ticket.objects.create(subject="Broken lamp")
    assert f"support ticket {ticket.pk}" in page(root, model="testapp.ticket")


def test_the_user_label_is_that_of_the_time(root: Client) -> None:
    user = User.objects.get(username="root")
    with acting_as(user):
        make_product()
    User.objects.filter(pk=user.pk).update(username="renamed")
    assert ">root</a>" in page(root, model="shop.product")
