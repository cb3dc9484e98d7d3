"""Views that write notes in every way in which a view may write."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

from django.contrib.auth import alogin, get_user_model, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from django_schemapatterns import context
from tests.context.notes import Note

User = get_user_model()


def write(request: HttpRequest, body: str = "a") -> HttpResponse:
    Note.objects.create(body=body)
    return HttpResponse()


@transaction.atomic
def read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Note.objects.count()))


def write_and_fail(request: HttpRequest) -> HttpResponse:
    write(request)
    raise ZeroDivisionError


def log_in(request: HttpRequest, pk: int) -> HttpResponse:
    write(request, "before")
    login(request, User.objects.get(pk=pk), "django.contrib.auth.backends.ModelBackend")
    return write(request, "after")


def log_out(request: HttpRequest) -> HttpResponse:
    write(request, "before")
    logout(request)
    return write(request, "after")


def authenticate_late(request: HttpRequest, pk: int) -> HttpResponse:
    """What REST frameworks do: the view reads a token, and the request's user is set then."""
    write(request, "before")
    request.user = User.objects.get(pk=pk)
    return write(request, "after")


def delete_user(request: HttpRequest) -> HttpResponse:
    write(request)
    request.user.delete()
    return write(request)


def hijack(request: HttpRequest, pk: int) -> HttpResponse:
    with context.acting_as(User.objects.get(pk=pk), impersonator=request.user):
        return write(request)


def write_on_commit(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        transaction.on_commit(partial(write, request))
    return HttpResponse()


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        for body in "abc":
            write(request, body)
            yield body

    return StreamingHttpResponse(chunks())


async def awrite(request: HttpRequest) -> HttpResponse:
    await Note.objects.acreate(body="a")
    return HttpResponse()


async def aread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(await Note.objects.acount()))


async def awrite_after_auser(request: HttpRequest) -> HttpResponse:
    await request.auser()
    return await awrite(request)


async def alog_in(request: HttpRequest, pk: int) -> HttpResponse:
    await awrite(request)
    await alogin(request, await User.objects.aget(pk=pk), "django.contrib.auth.backends.ModelBackend")
    return await awrite(request)


async def astream(request: HttpRequest) -> StreamingHttpResponse:
    async def chunks() -> AsyncIterator[str]:
        for body in "abc":
            await Note.objects.acreate(body=body)
            yield body

    return StreamingHttpResponse(chunks())


meeting: Any = None  # the barrier at which all the requests of a test wait for each other


@transaction.atomic
def write_together(request: HttpRequest, name: str) -> HttpResponse:
    for _ in range(3):
        write(request, name)
        meeting.wait(30)
    return HttpResponse("done")


async def awrite_together(request: HttpRequest, name: str) -> HttpResponse:
    for _ in range(3):
        await Note.objects.acreate(body=name)
        await meeting.wait()
    return HttpResponse("done")


async def astream_together(request: HttpRequest, name: str) -> StreamingHttpResponse:
    async def chunks() -> AsyncIterator[str]:
        for _ in range(3):
            await Note.objects.acreate(body=name)
            await meeting.wait()
            yield ""
        yield "done"

    return StreamingHttpResponse(chunks())


urlpatterns = [
    path("write/", write),
    path("read/", read),
    path("write-and-fail/", write_and_fail),
    path("log-in/<int:pk>/", log_in),
    path("log-out/", log_out),
    path("authenticate-late/<int:pk>/", authenticate_late),
    path("delete-user/", delete_user),
    path("hijack/<int:pk>/", hijack),
    path("write-on-commit/", write_on_commit),
    path("stream/", stream),
    path("awrite/", awrite),
    path("aread/", aread),
    path("awrite-after-auser/", awrite_after_auser),
    path("alog-in/<int:pk>/", alog_in),
    path("astream/", astream),
    path("write-together/<name>/", write_together),
    path("awrite-together/<name>/", awrite_together),
    path("astream-together/<name>/", astream_together),
]
