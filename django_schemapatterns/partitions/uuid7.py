"""Primary keys that begin with the time, so that a table can be partitioned by them."""

from __future__ import annotations

import os
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import Func

from django_schemapatterns.schema.names import SCHEMA

if TYPE_CHECKING:
    from datetime import datetime

    _UUIDField = models.UUIDField[Any, Any]
else:
    _UUIDField = models.UUIDField

NATIVE: Final = 180_000  # the first version of PostgreSQL with uuidv7()


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """
    Return a new UUID of version 7 (RFC 9562): milliseconds, then chance.

        uuid7()                      # now
        uuid7(order.created_at)      # for a row of the past, in its partition

    Raises ValueError for a moment before 1970.
    """
    milliseconds = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError(f"A UUIDv7 names no moment such as {at}: they begin in 1970.")
    chance = int.from_bytes(os.urandom(10), "big")
    bits = milliseconds << 80 | chance & ~(0xF << 76 | 0b11 << 62) | 0x7 << 76 | 0b10 << 62
    return uuid.UUID(int=bits)


class UUID7(Func):
    """A new UUIDv7 of the server: PostgreSQL 18's own, or that of our function."""

    arity = 0
    output_field = models.UUIDField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        function = "uuidv7" if connection.pg_version >= NATIVE else f"{SCHEMA}.uuid7"
        return super().as_sql(compiler, connection, function=function, **context)


class UUID7Field(_UUIDField):
    """
    A UUID that begins with the time it was made at; in a partitioned table the primary key.

        id = fields.UUID7Field(primary_key=True)
    """

    calls_functions = True  # those of the package's migrations

    def __init__(self, verbose_name: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("default", uuid7)
        kwargs.setdefault("db_default", UUID7())
        kwargs.setdefault("editable", False)
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        if kwargs.get("default") is uuid7:
            del kwargs["default"]
        if kwargs.get("db_default") == UUID7():
            del kwargs["db_default"]
        if kwargs.pop("editable", True):
            kwargs["editable"] = True
        return name, "django_schemapatterns.fields.UUID7Field", args, kwargs
