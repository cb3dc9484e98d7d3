"""The database's refusals as the errors that Django users know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError

from django_schemapatterns.exceptions import ParentDeleted, RestoreConflict
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
        translated = _translate(error, using)
        if translated is None:
            raise
        raise translated from error


def _translate(error: IntegrityError, using: str) -> Exception | None:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    match diagnosis and (diagnosis.sqlstate, diagnosis.constraint_name):
        case ("23001", "protect"):
            return ProtectedError(diagnosis.message_primary, _pointing(diagnosis, using))
        case ("23001", "restrict"):
            return RestrictedError(diagnosis.message_primary, _pointing(diagnosis, using))
        case ("23503", "alive_reference"):
            return ParentDeleted(f"{diagnosis.message_primary} {diagnosis.message_detail}")
        case ("23505" | "23P01", _):
            return _conflict(diagnosis, using)
        case _:
            return None


def _conflict(diagnosis: Any, using: str) -> RestoreConflict:
    row = alive_row(diagnosis, using)
    taker = f"{row._meta.object_name} {row.pk}" if row else "An alive row"
    place = f"{diagnosis.constraint_name} of {diagnosis.table_name}"
    error = RestoreConflict(f"{taker} has taken the place ({place}): {diagnosis.message_detail}")
    error.constraint, error.row = diagnosis.constraint_name, row
    return error


def _pointing(diagnosis: Any, using: str) -> set[Model]:
    """Return the rows that stand in the way, some of them when there are many."""
    found = _REFERENCED.match(diagnosis.message_detail or "")
    if found is None:
        return set()
    _, key, column, table = found.groups()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table and not model._meta.proxy:
            field = next(field for field in model._meta.local_fields if field.column == column)
            return set(model._base_manager.using(using).filter(**{field.attname: key})[:SHOWN])
    return set()
