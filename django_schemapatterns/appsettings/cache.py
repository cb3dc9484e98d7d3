"""
The values in force, read once for each request or task.

What was read belongs to the context that it was read in, so the next request reads anew; outside of one it
belongs to the time until a next one starts. What runs longer reads again after MAX_AGE seconds. A transaction
that has written settings remembers nothing until it ends, so neither its own writes nor their rollback are
overlooked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Any, Final

from django.core.signals import request_started
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.context.values import acting

MAX_AGE: Final = 5.0
TABLE: Final = ApplicationSetting._meta.db_table
NAME: Final = "application_setting"  # however it is quoted
logger = logging.getLogger("django_schemapatterns.appsettings")


class Snapshot:
    """What the table held at a moment: JSON by name, and the values made of it so far."""

    __slots__ = ("owner", "rows", "until", "values")

    def __init__(self, owner: object, rows: dict[str, Any]) -> None:
        self.owner = owner
        self.rows = rows
        self.values: dict[str, Any] = {}
        self.until = monotonic() + MAX_AGE

    def is_current(self) -> bool:
        return self.owner is (acting.get() or _outside) and monotonic() < self.until


_snapshot: ContextVar[Snapshot | None] = ContextVar("schemapatterns_settings", default=None)
_writing: ContextVar[BaseDatabaseWrapper | None] = ContextVar("schemapatterns_settings_writing", default=None)
_outside = object()
_installed: set[str] = set()


def current() -> Snapshot:
    """Return the settings in force."""
    snapshot = _snapshot.get()
    if snapshot is not None and snapshot.is_current():
        return snapshot
    return load()


def load() -> Snapshot:
    """Read the settings, and remember them unless this transaction has changed some."""
    writer = _writing.get()
    if writer is not None and writer.in_atomic_block:
        return Snapshot(acting.get() or _outside, read(writer.alias))
    _writing.set(None)
    snapshot = Snapshot(acting.get() or _outside, read(router.db_for_read(ApplicationSetting)))
    _snapshot.set(snapshot)
    return snapshot


def read(alias: str) -> dict[str, Any]:
    """Return the values of the rows, as JSON by name; nothing before `migrate` has made the table."""
    if not is_installed(alias):
        logger.warning("Settings have their defaults: %s is missing. Run `manage.py migrate`.", TABLE)
        return {}
    columns = ("category", "key", "value", "secret_value", "is_secret")
    rows = ApplicationSetting.objects.using(alias).order_by().values_list(*columns)
    return {
        f"{category}.{key}": secret_value if is_secret else value
        for category, key, value, secret_value, is_secret in rows
    }


def is_installed(alias: str) -> bool:
    """Return whether the table is there; once it is, nobody asks again."""
    if alias not in _installed:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [TABLE])
            if not cursor.fetchone()[0]:
                return False
        _installed.add(alias)
    return True


def forget(connection: BaseDatabaseWrapper | None = None) -> None:
    """Read anew at the next occasion, and at each one in the transaction of a connection that has written."""
    _snapshot.set(None)
    if connection is not None:
        _writing.set(connection if connection.in_atomic_block else None)


def watch(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]) -> Any:
    """Notice what writes settings, be it raw SQL."""
    text = sql if isinstance(sql, str) else str(sql)
    if NAME not in text or text.startswith("SELECT"):
        return execute(sql, params, many, context)
    try:
        return execute(sql, params, many, context)
    finally:
        forget(context["connection"])


def _on_connection_created(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor == "postgresql" and watch not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, watch)  # before others put something in front of the statement


def _on_request_started(**kwargs: Any) -> None:
    global _outside  # noqa: PLW0603 - each request starts a time of its own
    _outside = object()


def install() -> None:
    connection_created.connect(_on_connection_created, dispatch_uid="schemapatterns.appsettings")
    request_started.connect(_on_request_started, dispatch_uid="schemapatterns.appsettings")
    for connection in connections.all(initialized_only=True):
        _on_connection_created(connection)
