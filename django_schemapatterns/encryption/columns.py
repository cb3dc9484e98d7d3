"""How a query reads an encrypted column, together with the column that it is bound to; it does no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import FieldError
from django.db.models import Count
from django.db.models.expressions import Case, Col, Ref, When
from django.db.models.functions import Cast, Coalesce

if TYPE_CHECKING:
    from django.db.models.sql import Query

    from django_schemapatterns.encryption.fields import EncryptedField

_GIVE_IT_AS_IT_IS = (Case, When, Coalesce, Ref)


class EncryptedCol(Col):
    """A column of envelopes in a query."""

    target: EncryptedField

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        _refuse(self.target)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Compile the column where it is selected, and nowhere else."""
        query = compiler.query
        # A compiler has its `select` as soon as that is compiled: before all the rest of the statement.
        selects = getattr(compiler, "select", None) is None or getattr(compiler, "qualify", None)
        if not selects or self._is_told_apart(query):
            _refuse(self.target)
        for expression in _orderings(query):
            if _is_encrypted(expression):
                _refuse(expression.output_field)
        for expression in query.annotation_select.values():
            _refuse_computation(expression)
        return super().as_sql(compiler, connection)

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """
        Select the envelope in hexadecimal, a blank, and what it is bound to.

        Bytes are never read like that, so nobody who can only write to the column can forge one. A subquery
        gives an array, which is no text that could be compared with another.
        """
        binding = self.target.binding_field
        if binding is None:
            return super().select_format(compiler, sql, params)
        bound, more = Col(self.alias, binding).as_sql(compiler, compiler.connection)
        if compiler.query.subquery:
            pair = f"ARRAY[{sql}, convert_to({bound}::text, 'UTF8')]"
            return f"CASE WHEN {sql} IS NOT NULL THEN {pair} END", [*params, *params, *more]
        return f"encode({sql}, 'hex') || concat(' ', {bound}::text)", [*params, *more]

    def _is_told_apart(self, query: Query) -> bool:
        """Return whether DISTINCT is to compare envelopes, of which no two are the same."""
        if self.target.name in query.distinct_fields:
            return True
        key = {each.target for each in query.select if isinstance(each, Col) and each.alias == self.alias}
        return query.distinct and not (
            query.default_cols or key.issuperset(self.target.model._meta.pk_fields)
        )


def _refuse(field: EncryptedField) -> NoReturn:
    raise FieldError(
        f"{field.label} is encrypted: rows can not be ordered by it, grouped by it, told apart by it, or "
        f"compared with it, and expressions can not use it."
    )


def _is_encrypted(expression: Any) -> bool:
    """Return whether the values of an expression are encrypted."""
    return hasattr(getattr(expression, "_output_field_or_none", None), "binding_field")


def _orderings(query: Query) -> Iterator[Any]:
    """Return what a query orders by, names of what it selects replaced by that."""
    selected = {**dict(zip(query.values_select, query.select, strict=False)), **query.annotation_select}
    for given in query.order_by:
        expression = getattr(given, "expression", given)
        name = getattr(expression, "name", expression)
        yield selected.get(name.lstrip("-+")) if isinstance(name, str) else expression


def _refuse_computation(expression: Any) -> None:
    """Refuse what computes from an envelope, as if it were the value."""
    casts = isinstance(expression, Cast) and _is_encrypted(expression)
    counts = isinstance(expression, Count) and not getattr(expression, "distinct", False)
    harmless = casts or counts or isinstance(expression, _GIVE_IT_AS_IT_IS)
    for inner in expression.get_source_expressions():
        if isinstance(inner, EncryptedCol) and not harmless:
            raise FieldError(
                f"{inner.target.label} is encrypted: the database can not compute "
                f"{type(expression).__name__}()."
            )
        if hasattr(inner, "get_source_expressions"):
            _refuse_computation(inner)
