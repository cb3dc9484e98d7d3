"""What a value belongs to, besides its column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.models import Field, Model

WAYS: Final = ("column", "row", "tenant")
_AS_TEXT = (models.IntegerField, models.UUIDField, models.CharField, models.TextField)


class Binding:
    """
    How values are bound.

    bind, by: as EncryptedField takes them.
    """

    def __init__(self, bind: str, by: str) -> None:
        if bind not in WAYS:
            raise ConfigurationError(
                f"EncryptedField: bind is {bind!r}; it may be {', '.join(map(repr, WAYS))}."
            )
        if by and bind == "column":
            raise ConfigurationError('EncryptedField: `by` goes with bind="row" or bind="tenant".')
        self.bind, self.by = bind, by

    @property
    def name(self) -> str:
        """The name of the field that tells the row or the tenant, "" for a column."""
        return self.by or {"column": "", "row": "pk", "tenant": "tenant"}[self.bind]

    def options(self) -> dict[str, str]:
        """Return the arguments of EncryptedField that are not the usual ones."""
        return {
            **({"bind": self.bind} if self.bind != "column" else {}),
            **({"by": self.by} if self.by else {}),
        }

    def field_of(self, model: type[Model]) -> Field[Any, Any] | None:
        """Return the field that tells the row or the tenant; None when values are bound to a column only."""
        if self.bind == "column":
            return None
        return model._meta.pk if self.name == "pk" else model._meta.get_field(self.name)  # type: ignore[return-value]

    def problem(self, model: type[Model]) -> str:
        """Return what is wrong with the field that tells the row or the tenant, "" if nothing is."""
        try:
            field = self.field_of(model)
        except FieldDoesNotExist:
            return "does not exist"
        if field is None:
            return ""
        if field not in model._meta.local_concrete_fields:
            return "is no single column of the same table"
        if not isinstance(target(field), _AS_TEXT):
            return f"is a {type(target(field)).__name__}, and must be a text, a whole number or a UUID"
        if field.null:
            return "may be NULL"
        unique = self.bind != "row" or _tells_a_row(field)
        return "" if unique else "is not unique, so that two rows may have the same"


def _tells_a_row(field: Any) -> bool:
    options = field.model._meta
    alone = any(each.fields == (field.name,) for each in options.total_unique_constraints)
    return field.unique or alone or field in options.pk_fields


def target(field: Any) -> Field[Any, Any]:
    """Return the field that a foreign key refers to, by way of others if need be."""
    while field.remote_field:
        field = field.target_field
    return field  # type: ignore[no-any-return]


def text_of(field: Field[Any, Any], value: Any) -> bytes:
    """Return a value that a row is bound to as PostgreSQL writes it."""
    known = value if type(value) is UUID else target(field).to_python(value)
    return str(known).encode()


def is_known_before_insert(field: Any) -> bool:
    """Return whether Python knows the value of a column before there is the row."""
    generated: bool = isinstance(field, models.AutoField) or field.has_db_default() or field.generated
    return not generated
