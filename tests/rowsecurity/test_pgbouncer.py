"""Clients that share connections through a real PgBouncer in transaction mode."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connections, transaction

from django_schemapatterns.exceptions import ContextRefused
from django_schemapatterns.rowsecurity import signed_context
from tests.context.notes import database_like_default
from tests.context.pooler import running_pgbouncer
from tests.rowsecurity.roles import LOGIN, PASSWORD
from tests.rowsecurity.test_leaks import as_person, owners
from tests.rowsecurity.test_signed_context import OLD, believing_all, keys
from tests.rowsecurity.world import World


@pytest.fixture(params=[{}, {"server_side_binding": True}], ids=["client", "server"])
def clients(world: World, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Three clients of a pooler with two connections."""
    settings = {**connections["default"].settings_dict, "USER": LOGIN, "PASSWORD": PASSWORD}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        pooler = stack.enter_context(running_pgbouncer(settings, folder, size=2))
        for alias in ("one", "two", "three"):
            options = {"OPTIONS": {**request.param}, "DISABLE_SERVER_SIDE_CURSORS": True}
            stack.enter_context(database_like_default(alias, USER=LOGIN, **pooler, **options))
        yield ["one", "two", "three"]


def test_clients_of_a_pooler_do_not_read_in_the_name_of_others(world: World, clients: list[str]) -> None:
    for turn in range(24):
        name = ("ann", "bob", None)[turn % 3]
        expected = {name.title()} if name else set()
        with as_person(world, name) if name else ExitStack():
            assert owners(clients[turn % 2]) == expected
            with transaction.atomic(clients[turn % 2]):
                assert owners(clients[turn % 2]) == expected
                with as_person(world, "bob"):
                    assert owners(clients[2]) == {"Bob"}
                assert owners(clients[turn % 2]) == expected


def test_contexts_are_signed_for_whichever_backend_it_will_be(world: World, clients: list[str]) -> None:
    with believing_all(), keys(CONTEXT_KEYS={"old": OLD}, CONTEXT_BINDING="time"):
        signed_context.require()
        for turn in range(6):
            with as_person(world, ("ann", "bob")[turn % 2]):
                assert owners(clients[turn % 3]) == {("Ann", "Bob")[turn % 2]}
        with (
            keys(CONTEXT_BINDING="backend"),
            as_person(world, "ann"),
            pytest.raises(ContextRefused, match=r"signed for backend .*CONTEXT_BINDING"),
        ):
            owners(clients[0])
