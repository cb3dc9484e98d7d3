"""What PostgreSQL looks at for each page, on a log of a million entries: measured in rows, not in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.http import QueryDict
from django.test import RequestFactory

from django_schemapatterns.audit.admin.access import Access
from django_schemapatterns.audit.admin.entries import Reader
from django_schemapatterns.audit.admin.filters import LogFilter
from django_schemapatterns.audit.admin.log import _neighbours
from django_schemapatterns.audit.admin.paging import Page, Search, page_of
from django_schemapatterns.audit.admin.timeline import entries_about
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from tests.admin.reading import write_entries
from tests.example.making import make_staff, make_user
from tests.example.plans import nodes

MILLION = 1_000_000
PAGE = 51
FRACTION = MILLION // 20  # of the log; a scan looks at all of it
RECORD = "31676"  # a product with 25 entries, and a transaction of five
REQUEST = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


@pytest.fixture(scope="module")
def million(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, User]]:
    """A log whose oldest entries are of a rare model, a rare user, a rare field and a request."""
    with django_db_blocker.unblock(), transaction.atomic():
        users = {"root": make_staff(), "rare": make_user(), "clerk": make_user(is_staff=True)}
        rare = {"created_at": "now() - interval '1 minute' * n", "user_id": f"'{users['rare'].pk}'"}
        write_entries(30, table_name="'roles'", **rare)
        write_entries(30, table_name="'products'", changes="""'{"seo_title": ["a", "b"]}'""", **rare)
        write_entries(30, table_name="'products'", request_id=f"'{REQUEST}'", transaction_id="'7'::xid8")
        write_entries(
            MILLION,
            table_name="(ARRAY['products', 'orders', 'order_items', 'products'])[n % 4 + 1]",
            record_id="((n::bigint * 7919) % 40000)::text",
            user_id="(1000000 + n % 300)::text",
            transaction_id="(1000 + n / 5)::text::xid8",
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE schemapatterns.audit_log")
        yield users
        transaction.set_rollback(True)


class Explained:
    """Explains every statement that runs: how many rows it looked at, and how."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.looked_at = 0
        self.scanned: set[str] = set()

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "audit_log" in sql:
            self.statements.append(sql)
            execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params, many, context)
            [explained] = context["cursor"].fetchone()[0]
            for node in nodes(explained["Plan"]):
                self._note(node)
        return execute(sql, params, many, context)

    def _note(self, node: dict[str, Any]) -> None:
        if "Relation Name" not in node:
            return
        loops = node["Actual Loops"]
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops
        self.looked_at += int(rows + node.get("Rows Removed by Index Recheck", 0) * loops)
        if node["Node Type"] == "Seq Scan" and rows > 0:
            self.scanned.add(node["Relation Name"])


def look(million: dict[str, User], who: str = "root", **query: Any) -> tuple[Page, Explained]:
    """Return the first page of the list, and what it took."""
    request = RequestFactory().get("/")
    request.user = million[who]
    form = LogFilter(QueryDict("&".join(f"{k}={v}" for k, v in query.items())), Access(admin.site, request))
    assert form.is_valid()
    explained = Explained()
    with connection.execute_wrapper(explained):
        page = page_of(*form.narrow(AuditLog.objects.all()), request.GET)
    return page, explained


def middle() -> int:
    return AuditLog.objects.latest("id").pk - MILLION // 2


def test_there_are_a_million_entries(million: dict[str, User]) -> None:
    assert AuditLog.objects.latest("id").pk - AuditLog.objects.earliest("id").pk >= MILLION


def test_a_page_without_filters_is_read_by_id(million: dict[str, User]) -> None:
    page, explained = look(million)
    assert len(page.entries) == 50
    assert explained.looked_at <= PAGE
    assert not explained.scanned


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_page_in_the_middle_costs_the_same(million: dict[str, User], side: str) -> None:
    request = QueryDict(f"{side}={middle()}")
    explained = Explained()
    with connection.execute_wrapper(explained):
        page = page_of(AuditLog.objects.all(), Search.ALL, request)
    assert len(page.entries) == 50
    assert explained.looked_at <= PAGE


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"model": "shop.product"}, 50),
        ({"model": "accounts.role"}, 30),
        ({"model": "testapp.draft"}, 0),
        ({"user": "1000017"}, 50),
        ({"user": "999"}, 0),
        ({"user": "{rare}"}, 50),
        ({"model": "shop.product", "user": "{rare}"}, 30),
        ({"request": REQUEST}, 30),
        ({"transaction": "7"}, 30),
        ({"transaction": "5000"}, 5),
        ({"q": RECORD}, 30),
        ({"q": REQUEST}, 30),
        ({"q": "no-such-record"}, 0),
    ],
    ids=str,
)
def test_a_filter_with_an_index_looks_at_a_fraction_of_the_log(
    million: dict[str, User], query: dict[str, str], expected: int
) -> None:
    filled = {name: value.format(rare=million["rare"].pk) for name, value in query.items()}
    page, explained = look(million, **filled)
    assert len(page.entries) == expected
    assert explained.looked_at < FRACTION
    assert not explained.scanned


@pytest.mark.parametrize(
    "query", [{"changed": "seo_title"}, {"operation": "D"}, {"user": "Nobody at all"}], ids=str
)
def test_a_filter_without_an_index_stops_after_a_bounded_search(
    million: dict[str, User], query: dict[str, str]
) -> None:
    page, explained = look(million, **query)
    assert page.entries == []
    assert page.stopped
    assert page.older == {"before": AuditLog.objects.latest("id").pk + 1 - 730_000}
    # The planner may find that all of the log is no more to read than most of it.
    assert explained.looked_at < 1.2 * MILLION
    assert len(explained.statements) == 4


def test_a_filter_without_an_index_is_quick_where_much_matches(million: dict[str, User]) -> None:
    page, explained = look(million, changed="price")
    assert len(page.entries) == 50
    assert explained.looked_at <= 10_000 + PAGE


def test_whoever_may_view_little_is_not_made_to_wait(million: dict[str, User]) -> None:
    million["clerk"].user_permissions.set(Permission.objects.filter(codename="view_role"))
    million["clerk"] = User.objects.get(pk=million["clerk"].pk)
    page, explained = look(million, who="clerk")
    assert len(page.entries) >= 30
    assert explained.looked_at < FRACTION
    assert not explained.scanned


def test_a_timeline_and_the_neighbours_of_an_entry_are_read_by_record(million: dict[str, User]) -> None:
    request = RequestFactory().get("/")
    request.user = million["root"]
    explained = Explained()
    with connection.execute_wrapper(explained):
        page = page_of(entries_about(["products"], RECORD), Search.EXACT, request.GET)
    assert page.entries
    assert explained.looked_at < 200
    [view] = Reader(admin.site, request, "default").views(page.entries[1:2])
    explained = Explained()
    with connection.execute_wrapper(explained):
        assert _neighbours(view)
    assert explained.looked_at < 400
    assert not explained.scanned


def test_nothing_is_counted_and_no_offset_is_skipped(million: dict[str, User]) -> None:
    for query in ({}, {"model": "shop.product"}, {"changed": "price"}, {"since": "2020-01-01"}):
        _, explained = look(million, **query)
        for sql in explained.statements:
            assert "COUNT(" not in sql
            assert "DISTINCT" not in sql
            assert "OFFSET" not in sql
