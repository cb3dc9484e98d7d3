"""The columns that mark a row as deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from django.db.models import Model

    _DateTimeField = models.DateTimeField[Any, Any]
    _UUIDField = models.UUIDField[Any, Any]
else:
    _DateTimeField, _UUIDField = models.DateTimeField, models.UUIDField


class _ServerKept:
    """A column that `save()` leaves as it is, so that a stale instance revives nothing."""

    attname: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"null": True, "blank": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        for implied in ("null", "blank", "editable"):
            kwargs.pop(implied, None)
        return name, f"django_schemapatterns.fields.{type(self).__name__}", args, kwargs

    def pre_save(self, model_instance: Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        return getattr(model_instance, self.attname) if add else F(self.attname)


class MarkField(_ServerKept, _DateTimeField):
    """When the row was deleted; NULL while it is alive."""


class BatchField(_ServerKept, _UUIDField):
    """What the rows that were deleted together have in common."""
