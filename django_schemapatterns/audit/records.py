"""The text that names a record in the log."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connections

from django_schemapatterns.audit.columns import base_type

if TYPE_CHECKING:
    from django.db.models import Field, Model

# What Python writes as PostgreSQL does; the rest is asked of the database, by a query.
WRITTEN_ALIKE: Final[dict[type, set[str]]] = {
    int: {"smallint", "integer", "bigint"},
    str: {"varchar", "text", "citext"},
    uuid.UUID: {"uuid"},
    date: {"date"},
}


def record_id(instance: Model, *, using: str) -> str:
    """
    Return the record id of an instance: its primary key as PostgreSQL writes it.

        record_id(product, using="default")    # '42'
        record_id(user_role, using="default")  # '["7", "3"]'
    """
    parts = [_text(field, getattr(instance, field.attname), using) for field in instance._meta.pk_fields]
    return parts[0] if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)


def _text(field: Field[Any, Any], value: Any, using: str) -> str:
    target = getattr(field, "target_field", field)
    value, column_type = target.to_python(value), base_type(target)
    if column_type in WRITTEN_ALIKE.get(type(value), ()):
        return str(value)
    if column_type == "timestamp_with_time_zone" and isinstance(value, datetime) and value.tzinfo:
        text = str(value.astimezone(UTC).replace(tzinfo=None))
        return f"{text.rstrip('0') if '.' in text else text}+00"
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT schemapatterns.audit_text(%s::{target.db_type(connection)})",
            [target.get_db_prep_value(value, connection)],
        )
        return str(cursor.fetchone()[0])


def primary_key(model: type[Model], record: str) -> Any:
    """Return the primary key that a record id names, as a value for `filter(pk=…)`."""
    return tuple(json.loads(record)) if len(model._meta.pk_fields) > 1 else record
