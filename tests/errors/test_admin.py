"""A save in the admin that the database refuses ends in the form, with the error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from example_project.shop.demo.browser import FormReader
from example_project.shop.models import Category, Contact, Order, OrderItem, Product, ProductVariant
from tests.errors.test_forms import somebody_is_faster
from tests.example.making import item_values, make_order, make_product, make_staff
from tests.softdelete.test_concurrency import Session
from tests.softdelete_admin.desk import browser, text

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.errors.urls")]


@pytest.fixture
def client() -> Client:
    return browser()


def send(client: Client, address: str, **values: Any) -> Any:
    page = client.get(address)
    assert page.status_code == 200
    return client.post(address, {**FormReader(page.text).values, **values})


def quietly(rule: str, table: str = "contacts") -> None:
    """Add a rule that no validation knows of."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT quiet CHECK ({rule})")


ADD = {"email": "kim@example.com", "phone": "+49 30 1234567", "balance": "1"}


@pytest.mark.parametrize("site", ["plain", "mixed"])
def test_rule_that_only_the_database_knows_is_told_above_the_form(client: Client, site: str) -> None:
    quietly("balance < 10")

    refused = send(client, f"/{site}/shop/contact/add/", **{**ADD, "balance": "11"})

    assert refused.status_code == 200
    assert "breaks the rule “quiet”" in text(refused)
    assert refused.context["adminform"].form["balance"].value() == "11"
    assert not Contact.objects.exists()
    assert "added successfully" not in text(client.get(f"/{site}/"))


@pytest.mark.parametrize("site", ["plain", "mixed"])
def test_row_that_somebody_else_was_faster_with_is_told_at_its_field(client: Client, site: str) -> None:
    rival = Category(name="Rival", slug="chairs")

    with somebody_is_faster(Category, lambda: Category.objects.bulk_create([rival])):
        refused = send(client, f"/{site}/shop/category/add/", name="Chairs", slug="chairs")

    assert refused.status_code == 200
    assert refused.context["errors"] == [["Category with this Slug already exists."]]


@pytest.mark.parametrize("site", ["plain", "mixed"])
def test_what_is_fine_is_saved(client: Client, site: str) -> None:
    saved = send(client, f"/{site}/shop/contact/add/", **ADD)

    assert saved.status_code == 302
    assert Contact.objects.get().email == "kim@example.com"


def test_row_that_is_changed_is_told_as_well(client: Client) -> None:
    contact = Contact.objects.create(**ADD)
    quietly("balance < 10")

    refused = send(client, f"/plain/shop/contact/{contact.pk}/change/", balance="12")

    assert refused.status_code == 200
    contact.refresh_from_db()
    assert contact.balance == 1


def test_row_of_an_inline_is_told_there(client: Client) -> None:
    order, product = make_order(), make_product()
    quietly("quantity < 100", "order_items")
    values = {f"items-0-{name}": value for name, value in item_values(quantity=100).items()}

    refused = send(
        client,
        f"/plain/shop/order/{order.pk}/change/",
        **{**values, "items-0-product": product.pk, "notes": "Call first"},
    )

    assert refused.status_code == 200
    [inline] = refused.context["inline_admin_formsets"]
    assert inline.formset.non_form_errors() == ["The row breaks the rule “quiet” of the database."]
    assert refused.context["adminform"].form.errors == {}
    assert not OrderItem.objects.exists()
    assert Order.objects.get().notes == ""


def test_domain_of_an_inline_is_told_there(client: Client) -> None:
    variant_of = make_product()
    gone = lambda: Product.objects.filter(pk=variant_of.pk).delete()  # noqa: E731

    with somebody_is_faster(ProductVariant, gone):
        refused = send(client, "/plain/shop/productvariant/add/", product=variant_of.pk, name="S", sku="S")

    assert refused.status_code == 200
    assert "This product is deleted." in text(refused)
    assert not ProductVariant.all_objects.exists()


def test_list_that_is_edited_is_shown_again_with_a_message(client: Client) -> None:
    contact = Contact.objects.create(**ADD)
    quietly("phone <> '+49 30 7654321'")
    values = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": contact.pk, "_save": "Save"}
    values["form-0-phone"] = "+49 30 7654321"

    refused = client.post("/plain/shop/contact/", values, follow=True)

    assert "breaks the rule “quiet”" in text(refused)
    assert "changed successfully" not in text(refused)
    assert Contact.objects.get().phone == ADD["phone"]


@pytest.fixture
def letters() -> Iterator[None]:
    """A table that points at contacts, and that no model knows."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE letters (contact_id bigint REFERENCES contacts)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE letters")


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("site", ["plain", "mixed"])
def test_row_that_is_needed_elsewhere_is_kept_with_a_message(client: Client, site: str) -> None:
    contact = Contact.objects.create(**ADD)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO letters SELECT id FROM contacts")

    refused = client.post(f"/{site}/shop/contact/{contact.pk}/delete/", {"post": "yes"}, follow=True)

    assert "can not be deleted or changed" in text(refused)
    assert Contact.objects.get() == contact


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("site", ["plain", "mixed"])
def test_rows_of_an_action_are_kept_with_a_message(client: Client, site: str) -> None:
    contact = Contact.objects.create(**ADD)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO letters SELECT id FROM contacts")
    action = {"action": "delete_selected", "_selected_action": [contact.pk]}

    refused = client.post(f"/{site}/shop/contact/", {"post": "yes", **action}, follow=True)

    assert "can not be deleted or changed" in text(refused)
    assert Contact.objects.get() == contact


def test_other_errors_are_not_hidden(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts RENAME phone TO telephone")
    client.raise_request_exception = False

    assert client.post("/plain/shop/contact/add/", ADD).status_code == 500


@pytest.mark.urls("tests.errors.broken_urls")
def test_views_that_may_have_done_anything_are_left_alone() -> None:
    with pytest.raises(IntegrityError):
        browser().post("/broken/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("site", ["plain", "mixed"])
@pytest.mark.parametrize("whole_request", [False, True])
def test_target_that_another_session_deletes_is_told_at_the_foreign_key(
    site: str, whole_request: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if whole_request:
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    top = Category.objects.create(name="Top", slug="top")
    client = browser(make_staff())
    faster = Session()

    def delete() -> None:
        faster.run("DELETE FROM categories WHERE slug = 'top'")
        faster.commit()

    with somebody_is_faster(Category, delete):
        refused = send(client, f"/{site}/shop/category/add/", name="Low", slug="low", parent=top.pk)
    faster.raw.close()

    assert refused.status_code == 200
    assert list(refused.context["adminform"].form.errors) == ["parent"]
    assert "added successfully" not in text(client.get(f"/{site}/"))
    assert not Category.objects.exists()
