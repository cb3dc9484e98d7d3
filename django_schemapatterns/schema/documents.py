"""JSON documents as PostgreSQL keeps them: numbers to the last digit, and what no document may hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_DEPTH = 64
MAX_DIGITS = 1_000


class DocumentEncoder(json.JSONEncoder):
    """Writes a Decimal as the number that it is, dates in ISO format, and refuses NaN and infinity."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_nan": False})

    def encode(self, document: Any) -> str:
        try:
            return super().encode(document)
        except _HasDecimalError:
            return _written(document)

    def default(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            raise _HasDecimalError
        if _is_moment(value):
            return moment_text(value)
        return value.isoformat() if type(value) is date else super().default(value)


class DocumentDecoder(json.JSONDecoder):
    """Reads numbers with a point as Decimal; whatever PostgreSQL keeps can be read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal, "parse_int": _whole})


_encoder = DocumentEncoder()


class _HasDecimalError(Exception):
    """The standard library has no way to write it."""


def dumps(document: Any) -> str:
    """Return the document as JSON."""
    return _encoder.encode(document)


def loads(text: str) -> Any:
    """Read JSON; an object that has a key twice is refused, since one of both values would be lost."""
    try:
        return json.loads(text, cls=DocumentDecoder, object_pairs_hook=_without_repetition)
    except RecursionError as error:
        raise ValueError(_("More than %(limit)d levels are too deep.") % {"limit": MAX_DEPTH}) from error


def complain(document: Any) -> Iterator[ValidationError]:
    """Find what PostgreSQL can not keep, or nobody could read again, anywhere in a document."""
    waiting = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            yield _error("depth", _("More than %(limit)d levels are too deep."), limit=MAX_DEPTH)
            return
        if isinstance(value, dict):
            waiting += [(each, depth + 1) for pair in value.items() for each in pair]
            if not all(isinstance(name, str) for name in value):
                yield _error("key", _("The names in an object must be text."))
        elif isinstance(value, list | tuple):
            waiting += [(each, depth + 1) for each in value]
        elif error := _scalar_error(value):
            yield error


def _scalar_error(value: Any) -> ValidationError | None:
    if isinstance(value, str):
        return None if is_storable(value) else _error("text", _("Text must not contain NUL characters."))
    if value is None or isinstance(value, bool) or type(value) is date or _is_moment(value):
        return None
    if not isinstance(value, int | float | Decimal):
        kind = type(value).__name__
        return _error("type", _("A document can not hold a value of type %(kind)s."), kind=kind)
    if not is_finite(value):
        return _error("number", _("NaN and infinity are no numbers that a document can hold."))
    return None if is_short(value) else _error("number", _("A number has too many digits."))


def moment_text(value: datetime) -> str:
    """Return a moment in UTC, in the one form in which texts have the order of moments."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can hold a text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def is_finite(value: Any) -> bool:
    """Return whether a number is one; an int can be larger than any float."""
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)


def is_short(value: Any) -> bool:
    """Return whether a number has no more digits than everybody can read."""
    if isinstance(value, Decimal):
        return abs(value.adjusted()) + len(value.as_tuple().digits) <= MAX_DIGITS
    return isinstance(value, float) or abs(value) < 10**MAX_DIGITS


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join([f'{json.dumps(name)}: {_written(each)}' for name, each in value.items()])}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if not isinstance(value, Decimal):
        return _encoder.encode(value)
    if not value.is_finite():
        raise ValueError("NaN and infinity are no numbers that a document can hold.")
    return str(value)


def _whole(digits: str) -> int | Decimal:
    # Python refuses to read a whole number of more than 4,300 digits.
    return int(digits) if len(digits) <= MAX_DIGITS else Decimal(digits)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("The name “%(name)s” occurs twice.") % {"name": twice})
    return found


def _error(code: str, message: str, **params: Any) -> ValidationError:
    return ValidationError(message, code=code, params=params)
