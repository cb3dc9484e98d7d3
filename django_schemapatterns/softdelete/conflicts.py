"""Which alive row has taken the place of one that is to come back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connections

from django_schemapatterns.schema.errors import Diagnosis
from django_schemapatterns.schema.errors.places import model_of
from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from django.db.models import Model

# Of an exclusion constraint and of a unique one; in another language than English no row is named.
_KEYS = [
    re.compile(r"conflicts with existing key \(.*?\)=\((.*)\)\.$"),
    re.compile(r"^Key \(.*?\)=\((.*)\) already exists\.$"),
]

_EXPRESSIONS = """
SELECT ARRAY(
    SELECT pg_get_indexdef(indexrelid, place, false) FROM generate_series(1, indnkeyatts) AS place
)
FROM pg_index WHERE indexrelid = to_regclass(%s)
"""


def alive_row(diagnosis: Diagnosis, using: str) -> Model | None:
    """Return the alive row that stands in the way, as the database's error tells, None if it does not."""
    found = [key[1] for pattern in _KEYS if (key := pattern.search(diagnosis.detail))]
    model = model_of(diagnosis, ())
    if not found or model is None:
        return None
    quote = connections[using].ops.quote_name
    with connections[using].cursor() as cursor:
        cursor.execute(_EXPRESSIONS, [f"{quote(diagnosis.schema)}.{quote(diagnosis.constraint)}"])
        row = cursor.fetchone()
    if row is None:
        return None
    values = ", ".join(f"({expression})::text" for expression in row[0]).replace("%", "%%")
    where = f"concat_ws(', ', {values}) = %s AND {quote(MARK)} IS NULL"
    rows = model._base_manager.using(using)
    return rows.extra(where=[where], params=found[:1]).first()  # noqa: S610 - the server's own expressions
