"""The documentation in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from django_schemapatterns.documentation.models import SchemaDocumentation
from django_schemapatterns.schema.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[SchemaDocumentation]
else:
    _ModelAdmin = admin.ModelAdmin


class SchemaDocumentationAdmin(ReadOnlyAdmin, _ModelAdmin):
    """Shows what there is, and changes nothing."""

    list_display = [
        "column_name",
        "table_name",
        "data_type",
        "is_nullable",
        "column_default",
        "column_comment",
    ]
    list_filter = ["table_schema", "table_type", "is_nullable"]
    search_fields = ["table_name", "column_name", "table_comment", "column_comment"]
