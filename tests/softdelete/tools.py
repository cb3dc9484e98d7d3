"""Short ways to write raw SQL and to see who is alive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model


def execute(sql: str, *params: Any) -> int:
    """Run a statement; returns how many rows it says to have changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return int(cursor.rowcount)


def select(sql: str, *params: Any) -> Any:
    """Return the first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        row = cursor.fetchone()
    return row and row[0]


def alive(*rows: Any) -> list[bool]:
    """Tell of each row whether the database holds it as alive."""
    return [type(row)._base_manager.filter(pk=row.pk, deleted_at__isnull=True).exists() for row in rows]


def batches(*rows: Any) -> set[Any]:
    return {type(row)._base_manager.values_list("deletion_id", flat=True).get(pk=row.pk) for row in rows}


def exists(row: Model) -> bool:
    return type(row)._base_manager.filter(pk=row.pk).exists()


@contextmanager
def refused(sqlstate: str, match: str = "") -> Iterator[None]:
    """Expect the database to refuse, and go on as if nothing had been tried."""
    with pytest.raises(DatabaseError, match=match or None) as caught, transaction.atomic():
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.sqlstate == sqlstate


def age(row: Model, *, days: int) -> None:
    """Let a row have been deleted so many days ago; its mark is kept by a trigger."""
    execute("SET LOCAL session_replication_role = replica")
    execute(
        f"UPDATE {connection.ops.quote_name(row._meta.db_table)} "
        "SET deleted_at = deleted_at - make_interval(days => %s) WHERE id = %s",
        days,
        row.pk,
    )
    execute("SET LOCAL session_replication_role = origin")
