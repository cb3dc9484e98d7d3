"""Fields of the audit log: PostgreSQL's transaction id, lossless JSON, and columns derived from others."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.expressions import Col, Func

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _BigIntegerField = models.BigIntegerField[int, int]
    _Field = models.Field[Any, Any]
else:
    _BigIntegerField, _Field = models.BigIntegerField, models.Field


class TransactionIdField(_BigIntegerField):
    """A 64-bit transaction id, PostgreSQL's type `xid8`."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        value = super().get_db_prep_value(value, connection, prepared)
        return value if value is None else str(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class ExactJSONDecoder(json.JSONDecoder):
    """A decoder that keeps every digit of a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(parse_float=Decimal, **kwargs)


class ExactJSONField(models.JSONField):
    """A JSONField whose numbers are read as int and Decimal, never as float."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"decoder": ExactJSONDecoder, "encoder": DjangoJSONEncoder, **kwargs})


class JsonbCol(Col):
    """A column of type `json`, read as `jsonb`."""

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        sql, params = super().as_sql(compiler, connection)
        return f"{sql}::jsonb", params


class ChangesField(ExactJSONField):
    """A document that is written and read whole: a column of type `json`, which lookups see as `jsonb`."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def get_col(self, alias: str, output_field: models.Field[Any, Any] | None = None) -> Any:
        return JsonbCol(alias, cast("models.Field[Any, Any]", self), output_field)


class DerivedField(_Field):
    """
    A value that a function of our schema derives from the columns `operation` and `changes`.

    It can be filtered by and selected with `values()`, and has no column of its own.

    derive: does in Python, for an entry that is loaded, what the function does.
    """

    function: str
    output: models.Field[Any, Any]

    def __init__(
        self, function: str, output: models.Field[Any, Any], derive: Callable[[Any], Any], **kwargs: Any
    ) -> None:
        self.function = function
        self.output = output
        self.derive = derive
        super().__init__(editable=False, null=True, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002
        self.set_attributes_from_name(name)
        self.model = cls
        cls._meta.add_field(self, private=True)
        setattr(cls, name, property(self.derive))

    def get_attname_column(self) -> tuple[str, None]:
        return self.get_attname(), None

    def db_type(self, connection: BaseDatabaseWrapper) -> None:
        return None

    def get_col(self, alias: str, output_field: models.Field[Any, Any] | None = None) -> Any:
        sources = [
            Col(alias, cast("models.Field[Any, Any]", self.model._meta.get_field(name)))
            for name in ("operation", "changes")
        ]
        return Func(*sources, function=f"schemapatterns.{self.function}", output_field=self.output)

    def get_lookup(self, lookup_name: str) -> Any:
        return self.output.get_lookup(lookup_name)

    def get_transform(self, name: str) -> Any:
        return self.output.get_transform(name)
