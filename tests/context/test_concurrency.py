"""Many requests, tasks and threads at once: each writes in its own name."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.asgi import ASGIHandler
from django.db import connections, transaction
from django.test import Client

from django_schemapatterns import context
from django_schemapatterns.context import acting_as
from tests.context import views
from tests.context.notes import Note, actors, database_like_default, trail

User: Any = get_user_model()
Communicator: Any = ApplicationCommunicator


async def get(application: ASGIHandler, path: str, session: str) -> tuple[int, bytes]:
    """Send a request as a web server does, and take the response."""
    headers = [(b"host", b"testserver"), (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    communicator = Communicator(application, scope | {"client": ("192.0.2.7", 4711)})
    await communicator.send_input({"type": "http.request"})
    start = await communicator.receive_output(30)
    body = b""
    while (part := await communicator.receive_output(30)).get("more_body"):
        body += part["body"]
    await communicator.wait(30)
    return start["status"], body + part.get("body", b"")


@pytest.fixture
def sessions() -> dict[str, str]:
    """Twenty users and the sessions that they are logged in with."""
    sessions = {}
    for number in range(20):
        name = f"user_{number}"
        client = Client()
        client.force_login(
            User.objects.create_user(name, f"{name}@example.com", first_name=name, last_name=name)
        )
        sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.context.views")
@pytest.mark.parametrize(
    ("path", "barrier"),
    [
        ("write-together", Barrier),
        ("awrite-together", asyncio.Barrier),
        ("astream-together", asyncio.Barrier),
    ],
)
def test_twenty_requests_at_once(notes: None, sessions: dict[str, str], path: str, barrier: Any) -> None:
    async def main() -> list[tuple[int, bytes]]:
        views.meeting = barrier(len(sessions))
        application = ASGIHandler()
        return await asyncio.gather(
            *(get(application, f"/{path}/{name}/", session) for name, session in sessions.items())
        )

    responses = asyncio.run(main())

    assert responses == [(200, b"done")] * 20
    entries = trail("default")
    keys = {user.username: str(user.pk) for user in User.objects.all()}
    assert len(entries) == 20 * 3
    assert [entry.user_id for entry in entries] == [keys[entry.body or ""] for entry in entries]
    assert [entry.data and entry.data["user_label"] for entry in entries] == [entry.body for entry in entries]
    assert len({entry.request_id for entry in entries}) == 20


def test_twenty_tasks_share_one_thread_and_one_connection(using: str) -> None:
    async def act(number: int) -> None:
        with acting_as(number):
            for _ in range(5):
                await Note.objects.using(using).acreate(body=str(number))
                await asyncio.sleep(0)
        await Note.objects.using(using).acreate(body="None")

    async def main() -> None:
        await asyncio.gather(*(act(number) for number in range(20)))
        await sync_to_async(connections.close_all)()

    asyncio.run(main())

    entries = trail(using)
    assert len(entries) == 20 * 6
    assert [entry.body for entry in entries] == [str(entry.user_id) for entry in entries]


def test_tasks_that_a_context_starts_inherit_it(using: str) -> None:
    async def write() -> None:
        await Note.objects.using(using).acreate(body="a")

    async def main() -> None:
        with acting_as(7):
            task = asyncio.create_task(write())
        await task
        await write()
        await sync_to_async(connections.close_all)()

    asyncio.run(main())

    assert actors(using) == ["7", None]


def test_threads_with_contexts_of_their_own(using: str) -> None:
    def work(number: int) -> None:
        try:
            for turn in range(20):
                with acting_as(number), transaction.atomic(using):
                    together.wait(30)
                    Note.objects.using(using).create(body=str(number))
                if turn % 3:
                    Note.objects.using(using).create(body="None")
        finally:
            connections.close_all()

    together = Barrier(5)
    with ThreadPoolExecutor(5) as executor:
        list(executor.map(work, range(5)))

    entries = trail(using)
    assert len(entries) == 5 * (20 + 13)
    assert [entry.body for entry in entries] == [str(entry.user_id) for entry in entries]


def test_thread_acts_for_nobody_unless_the_context_is_copied(using: str) -> None:
    def write() -> None:
        Note.objects.using(using).create(body="a")
        connections.close_all()

    with acting_as(7), ThreadPoolExecutor(1) as executor:
        executor.submit(write).result()
        executor.submit(context.copy()(write)).result()

    assert actors(using) == [None, "7"]


@pytest.mark.parametrize("options", [{}, {"server_side_binding": True}], ids=["client", "server"])
def test_pool_hands_no_name_on(notes: None, options: dict[str, Any]) -> None:
    def work(number: int) -> None:
        for _ in range(10):
            with acting_as(number):
                Note.objects.using("pooled").create(body=str(number))
                with transaction.atomic("pooled"):
                    Note.objects.using("pooled").create(body=str(number))
            connections["pooled"].close()
            Note.objects.using("pooled").create(body="None")
            connections["pooled"].close()

    pool = {"min_size": 1, "max_size": 2, "timeout": 30}
    connection: Any
    with database_like_default("pooled", OPTIONS={"pool": pool, **options}) as connection:
        with ThreadPoolExecutor(6) as executor:
            list(executor.map(work, range(6)))
        backends = connection.pool.get_stats()["connections_num"]
        connection.close_pool()

    entries = trail("default")
    assert backends <= 2
    assert len(entries) == 6 * 30
    assert [entry.body for entry in entries] == [str(entry.user_id) for entry in entries]
