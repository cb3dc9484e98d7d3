"""Views of the alive and of the deleted rows, for those who do not come by Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.schema.table_views import TableView
from django_schemapatterns.softdelete.relations import BATCH, MARK, marked_model

if TYPE_CHECKING:
    from django.db.models import Field, Model


class SoftDeleteView(TableView):
    """
    The view `<table>_active` or `<table>_deleted`, which reads with the rights of whoever asks.

    table: the model's `db_table`.
    columns: names and types, as a view keeps those that it was made with; a change of them renews the view.
    """

    @property
    def shows_deleted(self) -> bool:
        return self.name.endswith("_deleted")

    @property
    def suffix(self) -> str:
        return "_deleted" if self.shows_deleted else "_active"

    def shows(self, field: Field[Any, Any]) -> bool:
        return self.shows_deleted or field.name not in {MARK, BATCH}

    def select(self, columns: str, table: str) -> str:
        state = "IS NOT NULL" if self.shows_deleted else "IS NULL"
        return f"SELECT {columns} FROM {table} WHERE {MARK} {state}"  # noqa: S608 - quoted names


def views(model: type[Model]) -> list[SoftDeleteView]:
    """Return the views of a soft-delete model."""
    if marked_model(model) is not model:
        return []
    table, label = model._meta.db_table, f"{model._meta.app_label}_{model._meta.model_name}"
    return [
        SoftDeleteView(name=f"{label}{suffix}", table=table, model=model)
        for suffix in ("_active", "_deleted")
    ]
