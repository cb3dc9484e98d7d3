"""The one composed schema editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.utils import load_backend

from django_schemapatterns.schema.triggers import CompiledTrigger

if TYPE_CHECKING:
    from django.db.models import Model


class SchemaEditorMixin(BaseDatabaseSchemaEditor):
    def delete_model(self, model: type[Model]) -> None:
        """Drop the table and, which PostgreSQL leaves behind, the functions of its triggers."""
        super().delete_model(model)
        for trigger in getattr(model._meta, "triggers", []):
            if isinstance(trigger, CompiledTrigger) and trigger.function_name:
                self.execute(trigger.uninstall_sql, params=None)


def compose() -> None:
    """Put our mixin on top of the schema editor of every PostgreSQL backend in use."""
    for config in settings.DATABASES.values():
        wrapper: Any = load_backend(config["ENGINE"]).DatabaseWrapper
        if wrapper.vendor != "postgresql" or issubclass(wrapper.SchemaEditorClass, SchemaEditorMixin):
            continue
        wrapper.SchemaEditorClass = type(
            "DatabaseSchemaEditor", (SchemaEditorMixin, wrapper.SchemaEditorClass), {}
        )
