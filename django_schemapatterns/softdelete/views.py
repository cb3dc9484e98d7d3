"""Views of the alive and of the deleted rows, for those who do not come by Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import quote, sibling
from django_schemapatterns.schema.objects import SchemaObject
from django_schemapatterns.softdelete.relations import BATCH, MARK, marked_model

if TYPE_CHECKING:
    from django.db.models import Model

Columns = list[tuple[str, str]]


class SoftDeleteView(SchemaObject):
    """
    The view `<table>_active` or `<table>_deleted`, which reads with the rights of whoever asks.

    table: the model's `db_table`.
    columns: names and types, as a view keeps those that it was made with; a change of them renews the view.
    """

    def __init__(self, *, name: str, table: str, columns: Columns | None = None, model: Any = None) -> None:
        self.table = table
        self.columns = columns and [(column, db_type) for column, db_type in columns]
        self.model = model
        super().__init__(name=name)

    @property
    def shows_deleted(self) -> bool:
        return self.name.endswith("_deleted")

    @property
    def view(self) -> str:
        return quote(sibling(self.table, "_deleted" if self.shows_deleted else "_active"))

    def create(self, model: type[Model]) -> str:
        columns = ", ".join(quote(name) for name, _ in self._columns())
        state = "IS NOT NULL" if self.shows_deleted else "IS NULL"
        table = quote(model._meta.db_table)  # which has another name still when a migration is taken back
        select = f"SELECT {columns} FROM {table} WHERE {MARK} {state}"  # noqa: S608 - quoted names
        return f"CREATE VIEW {self.view} WITH (security_invoker = true) AS {select}"

    def remove(self, model: type[Model]) -> str:
        return f"DROP VIEW IF EXISTS {self.view}"

    def deconstruct(self) -> Any:
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, (), {"name": self.name, "table": self.table, "columns": self._columns()}

    def _columns(self) -> list[Any]:
        if self.columns is None:
            connection = postgresql()
            hidden = () if self.shows_deleted else (MARK, BATCH)
            fields = [field for field in self.model._meta.local_concrete_fields if field.name not in hidden]
            self.columns = [(field.column, field.db_type(connection)) for field in fields]
        return self.columns


def views(model: type[Model]) -> list[SoftDeleteView]:
    """Return the views of a soft-delete model."""
    if marked_model(model) is not model:
        return []
    table, label = model._meta.db_table, f"{model._meta.app_label}_{model._meta.model_name}"
    return [
        SoftDeleteView(name=f"{label}{suffix}", table=table, model=model)
        for suffix in ("_active", "_deleted")
    ]
