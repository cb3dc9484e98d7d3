"""The columns that tell when a row was made and last changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django
from django.db import models
from django.db.models import F
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now
from django.db.models.signals import class_prepared, post_save

from django_schemapatterns.schema.attach import attach_field_triggers
from django_schemapatterns.timestamps.triggers import TouchTrigger

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import Model

    _DateTimeField = models.DateTimeField[Any, Any]
else:
    _DateTimeField = models.DateTimeField

# From Django 6.0 on, save() itself takes over what the database made of an expression.
RETURNING = django.VERSION >= (6, 0)


class _KeptField(_DateTimeField):
    """A time that the database fills in; a value given to an INSERT stays, so that data can be moved."""

    def __init__(self, verbose_name: Any = None, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(verbose_name, name, editable=False, blank=True, db_default=Now(), **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("editable", "blank", "db_default"):
            kwargs.pop(implied, None)
        return name, f"django_schemapatterns.fields.{type(self).__name__}", args, kwargs

    def pre_save(self, model_instance: Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        value = getattr(model_instance, self.attname)
        unknown = value is None or isinstance(value, DatabaseDefault)
        if add:
            return self.get_default() if unknown else value
        return F(self.name) if unknown or self.is_kept else value

    @property
    def is_kept(self) -> bool:
        """Return whether the database alone changes the value of a row that is there."""
        return False


class CreatedAtField(_KeptField):
    """
    When the row was inserted: the time of the statement.

        created_at = fields.CreatedAtField()
    """


class UpdatedAtField(_KeptField):
    """
    When the row was last changed, by whatever statement; one that leaves the row as it is does not count.

        updated_at = fields.UpdatedAtField()
    """

    @property
    def is_kept(self) -> bool:
        return True


def touch_triggers(field: UpdatedAtField, model: type[Model]) -> list[TouchTrigger]:
    return [TouchTrigger(field.name)]


def take_over(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Read what the database wrote, unless save() has brought it along."""
    if kwargs["created"] or kwargs["raw"]:
        return
    fields = [field for field in kept_fields(sender) if not is_returned(field, kwargs["update_fields"])]
    if not fields:
        return
    names = [field.attname for field in fields]
    rows = sender._base_manager.using(kwargs["using"]).filter(pk=instance.pk)
    for values in rows.values_list(*names):
        for name, value in zip(names, values, strict=True):
            setattr(instance, name, value)


def is_returned(field: Any, update_fields: Collection[str] | None) -> bool:
    return RETURNING and (update_fields is None or field.name in update_fields)


def kept_fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, _KeptField)]


def _on_class_prepared(sender: type[Model], **kwargs: Any) -> None:
    if sender.__module__ != "__fake__" and not sender._meta.abstract and kept_fields(sender):
        post_save.connect(take_over, sender=sender, dispatch_uid="schemapatterns.timestamps")


attach_field_triggers(UpdatedAtField, touch_triggers)
class_prepared.connect(_on_class_prepared, dispatch_uid="schemapatterns.timestamps")
