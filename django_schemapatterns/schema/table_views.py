"""Views that a pattern puts beside its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.belongings import belongings_of
from django_schemapatterns.schema.names import quote, sibling
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Field, Model

Columns = list[tuple[str, str]]


class TableView(SchemaObject):
    """
    A view on one table, which reads with the rights of whoever asks.

    When it is renewed, grants, comments and the like stay.

    table: the model's `db_table`.
    columns: names and types, as a view keeps those that it was made with; a change of them renews the view.
    """

    further: Sequence[str] = ()

    def __init__(self, *, name: str, table: str, columns: Columns | None = None, model: Any = None) -> None:
        self.table = table
        self.columns = columns and [(column, db_type) for column, db_type in columns]
        self.model = model
        super().__init__(name=name)

    @property
    def suffix(self) -> str:
        """What the name of the view has after that of the table."""
        raise NotImplementedError

    @property
    def view(self) -> str:
        return quote(sibling(self.table, self.suffix))

    def shows(self, field: Field[Any, Any]) -> bool:
        """Return whether the view shows a field of the model."""
        raise NotImplementedError

    def select(self, columns: str, table: str) -> str:
        """Return the query; columns: those shown, quoted."""
        raise NotImplementedError

    def create(self, model: type[Model]) -> str:
        columns = ", ".join(quote(name) for name, _ in self.resolved())
        table = quote(model._meta.db_table)  # which has another name still when a migration is taken back
        return f"CREATE VIEW {self.view} WITH (security_invoker = true) AS {self.select(columns, table)}"

    def remove(self, model: type[Model]) -> str:
        return f"DROP VIEW IF EXISTS {self.view}"

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        statement = super().create_sql(model, schema_editor)
        columns = {None, *self.further, *(name for name, _ in self.resolved())}
        kept = _away(schema_editor).pop(self.view, [])
        return "; ".join([statement, *_about(columns, kept)]) if statement else statement

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        statement = super().remove_sql(model, schema_editor)
        if statement and not schema_editor.collect_sql:
            _away(schema_editor)[self.view] = belongings_of(schema_editor.connection, self.view)
        return statement

    def deconstruct(self) -> Any:
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, (), {"name": self.name, "table": self.table, "columns": self.resolved()}

    def resolved(self) -> Columns:
        """Return the columns, which the model of today tells if a migration does not."""
        if self.columns is None:
            fields = [field for field in self.model._meta.local_concrete_fields if self.shows(field)]
            self.columns = [(str(field.column), str(field.db_type(postgresql()))) for field in fields]
        return self.columns


def _away(editor: Any) -> dict[str, Any]:
    """Return what views had that a migration has dropped so far."""
    return editor.__dict__.setdefault("_belongings_of_views", {})  # type: ignore[no-any-return]


def _about(columns: set[Any], kept: Iterable[Any]) -> list[str]:
    return [each.statement for each in kept if each.column in columns]
