"""Run a generator with a context in force while it works, and without it while it waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

Item = TypeVar("Item")
Sent = TypeVar("Sent")
Result = TypeVar("Result")
NewScope = Callable[[], AbstractContextManager[Any]]


def steps(scope: NewScope, generator: Generator[Item, Any, Result]) -> Generator[Item, Any, Result]:
    """Give what `generator` gives, each step of it in a new `scope()`."""
    step: Callable[[], Item] = partial(next, generator)
    while True:
        with scope():
            try:
                item = step()
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
        try:
            step = partial(generator.send, (yield item))
        except GeneratorExit:
            with scope():
                generator.close()
            raise
        except BaseException as error:  # noqa: BLE001 - it was thrown in for the generator to handle
            step = partial(generator.throw, error)


async def asteps(scope: NewScope, generator: AsyncGenerator[Item, Any]) -> AsyncGenerator[Item, Any]:
    """The same for an asynchronous generator."""
    step: Callable[[], Any] = partial(anext, generator)
    while True:
        with scope():
            try:
                item = await step()
            except StopAsyncIteration:
                return
        try:
            step = partial(generator.asend, (yield item))
        except GeneratorExit:
            with scope():
                await generator.aclose()
            raise
        except BaseException as error:  # noqa: BLE001 - it was thrown in for the generator to handle
            step = partial(generator.athrow, error)
