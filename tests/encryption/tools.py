"""Keys to test with, and ways to get at the bytes of a column."""

from __future__ import annotations

import base64
import sys
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.test import override_settings
from django.views.debug import ExceptionReporter

OLD, NEW, OTHER = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 60, 120))


def ring(**keys: Any) -> Any:
    """Run with these keys of the ring "pii", the first of which encrypts."""
    return override_settings(SCHEMAPATTERNS={**settings.SCHEMAPATTERNS, "ENCRYPTION_KEYS": {"pii": keys}})


def stored(row: Model, column: str) -> Any:
    """The bytes in the column of a row."""
    table, key = row._meta.db_table, row._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{key}" = %s', [row.pk])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def store(row: Model, column: str, value: bytes | None) -> None:
    """Put bytes into the column of a row, past Django."""
    table, key = row._meta.db_table, row._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s', [value, row.pk])


def reported() -> str:
    """What a report of the error that is handled now shows of variables, those of tests aside."""
    frames = ExceptionReporter(None, *sys.exc_info()).get_traceback_data()["frames"]
    assert any("django_schemapatterns" in frame["filename"] for frame in frames)
    return " ".join(str(frame["vars"]) for frame in frames if "/tests/" not in frame["filename"])
