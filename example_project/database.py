"""Database rules that Django 5.2 cannot declare by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.models import BaseConstraint

OnDelete = Literal["CASCADE", "RESTRICT", "SET NULL"]


class DatabaseForeignKey(BaseConstraint):
    """
    A foreign key with an ON DELETE of the database's own, so that raw SQL obeys it too.

    The field itself is declared with `db_constraint=False`:

        order = models.ForeignKey(Order, models.CASCADE, db_constraint=False)

        class Meta:
            constraints = [DatabaseForeignKey(field="order", on_delete="CASCADE", name="items_order_fk")]
    """

    template = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) "
        "REFERENCES %(to_table)s (%(to_column)s) ON DELETE %(on_delete)s%(deferrable)s"
    )

    def __init__(self, *, field: str, on_delete: OnDelete, name: str) -> None:
        super().__init__(name=name)
        self.field = field
        self.on_delete = on_delete

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        # Inside CREATE TABLE the target may not exist yet; Django defers its own foreign keys too.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.field)
        table, target = model._meta.db_table, field.target_field
        to_table = target.model._meta.db_table
        return Statement(
            self.template,
            table=Table(table, quote),
            name=quote(self.name),
            column=Columns(table, [field.column], quote),
            to_table=Table(to_table, quote),
            to_column=Columns(to_table, [target.column], quote),
            on_delete=self.on_delete,
            deferrable=schema_editor.connection.ops.deferrable_sql(),
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            schema_editor.sql_delete_constraint,
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to add: the field's own validation already looks for the target."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "on_delete": self.on_delete}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DatabaseForeignKey):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.field, self.on_delete))
