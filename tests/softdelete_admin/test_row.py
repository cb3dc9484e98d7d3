from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from django_schemapatterns.context import acting_as
from example_project.shop.demo.browser import FormReader
from example_project.shop.models import Order, OrderItem, Product, ProductVariant
from tests.example.making import make_item, make_product, make_staff, make_user
from tests.softdelete_admin.desk import browser, make_product_with_variants, staff, text, url

pytestmark = pytest.mark.django_db


def test_deleted_row_says_since_when_by_whom_and_why() -> None:
    boss = make_user(first_name="Ada", last_name="Lovelace")
    product = make_product()
    with acting_as(boss, reason="discontinued"):
        product.delete()

    page = text(browser().get(url(Product, "change", product.pk)))

    assert "Deleted since" in page
    assert "by Ada Lovelace." in page
    assert "Reason: discontinued." in page


def test_deleted_row_is_read_only() -> None:
    product = make_product(name="Oak chair")
    client = browser()
    form = FormReader(client.get(url(Product, "change", product.pk)).text).values
    product.delete()

    page = client.get(url(Product, "change", product.pk))
    answer = client.post(url(Product, "change", product.pk), {**form, "name": "Elm chair"})

    assert 'name="_save"' not in page.text
    assert '<input type="text" name="name"' not in page.text
    assert answer.status_code == 403
    assert Product.all_objects.get().name == "Oak chair"


def test_alive_row_has_no_notice() -> None:
    page = browser().get(url(Product, "change", make_product().pk))

    assert "Deleted since" not in text(page)
    assert 'name="_save"' in page.text


def test_delete_restore_and_hard_delete_of_one_row() -> None:
    product = make_product_with_variants("S", name="Oak chair")
    client = browser()

    page = client.get(url(Product, "delete", product.pk))
    assert "Delete “Oak chair”?" in text(page)
    answer = client.post(url(Product, "delete", product.pk), {"post": "yes"}, follow=True)
    assert "“Oak chair” was deleted successfully" in text(answer)
    assert not Product.objects.exists()

    page = client.get(url(Product, "change", product.pk))
    assert url(Product, "restore", product.pk) in page.text
    assert url(Product, "hard_delete", product.pk) in page.text
    assert "1 product variant" in text(client.get(url(Product, "restore", product.pk)))
    answer = client.post(url(Product, "restore", product.pk), {"post": "yes"}, follow=True)
    assert answer.request["PATH_INFO"] == url(Product, "change", product.pk)
    assert "Restored 1 product and 1 product variant." in text(answer)
    assert ProductVariant.objects.exists()

    client.post(url(Product, "hard_delete", product.pk), {"post": "yes"})
    assert not Product.all_objects.exists()
    notes = list(LogEntry.objects.order_by("id").values_list("action_flag", "change_message"))
    assert notes == [(3, ""), (2, "Restored."), (3, "Deleted for good.")]


def test_get_changes_nothing() -> None:
    product = make_product()
    client = browser()

    client.get(url(Product, "delete", product.pk) + "?post=yes")
    client.get(url(Product, "hard_delete", product.pk) + "?post=yes")

    assert Product.objects.get() == product


@pytest.mark.parametrize("page", ["delete", "restore", "hard_delete"])
def test_each_page_needs_its_own_permission(page: str) -> None:
    product = make_product()
    if page == "restore":
        product.delete()
    before = Product.all_objects.values().get()
    others = {"delete", "restore", "hard_delete"} - {page}
    client = staff("view_product", "change_product", *(f"{each}_product" for each in others))

    assert client.get(url(Product, page, product.pk)).status_code == 403
    assert client.post(url(Product, page, product.pk), {"post": "yes"}).status_code == 403
    assert Product.all_objects.values().get() == before


def test_buttons_need_their_permissions() -> None:
    product = make_product()
    product.delete()

    page = staff("view_product").get(url(Product, "change", product.pk))

    assert "Deleted since" in text(page)
    assert url(Product, "restore", product.pk) not in page.text
    assert url(Product, "hard_delete", product.pk) not in page.text


def test_rows_that_do_not_exist() -> None:
    client = browser()

    for page in ("change", "delete", "restore", "hard_delete"):
        for key in ("999999", "nonsense"):
            answer = client.get(url(Product, page, key))
            assert answer.status_code == 302
            assert answer["Location"] == reverse("admin:index")


def test_deleted_row_is_not_deleted_again() -> None:
    product = make_product()
    product.delete()

    assert browser().post(url(Product, "delete", product.pk), {"post": "yes"}).status_code == 403


def test_restore_of_an_alive_row_does_nothing() -> None:
    product = make_product()

    for page in (
        browser().get(url(Product, "restore", product.pk)),
        browser().post(url(Product, "restore", product.pk), {"post": "yes"}),
    ):
        assert "None of the chosen rows is in a state for that." in text(page)


def test_restore_that_collides_is_a_message() -> None:
    gone = make_product(slug="oak-chair")
    gone.delete()
    make_product(slug="oak-chair")

    answer = browser().post(url(Product, "restore", gone.pk), {"post": "yes"}, follow=True)

    assert answer.status_code == 200
    assert "products_slug_alive" in text(answer)


def test_timeline_of_a_deleted_row_opens() -> None:
    product = make_product()
    product.delete()

    assert browser().get(url(Product, "history", product.pk)).status_code == 200


def test_inlines_show_the_alive() -> None:
    product = make_product_with_variants("S", "M")
    product.variants.get(name="M").delete()

    page = browser().get(url(Product, "change", product.pk))

    _prices, variants, _promotions = page.context["inline_admin_formsets"]
    assert [form.instance.name for form in variants.formset.forms] == ["S"]


def test_inline_deletes_softly() -> None:
    product = make_product_with_variants("S")
    client = browser()
    form = FormReader(client.get(url(Product, "change", product.pk)).text).values

    answer = client.post(url(Product, "change", product.pk), {**form, "variants-0-DELETE": "on"})

    assert answer.status_code == 302
    assert ProductVariant.deleted_objects.get().product == product


def test_autocomplete_offers_the_alive() -> None:
    alive, gone = make_product(name="Lantern"), make_product(name="Lantern")
    gone.delete()
    query = {"app_label": "shop", "model_name": "orderitem", "field_name": "product", "term": "lantern"}

    found = browser().get(reverse("admin:autocomplete"), query).json()["results"]

    assert [each["id"] for each in found] == [str(alive.pk)]


def test_form_keeps_a_deleted_row_and_says_so() -> None:
    item = make_item()
    item.product.delete()
    client = browser()
    page = client.get(url(OrderItem, "change", item.pk))
    assert f"{item.product} (deleted)" in text(page)

    form = FormReader(page.text).values
    answer = client.post(url(OrderItem, "change", item.pk), {**form, "quantity": "7"})

    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.quantity, item.product.is_deleted) == (7, True)


def test_inline_form_keeps_a_deleted_row() -> None:
    item = make_item()
    item.product.delete()
    item.order.user.delete()
    client = browser()
    page = client.get(url(Order, "change", item.order.pk))
    assert page.text.count("(deleted)") == 2

    form = FormReader(page.text).values
    answer = client.post(url(Order, "change", item.order.pk), {**form, "items-0-quantity": "7"})

    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.quantity == 7


def test_form_does_not_move_to_a_deleted_row() -> None:
    item, other = make_item(), make_product()
    other.delete()
    client = browser()
    form = FormReader(client.get(url(OrderItem, "change", item.pk)).text).values

    answer = client.post(url(OrderItem, "change", item.pk), {**form, "product": other.pk})

    assert "valid choice" in text(answer)


def test_new_row_does_not_start_at_a_deleted_one() -> None:
    product = make_product()
    product.delete()

    page = browser().get(url(OrderItem, "add") + f"?product={product.pk}")

    assert page.status_code == 200
    assert "(deleted)" not in text(page)


def test_name_that_a_deleted_row_has_is_free() -> None:
    make_product(sku="FL1", slug="lantern").delete()
    client = browser()
    form = FormReader(client.get(url(Product, "add")).text).values

    answer = client.post(
        url(Product, "add"), {**form, "name": "Lantern", "slug": "lantern", "sku": "FL1", "price": "9"}
    )

    assert answer.status_code == 302
    assert Product.objects.get().sku == "FL1"


def test_name_that_an_alive_row_has_is_an_error_of_the_field() -> None:
    make_product(sku="FL1")
    client = browser()
    form = FormReader(client.get(url(Product, "add")).text).values

    answer = client.post(
        url(Product, "add"), {**form, "name": "Lantern", "slug": "lantern", "sku": "FL1", "price": "9"}
    )

    assert list(answer.context["adminform"].form.errors) == ["sku"]


def test_popup_closes_itself() -> None:
    product = make_product()

    answer = browser().post(url(Product, "delete", product.pk), {"post": "yes", "_popup": "1"})

    assert "admin/popup_response.html" in [template.name for template in answer.templates]


def test_deleted_user_is_out() -> None:
    user = make_staff()
    client = browser(user)
    assert client.get(url(Product)).status_code == 200

    user.delete()

    assert client.get(url(Product)).status_code == 302
