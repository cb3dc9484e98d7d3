from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from example_project.accounts.models import User
from example_project.shop.models import Product, ProductVariant
from tests.example.making import make_item, make_product, make_user
from tests.softdelete_admin.desk import browser, choose, listed, make_product_with_variants, staff, text, url

pytestmark = pytest.mark.django_db


def test_list_shows_the_alive_the_deleted_or_all() -> None:
    alive, gone = make_product(), make_product()
    gone.delete()
    client = browser()

    assert listed(client.get(url(Product))) == {alive}
    assert listed(client.get(url(Product, deleted="only"))) == {gone}
    assert listed(client.get(url(Product, deleted="all"))) == {alive, gone}
    assert listed(client.get(url(Product, deleted="nonsense"))) == {alive}


def test_filter_works_together_with_the_others_and_the_search() -> None:
    lantern, chair, alive = make_product(name="Lantern", featured=True), make_product(), make_product()
    lantern.delete()
    chair.delete()

    client = browser()

    assert listed(client.get(url(Product, deleted="only", featured__exact="1"))) == {lantern}
    assert listed(client.get(url(Product, deleted="all", q="lantern"))) == {lantern}
    assert listed(client.get(url(Product, q="chair"))) == {alive}


def test_list_of_the_alive_counts_nothing_else() -> None:
    make_product()
    client = browser()
    client.get(url(Product))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url(Product))

    counts = [each["sql"] for each in queries if "COUNT(" in each["sql"] and '"products"' in each["sql"]]
    assert counts
    assert all('"deleted_at" IS NULL' in sql for sql in counts)


def test_filter_with_facets_opens() -> None:
    make_product()

    assert browser().get(url(Product, _facets="True")).status_code == 200


def test_deleted_rows_tell_since_when() -> None:
    make_product().delete()

    assert "Deleted at" in text(browser().get(url(Product, deleted="only")))
    assert "Deleted at" not in text(browser().get(url(Product)))


def test_page_before_a_delete_lists_what_goes_along() -> None:
    product = make_product_with_variants("S", "M", name="Oak chair")

    page = choose(browser(), "delete_selected", product)

    assert "Delete 1 product?" in text(page)
    assert "1 product Oak chair" in text(page)
    assert "2 product variants Oak chair: S Oak chair: M" in text(page)
    assert not Product.objects.get().is_deleted


def test_page_names_the_first_rows_only() -> None:
    product = make_product_with_variants(*map(str, range(13)))

    assert "… and 3 more" in text(choose(browser(), "delete_selected", product))


def test_delete_and_restore_of_chosen_rows() -> None:
    first, second, other = make_product_with_variants("S"), make_product(), make_product()
    client = browser()

    answer = choose(client, "delete_selected", first, second, yes=True)

    assert "Deleted 2 products and 1 product variant." in text(answer)
    assert set(Product.objects.all()) == {other}
    page = choose(client, "restore_selected", first, deleted="only")
    assert "Restore 1 product?" in text(page)
    assert "1 product variant Oak chair: S" in text(page)
    answer = choose(client, "restore_selected", first, yes=True, deleted="only")
    assert "Restored 1 product and 1 product variant." in text(answer)
    assert set(Product.objects.all()) == {first, other}


def test_hard_delete_of_chosen_rows() -> None:
    product = make_product_with_variants("S")
    client = browser()

    page = choose(client, "hard_delete_selected", product)
    answer = choose(client, "hard_delete_selected", product, yes=True)

    assert "Nobody can bring them back" in text(page)
    assert "1 product variant" in text(page)
    assert "for good." in text(answer)
    assert not Product.all_objects.exists()
    assert not ProductVariant.all_objects.exists()


def test_everything_of_a_list_can_be_chosen() -> None:
    for _ in range(3):
        make_product()
    client = browser()
    one = Product.objects.latest("id")
    data = {"action": "delete_selected", "_selected_action": [one.pk], "select_across": "1"}

    page = client.post(url(Product), data)

    assert "Delete 3 products?" in text(page)
    assert 'name="select_across" value="1"' in page.content.decode()
    client.post(url(Product), data | {"post": "yes"})
    assert not Product.objects.exists()


def test_actions_pick_the_rows_that_they_are_about() -> None:
    alive, gone = make_product(), make_product()
    gone.delete()
    client = browser()

    assert "Delete 1 product?" in text(choose(client, "delete_selected", alive, gone, deleted="all"))
    assert "Restore 1 product?" in text(choose(client, "restore_selected", alive, gone, deleted="all"))
    page = text(choose(client, "restore_selected", alive, deleted="all"))
    assert "None of the chosen rows is in a state for that." in page


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ({}, {"delete_selected", "hard_delete_selected"}),
        ({"deleted": "only"}, {"restore_selected", "hard_delete_selected"}),
        ({"deleted": "all"}, {"delete_selected", "restore_selected", "hard_delete_selected"}),
    ],
)
def test_menu_offers_what_makes_sense(query: dict[str, str], offered: set[str]) -> None:
    make_product()
    make_product().delete()

    form = browser().get(url(Product, **query)).context["action_form"]

    names = {name for name, _ in form.fields["action"].choices}
    assert {name for name in names if name.endswith("_selected")} == offered
    assert {"publish", "archive"} <= names


@pytest.mark.parametrize(
    ("permission", "offered"),
    [("delete", "delete_selected"), ("restore", "restore_selected"), ("hard_delete", "hard_delete_selected")],
)
def test_each_action_needs_its_own_permission(permission: str, offered: str) -> None:
    product, gone = make_product(), make_product()
    gone.delete()
    client = staff("view_product", f"{permission}_product")

    form = client.get(url(Product, deleted="all")).context["action_form"]

    names = {name for name, _ in form.fields["action"].choices}
    assert {name for name in names if name.endswith("_selected")} == {offered}
    for action in {"delete_selected", "restore_selected", "hard_delete_selected"} - {offered}:
        choose(client, action, product, gone, yes=True, deleted="all")
    assert Product.objects.get() == product
    assert Product.deleted_objects.get() == gone


@pytest.mark.parametrize(
    ("permission", "action"),
    [("delete", "delete_selected"), ("restore", "restore_selected"), ("hard_delete", "hard_delete_selected")],
)
def test_what_goes_along_needs_permission_too(permission: str, action: str) -> None:
    product = make_product_with_variants("S")
    if permission == "restore":
        product.delete()
    client = staff("view_product", f"{permission}_product")

    page = choose(client, action, product, deleted="all")
    answer = choose(client, action, product, yes=True, deleted="all")

    assert "Your account may not do that to everything that goes along: product variant." in text(page)
    assert 'name="post"' not in page.content.decode()
    assert answer.status_code == 403
    assert Product.all_objects.get().is_deleted is (permission == "restore")


def test_history_of_the_admin_notes_each() -> None:
    product = make_product()
    client = browser()

    choose(client, "delete_selected", product, yes=True)
    choose(client, "restore_selected", product, yes=True, deleted="only")
    choose(client, "hard_delete_selected", product, yes=True)

    notes = LogEntry.objects.order_by("id").values_list("action_flag", "change_message", "object_id")
    assert list(notes) == [
        (3, "", str(product.pk)),
        (2, "Restored.", str(product.pk)),
        (3, "Deleted for good.", str(product.pk)),
    ]


def test_restore_that_collides_is_a_message() -> None:
    gone = make_product(sku="FL1")
    gone.delete()
    alive = make_product(sku="FL1", name="Folding lantern")
    client = browser()

    page = choose(client, "restore_selected", gone, deleted="only")
    answer = choose(client, "restore_selected", gone, yes=True, deleted="only")

    for shown in (page, answer):
        assert "Cannot restore 1 product" in text(shown) or "Cannot restore products" in text(shown)
        assert "products_sku_alive" in text(shown)
        assert url(Product, "change", alive.pk) in shown.content.decode()
    assert gone in Product.deleted_objects.all()


def test_restore_below_a_deleted_parent_is_a_message() -> None:
    product = make_product_with_variants("S")
    product.delete()

    page = choose(browser(), "restore_selected", ProductVariant.all_objects.get(), deleted="only")

    assert page.status_code == 200
    assert "Cannot restore" in text(page)
    assert "products" in text(page)


def test_hard_delete_of_what_others_need_is_a_message() -> None:
    product = make_item().product
    client = browser()

    page = choose(client, "hard_delete_selected", product)
    answer = choose(client, "hard_delete_selected", product, yes=True)

    for shown in (page, answer):
        assert shown.status_code == 200
        assert "order items" in text(shown)
    assert Product.objects.get() == product


def test_sold_product_is_deleted_softly() -> None:
    item = make_item()

    choose(browser(), "delete_selected", item.product, yes=True)

    assert not Product.objects.exists()


def test_users_are_deleted_and_restored() -> None:
    user = make_user(username="grace")
    client = browser()

    choose(client, "delete_selected", user, yes=True)

    assert not User.objects.filter(username="grace").exists()
    page = client.get(url(User, "change", user.pk))
    assert "Deleted since" in text(page)
    client.post(url(User, "restore", user.pk), {"post": "yes"})
    assert User.objects.filter(username="grace").exists()


def test_trial_tells_no_receiver() -> None:
    from django.db.models.signals import post_delete, pre_delete

    from django_schemapatterns.softdelete import signals

    told: list[object] = []

    def listen(sender: object, **kwargs: object) -> None:
        told.append(sender)

    heard = [pre_delete, post_delete, signals.pre_soft_delete, signals.post_soft_delete, signals.pre_restore]
    product = make_product_with_variants("S")
    client = browser()
    for signal in heard:
        signal.connect(listen, sender=Product)
    try:
        choose(client, "delete_selected", product)
        choose(client, "hard_delete_selected", product)
        product.delete()
        told.clear()
        choose(client, "restore_selected", product, deleted="only")
    finally:
        for signal in heard:
            signal.disconnect(listen, sender=Product)
    assert told == []
