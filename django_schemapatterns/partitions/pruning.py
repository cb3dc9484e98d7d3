"""Which conditions of a queryset PostgreSQL can choose partitions by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models.expressions import Col
from django.db.models.fields.tuple_lookups import TupleLookupMixin
from django.db.models.lookups import YearLookup
from django.db.models.sql import Query
from django.db.models.sql.where import OR, WhereNode

from django_schemapatterns.partitions.options import partition_options

if TYPE_CHECKING:
    from django.db.models import Field, Model, QuerySet

RANGES: Final = frozenset({"exact", "gt", "gte", "lt", "lte", "range", "in", "isnull"})
EQUALS: Final = frozenset({"exact", "in", "isnull"})


def unpruned_lookups(queryset: QuerySet[Any]) -> list[str]:
    """
    Return the lookups about the key of a partitioned table that leave every partition to be read.

        unpruned_lookups(Order.objects.filter(created_at__date=today))  # ["created_at__date__exact"]

    Empty when another condition chooses partitions, and when none is about the key.
    """
    where = queryset.query.where
    if not where.children:
        return []
    fields = key_fields(queryset.model)
    if not fields:
        return []
    search = _Search(fields, queryset.query.alias_map)
    return [] if search.chooses(where) else search.found


def key_fields(model: type[Model]) -> dict[Field[Any, Any], frozenset[str]]:
    """Return the fields that choose partitions, with the lookups by which they can."""
    found: dict[Any, frozenset[str]] = {}
    level = partition_options(model)
    while level is not None:
        found[model._meta.get_field(level.name)] = RANGES if level.method == "range" else EQUALS
        level = level.sub
    return found


class _Search:
    def __init__(self, fields: dict[Field[Any, Any], frozenset[str]], aliases: Any) -> None:
        self.fields = fields
        self.found: list[str] = []
        base = next(iter(aliases), None)
        self.base = base

    def chooses(self, node: Any) -> bool:
        """Return whether a condition leaves some partitions out, and note the lookups that can not."""
        if isinstance(node, WhereNode):
            told = [self.chooses(child) for child in node.children]
            return bool(told) and (all(told) if (node.connector == OR) != node.negated else any(told))
        return self._lookup_chooses(node)

    def _lookup_chooses(self, lookup: Any) -> bool:
        left = getattr(lookup, "lhs", None)
        if left is None:
            return False
        if isinstance(lookup, TupleLookupMixin):
            return any(self._key(each) for each in left)
        key = self._key(left)
        rows = getattr(lookup, "rhs", None)
        if key and lookup.lookup_name in self.fields[key] and not isinstance(rows, Query):
            return True
        if isinstance(lookup, YearLookup) and self._key(left.lhs):
            return True
        if inside := next(filter(None, map(self._key, _flat(left))), None):
            self.found.append("__".join([inside.name, *_words(left), lookup.lookup_name]))
        return False

    def _key(self, expression: Any) -> Any:
        is_ours = isinstance(expression, Col) and expression.alias == self.base
        return expression.target if is_ours and expression.target in self.fields else None


def _flat(expression: Any) -> Any:
    return expression.flatten() if hasattr(expression, "flatten") else ()


def _words(expression: Any) -> list[str]:
    """Return the names of the transforms that stand around a column."""
    words: list[str] = []
    while not isinstance(expression, Col):
        name = getattr(expression, "lookup_name", None) or type(expression).__name__.lower()
        words.append(name)
        inner = expression.get_source_expressions() if hasattr(expression, "get_source_expressions") else []
        if not inner:
            break
        expression = inner[0]
    return list(reversed(words))
