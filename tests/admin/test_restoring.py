"""An object is given back what it was before an entry, by whoever could have typed it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from django_schemapatterns.models import AuditLog
from example_project.shop.models import Brand, Product
from tests.admin.conftest import StaffMaker
from tests.admin.reading import LOG, entry_page, last_entry, page, text
from tests.example.making import make_product
from tests.testapp.models import Article

pytestmark = pytest.mark.django_db


def address(entry: AuditLog, site: str = "admin") -> str:
    return f"/{site}/schemapatterns/auditlog/{entry.pk}/restore/"


def restore(browser: Client, entry: AuditLog, site: str = "admin") -> Any:
    return browser.post(address(entry, site), follow=True)


def renamed(instance: Any, **values: Any) -> AuditLog:
    type(instance).objects.filter(pk=instance.pk).update(**values)
    return last_entry(type(instance), operation="U")


def test_what_would_change_is_shown_before(root: Client) -> None:
    product = make_product(name="Oak", price=10)
    entry = renamed(product, name="Elm")
    Product.objects.update(price=12)

    assert address(entry) in entry_page(root, entry)
    shown = text(page(root, address(entry)))

    assert "Name Elm → Oak" in shown
    assert "Price 12.00 → 10.00" in shown
    assert Product.objects.get().name == "Elm"


def test_it_is_restored_in_the_name_of_who_asked(root: Client) -> None:
    product = make_product(name="Oak")
    entry = renamed(product, name="Elm")

    answer = restore(root, entry)

    assert "Elm was restored." in answer.content.decode()
    assert Product.objects.get().name == "Oak"
    told = last_entry(Product, operation="U")
    assert told.user_label == "root"
    assert told.context is not None
    assert told.context["restored"] == f"before entry {entry.pk}"
    assert "It is what it was before this entry." in text(page(root, address(entry)))


def test_an_object_that_is_gone_is_there_again(root: Client) -> None:
    brand = Brand.objects.create(name="Aster", slug="aster")
    pk = brand.pk
    brand.delete()
    entry = last_entry(Brand, operation="D")

    shown = text(page(root, address(entry)))
    assert "It will be there again" in shown
    assert "Name Aster" in shown
    restore(root, entry)

    assert Brand.objects.get().pk == pk


@pytest.mark.urls("tests.admin.desk")
def test_what_can_not_be_restored_is_said(root: Client) -> None:
    article = Article.objects.create(title="Oak", secret="s")
    article.delete()

    answer = restore(root, last_entry(Article, operation="D"), "desk")

    assert "can not be restored" in answer.content.decode()
    assert not Article.objects.exists()


def test_only_changes_and_deletions_are_taken_back(root: Client) -> None:
    make_product()
    entry = last_entry(Product, operation="I")

    assert address(entry) not in entry_page(root, entry)
    assert root.get(address(entry)).status_code == 403
    assert restore(root, entry).status_code == 403
    assert root.get(f"{LOG}999999999/restore/").status_code == 404


def test_who_may_only_view_restores_nothing(staff: StaffMaker) -> None:
    entry = renamed(make_product(name="Oak"), name="Elm")
    browser = staff("shop.view_product")

    assert address(entry) not in entry_page(browser, entry)
    assert browser.get(address(entry)).status_code == 403
    assert restore(browser, entry).status_code == 403
    assert restore(staff("shop.change_product", username="blind", log=False), entry).status_code == 403
    assert Product.objects.get().name == "Elm"


def test_who_may_change_is_not_who_may_add(staff: StaffMaker) -> None:
    Brand.objects.create(name="Aster", slug="aster").delete()
    entry = last_entry(Brand, operation="D")

    assert restore(staff("shop.change_brand"), entry).status_code == 403
    assert restore(staff("shop.view_brand", "shop.add_brand", username="maker"), entry).status_code == 200
    assert Brand.objects.get().name == "Aster"


@pytest.mark.urls("tests.admin.desk")
def test_nobody_restores_what_the_form_would_not_take(staff: StaffMaker, root: Client) -> None:
    """The form has no price."""
    article = Article.objects.create(title="Oak", price=10)
    titled = renamed(article, title="Elm")
    browser = staff("testapp.change_article")
    assert browser.get(address(titled, "desk")).status_code == 200
    Article.objects.update(price=12)

    assert browser.get(address(titled, "desk")).status_code == 403
    assert restore(browser, titled, "desk").status_code == 403
    assert (Article.objects.get().title, Article.objects.get().price) == ("Elm", Decimal("12.00"))
    assert restore(root, titled, "desk").status_code == 200
    assert (Article.objects.get().title, Article.objects.get().price) == ("Oak", Decimal("10.00"))
