"""What tests ask the server about partitioned tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_schemapatterns.partitions.bounds import next_start, start_of


def select(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def partitions(table: str) -> dict[str, str]:
    """The leaves of a table with their bounds."""
    return dict(
        select(
            "SELECT relid::regclass::text, pg_get_expr(relpartbound, oid) "
            "FROM pg_partition_tree(%s::regclass) JOIN pg_class ON oid = relid WHERE isleaf",
            table,
        )
    )


def primary_key(table: str) -> list[str]:
    rows = select(
        "SELECT attname::text FROM pg_constraint "
        "CROSS JOIN unnest(conkey) WITH ORDINALITY AS part (num, place) "
        "JOIN pg_attribute ON attrelid = conrelid AND attnum = num "
        "WHERE conrelid = %s::regclass AND contype = 'p' ORDER BY place",
        table,
    )
    return [name for (name,) in rows]


def scanned(query: str, params: Any = ()) -> set[str]:
    """The partitions that the plan of a statement reads or changes when it is run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {query}", params)
        lines = [line for (line,) in cursor.fetchall()]
    ran = [line for line in lines if "never executed" not in line]
    found = [re.search(r"(?:Scan(?: Backward)?(?: using \S+)?|Update|Delete) on (\S+)", line) for line in ran]
    return {
        match[1] for match in found if match and re.search(r"_(\d{4}(_\d\d)?|default|[a-z]+_\d)$", match[1])
    }


def plan(queryset: QuerySet[Any, Any]) -> set[str]:
    sql, params = queryset.query.sql_with_params()
    return scanned(sql, params)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that ran within, as they were sent."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [each["sql"] for each in captured.captured_queries]


def months(*, ahead: int = 0) -> datetime:
    """The middle of the current month in UTC, or of a later one."""
    start = start_of("month", timezone.now())
    for _ in range(ahead):
        start = next_start("month", start)
    return start + timedelta(days=14)


def named(table: str, at: datetime) -> str:
    return f"{table}_{at.astimezone(UTC):%Y_%m}"


def row_in(model: type[models.Model], **values: Any) -> str:
    """The partition that the one row of a model with these values is in."""
    where = " AND ".join(f'"{name}" = %s' for name in values)
    ((found,),) = select(
        f"SELECT tableoid::regclass::text FROM {model._meta.db_table} WHERE {where}", *values.values()
    )
    return str(found)
