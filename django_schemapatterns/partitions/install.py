"""The functions that partitions need in the database."""

from __future__ import annotations

from django_schemapatterns.partitions import sources  # noqa: F401 - it declares
from django_schemapatterns.partitions.missing import meaning
from django_schemapatterns.schema.errors import declare_meaning
from django_schemapatterns.schema.functions import declare

declare("partitions", ["uuid7_at.v1", "create_monthly_partitions.v1", "uuid7.v1", "partitions.v1"])
declare_meaning("23514", "", meaning)
