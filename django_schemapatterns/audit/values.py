"""From the JSON of the log back to the values of model fields."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField, RangeField
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.dateparse import parse_duration

from django_schemapatterns.audit.columns import JSON_NULL

if TYPE_CHECKING:
    from django.db.models import Field

_RANGE = re.compile(r"""^([\[(])("(?:[^"\\]|\\.|"")*"|[^,"]*),("(?:[^"\\]|\\.|"")*"|[^,"]*)([\])])$""")


def to_python(field: Field[Any, Any], logged: Any) -> Any:
    """
    Return a logged value as the field's Python value.

        to_python(Product._meta.get_field("price"), Decimal("9.90"))

    What the field can not read any more (its type has changed since) is returned as it was logged.
    """
    if logged is None:
        return None
    target = getattr(field, "target_field", getattr(field, "output_field", field))
    try:
        return _convert(target, logged)
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return logged


def _convert(field: Field[Any, Any], logged: Any) -> Any:
    if isinstance(field, models.JSONField):
        return None if logged == JSON_NULL else _plain_json(field, logged)
    if isinstance(field, ArrayField):
        return [to_python(field.base_field, each) for each in logged]
    if isinstance(field, RangeField):
        return _range(field, logged)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(logged.removeprefix("\\x"))
    if isinstance(field, models.DurationField):
        return _duration(logged)
    if isinstance(field, models.FloatField):
        return float(logged)
    if isinstance(field, models.DecimalField):
        return Decimal(logged)  # NaN and infinity, too
    return field.to_python(logged)


def _plain_json(field: models.JSONField, logged: Any) -> Any:
    """Read the JSON as the field's own decoder does, which may make floats of numbers."""
    return json.loads(dump_json(logged), cls=field.decoder)


class _ExactEncoder(DjangoJSONEncoder):
    """Write a Decimal as a number, which the standard encoder can not."""

    def default(self, o: Any) -> Any:
        return float(o) if isinstance(o, Decimal) else super().default(o)


def dump_json(value: Any) -> str:
    return json.dumps(value, cls=_ExactEncoder, ensure_ascii=False)


def _duration(logged: str) -> timedelta:
    value = parse_duration(logged)
    if value is None:
        raise ValueError(logged)
    return value


def _range(field: Any, logged: str) -> Any:
    if logged == "empty":
        return field.range_type(empty=True)
    match = _RANGE.match(logged)
    if match is None:
        raise ValueError(logged)
    lower, upper = (_bound(field, text) for text in match.group(2, 3))
    return field.range_type(lower, upper, match[1] + match[4])


def _bound(field: Any, text: str) -> Any:
    if text == "":
        return None
    if text.startswith('"'):
        text = re.sub(r'\\(.)|""', lambda found: found[1] or '"', text[1:-1])
    return to_python(field.base_field, text)
