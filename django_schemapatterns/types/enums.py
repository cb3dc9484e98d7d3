"""A field whose column is of an enum of PostgreSQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import lookups
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Cast

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.enums import Enum
from django_schemapatterns.schema.names import MAX_BYTES, quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField


class EnumField(_CharField):
    """
    One of the values of a `TextChoices`, in a column of an enum of PostgreSQL.

        status = fields.EnumField(OrderStatus, default=OrderStatus.PENDING)

    enum: the TextChoices; its values are the labels, and rows sort in their order.
    type: the name of the enum in the database, by default that of the class: order_status.

    The attribute is a member of the class. Raises ValueError for a value that is none of the labels; to look
    for such a value finds nothing.
    """

    def __init__(
        self,
        enum: type[models.TextChoices] | None = None,
        *args: Any,
        type: str | None = None,  # noqa: A002 - what it is in PostgreSQL
        **kwargs: Any,
    ) -> None:
        if enum is None and type is None:
            raise ConfigurationError("EnumField needs a TextChoices: EnumField(OrderStatus).")
        self.enum = enum
        self.type = type or _snake_case(enum.__name__ if enum else "")
        self.labels = tuple(str(member.value) for member in enum or ())
        self._members = {str(member.value): member for member in enum or ()}
        if enum is not None:
            kwargs["choices"] = enum.choices
        kwargs["max_length"] = MAX_BYTES
        super().__init__(*args, **kwargs)

    def free_objects(self) -> list[Enum]:
        return [Enum(self.type, self.labels)]

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return quote(self.type) if connection.vendor == "postgresql" else super().db_type(connection)

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return self.db_type(connection)

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return self.db_type(connection)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("choices", "max_length"):
            kwargs.pop(implied, None)
        return name, "django_schemapatterns.fields.EnumField", args, {**kwargs, "type": self.type}

    def clone(self) -> EnumField:
        """Return the same field for another model; migrations name the type alone, not the class."""
        _name, _path, args, kwargs = self.deconstruct()
        return type(self)(self.enum, *args, **kwargs)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        if not (
            self.blank and not self.null and not self.has_default() and self.labels and "" not in self.labels
        ):
            return super().check(**kwargs)
        return [
            *super().check(**kwargs),
            checks.Error(
                f"The field may be left empty, but the enum {self.type!r} has no empty label.",
                hint="Add null=True, so that nothing is stored as NULL, or take blank=True away.",
                obj=self,
                id="schemapatterns.E602",
            ),
        ]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return self._members.get(text, text)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return self._members.get(value, value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        if prepared is None or hasattr(prepared, "resolve_expression"):
            return prepared
        label = str(getattr(prepared, "value", prepared))
        if label == "" and self.null and "" not in self.labels:
            return None
        if not self.has_label(label):
            raise ValueError(f"{self}: {label!r} is none of {', '.join(self.labels)}.")
        return label

    def has_label(self, value: Any) -> bool:
        """Return whether the enum has the label; where only the database knows, every text may be one."""
        return not self.labels or str(value) in self.labels

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        value = super().pre_save(model_instance, add)
        # Texts that an expression makes are no labels before they are cast.
        computed = hasattr(value, "resolve_expression") and not isinstance(value, DatabaseDefault)
        return Cast(value, self) if computed else value

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        return f"(%s)::{self.db_type(connection)}" if connection.vendor == "postgresql" else "%s"

    def get_placeholder_sql(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        sql, params = compiler.compile(value) if hasattr(value, "as_sql") else ("%s", (value,))
        return self.get_placeholder(value, compiler, connection) % sql, params


class _EnumLookup:
    """A comparison that finds nothing for what is no label, and compares with other columns as text."""

    lhs: Any
    rhs: Any
    has_unknown = False

    def get_prep_lookup(self) -> Any:
        field = self.lhs.output_field
        if self._is_value() and not isinstance(self.rhs, list | tuple | set):
            self.has_unknown = self.rhs is not None and not field.has_label(self.rhs)
        elif self._is_value():
            known = [value for value in self.rhs if hasattr(value, "as_sql") or field.has_label(value)]
            self.has_unknown = len(known) < len(self.rhs) and self.lookup_name == "range"  # type: ignore[attr-defined]
            self.rhs = known
        return self.rhs if self.has_unknown else super().get_prep_lookup()  # type: ignore[misc]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if self.has_unknown:
            raise EmptyResultSet
        return super().as_sql(compiler, connection)  # type: ignore[misc]

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        sql, params = super().process_lhs(compiler, connection, lhs)  # type: ignore[misc]
        as_text = connection.vendor == "postgresql" and not self._is_value() and not self._is_same_type()
        return (f"({sql})::text" if as_text else sql), params

    def _is_value(self) -> bool:
        return not hasattr(self.rhs, "as_sql") and not hasattr(self.rhs, "query")

    def _is_same_type(self) -> bool:
        other = getattr(self.rhs, "output_field", None)
        return isinstance(other, EnumField) and other.type == self.lhs.output_field.type


for _lookup in (
    lookups.Exact,
    lookups.In,
    lookups.GreaterThan,
    lookups.GreaterThanOrEqual,
    lookups.LessThan,
    lookups.LessThanOrEqual,
    lookups.Range,
):
    EnumField.register_lookup(type(f"Enum{_lookup.__name__}", (_EnumLookup, _lookup), {}))


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
