"""The one place in which errors of the database become ValidationErrors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import Error, connections, router, transaction

from django_schemapatterns.schema.errors import rules, values
from django_schemapatterns.schema.errors.diagnosis import Diagnosis
from django_schemapatterns.schema.errors.meanings import Meaning, Refusal, declared
from django_schemapatterns.schema.errors.places import model_of

if TYPE_CHECKING:
    from django.db.models import Model

_BY_CODE: dict[str, Meaning] = {
    "23502": rules.not_null,
    "23503": rules.reference,
    "23001": rules.reference,
    "23505": rules.rule,
    "23514": rules.rule,
    "23P01": rules.rule,
    "42501": rules.policy,
    "44000": rules.policy,
}
# Of the errors about data, those that a value can be blamed for; a division by zero is a bug.
_VALUES = ["22000", "22001", "22003", "22007", "22008", "22021", "22030", "22032", "22P02", "22P03", "22P05"]
_BY_CODE |= dict.fromkeys(_VALUES, values.value)
_BY_CODE |= dict.fromkeys(["54000", "54001"], values.limit)


def refusal_of(
    error: BaseException, *models: type[Model], instance: Model | None = None, using: str | None = None
) -> Refusal | None:
    """Return what an error is about: the model is one of those given, or the one whose table it names."""
    diagnosis = Diagnosis.of(error)
    if diagnosis is None:
        return None
    model = model_of(diagnosis, models)
    if model is None:
        return None
    row = instance if instance is not None and isinstance(instance, model) else None
    alias = using or router.db_for_write(model, instance=instance)
    broken = connections[alias].needs_rollback and connections[alias].in_atomic_block
    return Refusal(diagnosis, model, row, None if broken else alias)


def explanation(refusal: Refusal) -> ValidationError | None:
    """Return what people are told, by field; None when the error is not about what they have entered."""
    read = _reading(refusal.diagnosis)
    found = read(refusal) if read else None
    if found is None or hasattr(found, "error_dict"):
        return found
    return ValidationError({NON_FIELD_ERRORS: found})


def _reading(diagnosis: Diagnosis) -> Meaning | None:
    if meaning := declared(diagnosis):
        return meaning
    if diagnosis.datatype and diagnosis.sqlstate == "23514":
        return values.domain
    return _BY_CODE.get(diagnosis.sqlstate)


def validation_error(
    error: BaseException, *models: type[Model], instance: Model | None = None, using: str | None = None
) -> ValidationError | None:
    """
    Return an error of the database as the ValidationError that a form would show, None when it is no such.

        except django.db.Error as error:
            told = validation_error(error, Contact)

    models: those that were written, in doubt the first; an error that names its table needs none.
    instance: the row, whose fields can tell which value is too long.
    """
    refusal = refusal_of(error, *models, instance=instance, using=using)
    return explanation(refusal) if refusal else None


@contextmanager
def as_validation_errors(
    *models: type[Model], instance: Model | None = None, using: str | None = None
) -> Iterator[None]:
    """
    Turn what the database refuses about values of a model into ValidationError.

        with as_validation_errors(Contact):
            Contact.objects.filter(pk=1).update(email=F("phone"))

        with as_validation_errors(instance=contact):
            contact.save()

    The block is atomic: after the error the transaction around it goes on, and the instance is as it was.
    Other errors stay what they are. models, instance: as of `validation_error`.
    """
    written = (*models, *([type(instance)] if instance is not None else []))
    if not written:
        raise TypeError("as_validation_errors() needs a model, or instance=.")
    alias = using or router.db_for_write(written[0], instance=instance)
    before = (instance._state.adding, instance.pk) if instance is not None else None
    try:
        with transaction.atomic(using=alias):
            yield
    except Error as error:
        if instance is not None and before is not None:
            instance._state.adding, instance.pk = before
        translated = validation_error(error, *written, instance=instance, using=alias)
        if translated is None:
            raise
        raise translated from error
