"""Staff pass by the login of another alias, in the admin and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils.connection import ConnectionDoesNotExist

from django_schemapatterns.roles.routing import RoleRouter, StaffMiddleware, same_database, through
from tests.roles.house import House

STAFF = SimpleNamespace(is_active=True, is_staff=True)
CUSTOMER = SimpleNamespace(is_active=True, is_staff=False)
GONE = SimpleNamespace(is_active=False, is_staff=True)


@pytest.fixture
def staff(bank: House) -> type[StaffMiddleware]:
    class Middleware(StaffMiddleware):
        using = bank.alias("staff")

    return Middleware


def request(path: str, user: Any) -> Any:
    made = RequestFactory().get(path)
    made.user = user
    return made


def chosen() -> str | None:
    return RoleRouter().db_for_read(None)


@pytest.mark.parametrize(
    ("path", "user", "passes"),
    [
        ("/admin/shop/order/", STAFF, True),
        ("/admin/shop/order/", CUSTOMER, False),
        ("/admin/login/", GONE, False),
        ("/orders/", STAFF, False),
        ("/admin/", None, False),
    ],
)
def test_who_passes(staff: type[StaffMiddleware], path: str, user: Any, *, passes: bool) -> None:
    found: list[str | None] = []

    def view(request: Any) -> HttpResponse:
        found.append(chosen())
        return HttpResponse()

    staff(view)(request(path, user))

    assert found == [staff.using if passes else None]
    assert chosen() is None


def test_asynchronous_requests(staff: type[StaffMiddleware]) -> None:
    async def view(request: Any) -> HttpResponse:
        return HttpResponse(str(chosen()))

    async def both() -> list[bytes]:
        middleware = staff(view)
        answers = await asyncio.gather(*(middleware(request("/admin/", user)) for user in (STAFF, CUSTOMER)))
        return [answer.content for answer in answers]

    assert asyncio.run(both()) == [staff.using.encode(), b"None"]


def test_what_streams_later(staff: type[StaffMiddleware]) -> None:
    def parts() -> Iterator[str]:
        yield str(chosen())

    response: Any = staff(lambda request: StreamingHttpResponse(parts()))(request("/admin/", STAFF))

    assert b"".join(response) == staff.using.encode()
    assert chosen() is None


def test_what_streams_later_asynchronously(staff: type[StaffMiddleware]) -> None:
    async def parts() -> AsyncIterator[str]:
        yield str(chosen())

    async def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(parts())

    async def read() -> bytes:
        response = await staff(view)(request("/admin/", STAFF))
        return b"".join([part async for part in response])

    assert asyncio.run(read()) == staff.using.encode()


def test_without_the_alias_there_is_no_middleware() -> None:
    with pytest.raises(MiddlewareNotUsed):
        StaffMiddleware(lambda request: HttpResponse())


def test_an_alias_that_is_not_there() -> None:
    with pytest.raises(ConnectionDoesNotExist), through("nowhere"):
        pass


def test_objects_of_two_logins_may_refer_to_each_other(bank: House) -> None:
    staff, web = bank.alias("staff"), bank.alias("web")
    one, other, third = (
        SimpleNamespace(_state=SimpleNamespace(db=alias)) for alias in (staff, web, "default")
    )

    assert RoleRouter().allow_relation(one, other) is True
    assert RoleRouter().allow_relation(one, third) is None
    assert same_database(staff, None) is False
    assert connections[staff].settings_dict["USER"] != connections[web].settings_dict["USER"]
