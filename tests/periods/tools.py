"""Versions as one reads them, and what must hold of them whatever happened."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
from django.db import connection
from django.db.models import F
from django.utils import timezone

from django_schemapatterns.periods.apply import due
from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.periods.options import options_of, owner_field, owner_model


def execute(sql: str, *params: Any) -> Any:
    """Run statements; returns the first value of the first row, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def values(versions: Any, name: str = "price") -> list[int]:
    """The values of versions, one after the other."""
    return [int(value) for value in versions.order_by("effective_from").values_list(name, flat=True)]


def soon(**delta: float) -> Any:
    return timezone.now() + timedelta(**(delta or {"days": 1}))


def let_pass(version: PeriodModel, **delta: float) -> None:
    """Let the moment at which a scheduled version starts have come, now or so long ago."""
    ago = timedelta(**delta)
    table = connection.ops.quote_name(version._meta.db_table)
    execute("SET session_replication_role = replica")
    execute(
        f"UPDATE {table} SET recorded_at = clock_timestamp() - %s - interval '1 hour', "
        "effective_from = clock_timestamp() - %s WHERE id = %s",
        ago,
        ago,
        version.pk,
    )
    execute("SET session_replication_role = origin")


def contradictions(model: type[PeriodModel]) -> list[Any]:
    """The owners that are not what their version in force says, but for scheduled ones that are due."""
    owner, columns = owner_field(model), options_of(model).columns
    target = owner.target_field.name
    own = {row[0]: row[1:] for row in owner_model(model)._base_manager.values_list(target, *columns)}
    said = {
        row[0]: row[1:]
        for row in model._default_manager.current().values_list(owner.attname, *columns)  # type: ignore[attr-defined]
    }
    waiting = set(due(model, "default").values_list(owner.attname, flat=True))
    return [key for key in own.keys() | said.keys() if own.get(key) != said.get(key) and key not in waiting]


def is_contiguous(model: type[PeriodModel]) -> bool:
    """Whether each version ends where the next one of its owner starts, later than it starts itself."""
    versions: Any = model._default_manager.all()
    name = owner_field(model).attname
    rows = list(versions.timeline().values_list(name, "effective_from", "effective_to"))
    joined = all(end == start for (key, _, end), (other, start, _) in pairwise(rows) if key == other)
    return joined and not versions.filter(effective_to__lte=F("effective_from")).exists()


def connect() -> psycopg.Connection[Any]:
    """A session of its own."""
    settings: Any = connection.settings_dict
    return psycopg.connect(os.environ["DATABASE_URL"], dbname=settings["NAME"], autocommit=True)
