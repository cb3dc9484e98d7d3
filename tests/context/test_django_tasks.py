"""Django's own tasks, in Django 6.0 and later."""

from __future__ import annotations

import pytest
from django.tasks import task

from django_schemapatterns import context
from django_schemapatterns.context import Snapshot, acting_as
from tests.context.notes import Note, trail


@task
def write(body: str, sent: Snapshot | None = None) -> None:
    with context.restore(sent) if sent else acting_as():
        Note.objects.create(body=body)


@task
def fail() -> None:
    raise ZeroDivisionError


@pytest.mark.usefixtures("notes")
def test_task_says_its_name_while_it_runs() -> None:
    with acting_as(7) as held:
        result = write.enqueue("a")
        assert context.get() is held

    [entry] = trail("default")
    assert entry.user_id == "7"
    assert entry.data == {"task": "tests.context.test_django_tasks.write", "task_id": result.id}


@pytest.mark.usefixtures("notes")
def test_snapshot_is_handed_over_as_an_argument() -> None:
    with acting_as(7, reason="sale"):
        sent = context.snapshot()

    write.enqueue("a", sent)

    [entry] = trail("default")
    assert (entry.user_id, entry.data) == ("7", {"reason": "sale"})


def test_task_that_fails_leaves_no_context() -> None:
    fail.enqueue()

    assert context.get() is None
