"""SQL functions that tell the value of a column at a moment."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.periods.options import owner_field
from django_schemapatterns.periods.querysets import is_bitemporal
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import SCHEMA, quote
from django_schemapatterns.schema.objects import SchemaObject
from django_schemapatterns.schema.triggers import SCHEMA_SQL

if TYPE_CHECKING:
    from django.db.models import Model


class CurrentFunction(SchemaObject):
    """
    The function `schemapatterns.current_<column>(key, at)`: a value of the version in force, now by default.

        SELECT schemapatterns.current_price(42), schemapatterns.current_price(42, '2026-01-01')

    function: its name.  column, type: what it returns.  owner, key_type: what it goes by.
    beliefs: whether versions are superseded.
    """

    holds_columns = True

    def __init__(
        self,
        *,
        name: str,
        function: str,
        column: str = "",
        type: str = "",  # noqa: A002 - it is one
        owner: str = "",
        key_type: str = "",
        beliefs: bool = False,
        field: str = "",
        model: Any = None,
    ) -> None:
        self.function, self.column, self.type = function, column, type
        self.owner, self.key_type = owner, key_type
        self.beliefs = beliefs
        self.field, self.model = field, model
        super().__init__(name=name)

    def create(self, model: type[Model]) -> str:
        self._resolve()
        column, owner = f"version.{quote(self.column)}", f"version.{quote(self.owner)}"
        standing = " AND version.superseded_at IS NULL" if self.beliefs else ""
        # Its body is parsed now: it goes with its table, and follows it to other names.
        return (
            f"{SCHEMA_SQL}\n"
            f"CREATE FUNCTION {self._signature()} RETURNS {self.type}\n"
            f"LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC\n"
            f"    SELECT CASE WHEN NOT version.ended THEN {column} END\n"
            f"    FROM {quote(model._meta.db_table)} AS version\n"
            f"    WHERE {owner} = $1 AND version.effective_from <= $2{standing}\n"
            f"    ORDER BY version.effective_from DESC LIMIT 1;\n"
            f"END"
        )

    def remove(self, model: type[Model]) -> str:
        return f"DROP FUNCTION IF EXISTS {SCHEMA}.{quote(self.function)}({self.key_type}, timestamptz)"

    def deconstruct(self) -> Any:
        self._resolve()
        names = ("name", "function", "column", "type", "owner", "key_type")
        kwargs = {name: getattr(self, name) for name in names} | ({"beliefs": True} if self.beliefs else {})
        return f"django_schemapatterns.constraints.{type(self).__name__}", (), kwargs

    def _signature(self) -> str:
        arguments = f"key {self.key_type}, at timestamptz DEFAULT clock_timestamp()"
        return f"{SCHEMA}.{quote(self.function)}({arguments})"

    def _resolve(self) -> None:
        if self.column:
            return
        owner, field = owner_field(self.model), self.model._meta.get_field(self.field)
        self.column, self.type = str(field.column), str(field.db_type(postgresql()))
        self.owner, self.key_type = str(owner.column), str(owner.db_type(postgresql()))
        self.beliefs = is_bitemporal(self.model)
