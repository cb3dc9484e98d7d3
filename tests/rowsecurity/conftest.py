from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from tests.context.notes import database_like_default
from tests.context.pooler import find_pgbouncer
from tests.rowsecurity.roles import LOGIN, PASSWORD, make_logins
from tests.rowsecurity.world import TABLES, World

collect_ignore = [] if find_pgbouncer() else ["test_pgbouncer.py"]


@pytest.fixture(scope="session")
def logins(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        make_logins(connection)


@pytest.fixture
def world(logins: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Two tenants with documents of two people each, committed; what a test changes is gone after it."""
    with django_db_blocker.unblock():
        yield World.made()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")


@pytest.fixture(params=["client", "server"])
def web(world: World, request: pytest.FixtureRequest) -> Iterator[str]:
    """An alias whose login is an ordinary program's, binding parameters on either side."""
    options = {"server_side_binding": True} if request.param == "server" else {}
    with database_like_default(request.param, USER=LOGIN, PASSWORD=PASSWORD, OPTIONS=options):
        yield request.param


@pytest.fixture
def shop(world: World) -> Iterator[str]:
    """An alias whose login is an ordinary program's."""
    with database_like_default("web", USER=LOGIN, PASSWORD=PASSWORD):
        yield "web"


def ask(using: str, sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []
