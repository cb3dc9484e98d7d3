"""The functions of periods in the database."""

from __future__ import annotations

from django_schemapatterns.periods import meanings  # noqa: F401 - it declares
from django_schemapatterns.schema.functions import declare

declare("periods", ["period_reason.v1", "period_actor.v1", "is_own_row.v1"])
