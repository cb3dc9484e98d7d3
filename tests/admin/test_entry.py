from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_schemapatterns.audit.admin.values import WITHIN
from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from example_project.shop.models import Brand, Category, Product, ProductStatus
from tests.admin.reading import LOG, entry_page, last_entry, page, text, write_entries
from tests.example.making import make_product, make_user
from tests.testapp.models import Article, Everything

pytestmark = pytest.mark.django_db


def changed(instance: Any, **values: Any) -> AuditLog:
    for name, value in values.items():
        setattr(instance, name, value)
    instance.save()
    return last_entry(type(instance), operation="U")


def test_choices_objects_and_booleans_read_as_words(root: Client) -> None:
    category = Category.objects.create(name="Chairs", slug="chairs")
    product = make_product(brand=Brand.objects.create(name="Aster", slug="aster"), featured=True)
    entry = changed(
        product, status=ProductStatus.ARCHIVED, category=category, brand=None, featured=False, seo_title="x"
    )
    shown = text(entry_page(root, entry))
    assert "Status draft → archived" in shown
    assert "Category none → Chairs" in shown
    assert "Brand Aster → none" in shown
    assert "Featured yes → no" in shown
    assert "blank → x" in shown


def test_an_object_that_is_gone_is_told_by_its_key(root: Client) -> None:
    brand = Brand.objects.create(name="Aster", slug="aster")
    entry = changed(make_product(), brand=brand)
    pk = brand.pk
    Product.objects.update(brand=None)
    brand.delete()
    assert f"Brand none → brand {pk}" in text(entry_page(root, entry))


def test_long_texts_are_compared_word_by_word(root: Client) -> None:
    product = make_product(description="A chair of oak, made to last. Comes with a cushion of wool.")
    entry = changed(product, description="A chair of ash, made to last. Comes with a cushion of linen.")
    markup = entry_page(root, entry)
    assert "<del>oak</del><ins>ash</ins>" in markup
    assert "<del>wool</del><ins>linen</ins>" in markup
    assert "A chair of " in markup


def test_texts_that_share_nothing_stand_side_by_side(root: Client) -> None:
    product = make_product(description="Every good boy deserves favour.")
    markup = entry_page(root, changed(product, description="Nothing like that any more today!"))
    assert "<del>Every good boy deserves favour.</del>" in markup
    assert "<ins>Nothing like that any more today!</ins>" in markup


def test_documents_are_compared_key_by_key(root: Client) -> None:
    product = make_product(attributes={"care": {"oil": "weekly", "wash": False}, "size": 1, "old": None})
    entry = changed(product, attributes={"care": {"oil": "yearly", "wash": False}, "size": 1, "new": [True]})
    shown = text(entry_page(root, entry))
    assert f'care{WITHIN}oil "weekly" → "yearly"' in shown
    assert "old null" in shown
    assert "new [true]" in shown
    assert "wash" not in shown
    assert "size" not in shown


def test_arrays_are_compared_element_by_element(root: Client) -> None:
    entry = changed(make_product(tags=["oak", "sale"]), tags=["oak", "new"])
    markup = " ".join(entry_page(root, entry).split())
    assert '<li><span class="audit-value">oak</span></li>' in markup
    assert '<li><del><span class="audit-value">sale</span></del></li>' in markup
    assert '<li><ins><span class="audit-value">new</span></ins></li>' in markup


def test_secrets_are_shown_as_masked(root: Client) -> None:
    article = Article.objects.create(title="Secrets", secret=None)
    shown = text(entry_page(root, changed(article, secret="swordfish")))
    assert "Secret none → masked" in shown
    user = make_user()
    user.set_password("swordfish")
    user.save()
    markup = entry_page(root, last_entry(User, operation="U"))
    assert "Password masked" in text(markup)
    assert user.password not in markup


def test_every_type_of_column_is_shown(root: Client) -> None:
    everything = Everything.objects.create()
    entry = changed(
        everything,
        integer=7_000_000_000,
        decimal=Decimal("1.50"),
        number=0.5,
        flag=True,
        binary=b"\x00\xff",
        date=date(2025, 5, 4),
        moment=datetime(2025, 5, 4, 12, 30, 1, tzinfo=UTC),
        duration=timedelta(days=1, seconds=5),
        uuid=uuid.UUID(int=7),
        address="192.0.2.7",
        integers=[1, None],
        matrix=[[Decimal("1.5")]],
        documents=[{"a": 1}],
        span=(1, 5),
        period=(datetime(2025, 1, 1, tzinfo=UTC), None),
        pairs={"a": "b"},
    )
    shown = text(entry_page(root, entry))
    for line in (
        "Integer none → 7000000000",
        "Decimal none → 1.50",
        "Number none → 0.5",
        "Flag none → yes",
        "Binary none → 2 bytes: 00 ff",
        "Date none → May 4, 2025",
        "Moment none → May 4, 2025, 12:30:01",
        "Duration none → 1 00:00:05",
        "Uuid none → 00000000-0000-0000-0000-000000000007",
        "Address none → 192.0.2.7",
        "Integers none → 1, none",
        "[1, 5)",
        'Pairs none → {"a": "b"}',
    ):
        assert line in shown


@pytest.mark.parametrize(
    ("name", "old", "new", "shown"),
    [
        (
            "moment",
            datetime(2025, 5, 4, 12, 30, 1, 5, tzinfo=UTC),
            datetime(2025, 5, 4, 12, 30, 1, 7, tzinfo=UTC),
            "2025-05-04T12:30:01.000005+00:00 → 2025-05-04T12:30:01.000007+00:00",
        ),
        ("text", None, "none", "none → none"),
        ("number", 0.1234567890123, 0.1234567890124, "0.1234567890123 → 0.1234567890124"),
    ],
)
def test_values_that_read_alike_are_shown_in_full(
    root: Client, name: str, old: Any, new: Any, shown: str
) -> None:
    entry = changed(Everything.objects.create(**{name: old}), **{name: new})
    assert shown in text(entry_page(root, entry))


def test_json_null_is_told_from_none(root: Client) -> None:
    everything = Everything.objects.create(document=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE testapp_everything SET document = 'null' WHERE id = %s", [everything.pk])
    assert "Document null → JSON null" in text(entry_page(root, last_entry(Everything, operation="U")))


def test_a_created_object_shows_its_values_and_what_has_none(root: Client) -> None:
    make_product(name="Oak chair", price=40)
    shown = text(entry_page(root, last_entry(Product)))
    assert "Price 40.00" in shown
    assert "→" not in shown
    assert "Brand" in shown.partition("Without a value:")[2]


def test_a_deleted_object_shows_what_it_was(root: Client) -> None:
    brand = Brand.objects.create(name="Aster", slug="aster")
    pk = brand.pk
    brand.delete()
    shown = text(entry_page(root, last_entry(Brand)))
    assert "deleted" in shown
    assert "Slug aster" in shown
    assert f"brands {pk} gone" in shown


def test_the_whole_context_is_shown(root: Client) -> None:
    with acting_as(
        User.objects.get(username="root"),
        url="/checkout/",
        method="POST",
        reason="gift for a friend",
        request_id="6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        ip_address="192.0.2.7",
        user_agent="Lynx/2.8",
        shop={"till": 7},
    ):
        make_product()
    entry = last_entry(Product)
    markup = entry_page(root, entry)
    shown = text(markup)
    for fact in (
        "gift for a friend",
        "Page POST /checkout/",
        "IP address 192.0.2.7",
        "User agent Lynx/2.8",
        'Shop {"till": 7}',
        "Database role postgres",
        f"{entry.created_at:%Y-%m-%d %H:%M:%S.%f} UTC",
        f"User root {entry.user_id}",
    ):
        assert fact in shown
    assert f'href="{LOG}?request=6f9619ff-8b86-d011-b42d-00cf4fc964ff"' in markup
    assert f'href="{LOG}?transaction={entry.transaction_id}"' in markup
    assert f'href="{LOG}?user={entry.user_id}"' in markup


def test_one_can_walk_through_the_entries_of_an_object(root: Client) -> None:
    product, other = make_product(), make_product()
    changed(product, name="B")
    changed(other, name="C")
    changed(product, name="D")
    first, second, third = product.audit.entries()
    markup = entry_page(root, second)
    assert f'href="{LOG}{first.pk}/change/" rel="prev"' in markup
    assert f'href="{LOG}{third.pk}/change/" rel="next"' in markup
    assert 'rel="prev"' not in entry_page(root, first)
    assert 'rel="next"' not in entry_page(root, third)


def test_columns_and_models_that_are_gone(root: Client) -> None:
    write_entries(1, table_name="'products'", changes="""'{"colour": ["red", "blue"], "price": ["x", 2]}'""")
    shown = text(entry_page(root, last_entry(Product)))
    assert "Colour" in shown
    assert "blue" in shown
    assert "Price x → 2.00" in shown
    write_entries(1, table_name="'lost'", operation="'D'", changes="""'{"size": 7, "box": {"a": null}}'""")
    shown = text(entry_page(root, last_entry("lost")))
    assert "Lost 1" in shown
    assert "Size 7" in shown
    assert '{"a": null}' in shown


@pytest.mark.parametrize("record", ["'x'", "'[1'", "'99999999999999999999999'", "''", '\'["a","b"]\''])
def test_records_that_no_key_can_be(root: Client, record: str) -> None:
    for table in ("products", "user_roles", "testapp_uuidkeyed", "testapp_datekeyed"):
        write_entries(1, table_name=f"'{table}'", record_id=record, operation="'D'", changes="'{}'")
        assert "deleted" in text(entry_page(root, last_entry(table)))
    page(root)


@pytest.mark.parametrize("key", ["0", "x", "99999999999999999999999", "-1"])
def test_an_entry_that_there_is_none_of(root: Client, key: str) -> None:
    assert root.get(f"{LOG}{key}/change/").status_code == 404


def test_an_entry_has_no_history(root: Client) -> None:
    make_product()
    entry = last_entry(Product)
    response = root.get(f"{LOG}{entry.pk}/history/", follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == f"{LOG}{entry.pk}/change/"


def test_the_number_of_queries_is_fixed(root: Client) -> None:
    product = make_product()
    one = changed(product, name="B")
    many = changed(product, name="C", tags=["a"], attributes={"a": 1}, price=7, seo_title="D", featured=True)
    counts = []
    for entry in (one, many):
        with CaptureQueriesContext(connection) as captured:
            entry_page(root, entry)
        counts.append(len(captured))
    assert counts[0] == counts[1] < 12
