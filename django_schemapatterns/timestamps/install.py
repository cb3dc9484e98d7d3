"""The function of timestamps in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare("timestamps", ["touch.v1"])
