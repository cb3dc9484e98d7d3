"""Values are read once for each request or task, and never wrong for longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.signals import request_started
from django.db import IntegrityError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings import cache
from django_schemapatterns.context import acting_as
from django_schemapatterns.models import ApplicationSetting
from tests.softdelete.tools import execute

pytestmark = pytest.mark.django_db(transaction=True)

Size = appsettings.Setting[int]
MIDDLEWARE = ["django_schemapatterns.middleware.ActorMiddleware"]


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{appsettings.get_setting('tests.page_size')}")


async def ashow(request: HttpRequest) -> HttpResponse:
    first = await appsettings.aget_setting("tests.page_size")
    await asyncio.sleep(0)
    return HttpResponse(f"{first if first == await appsettings.aget_setting('tests.page_size') else 'torn'}")


urlpatterns = [path("show", show), path("ashow", ashow)]


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do it in another thread, with a connection and a memory of its own."""

    def alone() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


def set_elsewhere(value: int) -> None:
    elsewhere(lambda: appsettings.set_setting("tests.page_size", value))


def test_within_a_context_a_value_is_read_once(size: Size, django_assert_num_queries: Any) -> None:
    cache.is_installed("default")
    with acting_as(7), django_assert_num_queries(1):
        for _ in range(100):
            size.get()


def test_the_next_context_sees_what_was_committed_elsewhere(size: Size) -> None:
    with acting_as(7):
        assert size.get() == 20
        set_elsewhere(30)
        assert size.get() == 20
    with acting_as(7):
        assert size.get() == 30


@pytest.mark.parametrize("middleware", [MIDDLEWARE, []])
@pytest.mark.parametrize("url", ["/show", "/ashow"])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_the_next_request_sees_what_was_committed_elsewhere(
    client: Any, url: str, middleware: list[str], size: Size
) -> None:
    def get() -> Any:
        visitor = client()
        if client is AsyncClient:
            return async_to_sync(visitor.get)(url)
        return visitor.get(url)

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=middleware):
        assert size.get() == 20
        seen = [get().content.decode()]
        for value in (30, 40):
            set_elsewhere(value)
            seen.append(get().content.decode())

    assert seen == ["20", "30", "40"]


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE)
def test_many_requests_at_once_see_whole_values(size: Size) -> None:
    async def story() -> set[str]:
        async def write() -> None:
            for value in range(30, 40):
                await appsettings.aset_setting("tests.page_size", value)

        reads = [AsyncClient().get("/ashow") for _ in range(20)]
        found: list[Any] = await asyncio.gather(*reads, write())
        answers = found[:-1]
        return {answer.content.decode() for answer in answers}

    seen = async_to_sync(story)()

    assert seen <= {"20", *map(str, range(30, 40))}
    assert Client().get("/ashow").content == b"39"


def test_a_transaction_sees_what_it_has_written_and_no_longer_after_a_rollback(size: Size) -> None:
    assert size.get() == 20

    with transaction.atomic():
        assert size.get() == 20
        size_before = size.get()
        appsettings.set_setting(size, 30)
        assert size.get() == 30
        with transaction.atomic():
            appsettings.set_setting(size, 40)
            assert size.get() == 40
            transaction.set_rollback(True)
        assert size.get() == 30
        assert elsewhere(size.get) == size_before
        transaction.set_rollback(True)

    assert size.get() == 20


@pytest.mark.parametrize("atomic", [True, False])
def test_a_write_is_noticed_whoever_acts(atomic: bool, size: Size) -> None:
    with acting_as(7, reason="sale"), transaction.atomic() if atomic else nullcontext():
        assert size.get() == 20
        appsettings.set_setting(size, 30)
        assert size.get() == 30


def test_a_transaction_that_has_written_commits_what_it_saw(size: Size) -> None:
    with acting_as(7):
        with transaction.atomic():
            appsettings.set_setting(size, 30)
        assert size.get() == 30
        with transaction.atomic():
            assert size.get() == 30


WAYS: dict[str, Callable[[], Any]] = {
    "save": lambda: next(filter(change, ApplicationSetting.objects.all()), None),
    "update": lambda: ApplicationSetting.objects.update(value=30),
    "delete": lambda: ApplicationSetting.objects.all().delete(),
    "sql": lambda: execute("UPDATE schemapatterns.application_setting SET value = '30'"),
    "with": lambda: execute(
        "WITH new AS (SELECT to_jsonb(30) AS size) "
        'UPDATE "schemapatterns"."application_setting" SET value = size FROM new'
    ),
}


def change(row: ApplicationSetting) -> None:
    row.value = 30
    row.save()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("atomic", [True, False])
def test_every_way_to_write_is_noticed(way: str, atomic: bool, size: Size) -> None:
    ApplicationSetting.objects.all().delete()
    appsettings.set_setting(size, 25)
    assert size.get() == 25

    if atomic:
        with transaction.atomic():
            size.get()
            WAYS[way]()
            assert size.get() == (20 if way == "delete" else 30)
    else:
        WAYS[way]()

    assert size.get() == (20 if way == "delete" else 30)


def test_what_fails_is_not_remembered(size: Size) -> None:
    size.get()

    def fail() -> None:
        with transaction.atomic():
            appsettings.set_setting(size, 30)
            assert size.get() == 30
            ApplicationSetting.objects.filter(key="page_size").update(value="many")

    with pytest.raises(IntegrityError, match="applicationsetting_kind"):
        fail()
    assert size.get() == 20


def test_threads_have_memories_of_their_own(size: Size) -> None:
    def work(value: int) -> bool:
        try:
            with acting_as(value), transaction.atomic():
                execute("SELECT pg_advisory_xact_lock(42)")
                appsettings.set_setting(size, value)
                return size.get() == value
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(100, 140)))
    assert size.get() in range(100, 140)


def test_a_task_started_in_a_writing_transaction_sees_what_is_committed(size: Size) -> None:
    with transaction.atomic():
        appsettings.set_setting(size, 30)
        context = copy_context()
        assert elsewhere(lambda: context.run(size.get)) == 20
    assert size.get() == 30


def test_what_runs_for_long_reads_again(size: Size) -> None:
    with acting_as(7):
        size.get()
        set_elsewhere(30)
        cache.current().until -= cache.MAX_AGE
        assert size.get() == 30


def test_a_request_elsewhere_leaves_a_context_its_values(size: Size, django_assert_num_queries: Any) -> None:
    with acting_as(7):
        size.get()
        with django_assert_num_queries(0):
            request_started.send(sender=None)
            size.get()


def test_asynchronous_tasks_do_not_see_each_other(size: Size) -> None:
    async def reader(seen: list[int]) -> None:
        with acting_as(7):
            seen.append(await appsettings.aget_setting(size))
            await asyncio.sleep(0)
            seen.append(await appsettings.aget_setting(size))

    async def story() -> list[int]:
        seen: list[int] = []
        await reader(seen)
        await sync_to_async(set_elsewhere)(30)
        await asyncio.gather(*(reader(seen) for _ in range(5)))
        return seen

    assert async_to_sync(story)() == [20, 20, *[30] * 10]


def test_before_migrate_there_are_the_defaults(size: Size, caplog: pytest.LogCaptureFixture) -> None:
    cache._installed.clear()
    with transaction.atomic():
        execute("ALTER TABLE schemapatterns.application_setting RENAME TO gone")
        assert size.get() == 20
        assert "Run `manage.py migrate`" in caplog.text
        assert connection.is_usable()
        transaction.set_rollback(True)
    assert size.get() == 20
    assert "default" in cache._installed
