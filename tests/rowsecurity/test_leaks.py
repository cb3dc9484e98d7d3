"""Nobody reads in another's name: in pools, tasks, threads and streams, and whatever is rolled back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Prefetch
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject

from django_schemapatterns.context import acting_as, copy
from django_schemapatterns.middleware import ActorMiddleware
from tests.context.notes import database_like_default
from tests.rowsecurity.app.models import Document, Page, Person
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import LOGIN, PASSWORD
from tests.rowsecurity.world import World


@pytest.mark.django_db
def test_ordinary_login_is_no_owner_of_anything() -> None:
    assert ask("default", "SELECT relname FROM pg_class WHERE relowner::regrole::text = %s", [LOGIN]) == []


def owners(using: str) -> set[str]:
    """Whose documents are seen, public ones left out."""
    found = Document.objects.using(using).filter(is_public=False).select_related("owner")
    return {document.owner.name for document in found}


def as_person(world: World, name: str) -> Any:
    return acting_as(getattr(world, name), tenant=world.north)


def backend(using: str) -> int:
    connections[using].ensure_connection()
    return int(connections[using].connection.info.backend_pid)


def test_a_connection_that_lives_on_keeps_nobody(world: World, web: str) -> None:
    pids = set()
    for _ in range(3):
        for name in ("ann", "bob"):
            with as_person(world, name):
                assert owners(web) == {name.title()}
            pids.add(backend(web))
            assert owners(web) == set()
    assert len(pids) == 1


def test_a_connection_lost_in_between_changes_nothing(world: World, web: str) -> None:
    with as_person(world, "ann"):
        assert owners(web) == {"Ann"}
        connections[web].close()
        assert owners(web) == {"Ann"}


def test_a_pool_keeps_nobody(world: World) -> None:
    pooled = {"USER": LOGIN, "PASSWORD": PASSWORD, "OPTIONS": {"pool": {"min_size": 1, "max_size": 1}}}
    with database_like_default("pooled", **pooled):
        try:
            for name in ("ann", "bob", "ann"):
                with as_person(world, name):
                    assert owners("pooled") == {name.title()}
                connections["pooled"].close()
                assert owners("pooled") == set()
                connections["pooled"].close()
        finally:
            connections["pooled"].close_pool()  # type: ignore[attr-defined]


def test_threads_do_not_read_in_the_name_of_others(world: World, shop: str) -> None:
    def work(number: int) -> bool:
        name = ("ann", "bob")[number % 2]
        try:
            with as_person(world, name):
                mine = [owners(shop) == {name.title()} for _ in range(5)]
            return all(mine) and owners(shop) == set()
        finally:
            connections[shop].close()

    def work_once(using: str) -> set[str]:
        try:
            return owners(using)
        finally:
            connections[using].close()

    with ThreadPoolExecutor(4) as executor:
        assert all(executor.map(work, range(12)))
        with as_person(world, "ann"):
            assert executor.submit(copy()(work_once), shop).result() == {"Ann"}


def test_tasks_that_share_a_connection_do_not_read_in_the_name_of_others(world: World, shop: str) -> None:
    async def work(name: str) -> list[set[str]]:
        seen = []
        with as_person(world, name):
            for _ in range(5):
                seen.append(await sync_to_async(owners)(shop))
                await asyncio.sleep(0)
                titles = [
                    each.owner_id async for each in Document.objects.using(shop).filter(is_public=False)
                ]
                seen.append({getattr(world, name).name} if titles == [getattr(world, name).pk] else set())
        return seen

    async def everybody() -> list[list[set[str]]]:
        found = await asyncio.gather(*(work(name) for name in ("ann", "bob") * 5))
        await sync_to_async(connections.close_all)()
        return list(found)

    for name, seen in zip(("Ann", "Bob") * 5, asyncio.run(everybody()), strict=True):
        assert seen == [{name}] * 10


def test_a_savepoint_rolled_back_gives_the_outer_context_back(world: World, web: str) -> None:
    with transaction.atomic(web), as_person(world, "ann"):
        assert owners(web) == {"Ann"}
        with as_person(world, "bob"), transaction.atomic(web):
            assert owners(web) == {"Bob"}
            transaction.set_rollback(True, using=web)
        assert owners(web) == {"Ann"}
        with pytest.raises(DatabaseError), as_person(world, "bob"), transaction.atomic(web):
            ask(web, "SELECT 1 / 0 FROM rowtests_document")
        assert owners(web) == {"Ann"}
    assert owners(web) == set()


def test_a_savepoint_that_django_does_not_know_changes_nothing(world: World, web: str) -> None:
    with transaction.atomic(web):
        with as_person(world, "ann"):
            assert owners(web) == {"Ann"}
        raw = connections[web].connection
        raw.execute("SAVEPOINT unknown")
        with as_person(world, "bob"):
            assert owners(web) == {"Bob"}
            raw.execute("ROLLBACK TO SAVEPOINT unknown")
            assert owners(web) == {"Bob"}
        raw.execute("ROLLBACK TO SAVEPOINT unknown")
        assert owners(web) == set()


def test_after_an_error_nobody_acts(world: World, web: str) -> None:
    with pytest.raises(DatabaseError), as_person(world, "ann"):
        ask(web, "SELECT 1 / 0 FROM rowtests_document")
    assert owners(web) == set()
    with pytest.raises(DatabaseError), transaction.atomic(web), as_person(world, "ann"):
        ask(web, "SELECT 1 / 0 FROM rowtests_document")
    assert owners(web) == set()


@pytest.mark.parametrize("in_transaction", [True, False])
def test_cursors_on_the_server_read_for_whoever_opened_them(
    world: World, web: str, in_transaction: bool
) -> None:
    def reading() -> Iterator[str]:
        for document in Document.objects.using(web).order_by("title").iterator(chunk_size=1):
            yield document.title

    with transaction.atomic(web) if in_transaction else ExitStack():
        streams = {name: as_person(world, name)(reading)() for name in ("ann", "bob")}
        pairs = list(zip_longest(streams["ann"], streams["bob"]))
        assert owners(web) == set()

    assert pairs == [("north ann", "north ann public"), ("north ann public", "north bob")]


def test_prefetching_reads_for_whoever_acts(world: World, web: str) -> None:
    hidden = Prefetch("pages", Page.objects.using(web))
    people = Person.objects.using(web).prefetch_related("document_set__pages").order_by("name")
    with as_person(world, "bob"):
        found = {
            person.name: [
                page.text for document in person.document_set.all() for page in document.pages.all()
            ]
            for person in people
        }
        all_documents = Document.objects.using("default").prefetch_related(hidden).order_by("title")
        assert [len(document.pages.all()) for document in all_documents] == [0, 1, 1, 0, 0]
    assert found == {"Ann": ["north ann public"], "Bob": ["north bob"], "Cid": []}


def test_a_queryset_reads_for_whoever_acts_when_it_reads(world: World, web: str) -> None:
    with as_person(world, "ann"):
        lazy = Document.objects.using(web).filter(is_public=False)
    with as_person(world, "bob"):
        assert [document.title for document in lazy] == ["north bob"]
    assert [document.title for document in lazy.all()] == []


def test_a_streamed_response_reads_for_whoever_asked(world: World, web: str) -> None:
    def view(request: Any) -> Any:
        titles = Document.objects.using(web).filter(is_public=False).iterator(chunk_size=1)
        return StreamingHttpResponse(document.title for document in titles)

    def asked(person: Person) -> Any:
        request = RequestFactory().get("/")
        request.user = person  # type: ignore[assignment]
        with acting_as(tenant=world.north):
            return ActorMiddleware(view)(request)

    first, second = asked(world.ann), asked(world.bob)
    assert b"".join(second.streaming_content) == b"north bob"
    assert b"".join(first.streaming_content) == b"north ann"


def test_a_page_that_reads_nothing_protected_looks_no_user_up(world: World, shop: str) -> None:
    looked_up = []
    request = RequestFactory().get("/")

    def look_up() -> Person:
        looked_up.append(1)
        return world.ann

    request.user = SimpleLazyObject(look_up)  # type: ignore[assignment]

    def view(request: Any) -> HttpResponse:
        list(Person.objects.using(shop).filter(name="Ann"))
        assert looked_up == []
        list(Document.objects.using(shop).all())
        return HttpResponse()

    ActorMiddleware(view)(request)
    assert looked_up == [1]


def test_the_context_adds_no_query_and_under_client_side_binding_no_round_trip(
    world: World, shop: str
) -> None:
    with CaptureQueriesContext(connections[shop]) as plain:
        list(Document.objects.using(shop).all())
    with as_person(world, "ann"), CaptureQueriesContext(connections[shop]) as told:
        list(Document.objects.using(shop).all())
        list(Person.objects.using(shop).all())

    assert (len(plain), len(told)) == (1, 2)
    assert ["set_config" in query["sql"] for query in told] == [True, False]
    assert connection.alias == "default"


IN_OTHER_WORDS = [
    "DECLARE papers CURSOR FOR SELECT title FROM rowtests_document; FETCH ALL papers",
    "SET LOCAL statement_timeout = 0; SELECT title FROM rowtests_document",
    "LOCK TABLE rowtests_document IN ACCESS SHARE MODE; SELECT title FROM rowtests_document",
    "CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT title FROM rowtests_document; TABLE copied",
    "RESET statement_timeout; SELECT title FROM rowtests_document",
    "EXPLAIN SELECT 1; SELECT title FROM rowtests_document",
]


@pytest.mark.parametrize("sql", IN_OTHER_WORDS)
def test_no_statement_reads_for_whoever_acted_before_in_the_transaction(
    world: World, shop: str, sql: str
) -> None:
    with transaction.atomic(shop):
        with as_person(world, "ann"):
            assert owners(shop) == {"Ann"}
        with as_person(world, "bob"), transaction.atomic(shop):
            assert {title for (title,) in last(shop, sql)} <= {"north ann public", "north bob"}
            transaction.set_rollback(True, using=shop)
        with as_person(world, "ann"):
            assert owners(shop) == {"Ann"}
        assert last(shop, sql) == []


def last(using: str, sql: str) -> list[Any]:
    """Return the rows of the last of several statements."""
    with connections[using].cursor() as cursor:
        cursor.execute(sql)
        while cursor.nextset():
            pass
        rows: list[Any] = cursor.fetchall()
    return rows


@pytest.mark.parametrize(
    "sql",
    [
        r"SELECT E'\'', title FROM rowtests_document WHERE title <> ''",
        """SELECT 1 AS "it's", title FROM rowtests_document WHERE title <> ''""",
    ],
)
def test_quotes_do_not_hide_what_is_read(world: World, shop: str, sql: str) -> None:
    for name in ("ann", "bob"):
        person = SimpleLazyObject(partial(getattr, world, name))
        with transaction.atomic(shop), acting_as(person, tenant=world.north):
            assert len(ask(shop, sql)) == 2
