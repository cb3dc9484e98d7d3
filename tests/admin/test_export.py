from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from django_schemapatterns.audit.admin.export import CHUNK, COLUMNS
from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from example_project.shop.models import Product
from tests.admin.reading import LOG, last_entry, write_entries
from tests.example.making import make_product
from tests.testapp.models import Article, Everything

pytestmark = pytest.mark.django_db


def content(browser: Client, kind: str, **query: Any) -> str:
    response: Any = browser.get(f"{LOG}export/{kind}/", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def csv_rows(browser: Client, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(browser, "csv", **query), newline="")))


def json_rows(browser: Client, **query: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(browser, "ndjson", **query).splitlines()]


def test_every_column_is_exported(root: Client) -> None:
    with acting_as(
        User.objects.get(username="root"),
        reason="import",
        ip_address="192.0.2.7",
        user_agent="Lynx",
        request_id="6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    ):
        make_product(name="Oak chair")
    entry = last_entry(Product)
    [row] = json_rows(root, request=entry.request_id)
    assert tuple(row) == COLUMNS
    assert row == {
        "id": entry.pk,
        "created_at": entry.created_at.isoformat(),
        "operation": "INSERT",
        "model": "shop.product",
        "table_name": "products",
        "record_id": entry.record_id,
        "record_label": entry.record_label,
        "changes": json.loads(json.dumps(entry.changes, default=float)),
        "user_id": entry.user_id,
        "user_label": "root",
        "ip_address": "192.0.2.7",
        "user_agent": "Lynx",
        "request_id": "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "transaction_id": entry.transaction_id,
        "context": {"reason": "import"},
        "db_role": "postgres",
        "application_name": entry.application_name,
        "client_address": entry.client_address,
    }
    assert entry.created_at.isoformat().endswith("+00:00")


def test_csv_has_the_same_columns(root: Client) -> None:
    make_product()
    [row, *_] = csv_rows(root, model="shop.product")
    entry = last_entry(Product)
    assert tuple(row) == COLUMNS
    assert row["created_at"] == entry.created_at.isoformat()
    assert json.loads(row["changes"])["name"] == "Oak chair"
    assert row["request_id"] == ""
    assert set(AuditLog._meta.get_fields()) - {
        field for field in AuditLog._meta.get_fields() if field.name in COLUMNS
    } == {
        AuditLog._meta.get_field(name) for name in ("old_values", "new_values", "changed_fields")
    }  # which follow from the changes


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_no_cell_is_a_formula(root: Client, text: str) -> None:
    Article.objects.create(title=text)
    with acting_as(text, user_label=text, user_agent=text):
        Article.objects.create(title=text)
    row = csv_rows(root, model="testapp.article")[0]
    for name in ("record_label", "user_label", "user_agent"):
        assert row[name] == f"'{text}"
    for name, cell in row.items():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d")), name
    assert json_rows(root, model="testapp.article")[0]["record_label"] == text


def test_numbers_keep_their_digits(root: Client) -> None:
    Everything.objects.create(precise="12345678901234567890.12345678901234567890")
    for kind in ("csv", "ndjson"):
        assert "12345678901234567890.12345678901234567890" in content(root, kind)


def test_secrets_are_not_exported(root: Client) -> None:
    Article.objects.create(title="Secrets", secret="swordfish")
    for kind in ("csv", "ndjson"):
        assert "swordfish" not in content(root, kind)
        assert "********" in content(root, kind)


def test_the_filters_hold(root: Client) -> None:
    product = make_product()
    Product.objects.filter(pk=product.pk).update(price=1)
    Product.objects.filter(pk=product.pk).update(name="B")
    [row] = csv_rows(root, model="shop.product", changed="price", q=product.pk)
    assert json.loads(row["changes"]) == {"price": [40.0, 1.0]}


def test_it_is_a_file(root: Client) -> None:
    for kind, content_type in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        response = root.get(f"{LOG}export/{kind}/")
        assert response["Content-Type"] == f"{content_type}; charset=utf-8"
        assert response["Content-Disposition"].startswith('attachment; filename="audit-log-')
        assert response["Content-Disposition"].endswith(f'.{kind}"')
    assert root.get(f"{LOG}export/xlsx/").status_code == 404


def test_many_entries_are_all_exported_once_and_in_order(root: Client) -> None:
    count = 4 * CHUNK + 7
    write_entries(count, table_name="'products'", user_id="'4711'", operation="'U'")
    for query in ({"user": 4711}, {"changed": "price", "user": 4711}):
        keys = [int(row["id"]) for row in csv_rows(root, **query)]
        assert len(keys) == count
        assert keys == sorted(set(keys), reverse=True)


def test_the_memory_does_not_grow_with_the_file(root: Client) -> None:
    write_entries(8 * CHUNK, table_name="'products'", user_id="'4711'")

    def peak(limit: int) -> int:
        response: Any = root.get(f"{LOG}export/ndjson/", {"user": 4711})
        tracemalloc.start()
        for number, _ in enumerate(response.streaming_content):
            if number == limit:
                break
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(8) < 1.5 * peak(2)


def test_the_queries_grow_with_the_chunks_alone(root: Client) -> None:
    write_entries(2 * CHUNK, table_name="'products'", transaction_id="'4711'::xid8")
    with CaptureQueriesContext(connection) as captured:
        content(root, "csv", transaction=4711)
    assert len(captured) <= 2 + 3 * 2


def test_an_asgi_server_gets_the_first_lines_before_the_last_are_read(root: Client) -> None:
    write_entries(3 * CHUNK, table_name="'products'", user_id="'4711'")

    async def first_and_all() -> tuple[bytes, list[bytes]]:
        browser = AsyncClient()
        browser.cookies = root.cookies
        response: Any = await browser.get(f"{LOG}export/ndjson/?user=4711")
        assert response.is_async
        parts = [part async for part in response.streaming_content]
        return parts[0], parts

    first, parts = async_to_sync(first_and_all)()
    assert len(parts) == 3
    assert first.count(b"\n") == CHUNK
