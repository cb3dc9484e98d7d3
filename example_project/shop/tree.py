"""What is above and below in a tree of rows that name their parents."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import connection, models
from django.db.models import Func, Subquery

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)

# UNION, not UNION ALL: a row that was reached before is not followed again, so that a circle has an end.
_BELOW = """(
    WITH RECURSIVE reached (id) AS (
        SELECT id FROM {table} WHERE {start} IN %(expressions)s
        UNION SELECT {table}.id FROM {table} JOIN reached ON {table}.parent_id = reached.id
    )
    SELECT id FROM reached
)"""
_ABOVE = """(
    WITH RECURSIVE reached (id) AS (
        SELECT {start} FROM {table} WHERE id IN %(expressions)s
        UNION SELECT {table}.parent_id FROM {table} JOIN reached ON {table}.id = reached.id
    )
    SELECT id FROM reached WHERE id IS NOT NULL
)"""


class _Start(Subquery):
    # Nothing leads to nothing, and not to an error of syntax.
    empty_result_set_value = NotImplemented


class TreeQuerySet(models.QuerySet[_Model_co]):
    """Rows with a `parent`; each method is one query, and its result a queryset like any other."""

    def descendants(self, *, include_self: bool = False) -> Self:
        """The rows below these, at whatever depth."""
        return self._reached(_BELOW, "id" if include_self else "parent_id")

    def ancestors(self, *, include_self: bool = False) -> Self:
        """The rows above these, up to the roots."""
        return self._reached(_ABOVE, "id" if include_self else "parent_id")

    def _reached(self, template: str, start: str) -> Self:
        table = connection.ops.quote_name(self.model._meta.db_table)
        rows: Any = self if self.query.is_sliced else self.order_by()
        sql = template.format(table=table, start=start)
        found = Func(_Start(rows.values("pk")), template=sql, output_field=self.model._meta.pk)
        return type(self)(self.model, using=self._db).filter(pk__in=found)  # type: ignore[attr-defined]
