"""The text that names a record in the log."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from django.db.models import Field, Model


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
    value = target.to_python(value)
    if isinstance(value, (str, uuid.UUID)) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    # Dates, numerics and the like: only the database knows how it writes them.
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT %s::{target.db_type(connection)}::text", [target.get_db_prep_value(value, connection)]
        )
        return str(cursor.fetchone()[0])


def primary_key(model: type[Model], record: str) -> Any:
    """Return the primary key that a record id names, as a value for `filter(pk=…)`."""
    return tuple(json.loads(record)) if len(model._meta.pk_fields) > 1 else record
