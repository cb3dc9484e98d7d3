"""
Staff pass the policies by a login of their own: another alias of DATABASES, which a router chooses.

No setting of the session lets anybody pass, so no injected SQL can either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from django_schemapatterns.context.steps import asteps, steps

_chosen: ContextVar[str | None] = ContextVar("schemapatterns_database", default=None)
_SAME: Final = ("ENGINE", "NAME", "HOST", "PORT")


@contextmanager
def through(alias: str) -> Iterator[None]:
    """
    Let the queries of a block go through another alias, and so with the rights of another login.

        with through("staff"):
            Order.objects.count()  # the orders of everybody

    It is RoleRouter that does so; what names an alias itself, as `using()` does, goes there.
    """
    connections[alias]  # raises if there is none
    token = _chosen.set(alias)
    try:
        yield
    finally:
        _chosen.reset(token)


class RoleRouter:
    """
    The router that `through()` and StaffMiddleware need.

        DATABASE_ROUTERS = ["django_schemapatterns.roles.routing.RoleRouter"]

    Objects that were read through different logins of one database may refer to each other.
    """

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return _chosen.get()

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return True if same_database(one._state.db, other._state.db) else None


def same_database(one: str | None, other: str | None) -> bool:
    """Return whether two aliases lead to one database."""
    if one is None or other is None:
        return False
    settings = [connections[alias].settings_dict for alias in (one, other)]
    return all(settings[0][key] == settings[1][key] for key in _SAME)


class StaffMiddleware:
    """
    Let requests of staff to the admin pass the policies: they go through the alias "staff".

        MIDDLEWARE = [
            ...,
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django_schemapatterns.roles.routing.StaffMiddleware",
        ]

    Everything else, the log-in page too, has the rights of `default`. For other pages or another alias
    override `applies_to()` and `using`. Without that alias in DATABASES it does nothing.
    """

    sync_capable = True
    async_capable = True
    using = "staff"

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        if self.using not in connections:
            raise MiddlewareNotUsed(f"DATABASES has no alias {self.using!r}.")
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def applies_to(self, request: HttpRequest) -> bool:
        """Return whether a request is one of staff; the user is looked up for paths of the admin alone."""
        user: Any = getattr(request, "user", None)
        return request.path_info.startswith(admin_root()) and bool(user and user.is_active and user.is_staff)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.__acall__(request)
        if not self.applies_to(request):
            return self.get_response(request)
        with through(self.using):
            response = self.get_response(request)
        return self._while_streaming(response)

    async def __acall__(self, request: HttpRequest) -> Any:
        if not await sync_to_async(self.applies_to)(request):
            return await self.get_response(request)
        with through(self.using):
            response = await self.get_response(request)
        return self._while_streaming(response)

    def _while_streaming(self, response: Any) -> Any:
        if response.streaming and getattr(response, "file_to_stream", None) is None:
            scope, content = partial(through, self.using), response.streaming_content
            response.streaming_content = (
                asteps(scope, content) if response.is_async else steps(scope, (part for part in content))
            )
        return response


def admin_root() -> str:
    """Return where the admin begins, or what no path begins with."""
    try:
        return reverse("admin:index")
    except NoReverseMatch:
        return "\0"
