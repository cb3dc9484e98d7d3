"""What belongs to a table and is no trigger: kept in `Meta.constraints`, which migrations know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BaseConstraint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.operations.base import Operation
    from django.db.models import Model


class SchemaObject(BaseConstraint):
    """
    The base of such objects.

    The stock autodetector then finds, orders, reverses and shows them; a change is a removal before and an
    addition after the operations on fields, which is just what a view needs.
    """

    def create(self, model: type[Model]) -> str:
        """Return the statement that makes the object."""
        raise NotImplementedError

    def remove(self, model: type[Model]) -> str:
        """Return the statement that drops it."""
        raise NotImplementedError

    # Whether columns can not be dropped while it is there.
    holds_columns = False

    def requires(self, model: type[Model]) -> list[tuple[str, str, str]]:
        """Return the fields that must be there before, as (app label, model, field)."""
        return []

    def preparation(self, model_name: str, history: Sequence[Operation]) -> list[Operation]:
        """Return what comes before in a migration, if the table was there before; history: of its app."""
        return []

    def alteration(self, model_name: str) -> Operation | None:
        """Return the operation that makes this out of the old one of its name, if there is a way in place."""
        return None

    def constraint_sql(self, model: type[Model] | None, schema_editor: SchemaEditor | None) -> Any:
        # Not a clause of CREATE TABLE, but what comes after it.
        if statement := self.create_sql(model, schema_editor):
            schema_editor.deferred_sql.append(statement)  # type: ignore[union-attr]

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return self.create(model) if schema_editor.connection.vendor == "postgresql" else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return self.remove(model) if schema_editor.connection.vendor == "postgresql" else None

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing about an instance can be wrong with it."""

    def check(self, model: type[Model], connection: Any) -> list[Any]:
        return []

    _check = check

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct()[1:] == other.deconstruct()[1:]

    def __hash__(self) -> int:
        return hash((type(self), self.name))
