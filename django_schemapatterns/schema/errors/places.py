"""Which model an error of the database is about, and which of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q

from django_schemapatterns.schema.errors.diagnosis import Diagnosis
from django_schemapatterns.schema.free import free_objects

if TYPE_CHECKING:
    from django.db.models import BaseConstraint, Field, Model


def model_of(diagnosis: Diagnosis, models: Iterable[type[Model]]) -> type[Model] | None:
    """
    Return the model whose table the error names: one of those given, else any.

    An error that names no table, as those of types do, or a partition, is about the first of those given; if
    it names a type, about the first that has it.
    """
    given = sorted(models, key=lambda model: not fields_of_type(model, diagnosis.datatype))
    near = [each for model in given for each in _around(model)]
    for model in [*near, *apps.get_models(include_auto_created=True)]:
        if not model._meta.proxy and is_table(diagnosis, model):
            return model
    return given[0] if given else None


def is_table(diagnosis: Diagnosis, model: type[Model]) -> bool:
    """Return whether the error names the table of a model."""
    schema, _dot, name = model._meta.db_table.rpartition('"."')
    return name.strip('"') == diagnosis.table and schema.strip('"') in ("", diagnosis.schema)


def table_named(name: str) -> type[Model] | None:
    """Return the model of a table."""
    return model_of(Diagnosis("", table=name), ())


def field_of_column(model: type[Model], column: str) -> Field[Any, Any] | None:
    """Return the field of a column."""
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def fields_of_type(model: type[Model], name: str) -> list[Any]:
    """Return the fields whose column is of a domain or an enum."""
    fields = model._meta.concrete_fields
    return [field for field in fields if name in {each.name for each in free_objects(field)}]


def rule_named(model: type[Model], name: str) -> BaseConstraint | None:
    """Return the constraint of a model that the database calls so."""
    for each in (model, *model._meta.get_parent_list()):
        for rule in each._meta.constraints:
            if name in getattr(rule, "error_names", (rule.name,)):
                return rule
    return None


def place_of(rule: Any, model: type[Model]) -> str:
    """Return the field that a constraint is about: the one it names, or the only one it has."""
    if named := getattr(rule, "error_field", "") or getattr(rule, "field", ""):
        return str(named)
    names = set(_fields_of(rule, model))
    return names.pop() if len(names) == 1 else NON_FIELD_ERRORS


def _fields_of(rule: Any, model: type[Model]) -> Iterator[str]:
    """Yield the fields that have to do with a rule, without those that only say where it holds."""
    yield from getattr(rule, "fields", ())
    expressions = getattr(rule, "expressions", ())
    if not hasattr(rule, "fields") and not expressions and isinstance(getattr(rule, "condition", None), Q):
        expressions = (rule.condition,)
    for each in expressions:
        part = each[0] if isinstance(each, tuple | list) else each
        if isinstance(part, str):
            yield part
            continue
        for reference in model._get_expr_references(part):  # type: ignore[attr-defined]
            yield reference[0]


def _around(model: type[Model]) -> Iterator[type[Model]]:
    """Yield a model, those that it inherits tables from, and those of its links."""
    concrete: Any = model._meta.concrete_model
    yield concrete
    yield from concrete._meta.get_parent_list()
    for field in concrete._meta.many_to_many:
        yield field.remote_field.through
