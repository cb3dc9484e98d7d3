"""From a condition in Python to the SQL of a policy, in the form that keeps the plan of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import F, OuterRef, Q
from django.db.models.expressions import Func, RawSQL, ResolvedOuterRef, Subquery, Window
from django.db.models.functions import Random
from django.db.models.sql.query import Query

from django_schemapatterns.context import CurrentValue
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity.relations import among, hop_of

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

VOLATILE: Final = frozenset(
    {"random", "clock_timestamp", "timeofday", "nextval", "gen_random_uuid", "uuidv4", "uuidv7", "pg_sleep"}
)
_VOLATILE = re.compile(rf"(?i)\b({'|'.join(sorted(VOLATILE))})\s*\(")


class PolicyQuery(Query):
    """A query whose columns are those of the policy's table, without its name."""

    is_policy = True

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, alias_cols=False)


class Condition:
    """
    A condition on the rows of a model.

    strict: whether nobody acting is an error, and not just no row.
    place: what errors say it is part of.
    """

    def __init__(self, q: Q, model: type[Model], *, strict: bool, place: str) -> None:
        self.q = q
        self.model = model
        self.strict = strict
        self.place = place

    def where(self) -> Any:
        """Return the condition as part of a query, or raise a ConfigurationError that says what is wrong."""
        # References to the row are gone once they are resolved.
        self._refuse_what_ruins_the_plan(self.q)
        try:
            where = PolicyQuery(self.model).build_where(self._rewritten(self.q))
        except (FieldError, FieldDoesNotExist) as error:
            raise ConfigurationError(f"{self.place}: {error}") from error
        self._refuse_what_ruins_the_plan(where)
        return where

    def sql(self, editor: SchemaEditor) -> str:
        """Return the condition as SQL."""
        compiler = PolicyQuery(self.model).get_compiler(connection=editor.connection)
        sql, params = self.where().as_sql(compiler, editor.connection)
        if found := _VOLATILE.search(sql):
            raise ConfigurationError(f"{self.place}: {_volatile(found[1])}")
        return str(sql % tuple(editor.quote_value(each) for each in params))

    def _rewritten(self, q: Q) -> Q:
        found = Q()
        found.connector, found.negated = q.connector, q.negated
        children: list[Any] = []
        crossing: dict[Any, list[tuple[str, Any]]] = {}
        for position, child in enumerate(q.children):
            if isinstance(child, Q):
                children.append(self._rewritten(child))
            elif isinstance(child, tuple):
                self._add(child, children, crossing, key=None if q.connector == Q.AND else position)
            else:
                children.append(self._bound(child))
        for (relation, _), paths in crossing.items():
            children.append(among(hop_of(relation), paths))
        found.children = children
        return found

    def _add(
        self,
        child: tuple[str, Any],
        children: list[Any],
        crossing: dict[Any, list[tuple[str, Any]]],
        key: int | None,
    ) -> None:
        path, value = child
        first, rest, target = self._path(path)
        value = self._bound(self._typed(value, target))
        if first is None:
            children.append((path, value))
        else:
            # Conditions on one relation that are joined by AND are about one and the same row over there.
            crossing.setdefault((first, key), []).append((rest, value))

    def _path(self, path: str) -> tuple[Any, str, Any]:
        """Return the relation that leads to another table, what follows it, and the field at the end."""
        options: Any = self.model._meta
        parts = path.split("__")
        names = PolicyQuery(self.model).names_to_path(parts, options, allow_many=True, fail_on_missing=False)
        _, _, (target, *_), lookups = names
        name, *rest = parts
        field = options.pk if name == "pk" else options.get_field(name)
        self._refuse_inherited(field, path)
        if not getattr(field, "is_relation", False):
            return None, "", target
        fields = rest[: len(rest) - len(lookups)]
        if field.concrete and not field.many_to_many:
            own = {"pk", field.target_field.name, field.target_field.attname}
            if not fields or (len(fields) == 1 and fields[0] in own and field.target_field.primary_key):
                return None, "", target
        return field, "__".join(rest), target

    def _refuse_inherited(self, field: Any, path: str) -> None:
        link = self.model._meta.get_ancestor_link(field.model) if field.concrete else None
        if link is not None and field.model is not self.model._meta.concrete_model:
            raise ConfigurationError(
                f"{self.place}: {field.name} is in the table of {field.model._meta.label}. Follow the link "
                f"there: Q({link.name}__{path}=…)."
            )

    def _typed(self, value: Any, target: Any) -> Any:
        if isinstance(value, CurrentValue) and not value.is_typed:
            return value.typed(target)
        if isinstance(value, list | tuple):
            return [self._typed(each, target) for each in value]
        return value

    def _bound(self, value: Any) -> Any:
        """Return the value with those of the context in it as strict as the declaration."""
        if isinstance(value, CurrentValue):
            return value.strict() if self.strict else value
        if isinstance(value, list | tuple):
            return [self._bound(each) for each in value]
        if isinstance(value, Q):
            return self._rewritten(value)
        if not hasattr(value, "get_source_expressions") or isinstance(value, Subquery):
            return value
        found = copy(value)
        found.set_source_expressions([each and self._bound(each) for each in value.get_source_expressions()])
        return found

    def _refuse_what_ruins_the_plan(self, where: Any) -> None:
        for each in parts_of(where):
            if problem := problem_of(each):
                raise ConfigurationError(f"{self.place}: {problem}")


def problem_of(part: Any) -> str:
    """Return what is wrong with a part of a condition, "" if nothing is."""
    if isinstance(part, OuterRef | ResolvedOuterRef):
        return (
            "a subquery that depends on the row is asked for every row again. Follow the relation instead, "
            "as in Q(order__user=current.user_id): that is asked once."
        )
    if isinstance(part, Window) or getattr(part, "contains_aggregate", False):
        return "aggregates and windows are about many rows, and a policy is about one."
    if isinstance(part, Random) or (isinstance(part, Func) and str(part.function).lower() in VOLATILE):
        return _volatile(part.function)
    if isinstance(part, RawSQL):
        return "RawSQL() hides from migrations what it depends on. Write the condition with fields."
    if isinstance(part, Func) and not type(part).__module__.startswith("django.") and _has_columns(part):
        return (
            f"{part.function}() is called for every row. Compare a column with what is the same for all "
            "rows, or follow a relation."
        )
    return ""


def _volatile(function: Any) -> str:
    return f"{function}() is volatile: it is called for every row again, with another answer each time."


def parts_of(node: Any) -> Iterator[Any]:
    """Return everything that a condition consists of, also within its subqueries."""
    if not isinstance(node, tuple | list):
        yield node
    for each in _inner_parts(node):
        yield from parts_of(each)


def _inner_parts(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple | list):
        yield from node
    yield from getattr(node, "children", ())
    for query in (node, getattr(node, "query", None), getattr(node, "queryset", None)):
        query = getattr(query, "query", query)  # noqa: PLW2901 - a queryset stands for its query
        if isinstance(query, Query):
            yield query.where
    yield from (each for each in getattr(node, "get_source_expressions", list)() if each is not None)
    sides = (getattr(node, side, None) for side in ("lhs", "rhs"))
    yield from (each for each in sides if hasattr(each, "get_source_expressions") or isinstance(each, Query))


def _has_columns(part: Any) -> bool:
    return any(isinstance(each, F) or getattr(each, "target", None) is not None for each in parts_of(part))
