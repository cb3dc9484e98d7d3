"""What the database refuses, as the ValidationError that a form would show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import Error

from django_schemapatterns.schema.free import free_objects

if TYPE_CHECKING:
    from django.db.models import Model


def validation_error(error: Error, model: type[Model]) -> ValidationError | None:
    """
    Return what is wrong with the values of a model, None when the error is about something else.

    The rule of a domain names its type: if one field of the model has it, the error is that field's. A rule
    of the table is found by its name.
    """
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.sqlstate != "23514":
        return None
    name = diagnosis.datatype_name
    if name is None:
        return _constraint_error(model, diagnosis.constraint_name)
    fields: list[Any] = [
        field for field in model._meta.local_fields if name in {each.name for each in free_objects(field)}
    ]
    if not fields:
        return None
    place = fields[0].name if len(fields) == 1 else NON_FIELD_ERRORS
    return ValidationError({place: _rule_error(fields[0], diagnosis)})


@contextmanager
def as_validation_errors(model: type[Model]) -> Iterator[None]:
    """
    Turn what the database refuses about values of a model into ValidationError.

        with as_validation_errors(Contact):
            Contact.objects.filter(pk=1).update(email=F("phone"))
    """
    try:
        yield
    except Error as error:
        translated = validation_error(error, model)
        if translated is None:
            raise
        raise translated from error


def _constraint_error(model: type[Model], name: str | None) -> ValidationError | None:
    """Return what a constraint of the model says, at its field if it names one."""
    found = [each for each in model._meta.constraints if each.name == name]
    if not found:
        return None
    rule = found[0]
    place = getattr(rule, "field", "") or NON_FIELD_ERRORS
    message = rule.get_violation_error_message()
    return ValidationError({place: ValidationError(message, code=rule.violation_error_code)})


def _rule_error(field: Any, diagnosis: Any) -> ValidationError:
    """Return what the validator of the same name would say."""
    rule = diagnosis.constraint_name
    validators = getattr(field, "base_field", field).validators
    found = [each for each in validators if getattr(each, "name", None) == rule]
    return found[0].error() if found else ValidationError(diagnosis.message_primary, code=rule)
