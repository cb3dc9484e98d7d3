from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from example_project.shop.models import Brand, Product, Vendor
from tests.admin.reading import ids, last_entry, page, text, write_entries
from tests.example.making import make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> dict[str, AuditLog]:
    """A few entries of different kinds, by name."""
    ann, ben = make_user(username="ann"), make_user(username="ben")
    entries = {}
    with acting_as(ann, request_id="6f9619ff-8b86-d011-b42d-00cf4fc964ff"):
        product = make_product()
        entries["created"] = last_entry(Product)
        Product.objects.filter(pk=product.pk).update(price=1)
        entries["cheap"] = last_entry(Product)
    with acting_as(ben):
        Product.objects.filter(pk=product.pk).update(name="Ash chair")
        entries["named"] = last_entry(Product)
        Product.objects.filter(pk=product.pk).update(brand=Brand.objects.create(name="B", slug="b"))
        entries["brand"] = last_entry(Brand)
        entries["branded"] = last_entry(Product)
        Vendor.objects.create(name="V", code="V1").delete()
        entries["deleted"] = last_entry(Vendor)
    return entries


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"model": "shop.brand"}, ["brand"]),
        ({"model": "brands"}, ["brand"]),
        ({"model": "shop.vendor", "operation": "D"}, ["deleted"]),
        ({"user": "ann"}, ["cheap", "created"]),
        ({"user": "ben", "model": "shop.product"}, ["branded", "named"]),
        ({"changed": "price"}, ["cheap"]),
        ({"changed": "brand"}, ["branded"]),
        ({"changed": "brand_id"}, ["branded"]),
        ({"changed": "Name"}, ["named"]),
        ({"request": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}, ["cheap", "created"]),
        ({"q": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}, ["cheap", "created"]),
    ],
    ids=str,
)
def test_the_list_holds_what_is_asked_for(
    root: Client, history: dict[str, AuditLog], query: dict[str, str], expected: list[str]
) -> None:
    shown = ids(root, **query)
    assert [name for name in reversed(history) if history[name].pk in shown] == expected


def test_a_user_can_be_named_by_key(root: Client, history: dict[str, AuditLog]) -> None:
    ann = User.objects.get(username="ann")
    assert ids(root, user=ann.pk) == [history["cheap"].pk, history["created"].pk]


def test_a_user_who_is_gone_can_be_named(root: Client, history: dict[str, AuditLog]) -> None:
    User.objects.get(username="ann").delete()
    assert ids(root, user="ann") == [history["cheap"].pk, history["created"].pk]


def test_the_search_finds_records_and_transactions(root: Client, history: dict[str, AuditLog]) -> None:
    entry = history["cheap"]
    assert entry.pk in ids(root, q=entry.record_id)
    assert entry.pk in ids(root, q=entry.transaction_id)
    assert entry.pk in ids(root, transaction=entry.transaction_id)
    assert ids(root, q="Oak") == []


def test_days_are_local_and_both_included(root: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"  # nine hours ahead
    for moment in (
        "2025-05-04 14:59+00",
        "2025-05-04 15:00+00",
        "2025-05-05 14:59+00",
        "2025-05-05 15:00+00",
    ):
        write_entries(1, table_name="'products'", created_at=f"'{moment}'", user_id="'4711'")
    shown = AuditLog.objects.filter(pk__in=ids(root, user="4711", since="2025-05-05", until="2025-05-05"))
    assert [entry.created_at for entry in shown] == [
        datetime(2025, 5, 4, 15, tzinfo=UTC),
        datetime(2025, 5, 5, 14, 59, tzinfo=UTC),
    ]


def test_presets_ask_for_days(root: Client) -> None:
    markup = page(root, model="shop.product")
    today = datetime.now(tz=UTC).date()
    assert f'href="?model=shop.product&amp;since={today}"' in markup
    assert f'href="?model=shop.product&amp;since={today:%Y-%m}-01"' in markup


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"request": "garbage"}, "Enter a valid UUID."),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "2025-05-05", "until": "2025-05-04"}, "This day is before the first one."),
        ({"operation": "X"}, "Select a valid choice."),
        ({"transaction": "-1"}, "Ensure this value is greater than or equal to 0."),
    ],
    ids=str,
)
def test_a_wrong_filter_is_named_and_nothing_is_shown(
    root: Client, history: dict[str, AuditLog], query: dict[str, str], message: str
) -> None:
    markup = page(root, **query)
    assert message in markup
    assert "Correct the filter above to see entries." in text(markup)
    assert "<tbody" not in markup
    assert root.get("/admin/schemapatterns/auditlog/export/csv/", query).status_code == 400


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "\u0661"])
def test_a_wrong_page_is_the_first(root: Client, name: str, value: str) -> None:
    make_product()
    assert ids(root, **{name: value}) == ids(root)


@pytest.mark.parametrize("value", ["\x00", "'; --", "%", "a" * 500, "9" * 40, '["7", "3"]'])
@pytest.mark.parametrize("name", ["q", "model", "user", "changed"])
def test_strange_values_find_nothing(root: Client, name: str, value: str) -> None:
    assert ids(root, **{name: value}) == []


def test_filters_are_listed_without_asking_the_log(root: Client) -> None:
    markup = page(root)
    assert '<optgroup label="Shop">' in markup
    assert '<option value="shop.product">Product</option>' in markup
    assert '<option value="compare_price">' in markup
    assert '<option value="name">' in page(root, model="shop.brand")
    assert '<option value="compare_price">' not in page(root, model="shop.brand")


def test_a_filter_by_link_can_be_taken_away(root: Client) -> None:
    request = str(uuid.uuid4())
    markup = page(root, model="shop.product", request=request)
    assert f"<code>{request}</code>" in markup
    assert '<a href="?model=shop.product" aria-label="Remove the filter Request">' in markup
