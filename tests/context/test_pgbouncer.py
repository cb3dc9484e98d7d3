"""Clients that share connections through a real PgBouncer in transaction mode."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from django_schemapatterns.context import acting_as, bind
from tests.context.notes import Note, database_like_default, trail
from tests.context.pooler import running_pgbouncer


@pytest.fixture(params=[{}, {"server_side_binding": True}], ids=["client", "server"])
def clients(notes: None, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Three clients of a pooler with two connections."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        pooler = stack.enter_context(running_pgbouncer(connections["default"].settings_dict, folder, size=2))
        for alias in ["one", "two", "three"]:
            stack.enter_context(database_like_default(alias, **pooler, OPTIONS=request.param))
        yield ["one", "two", "three"]


def backend(using: str) -> Any:
    connections[using].ensure_connection()
    return connections[using].connection.execute("SELECT pg_backend_pid()").fetchone()[0]


def write(using: str, number: int | None) -> None:
    """Write a note that says whom its author should be."""
    with acting_as(number) if number else ExitStack():
        Note.objects.using(using).create(body=str(number))


def assert_all_wrote_in_their_own_name(writes: int) -> None:
    entries = trail("default")
    assert len(entries) == writes
    assert [entry.body for entry in entries] == [str(entry.user_id) for entry in entries]


def test_clients_who_take_turns_on_a_connection_never_leak(clients: list[str]) -> None:
    backends = set()
    for turn in range(30):
        using = clients[turn % 3]
        write(using, turn if turn % 2 else None)
        with transaction.atomic(using):
            write(using, turn if turn % 5 else None)
            backends.add(backend(using))
            write(using, None)

    assert len(backends) <= 2
    assert_all_wrote_in_their_own_name(writes=90)


def test_clients_whose_transactions_interleave_never_leak(clients: list[str]) -> None:
    one, two, three = clients
    for turn in range(1, 11):
        with transaction.atomic(one):
            write(one, turn)
            with transaction.atomic(two):
                write(two, turn + 100)
                write(one, None)
                write(two, None)
            write(three, None)
            write(one, turn)
            transaction.set_rollback(turn % 4 == 0, one)
        write(three, turn + 200)

    rolled_back = 2 * 3
    assert_all_wrote_in_their_own_name(writes=7 * 10 - rolled_back)


def test_clients_in_threads_never_leak(clients: list[str]) -> None:
    def work(number: int) -> None:
        try:
            for turn in range(20):
                write(clients[turn % 3], number if turn % 2 else None)
                with transaction.atomic(clients[turn % 3]):
                    write(clients[turn % 3], number)
                    write(clients[turn % 3], None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as executor:
        list(executor.map(work, range(1, 7)))

    assert_all_wrote_in_their_own_name(writes=6 * 60)


def test_bound_context_ends_with_its_transaction(clients: list[str]) -> None:
    one, two, _ = clients
    with acting_as(7), transaction.atomic(one):
        bind(one)
        with connections[one].cursor() as cursor, cursor.copy("COPY context_note (body) FROM STDIN") as copy:
            copy.write_row(["7"])
    for using in [one, two] * 3:
        write(using, None)

    assert_all_wrote_in_their_own_name(writes=7)
