"""Writing of many rows whose values are bound to them."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import Value

from django_schemapatterns.encryption import sealing
from django_schemapatterns.encryption.fields import EncryptedField

if TYPE_CHECKING:
    from django.db.models import Manager, Model, QuerySet


def seal(instance: Model, field_name: str, value: Any) -> Value:
    """
    Return a value encrypted for the row of an instance, for `update()`.

        Person.objects.filter(pk=ann.pk).update(tax_number=seal(ann, "tax_number", "12 345"))
    """
    field = instance._meta.get_field(field_name)
    if not isinstance(field, EncryptedField):
        raise FieldError(f"{instance._meta.label}.{field_name} is not encrypted.")
    sealed = None if value is None else sealing.sealed_for(field, instance, value, add=True)
    return Value(sealed, output_field=field)


def bulk_update(
    queryset: QuerySet[Any] | Manager[Any],
    objects: Iterable[Any],
    fields: Iterable[str],
    batch_size: int | None = None,
) -> int:
    """
    Do what `queryset.bulk_update()` does, for values that are bound to their row, too.

        bulk_update(Person.objects, people, ["tax_number"])

    Returns the number of rows.
    """
    names = list(fields)
    copies = [_sealed_copy(instance, names) for instance in objects]
    return int(queryset.bulk_update(copies, names, batch_size=batch_size))


def _sealed_copy(instance: Any, names: list[str]) -> Any:
    copied = copy(instance)
    for name in names:
        field = instance._meta.get_field(name)
        if isinstance(field, EncryptedField):
            setattr(copied, field.attname, seal(instance, name, getattr(instance, field.attname)))
    return copied
