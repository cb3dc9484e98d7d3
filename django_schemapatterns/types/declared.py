"""A field of a domain that is declared in SQL, without a class of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django_schemapatterns.schema.domains import Domain

# What PostgreSQL calls a type, with arguments, and the Django field of such values with its own.
PYTHON_SIDE: dict[str, tuple[type[models.Field[Any, Any]], tuple[str, ...]]] = {
    "text": (models.TextField, ()),
    "citext": (models.TextField, ()),
    "character varying": (models.CharField, ("max_length",)),
    "varchar": (models.CharField, ("max_length",)),
    "smallint": (models.SmallIntegerField, ()),
    "integer": (models.IntegerField, ()),
    "bigint": (models.BigIntegerField, ()),
    "numeric": (models.DecimalField, ("max_digits", "decimal_places")),
    "double precision": (models.FloatField, ()),
    "boolean": (models.BooleanField, ()),
    "date": (models.DateField, ()),
    "timestamp with time zone": (models.DateTimeField, ()),
    "timestamptz": (models.DateTimeField, ()),
    "time without time zone": (models.TimeField, ()),
    "interval": (models.DurationField, ()),
    "uuid": (models.UUIDField, ()),
    "jsonb": (models.JSONField, ()),
    "inet": (models.GenericIPAddressField, ()),
    "bytea": (models.BinaryField, ()),
}
_TYPE = re.compile(r"([a-z ]+?)\s*(?:\(([0-9, ]+)\))?")


def python_side(db_type: str) -> tuple[type[models.Field[Any, Any]], dict[str, int]] | None:
    """Return the Django field of a type of PostgreSQL, and its arguments; None for a type without one."""
    match = _TYPE.fullmatch(db_type.strip().lower())
    if match is None or match[1] not in PYTHON_SIDE:
        return None
    field, names = PYTHON_SIDE[match[1]]
    sizes = [int(size) for size in match[2].split(",")] if match[2] else []
    if match[1] == "numeric" and len(sizes) == 1:
        sizes.append(0)
    if not sizes and field is not models.DecimalField:
        return field, {}
    return (field, dict(zip(names, sizes, strict=True))) if len(sizes) == len(names) else None


def sizes_of(domain: Domain) -> tuple[type[models.Field[Any, Any]], dict[str, int]]:
    """Return the Django field for a domain and its arguments; raises ConfigurationError without one."""
    found = python_side(domain.db_type)
    if found is None:
        raise ConfigurationError(
            f"DomainField knows no Django field for {domain.db_type!r}, of which {domain.name!r} is made. "
            "Write a class with that field as second base: class SkuField(DomainField, models.CharField)."
        )
    return found


@cache
def class_of(base: Any, inline: Any) -> Any:
    """Return the class of fields that are of a domain and have the base as second base."""
    return type("DomainField", (inline, base), {"__module__": inline.__module__})
