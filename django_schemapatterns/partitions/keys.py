"""Which partition a row is in, as an instance knows it, so that no other is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.db.models.expressions import BaseExpression, Combinable

from django_schemapatterns.partitions.options import partition_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Field, Model

_fields: WeakKeyDictionary[type[Model], list[Field[Any, Any]]] = WeakKeyDictionary()


def fields_of_key(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the fields beside the primary key that say where a row is; in the composite mode its parts."""
    if model not in _fields:
        _fields[model] = _find(model)
    return _fields[model]


def _find(model: type[Model]) -> list[Field[Any, Any]]:
    options = partition_options(model._meta.concrete_model or model)
    if options is None:
        return []
    fields = [each for each in model._meta.local_concrete_fields if each.column in options.columns]
    if options.key == "composite":
        return [*model._meta.pk_fields, *(each for each in fields if each not in model._meta.pk_fields)]
    return [each for each in fields if not each.primary_key]


def remember(instance: Model) -> None:
    """Take the key that an instance has now for the one that its row has."""
    fields = fields_of_key(type(instance))
    if not fields:
        return
    loaded = instance.__dict__
    values = {
        each.attname: loaded[each.attname]
        for each in fields
        if each.attname in loaded and not isinstance(loaded[each.attname], BaseExpression | Combinable)
    }
    instance._state.partition_key = values  # type: ignore[attr-defined]


def remembered(instance: Model) -> Mapping[str, Any]:
    """Return the key that an instance's row had when it was read or written: values by attribute."""
    return getattr(instance._state, "partition_key", {})


def moved_parts(
    instance: Model, values: Sequence[tuple[Any, Any, Any]]
) -> list[tuple[Field[Any, Any], None, Any]]:
    """Return the parts of a composite primary key that are not what they were, as values of an UPDATE."""
    known, given = remembered(instance), {each for each, _, _ in values}
    return [
        (field, None, getattr(instance, field.attname))
        for field in type(instance)._meta.pk_fields
        if field not in given
        and field.attname in known
        and getattr(instance, field.attname) != known[field.attname]
    ]
