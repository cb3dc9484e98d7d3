"""Short ways to write past Django, and to hear what the database says."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from django_schemapatterns.schema.documents import dumps


def write(model: type[Model], document: Any, *, field: str = "attributes", **columns: Any) -> None:
    """Insert a row by plain SQL; a document that is a text is taken for JSON."""
    text = document if isinstance(document, str) else dumps(document)
    values = {str(model._meta.get_field(field).column): text, **columns}  # type: ignore[union-attr]
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, values))
    marks = ", ".join("%s" for _ in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", list(values.values())
        )


def broken_rule(model: type[Model], document: Any, **columns: Any) -> str | None:
    """Try to insert a row by plain SQL; returns the name of the rule that forbids it."""
    try:
        with transaction.atomic():
            write(model, document, **columns)
    except IntegrityError as error:
        cause: Any = error.__cause__
        assert isinstance(cause, psycopg.errors.CheckViolation)
        return str(cause.diag.constraint_name)
    return None


def about(errors: Any) -> list[str]:
    """The attributes that validation errors are about."""
    return [error.params["attribute"] for error in errors]


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels) if levels < 500 else "[" * levels + "]" * levels
