"""Values that a type can not hold: domains, enums, and what is too long, too large or too deep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema.errors.places import fields_of_type, place_of, rule_named

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.schema.errors.meanings import Refusal

NOT_STORABLE = _("A value is too long, too large or of another kind than its column can hold.")
TOO_LARGE = _("A value is too large or too deeply nested for the database.")
TOO_LARGE_FOR_INDEX = _("This value is too long to be looked up by.")
# Whether a form may leave something empty is none of the database's business.
_EMPTY = {"blank", "null", "required"}
_storable = ProhibitNullCharactersValidator()


def domain(refusal: Refusal) -> ValidationError | None:
    """A domain: the error names the type and the rule, and no column."""
    fields = fields_of_type(refusal.model, refusal.diagnosis.datatype)
    if not fields:
        return None
    wrong = [field for field in fields if refusal.instance and _complaint(field, refusal.instance)]
    found = fields if len(fields) == 1 else wrong
    place = found[0].name if len(found) == 1 else NON_FIELD_ERRORS
    return ValidationError({place: _rule_error(fields[0], refusal)})


def value(refusal: Refusal) -> ValidationError:
    """A value of the wrong kind: the fields know what they can hold, if there is a row to ask them about."""
    if refusal.instance is not None and (errors := _complaints(refusal.instance)):
        return ValidationError(errors)
    return _label(refusal) or _length(refusal) or ValidationError(NOT_STORABLE, code="not_storable")


def limit(refusal: Refusal) -> ValidationError:
    """What goes beyond a limit of PostgreSQL itself; of an index it tells the name."""
    found = rule_named(refusal.model, refusal.diagnosis.constraint) or _index(refusal)
    if found is not None:
        error = ValidationError(TOO_LARGE_FOR_INDEX, code="too_large")
        return ValidationError({place_of(found, refusal.model): error})
    columns = _unique_columns(refusal)
    if len(columns) == 1:
        return ValidationError({columns[0]: ValidationError(TOO_LARGE_FOR_INDEX, code="too_large")})
    return ValidationError(TOO_LARGE, code="too_large")


def _index(refusal: Refusal) -> Any:
    name = refusal.diagnosis.constraint
    return next((index for index in refusal.model._meta.indexes if index.name == name), None)


def _unique_columns(refusal: Refusal) -> list[str]:
    """Return the fields whose own index, which Django has named, the error is about."""
    start = refusal.model._meta.db_table
    fields: list[Any] = [*refusal.model._meta.local_fields]
    name = refusal.diagnosis.constraint
    own = [each for each in fields if each.unique or each.db_index]
    return [each.name for each in own if name.startswith(f"{start}_{each.column}_")]


def _rule_error(field: Any, refusal: Refusal) -> ValidationError:
    """Return what the validator of the same name would say."""
    name = refusal.diagnosis.constraint
    validators = getattr(field, "base_field", field).validators
    found = [each for each in validators if getattr(each, "name", None) == name]
    return found[0].error() if found else ValidationError(refusal.diagnosis.message, code=name)


def _complaints(instance: Model) -> dict[str, list[ValidationError]]:
    found = {field.name: _complaint(field, instance) for field in instance._meta.concrete_fields}
    return {name: errors for name, errors in found.items() if errors}


def _complaint(field: Any, instance: Model) -> list[ValidationError]:
    """Return what a field has to say about the value of a row."""
    raw = instance.__dict__.get(field.attname)
    if raw is None or hasattr(raw, "resolve_expression"):
        return []
    try:
        _storable(raw)
        field.clean(raw, instance)
    except ValidationError as error:
        return [each for each in error.error_list if each.code not in _EMPTY]
    return []


def _label(refusal: Refusal) -> ValidationError | None:
    """Find the enum that the text names: nothing else does."""
    if refusal.diagnosis.sqlstate != "22P02":
        return None
    words = set(re.findall(r"\w+", refusal.diagnosis.message.rpartition(":")[0]))
    fields = [field for name in words for field in fields_of_type(refusal.model, name)]
    if len(fields) != 1:
        return None
    label = refusal.diagnosis.message.rpartition(": ")[2].strip('"»«„“')
    error = ValidationError(
        fields[0].error_messages["invalid_choice"], code="invalid_choice", params={"value": label}
    )
    return ValidationError({fields[0].name: error})


def _length(refusal: Refusal) -> ValidationError | None:
    """Find the only text of the length that the database names."""
    found = re.search(r"\((\d+)\)", refusal.diagnosis.message)
    if refusal.diagnosis.sqlstate != "22001" or found is None:
        return None
    names = list(_of_length(refusal.model, int(found[1])))
    message = _("Use at most %(max)d characters.")
    error = ValidationError(message, code="max_length", params={"max": int(found[1])})
    return ValidationError({names[0] if len(names) == 1 else NON_FIELD_ERRORS: error})


def _of_length(model: type[Model], length: int) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if getattr(field, "max_length", None) == length:
            yield field.name
