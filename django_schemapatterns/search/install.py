"""The functions of search in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare("search", ["search_list.v1", "search_json.v1", "search_vector.v1"])
