from __future__ import annotations

import html
import json
import uuid
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.utils import quote
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_schemapatterns.context import acting_as
from example_project.accounts.models import Role, UserRole
from example_project.shop.models import Brand, Product
from tests.admin.reading import LOG, last_entry, page, text, write_entries
from tests.example.making import make_product, make_user
from tests.testapp.models import (
    Article,
    Author,
    DateKeyed,
    Profile,
    Restaurant,
    Stock,
    TextKeyed,
    UuidKeyed,
)

pytestmark = pytest.mark.django_db
NOTES = "The admin\N{RIGHT SINGLE QUOTATION MARK}s own notes"


def timeline_url(model: str, record: str) -> str:
    return reverse("admin:schemapatterns_auditlog_timeline", args=[quote(model), quote(record)])


def history_url(instance: models.Model) -> str:
    name = f"admin:{instance._meta.app_label}_{instance._meta.model_name}_history"
    return reverse(name, args=[instance.pk])


def test_the_history_page_of_an_audited_model_is_its_timeline(root: Client) -> None:
    product = make_product(price=10)
    with acting_as("7", user_label="anna", reason="spring sale"):
        Product.objects.filter(pk=product.pk).update(price=9)
    shown = text(page(root, history_url(product)).partition('class="audit"')[2])
    assert "anna" in shown
    assert "spring sale" in shown
    assert "Price 10.00 → 9.00" in shown
    assert shown.index("changed") < shown.index("created")


def test_what_the_admin_itself_noted_is_kept(root: Client) -> None:
    product = make_product()
    assert NOTES not in page(root, history_url(product))
    role = Role.objects.create(name="Support")
    root.post(f"/admin/accounts/role/{role.pk}/change/", {"name": "Helpers", "permissions": "[]"})
    shown = text(page(root, history_url(role)))
    assert NOTES in shown
    assert "Changed Name and Permissions." in shown


def test_entries_of_a_request_or_transaction_belong_together(root: Client) -> None:
    product = make_product()
    with acting_as(request_id=str(uuid.uuid4())):
        Product.objects.filter(pk=product.pk).update(price=1)
        Product.objects.filter(pk=product.pk).update(price=2)
    write_entries(1, table_name="'products'", record_id=f"'{product.pk}'", transaction_id="'7'::xid8")
    markup = page(root, history_url(product))
    groups = markup.split('class="audit-group"')[1:]
    assert [group.count("<article>") for group in groups] == [1, 2, 1]
    assert "Whole request" in groups[1]
    assert f'href="{LOG}?transaction=7"' in groups[0]


def test_the_timeline_of_a_deleted_object(root: Client) -> None:
    brand = Brand.objects.create(name="Aster", slug="aster")
    pk = brand.pk
    Brand.objects.filter(pk=pk).update(website="https://aster.example")
    brand.delete()
    shown = text(page(root, timeline_url("shop.brand", str(pk))))
    for word in ("deleted", "changed", "created", "gone", "Aster"):
        assert word in shown


def test_the_timeline_of_a_table_without_a_model(root: Client) -> None:
    write_entries(1, table_name="'odd/table.name_1'", record_id="'a/b c'", changes="""'{"x": [1, 2]}'""")
    url = timeline_url("odd/table.name_1", "a/b c")
    assert f'href="{url}"' in page(root)
    assert "X 1 → 2" in text(page(root, url))


@pytest.mark.parametrize(
    ("make", "record"),
    [
        (lambda: UuidKeyed.objects.create(id=uuid.UUID(int=7), name="x"), str(uuid.UUID(int=7))),
        (lambda: TextKeyed.objects.create(code='a/"b" <c> ä?&', name="x"), 'a/"b" <c> ä?&'),
        (lambda: TextKeyed.objects.create(code='["odd"]', name="x"), '["odd"]'),
        (lambda: DateKeyed.objects.create(day=date(2025, 5, 4), name="x"), "2025-05-04"),
        (
            lambda: Stock.objects.create(
                warehouse='W "1"/ä', article=Article.objects.create(id=7, title="T")
            ),
            json.dumps(['W "1"/ä', "7"], ensure_ascii=False),
        ),
        (lambda: Profile.objects.create(author=Author.objects.create(id=7, name="Ann"), biography="x"), "7"),
    ],
    ids=["uuid", "text", "text like JSON", "date", "composite", "foreign key"],
)
def test_keys_of_every_kind(root: Client, make: Any, record: str) -> None:
    instance = make()
    model = instance._meta.label_lower
    assert last_entry(type(instance)).record_id == record
    assert html.escape(timeline_url(model, record)) in page(root, model=model)
    assert "created" in text(page(root, timeline_url(model, record)))
    type(instance)._base_manager.filter(pk=instance.pk).delete()
    shown = text(page(root, timeline_url(model, record)))
    assert "deleted" in shown
    assert "gone" in shown


def test_a_row_of_two_tables_has_one_timeline(root: Client) -> None:
    restaurant = Restaurant.objects.create(name="Chez Ann", stars=1)
    restaurant.name, restaurant.stars = "Chez Ben", 2
    restaurant.save()
    shown = text(page(root, timeline_url("testapp.restaurant", str(restaurant.pk))))
    assert "changed Place" in shown
    assert "Name Chez Ann → Chez Ben" in shown
    assert "Stars 1 → 2" in shown


def test_a_truncation_ends_the_life_of_every_row(root: Client) -> None:
    ticket = TextKeyed.objects.create(code="a", name="x")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE testapp_textkeyed")
    shown = text(page(root, timeline_url("testapp.textkeyed", ticket.code)))
    assert "All rows of the table were removed at once." in shown


def test_the_pages_of_a_timeline(root: Client) -> None:
    product = make_product()
    write_entries(70, table_name="'products'", record_id=f"'{product.pk}'")
    entries = list(product.audit.timeline().values_list("pk", flat=True))

    def shown(**query: Any) -> list[int]:
        markup = page(root, history_url(product), **query)
        return [pk for pk in entries if f'href="{LOG}{pk}/change/"' in markup]

    assert shown() == entries[:50]
    assert shown(before=entries[49]) == entries[50:]
    assert shown(after=entries[50]) == entries[:50]
    assert f'href="?before={entries[49]}"' in page(root, history_url(product))


def test_an_object_older_than_its_audit_has_an_empty_timeline(root: Client) -> None:
    product = make_product()
    url = timeline_url("shop.product", str(product.pk))
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemapatterns.audit_maintenance('test')")
        cursor.execute("DELETE FROM schemapatterns.audit_log WHERE record_id = %s", [str(product.pk)])
    assert "The audit log has no entries about this object." in text(page(root, url))


def test_an_object_that_never_was_is_not_found(root: Client) -> None:
    assert root.get(timeline_url("shop.product", "0")).status_code == 404
    assert root.get(timeline_url("no.model", "0")).status_code == 404


def test_the_number_of_queries_is_fixed(root: Client) -> None:
    product, role = make_product(), Role.objects.create(name="Support")
    held = UserRole.objects.create(user=make_user(), role=role)

    def queries() -> list[int]:
        counts = []
        for model, record in (
            ("shop.product", str(product.pk)),
            ("accounts.userrole", json.dumps([str(key) for key in held.pk])),
        ):
            with CaptureQueriesContext(connection) as captured:
                page(root, timeline_url(model, record))
            counts.append(len(captured))
        return counts

    Product.objects.filter(pk=product.pk).update(brand=None, price=1)
    UserRole.objects.filter(pk=held.pk).update(assigned_by=make_user())
    few = queries()
    for number in range(5):
        Product.objects.filter(pk=product.pk).update(price=number + 2, tags=[str(number)])
        UserRole.objects.filter(pk=held.pk).update(assigned_by=make_user())
    assert queries() == few
