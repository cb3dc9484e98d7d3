"""Who acts during a request, from the first middleware to the last chunk of the response."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth import get_user_model
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from django_schemapatterns import context
from django_schemapatterns.middleware import ActorMiddleware
from tests.context.notes import Note, actors, trail

User: Any = get_user_model()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("notes"),
    pytest.mark.urls("tests.context.views"),
]


def make_user(name: str) -> Any:
    return User.objects.create_user(name, f"{name}@example.com", first_name=name, last_name=name)


@pytest.fixture
def ada() -> Any:
    return make_user("ada")


@pytest.fixture
def client_of_ada(client: Client, ada: Any) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def async_client_of_ada(async_client: AsyncClient, ada: Any) -> AsyncClient:
    async_client.force_login(ada)
    return async_client


def test_user_of_the_request_acts(client_of_ada: Client, ada: Any) -> None:
    client_of_ada.get("/write/?token=secret", headers={"user-agent": "Curl"})

    [entry] = trail("default")
    assert entry.user_id == str(ada.pk)
    assert entry.request_id
    assert entry.data == {
        "user_label": "ada",
        "ip_address": "127.0.0.1",
        "user_agent": "Curl",
        "url": "/write/",
        "method": "GET",
    }


def test_anonymous_user_is_nobody_at_an_address(client: Client) -> None:
    client.get("/write/")

    [entry] = trail("default")
    assert entry.user_id is None
    assert entry.data == {"ip_address": "127.0.0.1", "url": "/write/", "method": "GET"}


def test_nobody_acts_after_the_request(client_of_ada: Client) -> None:
    client_of_ada.get("/write/")
    Note.objects.create(body="after")

    assert actors("default")[1] is None
    assert context.get() is None


def test_nobody_acts_after_a_view_that_raised(client_of_ada: Client, ada: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        client_of_ada.get("/write-and-fail/")
    Note.objects.create(body="after")

    assert actors("default") == [str(ada.pk), None]


def test_request_that_only_reads_asks_for_no_user(client_of_ada: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        client_of_ada.get("/read/")

    assert [query["sql"] for query in queries if "FROM" in query["sql"]] == [
        'SELECT COUNT(*) AS "__count" FROM "context_note"'
    ]


def test_request_that_writes_asks_for_its_user_once(client_of_ada: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        client_of_ada.get("/stream/").getvalue()

    tables = ["session", "users", "context_note", "context_note", "context_note"]
    assert len(queries) == len(tables)
    assert all(table in query["sql"] for table, query in zip(tables, queries, strict=True))


def test_user_whose_look_up_writes_itself(client_of_ada: Client, ada: Any) -> None:
    """A changed password ends the session: looking the user up deletes it."""
    ada.set_unusable_password()
    ada.save()

    response = client_of_ada.get("/write/")

    assert response.status_code == 200
    assert actors("default") == [None]


def test_login_within_the_request(client: Client, ada: Any) -> None:
    client.get(f"/log-in/{ada.pk}/")

    assert actors("default") == [None, str(ada.pk)]


def test_logout_within_the_request(client_of_ada: Client, ada: Any) -> None:
    client_of_ada.get("/log-out/")

    assert actors("default") == [str(ada.pk), None]


def test_user_whom_the_view_sets_late(client: Client, ada: Any) -> None:
    client.get(f"/authenticate-late/{ada.pk}/")

    assert actors("default") == [None, str(ada.pk)]


def test_user_who_is_deleted_in_the_request_still_acts(client_of_ada: Client, ada: Any) -> None:
    client_of_ada.get("/delete-user/")

    assert actors("default") == [str(ada.pk)] * 2


def test_impersonator_is_told_beside_the_user(client_of_ada: Client, ada: Any) -> None:
    bob = make_user("bob")

    client_of_ada.get(f"/hijack/{bob.pk}/")

    [entry] = trail("default")
    assert entry.user_id == str(bob.pk)
    assert entry.data is not None
    assert (entry.data["user_label"], entry.data["impersonator"]) == ("bob", str(ada))


def test_stream_acts_while_it_flows_and_not_between(client_of_ada: Client, ada: Any) -> None:
    response: Any = client_of_ada.get("/stream/")

    for _chunk in response.streaming_content:
        assert context.get() is None
        Note.objects.create(body="between")

    assert actors("default") == [str(ada.pk), None] * 3


def test_file_is_left_to_the_web_server(rf: RequestFactory) -> None:
    response = ActorMiddleware(lambda request: FileResponse(BytesIO(b"content")))(rf.get("/"))

    assert response.file_to_stream is not None
    assert response.getvalue() == b"content"


@pytest.mark.django_db(transaction=True)
def test_on_commit_callback_of_the_request(client_of_ada: Client, ada: Any) -> None:
    client_of_ada.get("/write-on-commit/")

    assert actors("default") == [str(ada.pk)]


def test_async_view(async_client_of_ada: AsyncClient, ada: Any) -> None:
    async_to_sync(async_client_of_ada.get)("/awrite/")

    assert actors("default") == [str(ada.pk)]


def test_async_view_that_only_reads_asks_for_no_user(async_client_of_ada: AsyncClient) -> None:
    with CaptureQueriesContext(connection) as queries:
        async_to_sync(async_client_of_ada.get)("/aread/")

    assert len(queries) == 1


def test_async_view_that_has_its_user_asks_for_none_again(async_client_of_ada: AsyncClient, ada: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        async_to_sync(async_client_of_ada.get)("/awrite-after-auser/")

    assert len(queries) == 3
    assert actors("default") == [str(ada.pk)]


def test_login_within_an_async_view(async_client: AsyncClient, ada: Any) -> None:
    async_to_sync(async_client.get)(f"/alog-in/{ada.pk}/")

    assert actors("default") == [None, str(ada.pk)]


def test_sync_view_under_asgi(async_client_of_ada: AsyncClient, ada: Any) -> None:
    async_to_sync(async_client_of_ada.get)("/write/")

    assert actors("default") == [str(ada.pk)]


def test_async_stream_acts_while_it_flows_and_not_between(async_client_of_ada: AsyncClient, ada: Any) -> None:
    async def main() -> None:
        response: Any = await async_client_of_ada.get("/astream/")
        async for _chunk in response.streaming_content:
            assert context.get() is None
            await Note.objects.acreate(body="between")

    async_to_sync(main)()

    assert actors("default") == [str(ada.pk), None] * 3


def test_async_view_under_wsgi(client_of_ada: Client, ada: Any) -> None:
    client_of_ada.get("/awrite/")

    assert actors("default") == [str(ada.pk)]


def test_middleware_is_of_the_kind_of_the_next() -> None:
    async def aview(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert iscoroutinefunction(ActorMiddleware(aview))
    assert not iscoroutinefunction(ActorMiddleware(lambda request: HttpResponse()))


def test_asynchronous_stack_is_not_broken_by_the_middleware(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG, "django.request")

    ASGIHandler().load_middleware(is_async=True)

    assert "ActorMiddleware" not in caplog.text


@pytest.mark.parametrize("path", ["/write/", "/awrite/"])
def test_garbage_in_headers_breaks_no_request(client: Client, settings: Settings, path: str) -> None:
    settings.SCHEMAPATTERNS = {"TRUSTED_PROXIES": 1, "REQUEST_ID_HEADER": "X-Request-ID"}
    garbage = "\0\ud800'; DROP TABLE context_note; --%s%" + "x" * 10_000

    response = client.get(
        path,
        HTTP_X_FORWARDED_FOR=garbage,
        HTTP_X_REQUEST_ID=garbage,
        HTTP_USER_AGENT=garbage,
        REMOTE_ADDR="",
    )

    assert response.status_code == 200
    [entry] = trail("default")
    assert entry.request_id
    assert entry.data is not None
    assert len(entry.data["user_agent"]) == 512


def test_middleware_without_authentication_has_no_user(client: Client, settings: Settings) -> None:
    settings.MIDDLEWARE = ["django_schemapatterns.middleware.ActorMiddleware"]

    client.get("/write/")

    assert actors("default") == [None]
