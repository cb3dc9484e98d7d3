from __future__ import annotations

from collections.abc import Iterator

import django
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from django_schemapatterns.context import protected
from tests.context.notes import TABLES, database_like_default
from tests.context.pooler import find_pgbouncer

collect_ignore = [
    *([] if find_pgbouncer() else ["test_pgbouncer.py"]),
    *([] if django.VERSION >= (6, 0) else ["test_django_tasks.py"]),
]


@pytest.fixture(scope="session")
def tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(TABLES)


@pytest.fixture(autouse=True)
def nothing_protected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A project without row security, whose reads need no context."""
    monkeypatch.setattr(protected, "_protected", set())
    protected.reads_protected.cache_clear()
    yield
    protected.reads_protected.cache_clear()


@pytest.fixture
def notes(tables: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty tables, committed writes, and no transaction around the test."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE context_note; TRUNCATE context_trail RESTART IDENTITY")
        yield


@pytest.fixture(params=["client", "server"])
def using(notes: None, request: pytest.FixtureRequest) -> Iterator[str]:
    """An alias of the test database whose driver binds parameters on the client's or on the server's side."""
    options = {"server_side_binding": True} if request.param == "server" else {}
    with database_like_default(request.param, OPTIONS=options):
        yield request.param
