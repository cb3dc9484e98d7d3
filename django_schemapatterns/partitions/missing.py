"""A row for which there is no partition: what the server says of it, in the words of the model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import MissingPartition
from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.schema.errors.diagnosis import Diagnosis

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.schema.errors import Refusal

NO_PLACE = _("There is no partition for this value.")


def is_missing(diagnosis: Diagnosis | None, model: type[Model]) -> bool:
    """Return whether an error says that a row of a model fits into no partition."""
    if diagnosis is None or (diagnosis.sqlstate, diagnosis.constraint) != ("23514", ""):
        return False
    # It names the partitioned table, and no column, constraint or type.
    return bool(diagnosis.table) and not diagnosis.datatype and partition_options(model) is not None


@contextmanager
def explained(model: type[Model]) -> Iterator[None]:
    """Raise MissingPartition, which says what to do, for the IntegrityError of the database."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = Diagnosis.of(error)
        if diagnosis is None or not is_missing(diagnosis, model):
            raise
        options = partition_options(model)
        key = options.name if options else ""
        raise MissingPartition(
            f"{model._meta.label}: no partition takes this row. {diagnosis.detail} "
            f"Run `manage.py partitions ensure`, which makes them ahead, or give {key} a value of a period "
            "that has one."
        ) from error


def meaning(refusal: Refusal) -> ValidationError | None:
    """Return what a form says of a row without a place, at the field that decides."""
    if not is_missing(refusal.diagnosis, refusal.model):
        return None
    options = partition_options(refusal.model)
    field = refusal.model._meta.get_field(options.name) if options else None
    if field is None:
        return None
    is_null = refusal.diagnosis.detail.endswith("= (null).")
    message = field.error_messages["null"] if is_null else NO_PLACE  # type: ignore[union-attr]
    return ValidationError({field.name: ValidationError(message, code="null" if is_null else "partition")})
