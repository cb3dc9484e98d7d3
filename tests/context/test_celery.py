"""Jobs that a real Celery worker takes from an in-memory broker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.contrib.auth import get_user_model
from django.db import connections
from django.utils.functional import SimpleLazyObject

from django_schemapatterns import context
from django_schemapatterns.context import acting_as, celery as who_acts
from tests.context.notes import Note, trail

pytestmark = pytest.mark.usefixtures("notes")
User: Any = get_user_model()
app = Celery("tests", broker="memory://", backend="cache+memory://")
app.conf.update(worker_hijack_root_logger=False, broker_transport_options={"polling_interval": 0.01})


def write_note(body: str) -> None:
    Note.objects.create(body=body)
    connections.close_all()


def ask_for_note(body: str) -> None:
    write.delay(body)


def raise_error() -> None:
    raise ZeroDivisionError


write = app.task(write_note, name="write")
pass_on = app.task(ask_for_note, name="pass_on")
fail = app.task(raise_error, name="fail")


@pytest.fixture(scope="module", autouse=True)
def worker() -> Iterator[None]:
    who_acts.install()
    with start_worker(app, perform_ping_check=False, pool="solo", shutdown_timeout=30):
        yield


def done(results: list[Any]) -> dict[str | None, Any]:
    """Wait for jobs, and give what the trigger wrote down for each note."""
    for result in results:
        result.get(timeout=30, interval=0.01)
    return {entry.body: entry for entry in trail("default")}


def test_job_acts_for_whoever_asked_for_it() -> None:
    user = SimpleLazyObject(lambda: User(pk=7, username="ada"))
    with acting_as(user, tenant="north", request_id="6f9619ff-8b86-d011-b42d-00cf4fc964ff", url="/shop/"):
        result = write.delay("a")

    entry = done([result])["a"]
    assert (entry.user_id, entry.tenant_id) == ("7", "north")
    assert entry.request_id == "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    assert entry.data == {"user_label": "ada", "url": "/shop/", "task": "write", "task_id": result.id}


def test_jobs_one_after_the_other_do_not_mix() -> None:
    with acting_as(7):
        results = [write.delay("a"), fail.delay()]
    results.append(write.delay("b"))
    with acting_as(8):
        results.append(write.delay("c"))

    results.pop(1).get(timeout=30, interval=0.01, propagate=False)
    entries = done(results)
    assert [entries[body].user_id for body in "abc"] == ["7", None, "8"]
    assert entries["b"].data == {"task": "write", "task_id": results[1].id}


def test_job_of_a_job_acts_for_the_first_asker() -> None:
    with acting_as(7, reason="sale"):
        pass_on.delay("a").get(timeout=30, interval=0.01)
    done([write.delay("last")])

    entry = done([])["a"]
    assert (entry.user_id, entry.data["reason"], entry.data["task"]) == ("7", "sale", "write")


def test_eager_job_acts_in_the_context_around_it() -> None:
    with acting_as(7) as held:
        write.apply(["a"])
        assert context.get() is held

    [entry] = trail("default")
    assert (entry.user_id, entry.data["task"]) == ("7", "write")


def test_job_sent_from_an_event_loop_keeps_the_request_at_least() -> None:
    def find_user() -> Any:
        return User.objects.get(pk=7)

    async def main() -> Any:
        with acting_as(SimpleLazyObject(find_user), request_id="6f9619ff-8b86-d011-b42d-00cf4fc964ff"):
            return write.delay("a")

    entry = done([asyncio.run(main())])["a"]
    assert (entry.user_id, entry.request_id) == (None, "6f9619ff-8b86-d011-b42d-00cf4fc964ff")
