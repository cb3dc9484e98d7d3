"""Tables that a test makes for itself, and short ways to write to them and to read the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.audit.capture import ACTIONS, CompiledAuditTrigger
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.schema.names import digest, quote


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def select(sql: str, *params: Any) -> Any:
    """Return the first value of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        row = cursor.fetchone()
    return row and row[0]


def entries(model: type[models.Model] | str = "", **filters: Any) -> list[AuditLog]:
    """The entries of a model or table, the oldest first."""
    table = model if isinstance(model, str) else model._meta.db_table
    return list(AuditLog.objects.filter(**({"table_name": table} if table else {}), **filters))


def operations(model: type[models.Model] | str = "") -> str:
    """The kinds of the entries in their order, as one word: `IUD`."""
    return "".join(entry.operation for entry in entries(model))


def last(model: type[models.Model] | str = "") -> AuditLog:
    return entries(model)[-1]


def make_model(
    *bases: type[models.Model],
    called: str = "Thing",
    options: dict[str, Any] | type | None = None,
    meta: dict[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """Make an audited model that no other test knows, and its table; options are those of its audit."""
    attributes = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp", **(meta or {})})}
    if options is not None:
        attributes["Audit"] = type("Audit", (), options) if isinstance(options, dict) else options
    with isolate_apps("tests.testapp"):
        model = type(called, bases or (patterns.AuditedModel,), {**attributes, **fields})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model


def audit_table(table: str, key: Sequence[str], columns: Sequence[str], **options: Any) -> None:
    """Give a table that raw SQL has made the triggers that a model with these columns would have."""
    for action in ACTIONS:
        execute(compile_trigger(table, action, key=list(key), columns=list(columns), **options).install_sql)


def compile_trigger(table: str, action: str, **options: Any) -> CompiledAuditTrigger:
    return CompiledAuditTrigger(
        name=f"audit_{action}",
        pgid=f"pgtrigger_audit_{action}_{digest(table)}",
        table=table,
        action=action,
        **({} if action == "truncate" else options),
    )


def make_table(table: str, key: str, columns: dict[str, str], **options: Any) -> None:
    """Make and audit a table of one key column and others, from their names and types."""
    parts = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
    execute(f"CREATE TABLE {quote(table)} ({parts}, PRIMARY KEY ({quote(key)}))")
    audit_table(table, [key], [name for name in columns if name not in options.get("exclude", ())], **options)


class Column(models.Field):  # type: ignore[type-arg]
    """A field of any SQL type."""

    def __init__(self, sql_type: str, **kwargs: Any) -> None:
        self.sql_type = sql_type
        super().__init__(**kwargs)

    def db_type(self, connection: Any) -> str:
        return self.sql_type
