"""Which columns of a model a rule against overlaps is about, and what a row has in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeField
from django.db import connection
from django.db.models import DateField, DateTimeField, Expression, F, Func, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Field, Model


@dataclass(frozen=True)
class OverlapColumns:
    """
    The fields of a rule.

    keys: what must be equal for two rows to be in each other's way.
    period: one field of ranges, or those of the first and the last moment.
    ranges: the field of the ranges that are compared, bound to no model when there are two columns.
    """

    keys: list[Field[Any, Any]]
    period: list[Field[Any, Any]]
    ranges: RangeField[Any]
    bounds: str

    @property
    def kind(self) -> str:
        """The range type of PostgreSQL."""
        return str(self.ranges.db_type(connection))

    @property
    def nullable(self) -> list[str]:
        return [field.name for field in self.keys if field.null]

    def expression(self) -> Expression | F:
        """Return the range of a row, as SQL."""
        if len(self.period) == 1:
            return F(self.period[0].name)
        ends = [F(field.name) for field in self.period]
        return Func(*ends, Value(self.bounds), function=self.kind.upper(), output_field=self.ranges)

    def key_of(self, instance: Model) -> dict[str, Any]:
        return {field.attname: getattr(instance, field.attname) for field in self.keys}

    def ends_of(self, instance: Model) -> list[Any]:
        """Return what the row has in the columns of its period, as the database will be told."""
        values = [(field, getattr(instance, field.attname)) for field in self.period]
        return [
            value if hasattr(value, "resolve_expression") else field.get_prep_value(field.to_python(value))
            for field, value in values
        ]

    def period_of(self, instance: Model) -> Any:
        """Return the range of the row, which may be inverted; None for none."""
        ends = self.ends_of(instance)
        return self.ranges.range_type(*ends, self.bounds) if len(ends) == 2 else ends[0]


def columns_of(model: type[Model], names: Sequence[str], bounds: str) -> OverlapColumns | None:
    """Return the columns, None when the types of the last ones make no period; the names must be right."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    if isinstance(fields[-1], RangeField):
        return OverlapColumns(fields[:-1], fields[-1:], fields[-1], bounds)
    ends = fields[-2:]
    kinds = {_range_field(field) for field in ends}
    found = kinds.pop()
    if len(ends) < 2 or kinds or found is None:
        return None
    return OverlapColumns(fields[:-2], ends, found(), bounds)


def _range_field(field: Field[Any, Any]) -> type[RangeField[Any]] | None:
    if isinstance(field, DateTimeField):
        return DateTimeRangeField
    return DateRangeField if isinstance(field, DateField) else None
