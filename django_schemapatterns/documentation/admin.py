"""The documentation in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from django_schemapatterns.documentation.models import SchemaDocumentation

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[SchemaDocumentation]
else:
    _ModelAdmin = admin.ModelAdmin


class SchemaDocumentationAdmin(_ModelAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
