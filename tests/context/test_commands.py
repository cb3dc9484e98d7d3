"""Management commands say which one they are, beneath whatever else is said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import RequestFactory

from django_schemapatterns import context
from django_schemapatterns.context import acting_as
from django_schemapatterns.context.commands import command_context, running_command
from django_schemapatterns.context.requests import context_of
from example_project import manage
from tests.context.notes import Note, trail


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["manage.py", "migrate", "shop", "--database=other"], "migrate"),
        (["./manage.py", "migrate"], "migrate"),
        (["/srv/shop/manage.py", "migrate"], "migrate"),
        (["/venv/bin/django-admin", "migrate"], "migrate"),
        (["/venv/lib/python3.11/site-packages/django/__main__.py", "migrate"], "migrate"),
        (["manage.py"], None),
        (["manage.py", "--version"], None),
        (["/venv/bin/gunicorn", "migrate"], None),
        (["other/__main__.py", "migrate"], None),
        (["-c"], None),
        ([""], None),
        ([], None),
    ],
)
def test_command_is_read_off_the_command_line(argv: list[str], command: str | None) -> None:
    assert running_command(argv) == command


@pytest.fixture
def running_migrate(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate"])
    command_context.cache_clear()
    yield
    command_context.cache_clear()


def test_command_writes_in_its_own_name(running_migrate: None, using: str) -> None:
    Note.objects.using(using).create(body="a")

    [entry] = trail(using)
    assert (entry.user_id, entry.data) == (None, {"command": "migrate"})


def test_command_stays_beneath_other_contexts(running_migrate: None) -> None:
    with acting_as(7, reason="upgrade") as held:
        assert (held.user_id, held.data) == ("7", {"command": "migrate", "reason": "upgrade"})


def test_request_has_no_command(running_migrate: None) -> None:
    assert "command" not in context_of(RequestFactory().get("/")).data


def test_threads_of_a_command_know_it_too(running_migrate: None) -> None:
    assert context.snapshot() == {"data": {"command": "migrate"}}
    with context.copy() as held:
        assert held.data == {"command": "migrate"}


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    "program", [[manage.__file__], ["-m", "django"]], ids=["manage.py", "python -m django"]
)
def test_real_command_knows_itself(program: list[str]) -> None:
    script = "import json; from django_schemapatterns import context; print(json.dumps(context.snapshot()))"

    printed = subprocess.run(
        [sys.executable, *program, "shell", "--no-imports", "-c", script],
        cwd=Path(manage.__file__).parent.parent,
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    assert json.loads(printed) == {"data": {"command": "shell"}}
