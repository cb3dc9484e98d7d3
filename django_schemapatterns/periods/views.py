"""The view of versions with their ends, for those who do not come by Django."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.periods.options import owner_field
from django_schemapatterns.periods.querysets import is_bitemporal
from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.table_views import Columns, TableView

if TYPE_CHECKING:
    from django.db.models import Field

INNER = ("pending", "ended", "superseded_at")


class PeriodView(TableView):
    """
    The view `<table>_periods`: versions with `effective_to` and `is_current`.

    It reads with the rights of whoever asks.

    table: the model's `db_table`.  owner: the column that points at the owner.
    beliefs: whether versions are superseded.
    columns: names and types, as a view keeps those that it was made with; a change of them renews the view.
    """

    holds_columns = True
    further = ("effective_to", "is_current")

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
        self.owner, self.beliefs = owner, beliefs
        super().__init__(name=name, table=table, columns=columns, model=model)

    @property
    def suffix(self) -> str:
        return "_periods"

    def shows(self, field: Field[Any, Any]) -> bool:
        return field.name not in INNER

    def select(self, columns: str, table: str) -> str:
        end = f"lead(effective_from) OVER (PARTITION BY {quote(self.owner)} ORDER BY effective_from)"
        standing = " WHERE superseded_at IS NULL" if self.beliefs else ""
        versions = f"SELECT {columns}, ended, {end} AS effective_to FROM {table}{standing}"
        now = "statement_timestamp()"
        current = f"effective_from <= {now} AND (effective_to IS NULL OR effective_to > {now})"
        shown = f"{columns}, effective_to, {current} AS is_current"
        return f"SELECT {shown} FROM ({versions}) AS version WHERE NOT ended"

    def deconstruct(self) -> Any:
        path, arguments, kwargs = super().deconstruct()
        kwargs |= {"owner": self.owner, **({"beliefs": True} if self.beliefs else {})}
        return path, arguments, kwargs

    def resolved(self) -> Columns:
        if self.columns is None:
            self.owner, self.beliefs = str(owner_field(self.model).column), is_bitemporal(self.model)
        return super().resolved()
