"""Policies keep the plan that the same condition in a WHERE has, by the plans and not by the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models
from django.db.models import Q

from django_schemapatterns.constraints import Allow, RowSecurity, Wall
from django_schemapatterns.context import current
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.test_migrations import TABLE, paper
from tests.schema.story import Story

pytestmark = pytest.mark.django_db

OWN = Allow("own", when=Q(owner=current.user_id), commands="all")


def owner() -> Any:
    return models.BigIntegerField(db_index=True)


def fill(table: str, columns: str, values: str, rows: int = 20_000) -> None:
    ask("default", f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {rows}) AS n")
    ask("default", f"ANALYZE {table}; GRANT SELECT ON {table} TO app_readwrite")


@contextmanager
def acting(user: int, tenant: int = 0) -> Iterator[None]:
    """Be a program in whose name somebody acts."""
    ask(
        "default",
        "SELECT set_config('app.current_user_id', %s, true), set_config('app.current_tenant_id', %s, true)",
        [str(user), str(tenant)],
    )
    ask("default", "SET LOCAL ROLE app_readwrite")
    yield
    ask("default", "RESET ROLE")


def nodes(sql: str) -> list[dict[str, Any]]:
    """Return the nodes of the plan of a query, those of its subplans, too."""
    [(plan,)] = ask("default", f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) {sql}")
    [top] = plan if isinstance(plan, list) else json.loads(plan)
    found, ahead = [], [top["Plan"]]
    while ahead:
        found.append(ahead.pop())
        ahead += found[-1].get("Plans", [])
    return found


def indexes(sql: str) -> set[str]:
    return {node["Index Name"] for node in nodes(sql) if "Index Name" in node}


def scanned(sql: str) -> set[str]:
    return {
        node["Relation Name"] for node in nodes(sql) if node["Node Type"] in {"Seq Scan", "Parallel Seq Scan"}
    }


@pytest.mark.parametrize(
    ("what", "order"), [("count(*)", ""), ("*", "ORDER BY id DESC LIMIT 20")], ids=["count", "list"]
)
def test_own_rows_are_found_by_the_index_of_a_plain_where(what: str, order: str) -> None:
    Story(paper(RowSecurity(OWN), owner=owner()))
    fill(TABLE, "owner", "n % 400")

    plain = indexes(f"SELECT {what} FROM {TABLE} WHERE owner = 7 {order}")
    with acting(7):
        policed = indexes(f"SELECT {what} FROM {TABLE} {order}")
        assert scanned(f"SELECT {what} FROM {TABLE} {order}") == set()

    assert policed == plain != set()


def test_the_context_is_asked_once_for_all_rows() -> None:
    Story(paper(RowSecurity(Allow("own", when=Q(other=current.user_id))), other=models.BigIntegerField()))
    fill(TABLE, "owner, other", "n, n % 400")

    with acting(7):
        found = [node for node in nodes(f"SELECT count(*) FROM {TABLE}") if "Subplan Name" in node]

    assert [(node["Parent Relationship"], node["Actual Loops"]) for node in found] == [("InitPlan", 1)]


def test_a_wall_and_several_ways_in_keep_the_index_of_the_tenant() -> None:
    declared = RowSecurity(OWN, Allow("open", when=Q(is_open=True)), wall=Wall(tenant=current.tenant_id))
    Story(
        paper(
            declared,
            tenant=models.BigIntegerField(db_index=True),
            is_open=models.BooleanField(default=False),
        )
    )
    fill(TABLE, "owner, tenant, is_open", "n % 40, n % 200, n % 7 = 0")

    with acting(7, tenant=3):
        assert scanned(f"SELECT count(*) FROM {TABLE}") == set()
        assert [index for index in indexes(f"SELECT count(*) FROM {TABLE}") if "tenant" in index]


def test_rows_of_another_table_are_asked_once_and_found_by_the_index() -> None:
    def sheet() -> Any:
        constraints = [RowSecurity(Allow("own", when=Q(paper__owner=current.user_id)))]
        meta = type("Meta", (), {"app_label": "testapp", "constraints": constraints})
        body = {"__module__": __name__, "Meta": meta, "paper": models.ForeignKey("Paper", models.CASCADE)}
        return type("Sheet", (models.Model,), body)

    Story(paper(RowSecurity(OWN), owner=owner()), sheet)
    fill(TABLE, "owner", "n % 400")
    fill("testapp_sheet", "paper_id", f"(SELECT min(id) FROM {TABLE}) + n % 20000")

    with acting(7):
        sql = "SELECT count(*) FROM testapp_sheet"
        assert scanned(sql) == set()
        assert len(indexes(sql)) == 2
        assert ask("default", sql) == [(50,)]


def test_a_protected_table_can_be_read_by_parallel_workers() -> None:
    Story(paper(RowSecurity(Allow("many", when=Q(owner__gte=current.user_id)))))
    fill(TABLE, "owner", "n")
    ask("default", "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0")
    ask(
        "default", "SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2"
    )

    with acting(1):
        assert "Gather" in {node["Node Type"] for node in nodes(f"SELECT count(*) FROM {TABLE}")}


def test_staff_pass_by_their_role_without_a_look_at_the_rows() -> None:
    Story(paper(RowSecurity(OWN, bypass=["admin"]), owner=owner()))
    fill(TABLE, "owner", "n % 400")
    ask("default", f"GRANT SELECT ON {TABLE} TO app_admin; SET LOCAL ROLE app_admin")

    found = nodes(f"SELECT * FROM {TABLE} WHERE owner = 7")

    assert not [node for node in found if "current_user_id" in str(node)]
    assert indexes(f"SELECT * FROM {TABLE} WHERE owner = 7")
    ask("default", "RESET ROLE")
