"""A partitioned table is audited whole: through its parent, through any partition, and across them."""

from __future__ import annotations

import pytest

from django_schemapatterns.audit.install import after_migrate
from tests.audit.tools import audit_table, entries, execute, last, operations, select

pytestmark = pytest.mark.django_db

TABLE = "orders by year"


@pytest.fixture(autouse=True)
def _orders() -> None:
    columns = "id int, year int, total int, PRIMARY KEY (id, year)"
    execute(f'CREATE TABLE "{TABLE}" ({columns}) PARTITION BY RANGE (year)')
    for year in (2025, 2026):
        add_partition(year)
    audit_table(TABLE, ["id"], ["id", "year", "total"])


def add_partition(year: int) -> None:
    execute(f'CREATE TABLE orders_{year} PARTITION OF "{TABLE}" FOR VALUES FROM ({year}) TO ({year + 1})')


def test_rows_written_through_the_parent_are_logged_once_each() -> None:
    execute(f'INSERT INTO "{TABLE}" VALUES (1, 2025, 10), (2, 2026, 20)')
    execute(f'UPDATE "{TABLE}" SET total = total + 1')
    execute(f'DELETE FROM "{TABLE}"')

    assert operations(TABLE) == "IIUUDD"
    assert [entry.record_id for entry in entries(TABLE, operation="U")] == ["1", "2"]


def test_rows_written_to_a_partition_are_logged_under_the_parent() -> None:
    execute("INSERT INTO orders_2026 VALUES (1, 2026, 10)")
    execute("UPDATE orders_2026 SET total = 11")
    execute("DELETE FROM orders_2026")
    execute("TRUNCATE orders_2026")

    assert operations(TABLE) == "IUDT"
    assert last("orders_2026" if entries("orders_2026") else TABLE).table_name == TABLE


def test_row_that_moves_to_another_partition_is_a_change() -> None:
    execute(f'INSERT INTO "{TABLE}" VALUES (1, 2025, 10)')
    execute(f'UPDATE "{TABLE}" SET year = 2026, total = 12')

    assert operations(TABLE) == "IU"
    assert last(TABLE).changes == {"year": [2025, 2026], "total": [10, 12]}


def test_partition_made_later_is_audited_after_migrate() -> None:
    add_partition(2027)
    execute("INSERT INTO orders_2027 VALUES (1, 2027, 10)")
    assert operations(TABLE) == ""

    after_migrate("default")
    execute("INSERT INTO orders_2027 VALUES (2, 2027, 10)")

    assert [entry.record_id for entry in entries(TABLE)] == ["2"]


def test_partitions_are_given_their_triggers_once() -> None:
    assert select("SELECT schemapatterns.copy_statement_triggers(%s::regclass)", f'"{TABLE}"') == 0


def test_renewed_triggers_reach_the_partitions() -> None:
    execute(f'ALTER TABLE "{TABLE}" ADD COLUMN note text')
    audit_table(TABLE, ["id"], ["id", "year", "total", "note"])

    execute("INSERT INTO orders_2026 VALUES (1, 2026, 10, 'a')")
    execute("UPDATE orders_2026 SET note = 'b'")

    assert last(TABLE).changes == {"note": ["a", "b"]}
