"""A schema for other programs, in the words of JSON Schema."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.schemas import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(schema: Schema) -> dict[str, Any]:
    """Return the JSON Schema of documents; what is for people is in title, description and x-unit."""
    attributes = schema.attributes.values()
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {attribute.name: _property(attribute) for attribute in attributes},
        "required": [attribute.name for attribute in attributes if attribute.required],
        "additionalProperties": schema.additional,
    }


def _property(attribute: Attribute) -> dict[str, Any]:
    words = {
        "title": str(attribute.label),
        "description": str(attribute.help_text),
        "x-unit": attribute.unit,
        "default": attribute.get_default(),
    }
    given = {name: value for name, value in words.items() if value is not None and value != ""}
    found: dict[str, Any] = _plain({**given, **attribute.kind.json_schema(attribute)})
    return found


def _plain(value: Any) -> Any:
    """Turn numbers into those that every JSON library writes."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
