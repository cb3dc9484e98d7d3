"""The kinds of values, and how each is written as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.dateparse import parse_duration
from django.utils.duration import duration_string
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema import documents


class Kind(models.TextChoices):
    TEXT = "text", _("text")
    INTEGER = "integer", _("whole number")
    DECIMAL = "decimal", _("number")
    BOOLEAN = "boolean", _("yes or no")
    DATE = "date", _("date")
    DATETIME = "datetime", _("date and time")
    DURATION = "duration", _("duration")
    JSON = "json", _("JSON")


@dataclass(frozen=True)
class Codec:
    """How values of a Python type become JSON, and JSON becomes them."""

    kind: Kind
    type: type
    to_json: Callable[[Any], Any]
    from_json: Callable[[Any], Any]

    def accepts(self, value: Any) -> bool:
        # bool is an int, and datetime a date, to Python alone.
        return isinstance(value, self.type) and CODECS.get(type(value), self).kind == self.kind

    def read(self, value: Any) -> Any:
        """Return what JSON stands for; raises ValueError where it is of another kind."""
        try:
            found = self.from_json(value)
        except (TypeError, ArithmeticError) as error:
            raise ValueError(str(error)) from error
        if not self.accepts(found):
            raise ValueError(f"{value!r} is no {self.kind}")
        return found


def _text(value: str) -> str:
    if not documents.is_storable(value):
        raise ValueError("a text can not have a NUL or half a character in it")
    return str(value)


def _bigint(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{value} is too large")
    return int(value)


def _aware(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a date and time needs a time zone")
    return value.isoformat()


def _finite(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    if not documents.is_short(value):
        raise ValueError("a number has too many digits")
    return format(value, "f")


def _document(value: Any) -> Any:
    for error in documents.complain(value):
        raise ValueError(" ".join(error.messages).rstrip("."))
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
    return value


def _same(value: Any) -> Any:
    return value


CODECS: Final[dict[type, Codec]] = {
    str: Codec(Kind.TEXT, str, _text, _same),
    int: Codec(Kind.INTEGER, int, _bigint, _same),
    # As text, since JSON in Python has no exact numbers.
    Decimal: Codec(Kind.DECIMAL, Decimal, _finite, lambda value: Decimal(str(value))),
    bool: Codec(Kind.BOOLEAN, bool, _same, _same),
    date: Codec(Kind.DATE, date, date.isoformat, date.fromisoformat),
    datetime: Codec(Kind.DATETIME, datetime, _aware, datetime.fromisoformat),
    timedelta: Codec(Kind.DURATION, timedelta, duration_string, parse_duration),
    dict: Codec(Kind.JSON, dict, _document, deepcopy),
    list: Codec(Kind.JSON, list, _document, deepcopy),
}
