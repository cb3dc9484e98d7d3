"""How values become bytes and come back: as text in UTF-8, the one that fixtures hold."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from django_schemapatterns.exceptions import DecryptionError

if TYPE_CHECKING:
    from django.db.models import Field


_TEXTUAL = (models.CharField, models.TextField)
_AS_IT_IS = (models.CharField, models.TextField, models.EmailField, models.SlugField, models.URLField)


class _Holder:
    """Stands for a model's instance with one value, since fields give text of instances alone."""

    def __init__(self, attname: str, value: Any) -> None:
        setattr(self, attname, value)


def to_bytes(field: Field[Any, Any], value: Any) -> bytes:
    """Return a value of a field as bytes."""
    if isinstance(value, str) and isinstance(field, _TEXTUAL):
        return value.encode()
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=field.encoder).encode()
    if isinstance(field, models.BinaryField):
        return bytes(value)
    prepared: Any = _Holder(field.attname, field.to_python(value))
    return str(field.value_to_string(prepared)).encode()


def from_bytes(field: Field[Any, Any], data: bytes) -> Any:
    """Return the value of a field that the bytes stand for."""
    if isinstance(field, models.BinaryField):
        return data
    try:
        text = data.decode()
        if type(field) in _AS_IT_IS:
            return text
        if isinstance(field, models.JSONField):
            return json.loads(text, cls=field.decoder)
        return field.to_python(text)
    except (ValueError, ValidationError):
        pass
    raise DecryptionError(f"the value was encrypted when the field was no {type(field).__name__}")


def casefold(data: bytes) -> bytes:
    """Return a text without what upper and lower case, and ways to compose a letter, make different."""
    folded = unicodedata.normalize("NFD", data.decode()).casefold()
    return unicodedata.normalize("NFC", folded).encode()
