"""Saying who acts, in Python: blocks, decorators, threads, snapshots."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from django_schemapatterns import context
from django_schemapatterns.context import Context, acting_as

User: Any = get_user_model()


def user_id() -> str | None:
    held = context.get()
    return held.user_id if held else None


def test_outside_of_everything_there_is_no_context() -> None:
    assert context.get() is None


def test_user_is_kept_by_key_and_name() -> None:
    with acting_as(User(pk=7, username="ada")) as held:
        assert context.get() is held
        assert (held.user_id, held.user_label) == ("7", "ada")


@pytest.mark.parametrize(
    ("user", "key"),
    [
        (7, "7"),
        ("7", "7"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (User(pk=7), "7"),
        (User(), None),
        (AnonymousUser(), None),
        (SimpleLazyObject(lambda: User(pk=7)), "7"),
        (SimpleLazyObject(AnonymousUser), None),
        ("", None),
        ("a\0\ud800b", "ab"),
    ],
)
def test_any_kind_of_user_will_do(user: Any, key: str | None) -> None:
    with acting_as(6), acting_as(user):
        assert user_id() == key


def test_lazy_user_is_looked_up_when_needed_and_once() -> None:
    def find_user() -> Any:
        looked_up.append(1)
        return User(pk=7, username="ada")

    looked_up: list[int] = []
    lazy = SimpleLazyObject(find_user)

    with acting_as(lazy) as held:
        assert (held.is_known, looked_up) == (False, [])
        assert (held.user_id, held.user_label) == ("7", "ada")
        assert held.is_known

    assert looked_up == [1]


@pytest.mark.parametrize("option", ["user", "tenant"])
def test_what_is_no_user_and_no_key_names_the_option(option: str) -> None:
    with pytest.raises(TypeError, match=rf"{option} must be an object with a primary key, .* not \['ada'\]"):
        acting_as(**{option: ["ada"]})


def test_inner_context_adds_to_the_outer_one_and_takes_precedence() -> None:
    with acting_as(7, tenant=1, reason="sale", page=1) as outer:
        with acting_as(tenant=2, page=2, line=3) as inner:
            assert (inner.user_id, inner.tenant_id) == ("7", "2")
            assert inner.data == {"reason": "sale", "page": 2, "line": 3}
        assert context.get() is outer
        assert outer.data == {"reason": "sale", "page": 1}

    assert context.get() is None


def test_none_takes_an_outer_key_away() -> None:
    with acting_as(reason="sale", page=1), acting_as(reason=None) as inner:
        assert inner.data == {"page": 1}


def test_context_is_immutable() -> None:
    tags = ["a"]
    with acting_as(7, tags=tags) as held:
        tags.append("b")

        assert held.data == {"tags": ["a"]}
        with pytest.raises(FrozenInstanceError):
            held.tenant_id = "2"  # type: ignore[misc]
        with pytest.raises(TypeError):
            held.data["tags"] = []  # type: ignore[index]


def test_contexts_with_the_same_values_are_equal() -> None:
    with acting_as(7, reason="sale") as one:
        pass
    with acting_as(7, reason="sale") as two:
        pass

    assert one == two == Context(context.Actor("7"), data={"reason": "sale"})


def test_request_id_is_a_uuid_whatever_it_was() -> None:
    with acting_as(request_id="6F9619FF8B86D011B42D00CF4FC964FF") as held:
        assert held.request_id == "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
        assert held.data == {}
        with acting_as(request_id="req-17") as inner:
            assert inner.request_id == "b4b2d193-a966-55e6-ad75-57b427536a65"
            assert inner.data == {"request_id_header": "req-17"}
        with acting_as(page=1) as inner:
            assert inner.request_id == held.request_id


def test_scope_is_entered_once_at_a_time() -> None:
    scope = acting_as(7)
    with scope, pytest.raises(RuntimeError, match="in force already"):
        scope.__enter__()
    with scope:
        assert user_id() == "7"

    assert context.get() is None


def test_decorated_function() -> None:
    @acting_as(7)
    def act(depth: int) -> list[str | None]:
        """Docs."""
        return [user_id()] + (act(depth - 1) if depth else [])

    assert act(2) == ["7", "7", "7"]
    assert (act.__name__, act.__doc__) == ("act", "Docs.")
    assert user_id() is None


def test_decorated_coroutine_function() -> None:
    @acting_as(7)
    async def act() -> str | None:
        await asyncio.sleep(0)
        return user_id()

    async def main() -> list[str | None]:
        return [*await asyncio.gather(act(), act()), user_id()]

    assert inspect.iscoroutinefunction(act)
    assert asyncio.run(main()) == ["7", "7", None]


def test_decorated_generator_acts_while_it_works_and_not_while_it_waits() -> None:
    @acting_as(7)
    def act() -> Generator[str | None, str, str | None]:
        try:
            sent = yield user_id()
            yield f"{sent} {user_id()}"
        except ZeroDivisionError:
            yield f"caught {user_id()}"
        finally:
            seen.append(user_id())
        return user_id()

    seen: list[str | None] = []
    generator = act()
    assert inspect.isgeneratorfunction(act)
    assert [next(generator), user_id()] == ["7", None]
    assert [generator.send("sent"), user_id()] == ["sent 7", None]
    assert [generator.throw(ZeroDivisionError), user_id()] == ["caught 7", None]
    with pytest.raises(StopIteration) as stop:
        next(generator)
    assert stop.value.value == "7"

    abandoned = act()
    next(abandoned)
    abandoned.close()
    assert seen == ["7", "7"]
    assert user_id() is None


def test_decorated_async_generator_acts_while_it_works_and_not_while_it_waits() -> None:
    @acting_as(7)
    async def act() -> AsyncIterator[str | None]:
        try:
            sent = yield user_id()
            yield f"{sent} {user_id()}"
        except ZeroDivisionError:
            yield f"caught {user_id()}"
        finally:
            seen.append(user_id())

    async def main() -> None:
        generator: Any = act()
        assert [await anext(generator), user_id()] == ["7", None]
        assert [await generator.asend("sent"), user_id()] == ["sent 7", None]
        assert [await generator.athrow(ZeroDivisionError), user_id()] == ["caught 7", None]
        assert [item async for item in generator] == []

        abandoned: Any = act()
        await anext(abandoned)
        await abandoned.aclose()

    seen: list[str | None] = []
    asyncio.run(main())
    assert seen == ["7", "7"]


def test_interleaved_generators_do_not_mix() -> None:
    def act() -> Iterator[str | None]:
        while True:
            yield user_id()

    one, two = acting_as(1)(act)(), acting_as(2)(act)()

    assert [next(one), next(two), next(one), user_id(), next(two)] == ["1", "2", "1", None, "2"]


def test_tasks_do_not_mix() -> None:
    async def act(number: int) -> list[str | None]:
        seen = []
        with acting_as(number):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append(user_id())
        return seen

    async def main() -> list[list[str | None]]:
        return await asyncio.gather(*(act(number) for number in range(20)))

    assert asyncio.run(main()) == [[str(number)] * 3 for number in range(20)]


def test_thread_starts_without_a_context_and_takes_a_copy_along() -> None:
    seen: list[str | None] = []
    with acting_as(7):
        threads = [
            Thread(target=lambda: seen.append(user_id())),
            Thread(target=context.copy()(lambda: seen.append(user_id()))),
        ]
    for thread in threads:
        thread.start()
        thread.join()

    assert seen == [None, "7"]


def test_many_threads_share_a_copy() -> None:
    with acting_as(7):
        act = context.copy()(lambda number: (number, user_id()))
    with ThreadPoolExecutor(8) as executor:
        seen = list(executor.map(act, range(100)))

    assert seen == [(number, "7") for number in range(100)]


def test_copy_of_nothing_is_nobody() -> None:
    nothing = context.copy()

    with acting_as(7), nothing:
        assert user_id() is None


def test_snapshot_goes_through_json_and_back() -> None:
    user = SimpleLazyObject(lambda: User(pk=7, username="ada"))
    with acting_as(user, tenant=2, request_id="req-17", until=UUID(int=1)) as held:
        message = json.dumps(context.snapshot())

    with acting_as(8, other="key"), context.restore(json.loads(message)) as restored:
        assert (restored.user_id, restored.user_label) == ("7", "ada")
        assert restored.tenant_id == "2"
        assert restored.request_id == held.request_id
        assert restored.data == {
            "request_id_header": "req-17",
            "until": "00000000-0000-0000-0000-000000000001",
        }


def test_snapshot_of_nothing_is_empty_and_restores_nobody() -> None:
    assert context.snapshot() == {}

    with acting_as(7), context.restore({}):
        assert user_id() is None


def test_values_of_a_snapshot_may_be_garbage() -> None:
    garbage = {
        "user_id": 7,
        "user_label": "a\0",
        "tenant_id": ["x"],
        "request_id": "no uuid",
        "data": {"a": "\0"},
    }

    with context.restore(garbage) as restored:
        assert (restored.user_id, restored.user_label, restored.tenant_id) == ("7", "a", None)
        assert str(UUID(restored.request_id)) == restored.request_id
        assert restored.data == {"a": ""}


def test_snapshot_from_asynchronous_code() -> None:
    async def main() -> context.Snapshot:
        with acting_as(SimpleLazyObject(lambda: User(pk=7, username="ada"))):
            return await context.asnapshot()

    assert asyncio.run(main()) == {"user_id": "7", "user_label": "ada"}
