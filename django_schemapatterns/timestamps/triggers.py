"""The trigger that notes when a row changes."""

from __future__ import annotations

import json
from typing import Any

import pgtrigger

from django_schemapatterns.schema import names
from django_schemapatterns.schema.names import literal
from django_schemapatterns.schema.triggers import CompiledTrigger, Trigger


class CompiledTouchTrigger(CompiledTrigger):
    """
    The trigger that sets a column to the time of the statement that changes the row.

    column: the one that is set.
    generated: the generated columns, which follow from others and are no change of their own.
    """

    def __init__(self, *, column: str, generated: list[str] | None = None, **kwargs: Any) -> None:
        self.column = column
        self.generated = sorted(generated or [])
        super().__init__(**kwargs)

    def declaration(self) -> dict[str, str]:
        # No condition: one on whole rows can not be while there are generated columns, one on columns not
        # while these come and go; and a call of the function costs no more.
        nulls = [json.dumps(dict.fromkeys(self.generated), ensure_ascii=False)] if self.generated else []
        return {
            "when": "BEFORE",
            "operation": "UPDATE",
            "level": "ROW",
            "function": f"{names.SCHEMA}.touch",
            "arguments": ", ".join(map(literal, [self.column, *nulls])),
        }

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        generated = {"generated": self.generated} if self.generated else {}
        return path, args, {**kwargs, "column": self.column, **generated}


class TouchTrigger(Trigger):
    """The declaration of the trigger of one field."""

    when = pgtrigger.Before
    operation = pgtrigger.Update

    def __init__(self, field_name: str) -> None:
        self.field_name = field_name
        # Triggers fire in the order of their names, and this one is to see what the others make of the row.
        super().__init__(name=f"touch_{field_name}")

    def compile(self, model: Any) -> CompiledTouchTrigger:
        return CompiledTouchTrigger(
            name=str(self.name),
            pgid=self.get_pgid(model),
            table=model._meta.db_table,
            column=str(model._meta.get_field(self.field_name).column),
            generated=[str(field.column) for field in model._meta.local_fields if field.generated],
        )


CompiledTouchTrigger.__module__ = "django_schemapatterns.operations"
