"""The types that an attribute can have: each knows its values in Python, in SQL and in JSON Schema."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from django_schemapatterns.schema import patterns
from django_schemapatterns.schema.documents import dumps, is_finite, moment_text
from django_schemapatterns.schema.names import literal

if TYPE_CHECKING:
    from django_schemapatterns.attributes.attribute import Attribute

SHOWN = 50
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")


@dataclass(frozen=True)
class Value:
    """The SQL of one value in a document, as JSON and as text."""

    json: str
    text: str


class Kind:
    """
    One type.

    compares: whether values have an order that min and max can be about.
    json_type: what `jsonb_typeof()` says of its values.
    """

    compares = True
    json_type: str
    schema: dict[str, Any]

    def accepts(self, attribute: Attribute, value: Any) -> bool:
        """Return whether a value keeps the rules, just as `conditions` would say."""
        if not self.is_one(value):
            return False
        if attribute.values:
            return value in attribute.values
        return self.is_between(attribute, value)

    def is_between(self, attribute: Attribute, value: Any) -> bool:
        above = attribute.min is None or value >= attribute.min
        return above and (attribute.max is None or value <= attribute.max)

    def is_one(self, value: Any) -> bool:
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """Return what stands for a Python value in a document."""
        return value

    def conditions(self, attribute: Attribute, value: Value) -> list[str]:
        """Return the rules in SQL. None may fail, whatever the value is; unknown means broken."""
        return [*self.typed(value), *self.choices(attribute, value), *self.limits(attribute, value)]

    def typed(self, value: Value) -> list[str]:
        return [f"jsonb_typeof({value.json}) = '{self.json_type}'"]

    def limits(self, attribute: Attribute, value: Value) -> list[str]:
        found = [(">=", attribute.min), ("<=", attribute.max)]
        return [f"{value.json} {sign} {jsonb(limit)}" for sign, limit in found if limit is not None]

    def choices(self, attribute: Attribute, value: Value) -> list[str]:
        allowed = ", ".join(jsonb(self.to_json(choice)) for choice in attribute.values)
        return [f"{value.json} IN ({allowed})"] if allowed else []

    def words(self, attribute: Attribute) -> str:
        """Return the rule as it ends the sentence "Color must be …"."""
        if attribute.values:
            return _("one of %(values)s") % {"values": shown(attribute.values)}
        return f"{self.noun(attribute)}{limits_in_words(attribute)}"

    def noun(self, attribute: Attribute) -> str:
        raise NotImplementedError

    def json_schema(self, attribute: Attribute) -> dict[str, Any]:
        if attribute.values:
            return {**self.schema, "enum": [self.to_json(value) for value in attribute.values]}
        limits = {"minimum": attribute.min, "maximum": attribute.max}
        return {**self.schema, **{name: limit for name, limit in limits.items() if limit is not None}}


class Text(Kind):
    json_type = "string"
    compares = False
    schema = {"type": "string"}

    def choices(self, attribute: Attribute, value: Value) -> list[str]:
        # As text they are found by a hash, however many there are.
        allowed = ", ".join(map(literal, attribute.values))
        return [f"{value.text} IN ({allowed})"] if allowed else []

    def is_one(self, value: Any) -> bool:
        return isinstance(value, str)

    def is_between(self, attribute: Attribute, value: Any) -> bool:
        fits = attribute.max_length is None or len(value) <= attribute.max_length
        return fits and (not attribute.pattern or patterns.matcher(attribute.pattern)(value))

    def limits(self, attribute: Attribute, value: Value) -> list[str]:
        if attribute.values:
            return []
        size, pattern = attribute.max_length, attribute.pattern
        length = [f"length({value.text}) <= {size}"] if size is not None else []
        return [*length, *([f"{value.text} ~ {patterns.sql(pattern)}"] if pattern else [])]

    def noun(self, attribute: Attribute) -> str:
        size = attribute.max_length
        text = _("a text") if size is None else _("a text of up to %(length)d characters") % {"length": size}
        return text + _(" like %(pattern)s") % {"pattern": attribute.pattern} if attribute.pattern else text

    def json_schema(self, attribute: Attribute) -> dict[str, Any]:
        found = super().json_schema(attribute)
        if attribute.values:
            return found
        length = {} if attribute.max_length is None else {"maxLength": attribute.max_length}
        return {**found, **length, **({"pattern": f"^(?:{attribute.pattern})$"} if attribute.pattern else {})}


class Boolean(Kind):
    json_type = "boolean"
    compares = False
    schema = {"type": "boolean"}

    def is_one(self, value: Any) -> bool:
        return isinstance(value, bool)

    def noun(self, attribute: Attribute) -> str:
        return _("true or false")


class Number(Kind):
    json_type = "number"
    schema = {"type": "number"}

    def is_one(self, value: Any) -> bool:
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and is_finite(value)

    def accepts(self, attribute: Attribute, value: Any) -> bool:
        # As the document will have it: a float is the digits that it prints.
        return super().accepts(attribute, Decimal(str(value)) if isinstance(value, float) else value)

    def noun(self, attribute: Attribute) -> str:
        return _("a number")


class Integer(Number):
    schema = {"type": "integer"}

    def is_one(self, value: Any) -> bool:
        if isinstance(value, Decimal):  # PostgreSQL keeps 1E+2 as 100, and 1.0 as it is
            return value.is_finite() and int(value.as_tuple().exponent) >= 0
        return isinstance(value, int) and not isinstance(value, bool)

    def typed(self, value: Value) -> list[str]:
        return [*super().typed(value), f"strpos({value.text}, '.') = 0"]

    def noun(self, attribute: Attribute) -> str:
        return _("a whole number")


class Date(Kind):
    json_type = "string"
    schema = {"type": "string", "format": "date"}

    def is_one(self, value: Any) -> bool:
        if isinstance(value, str):
            return _DATE.fullmatch(value) is not None and _is_date(value)
        return type(value) is date

    def accepts(self, attribute: Attribute, value: Any) -> bool:
        if not self.is_one(value):
            return False
        return super().accepts(attribute, date.fromisoformat(value) if isinstance(value, str) else value)

    def to_json(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def typed(self, value: Value) -> list[str]:
        # What is no date gives NULL, and one that is written in another way comes back different.
        read = f"""jsonb_path_query_first({value.json}, '$.datetime("YYYY-MM-DD")', '{{}}', true)"""
        return [f"length({value.text}) = 10", f"{read} = {value.json}"]

    def limits(self, attribute: Attribute, value: Value) -> list[str]:
        found = [(">=", attribute.min), ("<=", attribute.max)]
        return [
            f"""{value.text} COLLATE "C" {sign} '{limit}'""" for sign, limit in found if limit is not None
        ]

    def noun(self, attribute: Attribute) -> str:
        return _("a date such as 2026-01-31")

    def json_schema(self, attribute: Attribute) -> dict[str, Any]:
        # JSON Schema has no limits of dates.
        found = super().json_schema(attribute)
        return {name: rule for name, rule in found.items() if name not in {"minimum", "maximum"}}


class DateTime(Date):
    """A moment, always written in UTC and to the microsecond, so that texts have the order of moments."""

    schema = {"type": "string", "format": "date-time"}

    def is_one(self, value: Any) -> bool:
        if isinstance(value, str):
            return _MOMENT.fullmatch(value) is not None and _is_moment(value)
        return isinstance(value, datetime) and value.tzinfo is not None

    def accepts(self, attribute: Attribute, value: Any) -> bool:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and self.is_one(value) else value
        return Kind.accepts(self, attribute, moment)

    def to_json(self, value: Any) -> Any:
        return moment_text(value) if self.is_one(value) and not isinstance(value, str) else value

    def typed(self, value: Value) -> list[str]:
        form = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}[+]00:00$"
        read = """'$.datetime("YYYY-MM-DD\\"T\\"HH24:MI:SS.USTZH:TZM")'"""
        return [
            f"jsonb_typeof({value.json}) = 'string'",
            f"{value.text} ~ '{form}'",
            f"{value.json} @? {read}",
        ]

    def limits(self, attribute: Attribute, value: Value) -> list[str]:
        found = [(">=", attribute.min), ("<=", attribute.max)]
        return [
            f"""{value.text} COLLATE "C" {sign} '{moment_text(limit)}'"""
            for sign, limit in found
            if limit is not None
        ]

    def noun(self, attribute: Attribute) -> str:
        return _("a date and time in UTC such as 2026-01-31T12:00:00.000000+00:00")


class ListOf(Kind):
    """A list of texts or numbers."""

    json_type = "array"

    def __init__(self, item: Kind) -> None:
        self.item = item
        self.compares = item.compares

    def is_one(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def accepts(self, attribute: Attribute, value: Any) -> bool:
        return self.is_one(value) and all(self.item.accepts(attribute, each) for each in value)

    def to_json(self, value: Any) -> Any:
        return [self.item.to_json(each) for each in value] if self.is_one(value) else value

    def typed(self, value: Value) -> list[str]:
        others = f"""strict $[*] ? (@.type() != "{self.item.json_type}")"""
        whole = [f"strpos({value.text}, '.') = 0"] if isinstance(self.item, Integer) else []
        return [*super().typed(value), f"NOT {value.json} @? '{others}'", *whole]

    def limits(self, attribute: Attribute, value: Value) -> list[str]:
        found = [("<", attribute.min), (">", attribute.max)]
        beyond = " || ".join(f"@ {sign} {dumps(limit)}" for sign, limit in found if limit is not None)
        return [f"NOT {value.json} @? 'strict $[*] ? ({beyond})'"] if beyond else []

    def choices(self, attribute: Attribute, value: Value) -> list[str]:
        return [f"{value.json} <@ {jsonb(list(attribute.values))}"] if attribute.values else []

    def noun(self, attribute: Attribute) -> str:
        return _("a list")

    def words(self, attribute: Attribute) -> str:
        if attribute.values:
            return _("a list of %(values)s") % {"values": shown(attribute.values)}
        return _("a list, each item %(rule)s") % {"rule": self.item.words(attribute)}

    def json_schema(self, attribute: Attribute) -> dict[str, Any]:
        return {"type": "array", "items": self.item.json_schema(attribute)}


KINDS: dict[Any, Kind] = {
    str: Text(),
    int: Integer(),
    Decimal: Number(),
    bool: Boolean(),
    date: Date(),
    datetime: DateTime(),
    list[str]: ListOf(Text()),
    list[int]: ListOf(Integer()),
    list[Decimal]: ListOf(Number()),
}


def jsonb(value: Any) -> str:
    """Return the SQL of a constant document."""
    return f"{literal(dumps(value))}::jsonb"


def shown(values: Any) -> str:
    return ", ".join(str(value) for value in values)


def limits_in_words(attribute: Attribute) -> str:
    unit = f" {attribute.unit}" if attribute.unit else ""
    low, high = attribute.min, attribute.max
    if low is not None and high is not None:
        return _(" from %(low)s to %(high)s%(unit)s") % {"low": low, "high": high, "unit": unit}
    if low is not None:
        return _(" of at least %(low)s%(unit)s") % {"low": low, "unit": unit}
    if high is not None:
        return _(" of at most %(high)s%(unit)s") % {"high": high, "unit": unit}
    return ""


def pretty(value: Any) -> str:
    """Return a value as an error shows it."""
    text = str(value) if isinstance(value, str | Decimal) else json.dumps(value, default=str)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
