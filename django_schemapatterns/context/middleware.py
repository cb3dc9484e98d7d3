"""The middleware that says who acts during a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest

from django_schemapatterns.context.requests import context_of
from django_schemapatterns.context.scope import Scope
from django_schemapatterns.context.steps import asteps, steps


class ActorMiddleware:
    """
    Let the user of a request act in all that it writes, in views of either kind and while a response streams.

        MIDDLEWARE = [
            ...,
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django_schemapatterns.middleware.ActorMiddleware",
        ]
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.__acall__(request)
        scope = _scope_of(request)
        with scope():
            response = self.get_response(request)
        return _while_streaming(scope, response)

    async def __acall__(self, request: HttpRequest) -> Any:
        scope = _scope_of(request)
        with scope():
            response = await self.get_response(request)
        return _while_streaming(scope, response)


def _scope_of(request: HttpRequest) -> Callable[[], Scope]:
    context = context_of(request)
    return partial(Scope, lambda: context)


def _while_streaming(scope: Callable[[], Scope], response: Any) -> Any:
    # The web server sends a file by itself where it can; it must find it as it is.
    if response.streaming and getattr(response, "file_to_stream", None) is None:
        content = response.streaming_content
        response.streaming_content = (
            asteps(scope, content) if response.is_async else steps(scope, (part for part in content))
        )
    return response
