from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from django_schemapatterns.audit.admin import paging
from django_schemapatterns.audit.admin.paging import Page, Search, chunks, page_of
from django_schemapatterns.models import AuditLog
from tests.admin.reading import write_entries

pytestmark = pytest.mark.django_db
SEARCHES = [Search.ALL, Search.EXACT, Search.INDEXED, Search.SCANNED]


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "FIRST_WINDOW", 3)
    monkeypatch.setattr(paging, "GROWTH", 2)
    monkeypatch.setattr(paging, "BOUNDED_WINDOWS", 2)


def found(search: Search, **query: int) -> Page:
    entries: Any = AuditLog.objects.filter(user_id="4711")
    address = QueryDict("&".join(f"{name}={value}" for name, value in query.items()))
    return page_of(entries, search, address, size=4)


def mine() -> list[int]:
    return list(AuditLog.objects.filter(user_id="4711").order_by("-id").values_list("id", flat=True))


def walk(search: Search, page: Page) -> list[int]:
    """Follow the links until all is found and return the ids in their order."""
    ids = [entry.pk for entry in page.entries]
    while page.older and len(ids) < len(mine()):
        page = found(search, **page.older)
        ids += [entry.pk for entry in page.entries]
    return ids


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("gap", [1, 3, 40])
def test_every_search_finds_all_in_order(search: Search, gap: int) -> None:
    for _ in range(11):
        write_entries(gap, table_name="'products'")
        write_entries(1, table_name="'products'", user_id="'4711'")
    assert walk(search, found(search)) == mine()


@pytest.mark.parametrize("search", SEARCHES)
def test_one_can_walk_back(search: Search) -> None:
    write_entries(11, table_name="'products'", user_id="'4711'")
    ids = mine()
    page = found(search, before=ids[7])
    assert [entry.pk for entry in page.entries] == ids[8:]
    page = found(search, **(page.newer or {}))
    assert [entry.pk for entry in page.entries] == ids[4:8]


@pytest.mark.parametrize("search", SEARCHES)
def test_the_first_page_is_full_whichever_way_one_comes(search: Search) -> None:
    write_entries(6, table_name="'products'", user_id="'4711'")
    ids = mine()
    page = found(search, after=ids[2])
    assert [entry.pk for entry in page.entries] == ids[:4]
    assert page.newer is None


def test_a_search_without_an_index_stops_and_can_go_on() -> None:
    write_entries(1, table_name="'products'", user_id="'4711'")
    write_entries(40, table_name="'products'")
    page = found(Search.SCANNED)
    assert page.entries == []
    assert page.stopped
    assert page.older == {"before": AuditLog.objects.latest("id").pk + 1 - 3 - 6}
    assert walk(Search.SCANNED, page) == mine()
    assert found(Search.INDEXED).entries


def test_an_empty_result_has_no_other_pages() -> None:
    write_entries(5, table_name="'products'")
    for search in (Search.ALL, Search.EXACT, Search.INDEXED):
        assert found(search) == Page([], None, None, stopped=False)


@pytest.mark.parametrize("search", SEARCHES)
def test_chunks_hold_everything_once(search: Search) -> None:
    for _ in range(5):
        write_entries(7, table_name="'products'")
        write_entries(2, table_name="'products'", user_id="'4711'")
    entries: Any = AuditLog.objects.filter(user_id="4711")
    lists = list(chunks(entries, search, 3))
    assert [len(chunk) for chunk in lists] == [3, 3, 3, 1]
    assert [entry.pk for chunk in lists for entry in chunk] == mine()
