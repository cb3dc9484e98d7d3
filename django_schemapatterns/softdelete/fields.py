"""The columns that mark a row as deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, ForeignKey, ManyToOneRel
from django.db.models.lookups import IsNull

from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from django.db.models import Model

    _DateTimeField = models.DateTimeField[Any, Any]
    _ForeignKey = ForeignKey[Any, Any]
    _UUIDField = models.UUIDField[Any, Any]
else:
    _DateTimeField, _ForeignKey, _UUIDField = models.DateTimeField, ForeignKey, models.UUIDField


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


def keeps_itself(field: Any, value: Any) -> bool:
    """Return whether an update would set a mark to what it is."""
    return isinstance(field, _ServerKept) and isinstance(value, F)


class MarkField(_ServerKept, _DateTimeField):
    """When the row was deleted; NULL while it is alive."""


class BatchField(_ServerKept, _UUIDField):
    """What the rows that were deleted together have in common."""


class AliveRel(ManyToOneRel):
    """The way back of a foreign key, which leads to the alive rows only."""

    def get_extra_restriction(self, alias: str | None, related_alias: str) -> Any:
        return self.field.alive(alias)  # type: ignore[attr-defined]


class AliveForeignKey(_ForeignKey):
    """
    A foreign key of a soft-delete model whose way back, in joins, leads to the alive rows only.

        class Tagging(SoftDeleteModel):  # the through model of Page.tags
            page = AliveForeignKey(Page, models.CASCADE)
            tag = AliveForeignKey(Tag, models.CASCADE)

    So page.tags shows no tag that was taken away, and Count("tagging") counts the alive.
    """

    rel_class = AliveRel

    def get_extra_restriction(self, alias: str | None, related_alias: str) -> Any:
        # Django asks the field itself, without the other table, where it has made a subquery of the way back.
        return self.alive(related_alias) if alias is None else None

    def alive(self, alias: str | None) -> Any:
        """Return the condition that rows of a table are alive."""
        mark: Any = self.model._meta.get_field(MARK)
        return IsNull(mark.get_col(alias), True)  # noqa: FBT003 - Django's signature

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, f"django_schemapatterns.fields.{type(self).__name__}", args, kwargs
