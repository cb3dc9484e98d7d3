"""Rules of tables: constraints that models name, those that Django names, and references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MinValueValidator
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema.errors.places import field_of_column, place_of, rule_named

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.schema.errors.meanings import Refusal

STILL_REFERENCED = _("This can not be deleted or changed while %(others)s point at it.")
NOT_YOURS = _("You may not write this row, as it would be then.")
BROKEN = _("The row breaks the rule “%(name)s” of the database.")


def not_null(refusal: Refusal) -> ValidationError | None:
    """A column must have a value."""
    field = field_of_column(refusal.model, refusal.diagnosis.column)
    if field is None:
        return None
    return ValidationError({field.name: ValidationError(field.error_messages["null"], code="null")})


def rule(refusal: Refusal) -> ValidationError | None:
    """A constraint says what its declaration says, at its field."""
    found: Any = rule_named(refusal.model, refusal.diagnosis.constraint)
    if found is None:
        return _unnamed(refusal)
    if hasattr(found, "violation_error"):
        return found.violation_error(refusal)  # type: ignore[no-any-return]
    if isinstance(found, UniqueConstraint) and _says_nothing(found):
        return _taken(refusal, [*found.fields] or [place_of(found, refusal.model)])
    return ValidationError({place_of(found, refusal.model): _said(found)})


def _said(found: Any) -> ValidationError:
    if _says_nothing(found):
        return ValidationError(BROKEN, code="rule", params={"name": found.name})
    return ValidationError(found.get_violation_error_message(), code=found.violation_error_code)


def _says_nothing(found: Any) -> bool:
    return bool(found.violation_error_message == found.default_violation_error_message)


def _unnamed(refusal: Refusal) -> ValidationError | None:
    """A rule that Django has named: of a unique field, of fields together, of a positive number."""
    model, diagnosis = refusal.model, refusal.diagnosis
    if diagnosis.sqlstate == "23514":
        return _negative(refusal)
    fields = [field_of_column(model, column) for column in diagnosis.key_columns]
    names = [field.name for field in fields if field is not None]
    if diagnosis.sqlstate != "23505" or not names or len(names) < len(fields):
        return _at_table(refusal)
    return _taken(refusal, names)


def _negative(refusal: Refusal) -> ValidationError | None:
    named = [
        f"{refusal.model._meta.db_table}_{field.column}_check" for field in refusal.model._meta.local_fields
    ]
    for field, name in zip(refusal.model._meta.local_fields, named, strict=True):
        if name == refusal.diagnosis.constraint:
            error = ValidationError(MinValueValidator.message, code="min_value", params={"limit_value": 0})
            return ValidationError({field.name: error})
    return _at_table(refusal)


def _at_table(refusal: Refusal) -> ValidationError | None:
    name = refusal.diagnosis.constraint
    return ValidationError(BROKEN, code="rule", params={"name": name}) if name else None


def _taken(refusal: Refusal, names: list[str]) -> ValidationError:
    """Return what Django says about a value that another row has."""
    if NON_FIELD_ERRORS in names:
        return ValidationError(_("Another row has this already."), code="unique")
    # The model has the text, which a project may have changed; it needs an object to be asked.
    instance: Any = refusal.instance or refusal.model()
    owner: Any = refusal.model
    error = instance.unique_error_message(owner, tuple(names))
    return ValidationError({names[0]: error}) if len(names) == 1 else error


def reference(refusal: Refusal) -> ValidationError | None:
    """A foreign key: what it points at is missing, or rows point at what is to go."""
    columns = refusal.diagnosis.key_columns
    named = getattr(rule_named(refusal.model, refusal.diagnosis.constraint), "field", None)
    for field in refusal.model._meta.local_fields:
        if field.is_relation and ((field.column,) == columns or (not columns and field.name == named)):
            return ValidationError({field.name: _no_target(field, refusal.diagnosis.key_value)})
    return still_referenced(refusal.model)


def policy(refusal: Refusal) -> ValidationError | None:
    """A policy of row security, or a view, that does not let the row be what it would be."""
    # The code alone also means that a role lacks a right on the table, which is a mistake of the project.
    found_by_policy = refusal.diagnosis.source == "ExecWithCheckOptions"
    return ValidationError(NOT_YOURS, code="not_allowed") if found_by_policy else None


def still_referenced(pointing: type[Model]) -> ValidationError:
    """Return the error about rows of a model that point at the one which is to go."""
    params = {"others": pointing._meta.verbose_name_plural}
    return ValidationError(STILL_REFERENCED, code="referenced", params=params)


def _no_target(field: Any, value: str) -> ValidationError:
    to = field.remote_field.model._meta.verbose_name
    params = {"model": to, "pk": value, "field": field.target_field.name, "value": value}
    return ValidationError(field.error_messages["invalid"], code="invalid", params=params)
