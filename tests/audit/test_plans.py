"""
The plan that a trigger keeps for a session suits ten thousand rows, though it was made for one.

A nested loop over the rows before and after makes one update of many rows a matter of minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.audit.tools import entries, execute, make_table, operations
from tests.example.plans import nodes

pytestmark = pytest.mark.django_db

ROWS = 10_000


@contextmanager
def plans() -> Iterator[list[dict[str, Any]]]:
    """Collect the plans of all statements, those in functions included, as PostgreSQL explains them."""
    found: list[dict[str, Any]] = []

    def collect(diagnostic: psycopg.errors.Diagnostic) -> None:
        head, _, plan = (diagnostic.message_primary or "").partition("plan:\n")
        if head.startswith("duration"):
            found.append(json.loads(plan))

    execute("LOAD 'auto_explain'")
    options = {"min_duration": "0", "nested_statements": "on", "level": "notice", "format": "json"}
    for option, value in options.items():
        execute(f"SET LOCAL auto_explain.log_{option} = {value}")
    connection.connection.add_notice_handler(collect)
    try:
        yield found
    finally:
        connection.connection.remove_notice_handler(collect)
        execute("SET LOCAL auto_explain.log_min_duration = -1")


def compares_each_with_each(plan: dict[str, Any]) -> bool:
    """Whether a nested loop has rows of the transition tables on both of its sides."""
    return any(
        node["Node Type"] == "Nested Loop" and all(map(has_transition_rows, node["Plans"]))
        for node in nodes(plan["Plan"])
    )


def has_transition_rows(plan: dict[str, Any]) -> bool:
    return any(node["Node Type"] == "Named Tuplestore Scan" for node in nodes(plan))


def captures(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [plan for plan in found if "INSERT INTO schemapatterns.audit_log" in plan["Query Text"]]


TABLES: dict[str, dict[str, Any]] = {
    "a number": {"key": "id"},
    "a label and a condition": {"key": "id", "label": ["name"], "condition": '("name" IS NOT NULL)'},
    "a text": {"key": "code"},
    "a key compared as text": {"key": "code", "kinds": {"code": "compared_as_text"}},
}


@pytest.fixture(params=TABLES)
def table(request: pytest.FixtureRequest) -> str:
    columns = {"id": "int", "code": "text", "name": "text", "total": "numeric(10,2)", "document": "jsonb"}
    make_table("many", **TABLES[request.param], columns=columns)
    execute(
        f"INSERT INTO many SELECT n, 'code ' || n, 'name', 1, '{{}}' FROM generate_series(1, {ROWS}) AS n"
    )
    return "many"


def save(number: int) -> None:
    execute("UPDATE many SET total = total + 1 WHERE id = %s", number)


def save_all() -> None:
    execute("UPDATE many SET total = total + 1")


def test_update_of_all_rows_after_ten_saves_is_no_nested_loop(table: str) -> None:
    with plans() as found:
        for number in range(1, 11):
            save(number)
        save_all()

    captured = captures(found)
    assert len(captured) == 11
    assert not any(map(compares_each_with_each, captured))
    assert len(entries(table, operation="U")) == ROWS + 10


def test_saves_after_an_update_of_all_rows_are_no_nested_loop(table: str) -> None:
    with plans() as found:
        save_all()
        for number in range(1, 11):
            save(number)

    assert len(captures(found)) == 11
    assert not any(map(compares_each_with_each, captures(found)))


def test_changed_keys_of_all_rows_are_no_nested_loop(table: str) -> None:
    for number in range(1, 11):
        save(number)

    with plans() as found:
        execute("UPDATE many SET id = id + 1000000, code = 'new ' || code")

    [capture] = captures(found)
    assert not compares_each_with_each(capture)
    assert operations(table)[ROWS + 10 :].count("D") == ROWS


def test_inserts_and_deletes_of_all_rows_read_them_once(table: str) -> None:
    with plans() as found:
        execute("DELETE FROM many")

    [capture] = captures(found)
    scans = [node for node in nodes(capture["Plan"]) if node["Node Type"] == "Named Tuplestore Scan"]
    assert len(scans) == 1


def test_looking_for_a_note_of_a_pause_costs_nothing_when_there_is_none(table: str) -> None:
    with plans() as found:
        save(1)

    assert not [plan for plan in found if "FROM schemapatterns.audit_log" in plan["Query Text"]]
