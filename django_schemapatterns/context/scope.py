"""
Say who acts: for a block of code, a function, a thread or a job in a queue.

    with acting_as(user, reason="spring sale"):
        Product.objects.filter(category=seeds).update(price=F("price") * Decimal("0.9"))

    @acting_as(tenant="north", task="nightly import")
    async def nightly_import(): ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextvars import Token
from dataclasses import replace
from functools import partial, wraps
from types import TracebackType
from typing import Any, TypedDict, TypeVar, cast
from uuid import UUID

from asgiref.sync import iscoroutinefunction, sync_to_async

from django_schemapatterns.context.commands import command_context
from django_schemapatterns.context.payload import clean, plain_text
from django_schemapatterns.context.requests import read_request_id
from django_schemapatterns.context.steps import asteps, steps
from django_schemapatterns.context.values import Actor, Context, LateActor, acting, is_promise, key_of

Function = TypeVar("Function", bound=Callable[..., Any])


class Snapshot(TypedDict, total=False):
    """A context as JSON: for the headers of a message, or a row in a queue."""

    user_id: str
    user_label: str
    tenant_id: str
    request_id: str
    data: dict[str, Any]


class Scope:
    """
    A with-block that puts a context in force and restores the one before it, or a decorator that does so.

    A with-block is entered once at a time. The decorator makes a new one for each call, so many threads and
    tasks may run the function at once; a generator is in the context while it works, and not while it waits.
    """

    def __init__(self, derive: Callable[[], Context]) -> None:
        self._derive = derive
        self._token: Token[Context | None] | None = None

    def __enter__(self) -> Context:
        if self._token is not None:
            raise RuntimeError("This context is in force already. Make a new one for each with-block.")
        context = self._derive()
        self._token = acting.set(context)
        return context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        token, self._token = self._token, None
        if token is not None:
            acting.reset(token)

    def __call__(self, function: Function) -> Function:
        return cast("Function", wraps(function)(_inside(partial(Scope, self._derive), function)))


def _inside(scope: Callable[[], Scope], function: Callable[..., Any]) -> Callable[..., Any]:
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        with scope():
            return await function(*args, **kwargs)

    def generator(*args: Any, **kwargs: Any) -> Any:
        return (yield from steps(scope, function(*args, **kwargs)))

    def async_generator(*args: Any, **kwargs: Any) -> Any:
        return asteps(scope, function(*args, **kwargs))

    def plain(*args: Any, **kwargs: Any) -> Any:
        with scope():
            return function(*args, **kwargs)

    if iscoroutinefunction(function):
        return coroutine
    if inspect.isgeneratorfunction(function):
        return generator
    return async_generator if inspect.isasyncgenfunction(function) else plain


def get() -> Context | None:
    """Give the context in force; outside of any, a management command's own, else None."""
    context = acting.get()
    return command_context() if context is None else context


def acting_as(user: Any = None, tenant: Any = None, **data: object) -> Scope:
    """
    Say who acts from here on. A context within another adds to it and takes precedence.

        with acting_as(request.user, reason="complaint 4711"):
            order.refund()

        @acting_as(AnonymousUser(), task="import")  # nobody
        def import_products(): ...

    user: a user, perhaps a lazy one, or the primary key of one. None leaves the outer context's.
    tenant: a tenant or the primary key of one. None leaves the outer context's.
    data: anything else worth keeping. `request_id` names the request; None takes an outer key away.
    """
    _require_key("user", user)
    _require_key("tenant", tenant)
    return Scope(partial(_merged, user, tenant, data))


def _require_key(option: str, value: Any) -> None:
    if value is None or is_promise(value) or isinstance(value, (str, int, UUID)):
        return
    if isinstance(value, type) or not hasattr(value, "pk"):
        raise TypeError(
            f"{option} must be an object with a primary key, a primary key or None, not {value!r}."
        )


def _merged(user: Any, tenant: Any, data: Mapping[str, object]) -> Context:
    outer = get() or Context()
    changes: dict[str, Any] = {}
    if user is not None:
        changes["user"] = LateActor(lambda: user) if is_promise(user) else Actor.of(user)
    if tenant is not None:
        changes["tenant_id"] = key_of(tenant)
    if data.get("request_id") is not None:
        changes["request_id"], header = read_request_id(plain_text(data["request_id"]))
        data = {**data, "request_id": None, "request_id_header": header}
    kept = {key: value for key, value in outer.data.items() if key not in data}
    return replace(outer, data={**kept, **clean(data)}, **changes)


def copy() -> Scope:
    """
    Take the context in force along, to where it is not: a thread or a callback.

        Thread(target=context.copy()(work)).start()
        executor.map(context.copy()(work), items)
    """
    held = get() or Context()
    return Scope(lambda: held)


def snapshot() -> Snapshot:
    """
    Write the context in force as JSON, to restore it in another process.

        queue.put({"job": "resize", "context": context.snapshot()})

    The user is looked up, if nobody has done so yet; in asynchronous code use asnapshot().
    """
    held = get() or Context()
    values = {
        "user_id": held.user_id,
        "user_label": held.user_label,
        "tenant_id": held.tenant_id,
        "request_id": held.request_id,
        "data": dict(held.data),
    }
    return cast("Snapshot", {key: value for key, value in values.items() if value})


async def asnapshot() -> Snapshot:
    """Write the context in force as JSON, from asynchronous code."""
    return await sync_to_async(snapshot)()


def restore(snapshot: Mapping[str, Any]) -> Scope:
    """
    Put the context of a snapshot in force, and nothing of the one around it.

        with context.restore(job["context"]): ...
    """
    return Scope(partial(_restored, snapshot))


def _restored(snapshot: Mapping[str, Any]) -> Context:
    label, request_id = snapshot.get("user_label"), snapshot.get("request_id")
    return Context(
        user=Actor(key_of(snapshot.get("user_id")), label and plain_text(label)),
        tenant_id=key_of(snapshot.get("tenant_id")),
        request_id=request_id and read_request_id(plain_text(request_id))[0],
        data=clean(snapshot.get("data") or {}),
    )
