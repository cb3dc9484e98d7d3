"""INSERT … ON CONFLICT that names the partial index by which rows are unique among the alive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import UniqueConstraint
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

from django_schemapatterns.softdelete.constraints import UniqueAlive

if TYPE_CHECKING:
    from django.db.models import Field, Model


def arbiter(model: type[Model], unique_fields: Sequence[Field[Any, Any]] | None) -> UniqueAlive | None:
    """Return the rule by which these fields are unique among the alive rows, unless they are among all."""
    wanted = {field.name for field in unique_fields or ()}
    if not wanted or _unique_anyway(model, wanted):
        return None
    return next(
        (
            rule
            for rule in model._meta.constraints
            if isinstance(rule, UniqueAlive) and {*rule.fields} == wanted
        ),
        None,
    )


def _unique_anyway(model: type[Model], names: set[str]) -> bool:
    single = any(field.unique and {field.name} == names for field in model._meta.local_fields)
    together = any({*fields} == names for fields in model._meta.unique_together)
    total = any(
        isinstance(rule, UniqueConstraint) and rule.condition is None and {*rule.fields} == names
        for rule in model._meta.constraints
    )
    return single or together or total


class AliveInsertQuery(InsertQuery):
    def __init__(self, *args: Any, rule: UniqueAlive, **kwargs: Any) -> None:
        self.rule = rule
        super().__init__(*args, **kwargs)

    def get_compiler(
        self,
        using: Any = None,
        connection: Any = None,
        elide_empty: bool = True,  # noqa: FBT001, FBT002
    ) -> AliveInsertCompiler:
        plain = super().get_compiler(using, connection, elide_empty)
        return AliveInsertCompiler(self, plain.connection, using, elide_empty)


class AliveInsertCompiler(SQLInsertCompiler):
    query: AliveInsertQuery

    def as_sql(self) -> Any:  # type: ignore[override]
        return [(self._with_predicate(sql), params) for sql, params in super().as_sql()]

    def _with_predicate(self, sql: str) -> str:
        rule: Any = self.query.rule
        condition = rule._get_condition_sql(self.query.model, self.connection.schema_editor())
        columns, target, action = sql.partition(" DO UPDATE SET ")
        return f"{columns} WHERE {condition.replace('%', '%%')}{target}{action}"
