"""What can be asked of attributes, as conditions that indexes serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import BooleanField, CharField, ExpressionWrapper, Func, Q, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from django_schemapatterns.attributes.attribute import Attribute, near
from django_schemapatterns.attributes.kinds import KINDS, Kind, ListOf, Text, pretty, shown
from django_schemapatterns.schema.documents import moment_text

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.attributes.fields import AttributesField

COMPARISONS = ("gt", "gte", "lt", "lte", "range")
TEXT = ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iexact")
LISTS = ("has", "has_any", "has_all")
_MANY = ("in", "range", "has_any", "has_all")


def condition(field: AttributesField, lookups: dict[str, Any]) -> Q:
    """Return the condition that all lookups hold, such as `{"color": "red", "weight__gte": 2}`."""
    if not lookups:
        raise TypeError("Name at least one attribute, since no condition would match every row.")
    return reduce(and_, (_single(field, key, value) for key, value in lookups.items()))


def surely(asked: Q) -> Any:
    """Return a condition that is false where the other one is unknown."""
    return Coalesce(ExpressionWrapper(asked, output_field=BooleanField()), Value(False))  # noqa: FBT003


def field_of(model: type[Model], name: str | None) -> AttributesField:
    """Return the field of a model that has attributes, which need not be named if there is one only."""
    from django_schemapatterns.attributes.fields import AttributesField

    fields = {each.name: each for each in model._meta.concrete_fields if isinstance(each, AttributesField)}
    if name is None and len(fields) == 1:
        return next(iter(fields.values()))
    if name not in fields:
        reason = f"has no AttributesField {name!r}" if name else "has not exactly one AttributesField"
        raise FieldError(f"{model._meta.label} {reason}; it has: {shown(fields) or 'none'}.")
    return fields[name]


def attributes_named(field: AttributesField, name: str) -> list[Attribute]:
    """Return what an attribute is, in any of the schemas; nothing if any name may be used."""
    found = [schema.attributes[name] for _value, schema in field.branches() if name in schema.attributes]
    if found or field.additional or callable(field.schema):
        return found
    known = field.every_attribute()
    place = f"{field.model._meta.label}.{field.name}"
    raise FieldError(f"{place} has no attribute {name!r}; it has: {shown(known)}.{near(name, known)}")


def _single(field: AttributesField, key: str, value: Any) -> Q:
    name, _, lookup = key.partition("__")
    attributes = attributes_named(field, name)
    lookup = lookup or "exact"
    if value is None and lookup == "exact":
        lookup, value = "isnull", True
    _check(name, attributes, lookup)
    if lookup != "isnull" and lookup not in TEXT:
        value = _checked(name, attributes, lookup, value)
    return _ask(lookup)(field.name, name, lookup, value)


def _check(name: str, attributes: list[Attribute], lookup: str) -> None:
    known = _lookups(attributes)
    if lookup not in known:
        raise FieldError(f"{name!r} can not be asked for {lookup!r}; it can for: {shown(known)}.")


def _lookups(attributes: list[Attribute]) -> list[str]:
    kinds = [attribute.kind for attribute in attributes] or list(KINDS.values())
    found = ["exact", "in", "isnull"]
    found += COMPARISONS if any(kind.compares and not isinstance(kind, ListOf) for kind in kinds) else ()
    found += TEXT if any(isinstance(kind, Text) for kind in kinds) else ()
    found += LISTS if any(isinstance(kind, ListOf) for kind in kinds) else ()
    return found


def _checked(name: str, attributes: list[Attribute], lookup: str, value: Any) -> Any:
    """Return the value as JSON has it; one that the attribute never has is a mistake of whoever asks."""
    values = list(value) if lookup in _MANY else [value]
    for each in values:
        kinds = [_compared(attribute.kind, lookup) for attribute in attributes]
        if kinds and not any(kind.is_one(each) for kind in kinds):
            nouns = shown(kind.noun(attribute) for kind, attribute in zip(kinds, attributes, strict=True))
            raise ValueError(f"{name!r} is compared with {nouns}, not {pretty(each)!r}.")
    plain = [_as_text(each) for each in values]
    return plain if lookup in _MANY else plain[0]


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _compared(kind: Kind, lookup: str) -> Kind:
    return kind.item if lookup in LISTS and isinstance(kind, ListOf) else kind


def _ask(lookup: str) -> Callable[[str, str, str, Any], Q]:
    asks = {"exact": _exact, "in": _in, **dict.fromkeys(LISTS, _has), **dict.fromkeys(COMPARISONS, _compare)}
    return asks.get(lookup, _plain)


def _exact(field: str, name: str, _lookup: str, value: Any) -> Q:
    contained = Q(**{f"{field}__contains": {name: value}})
    whole = isinstance(value, list | tuple)  # which contains any list with fewer items
    return contained & _plain(field, name, "exact", value) if whole else contained


def _in(field: str, name: str, _lookup: str, values: list[Any]) -> Q:
    return _any(_exact(field, name, "exact", value) for value in values)


def _has(field: str, name: str, lookup: str, value: Any) -> Q:
    if lookup == "has_any":
        return _any(_has(field, name, "has", each) for each in value)
    return Q(**{f"{field}__contains": {name: value if lookup == "has_all" else [value]}})


def _compare(field: str, name: str, lookup: str, value: Any) -> Q:
    # PostgreSQL also orders JSON of different types: a text is less than any number, and true is greater.
    low = value[0] if lookup == "range" else value
    json_type = "string" if isinstance(low, str) else "number"
    typed = Func(KeyTransform(name, field), function="jsonb_typeof", output_field=CharField())
    if lookup == "range":
        limits = _plain(field, name, "gte", value[0]) & _plain(field, name, "lte", value[1])
        return limits & Q(Exact(typed, json_type))
    return _plain(field, name, lookup, value) & Q(Exact(typed, json_type))


def _plain(field: str, name: str, lookup: str, value: Any) -> Q:
    return Q(**{f"{field}__{name}__{lookup}": value})


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))
