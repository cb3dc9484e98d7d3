"""One attribute: what its values may be, and how people see it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Choices
from django.utils.text import capfirst

from django_schemapatterns.attributes.kinds import KINDS, Kind, Text
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import patterns

if TYPE_CHECKING:
    from django.utils.functional import Promise

MAX_LENGTH = 500


@dataclass(frozen=True)
class Attribute:
    """
    One attribute of a document.

        Attribute("color", choices=["red", "green"], required=True)
        Attribute("weight", Decimal, min=0, unit="kg")
        Attribute("tags", list[str])

    name: its key in the document.
    type: str, int, Decimal, bool, date, datetime, list[str], list[int] or list[Decimal].
    choices: values, or pairs of values and labels, or an enumeration of Django.
    min, max: limits of a number or a date, both allowed themselves; of each item of a list.
    max_length: characters of a text, 500 unless given; None for any length.
    pattern: a regular expression that the whole text matches, as in `fields.Pattern`.
    default: the value, or a callable that returns it, in documents of new objects.
    unit, label, help_text: what forms show; the unit is also part of errors.
    """

    name: str
    type: Any = str
    _: KW_ONLY
    required: bool = False
    choices: Any = ()
    min: Any = None
    max: Any = None
    max_length: int | None = MAX_LENGTH
    pattern: str = ""
    default: Any = None
    unit: str | Promise = ""
    label: str | Promise = ""
    help_text: str | Promise = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(_pairs(self.choices)))
        object.__setattr__(self, "label", self.label or capfirst(self.name.replace("_", " ")))
        if self.type not in KINDS:
            raise self._wrong(f"its type is {self.type!r}; it may be {', '.join(map(_called, KINDS))}")
        self._check_name()
        self._check_limits()
        if not isinstance(self.kind, Text):
            object.__setattr__(self, "max_length", None)
        self._check_values()

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def values(self) -> tuple[Any, ...]:
        """The values to choose from, if there are any."""
        return tuple(value for value, _label in self.choices)

    @property
    def rule(self) -> str:
        """The rule in words, such as "a number of at least 0 kg"."""
        return self.kind.words(self)

    def accepts(self, value: Any) -> bool:
        """Return whether a value keeps the rules."""
        return self.kind.accepts(self, value)

    def get_default(self) -> Any:
        """Return the default in the form that documents have."""
        return self.kind.to_json(self.default() if callable(self.default) else self.default)

    def _check_name(self) -> None:
        odd = not self.name or "__" in self.name or "\0" in self.name or self.name.lstrip("-").isdigit()
        if odd:
            raise self._wrong("a name must be neither empty nor a number, and contain no double underscore")

    def _check_limits(self) -> None:
        limits = [limit for limit in (self.min, self.max) if limit is not None]
        if limits and not self.kind.compares:
            raise self._wrong("min and max are for numbers and dates")
        if limits and self.choices:
            raise self._wrong("give either choices or limits")
        self._check_text()
        if wrong := [limit for limit in limits if not self._is_limit(limit)]:
            kind = {date: "dates", datetime: "datetimes with a time zone"}.get(self.type, "int or Decimal")
            raise self._wrong(f"min and max must be {kind}, not {wrong[0]!r}")
        if len(limits) == 2 and self.min > self.max:
            raise self._wrong("min is above max")

    def _check_text(self) -> None:
        if not isinstance(self.kind, Text):
            if self.max_length != MAX_LENGTH or self.pattern:
                raise self._wrong("max_length and pattern are for text")
            return
        if self.pattern and self.choices:
            raise self._wrong("give either choices or a pattern")
        try:
            patterns.matcher(self.pattern)
        except (ConfigurationError, re.error) as error:
            raise self._wrong(str(error).rstrip(".")) from error

    def _is_limit(self, limit: Any) -> bool:
        if self.type in (date, datetime):
            return not isinstance(limit, str) and self.kind.is_one(limit)
        return isinstance(limit, int | Decimal) and not isinstance(limit, bool)

    def _check_values(self) -> None:
        item = getattr(self.kind, "item", self.kind)
        wrong = [value for value in self.values if not item.is_one(value)]
        if wrong:
            raise self._wrong(f"the choice {wrong[0]!r} is not {item.noun(self)}")
        if self.default is not None and not callable(self.default) and not self.accepts(self.default):
            raise self._wrong(f"its default must be {self.rule}, not {self.default!r}")

    def _wrong(self, reason: str) -> ConfigurationError:
        return ConfigurationError(f"Attribute {self.name!r}: {reason}.")


def near(name: str, known: Iterable[str]) -> str:
    """Return the question whether somebody meant a similar name, empty if there is none."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {found[0]!r}?" if found else ""


def _pairs(choices: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(choices, type) and issubclass(choices, Choices):
        return [(_plain(value), label) for value, label in choices.choices]
    pairs = [each if isinstance(each, tuple | list) else (each, str(each)) for each in choices]
    return [(_plain(value), label) for value, label in pairs]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Choices) else value


def _called(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind)) if isinstance(kind, type) else str(kind)


Factory = Callable[[Any], Iterable[Attribute]]
