"""What the refusals of the triggers of versions mean, in the words that people read."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema.errors import Refusal, declare_meaning
from django_schemapatterns.schema.errors.places import field_of_column


def _no_owner(refusal: Refusal) -> ValidationError | None:
    field = field_of_column(refusal.model, refusal.diagnosis.column)
    if field is None or field.remote_field is None:
        return None
    owner = field.remote_field.model._meta.verbose_name
    message = _("There is no such %(owner)s any more.")
    return ValidationError({field.name: ValidationError(message, code="missing", params={"owner": owner})})


def _without_version(refusal: Refusal) -> ValidationError:
    versions = refusal.model._meta.verbose_name_plural
    message = _(
        "The row would be left without one of its %(versions)s in force. Change the row itself: they follow."
    )
    return ValidationError(message, code="in_force", params={"versions": versions})


def _no_moment(refusal: Refusal) -> ValidationError:
    message = _("Name the moment from which on it is in force.")
    return ValidationError({"effective_from": ValidationError(message, code="moment")})


def _belief(refusal: Refusal) -> ValidationError:
    message = _("This is what was believed once, and stays. Correct the version that has taken its place.")
    return ValidationError(message, code="belief")


declare_meaning("23503", "period_owner", _no_owner)
declare_meaning("23514", "period_in_force", _without_version)
declare_meaning("22008", "period_moment", _no_moment)
declare_meaning("23514", "period_belief", _belief)
