"""The view of the documentation in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare("documentation", ["schema_documentation.v1"])
