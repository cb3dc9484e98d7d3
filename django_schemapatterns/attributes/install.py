"""The functions of attributes in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare("attributes", ["find_by_attributes.v1"])
