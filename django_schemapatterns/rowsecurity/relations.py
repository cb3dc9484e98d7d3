"""Conditions about other tables, as what PostgreSQL answers once for all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Expression, F, Q, QuerySet

if TYPE_CHECKING:
    from django.db.models import Model


class AnyOf(Expression):
    """
    Whether a column is among those that a query gives: `column = ANY (ARRAY(SELECT …))`.

    Unlike IN, it lets an index on the column be used, whatever the policy is part of.
    """

    conditional = True
    output_field = BooleanField()

    def __init__(self, column: F, queryset: QuerySet[Any]) -> None:
        super().__init__()
        self.column: Any = column
        self.queryset = queryset

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, column_params = compiler.compile(self.column)
        inner: Any = self.queryset.query.get_compiler(connection=connection)
        inner_sql, inner_params = inner.as_sql()
        return f"{column} = ANY (ARRAY({inner_sql}))", [*column_params, *inner_params]


class Hop(NamedTuple):
    """
    The first step from a table to another.

    column: of the table that the policy is on.  model: of the other one.  key: its field that has the same
    values.  prefix: of what follows, seen from there.
    """

    column: str
    model: type[Model]
    key: str
    prefix: str


def hop_of(relation: Any) -> Hop:
    """Return the step that a relation makes."""
    if relation.many_to_many:
        return _through(relation)
    if relation.concrete:
        return Hop(relation.attname, relation.related_model, relation.target_field.attname, "")
    field = relation.field
    return Hop(field.target_field.attname, field.model, field.attname, "")


def _through(relation: Any) -> Hop:
    forward = relation.concrete or not relation.auto_created
    field = relation if forward else relation.field
    here, there = field.m2m_field_name(), field.m2m_reverse_field_name()
    if not forward:
        here, there = there, here
    through = field.remote_field.through
    link = through._meta.get_field(here)
    return Hop(link.target_field.attname, through, link.attname, there)


def among(hop: Hop, paths: list[tuple[str, Any]]) -> AnyOf:
    """Return that the row is among those whose other end fulfils all conditions, given as (path, value)."""
    conditions = [
        ("__".join(part for part in (hop.prefix, path) if part) or "pk", value) for path, value in paths
    ]
    rows: QuerySet[Any, Any] = QuerySet(hop.model).filter(Q(*conditions)).order_by().values(hop.key)
    return AnyOf(F(hop.column), rows)
