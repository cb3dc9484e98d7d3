"""Checks of the declaration of a rule against overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.core.exceptions import FieldDoesNotExist

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.periods.overlap import NoOverlap

PERIOD = (
    "the last field must be one of ranges, or the last two must both be DateFields or both DateTimeFields"
)


def check_overlap(rule: NoOverlap, model: type[Model]) -> list[CheckMessage]:
    """Tell what is wrong with the fields of a rule."""
    if wrong := [message for name in rule.fields for message in _check_field(rule, model, name)]:
        return wrong
    columns = rule.find_columns(model)
    if columns is None:
        return [
            _error(
                rule, model, f"knows no period: {PERIOD}.", PERIOD.capitalize() + ".", "schemapatterns.E351"
            )
        ]
    if rule.native and not (columns.keys and len(columns.period) == 1):
        hint = "Leave native=True out, or keep the period in one field of ranges and name a key before it."
        return [
            _error(
                rule,
                model,
                "can be no temporal key, which needs a key and a range.",
                hint,
                "schemapatterns.E352",
            )
        ]
    return [_nullable(rule, model, name) for name in columns.nullable]


def _check_field(rule: NoOverlap, model: type[Model], name: str) -> list[CheckMessage]:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        known = ", ".join(field.name for field in model._meta.local_fields)
        return [
            _error(
                rule,
                model,
                f"names {name!r}, which is no field.",
                f"There are {known}.",
                "schemapatterns.E350",
            )
        ]
    if field in model._meta.local_fields and field.column is not None:
        return []
    hint = "Name fields that have a column in the model's own table."
    return [
        _error(rule, model, f"names {name!r}, which is no column of its table.", hint, "schemapatterns.E350")
    ]


def _nullable(rule: NoOverlap, model: type[Model], name: str) -> CheckMessage:
    return CheckWarning(
        f"{model._meta.label}: rows without {name} may overlap, in spite of {rule.name}.",
        hint=f"Make {name} NOT NULL, or put schemapatterns.W350 into SILENCED_SYSTEM_CHECKS.",
        obj=model,
        id="schemapatterns.W350",
    )


def _error(rule: NoOverlap, model: type[Model], what: str, hint: str, number: str) -> CheckMessage:
    text = f"{model._meta.label}: {rule.name} {what}"
    return Error(text, hint=hint, obj=model, id=number)
