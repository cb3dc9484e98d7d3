"""The database's refusals as the errors that Django users know, and in the words that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ParentDeleted, RestoreConflict
from django_schemapatterns.schema.errors import Diagnosis, Refusal, declare_meaning
from django_schemapatterns.schema.errors.places import field_of_column, table_named
from django_schemapatterns.schema.errors.rules import still_referenced
from django_schemapatterns.softdelete.conflicts import alive_row

if TYPE_CHECKING:
    from django.db.models import Model

_REFERENCED = re.compile(r'^Key \((.+)\)=\((.*)\) is referenced from column "(.+)" of table "(.+)"\.$')
SHOWN = 100


@contextmanager
def friendly(using: str) -> Iterator[None]:
    """Turn what PostgreSQL refuses into ProtectedError, RestrictedError, RestoreConflict or ParentDeleted."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = Diagnosis.of(error)
        translated = _translate(diagnosis, using) if diagnosis else None
        if translated is None:
            raise
        raise translated from error


def _translate(diagnosis: Diagnosis, using: str) -> Exception | None:
    match diagnosis.sqlstate, diagnosis.constraint:
        case ("23001", "protect"):
            return ProtectedError(diagnosis.message, _pointing(diagnosis, using))
        case ("23001", "restrict"):
            return RestrictedError(diagnosis.message, _pointing(diagnosis, using))
        case ("23503", "alive_reference"):
            return ParentDeleted(f"{diagnosis.message} {diagnosis.detail}")
        case ("23505" | "23P01", _):
            return _conflict(diagnosis, using)
        case _:
            return None


def _conflict(diagnosis: Diagnosis, using: str) -> RestoreConflict:
    row = alive_row(diagnosis, using)
    taker = f"{row._meta.object_name} {row.pk}" if row else "An alive row"
    place = f"{diagnosis.constraint} of {diagnosis.table}"
    error = RestoreConflict(f"{taker} has taken the place ({place}): {diagnosis.detail}")
    error.constraint, error.row = diagnosis.constraint, row
    return error


def _pointing(diagnosis: Diagnosis, using: str) -> set[Model]:
    """Return the rows that stand in the way, some of them when there are many."""
    found = _REFERENCED.match(diagnosis.detail)
    model = found and table_named(found[4])
    field = field_of_column(model, found[3]) if found and model else None
    if found is None or not model or field is None:
        return set()
    return set(model._base_manager.using(using).filter(**{field.attname: found[2]})[:SHOWN])


def _protected(refusal: Refusal) -> ValidationError:
    found = _REFERENCED.match(refusal.diagnosis.detail)
    return still_referenced((found and table_named(found[4])) or refusal.model)


def _parent_deleted(refusal: Refusal) -> ValidationError | None:
    field = field_of_column(refusal.model, refusal.diagnosis.column)
    if field is None or field.remote_field is None:
        return None
    parent = field.remote_field.model._meta.verbose_name
    message = _("This %(model)s is deleted. Choose another one, or restore it.")
    return ValidationError({field.name: ValidationError(message, code="deleted", params={"model": parent})})


def _guarded(refusal: Refusal) -> ValidationError:
    rows = refusal.model._meta.verbose_name_plural
    message = _("%(rows)s can not be deleted in this way: they would be lost for good.")
    return ValidationError(message, code="guarded", params={"rows": rows})


declare_meaning("23001", "protect", _protected)
declare_meaning("23001", "restrict", _protected)
declare_meaning("23001", "", _guarded)
declare_meaning("23503", "alive_reference", _parent_deleted)
