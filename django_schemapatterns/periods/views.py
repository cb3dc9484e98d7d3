"""The view of versions with their ends, for those who do not come by Django."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.periods.options import owner_field
from django_schemapatterns.periods.querysets import is_bitemporal
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import quote, sibling
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.models import Model

INNER = ("pending", "ended", "superseded_at")
Columns = list[tuple[str, str]]


class PeriodView(SchemaObject):
    """
    The view `<table>_periods`: versions with `effective_to` and `is_current`.

    It reads with the rights of whoever asks.

    table: the model's `db_table`.  owner: the column that points at the owner.
    beliefs: whether versions are superseded.
    columns: names and types, as a view keeps those that it was made with; a change of them renews the view.
    """

    holds_columns = True

    def __init__(
        self,
        *,
        name: str,
        table: str,
        owner: str = "",
        columns: Columns | None = None,
        beliefs: bool = False,
        model: Any = None,
    ) -> None:
        self.table, self.owner, self.beliefs = table, owner, beliefs
        self.columns = columns and [(column, db_type) for column, db_type in columns]
        self.model = model
        super().__init__(name=name)

    @property
    def view(self) -> str:
        return quote(sibling(self.table, "_periods"))

    def create(self, model: type[Model]) -> str:
        self._resolve()
        names = [quote(name) for name, _ in self.columns or []]
        table = quote(model._meta.db_table)  # which has another name still when a migration is taken back
        end = f"lead(effective_from) OVER (PARTITION BY {quote(self.owner)} ORDER BY effective_from)"
        standing = " WHERE superseded_at IS NULL" if self.beliefs else ""
        versions = f"SELECT {', '.join(names)}, ended, {end} AS effective_to FROM {table}{standing}"
        now = "statement_timestamp()"
        current = f"effective_from <= {now} AND (effective_to IS NULL OR effective_to > {now})"
        return (
            f"CREATE VIEW {self.view} WITH (security_invoker = true) AS "
            f"SELECT {', '.join(names)}, effective_to, {current} AS is_current "
            f"FROM ({versions}) AS version WHERE NOT ended"
        )

    def remove(self, model: type[Model]) -> str:
        return f"DROP VIEW IF EXISTS {self.view}"

    def deconstruct(self) -> Any:
        self._resolve()
        kwargs: dict[str, Any] = {
            "name": self.name,
            "table": self.table,
            "owner": self.owner,
            "columns": self.columns,
        }
        kwargs |= {"beliefs": True} if self.beliefs else {}
        return f"django_schemapatterns.constraints.{type(self).__name__}", (), kwargs

    def _resolve(self) -> None:
        if self.columns is not None:
            return
        told = self.model._meta.local_concrete_fields
        fields = [field for field in told if field.name not in INNER]
        self.owner, self.beliefs = str(owner_field(self.model).column), is_bitemporal(self.model)
        self.columns = [(str(field.column), str(field.db_type(postgresql()))) for field in fields]
