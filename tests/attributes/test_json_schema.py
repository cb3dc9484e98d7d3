"""The schema for other programs says what ours says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django_schemapatterns.exceptions import ConfigurationError
from tests.attributes.app.models import Article, Gadget, Kit, Note


def schema(model: Any, field: str, *values: Any) -> Any:
    return model._meta.get_field(field).json_schema(*values)


def test_every_attribute_is_described() -> None:
    found = json.loads(json.dumps(schema(Article, "attributes")))

    assert found["properties"] == {
        "color": {
            "title": "Color", "description": "What one sees", "type": "string",
            "enum": ["red", "green", "blue"],
        },
        "name": {"title": "Name", "type": "string", "maxLength": 20},
        "weight": {"title": "Weight", "x-unit": "kg", "type": "number", "minimum": 0},
        "pages": {"title": "Number of pages", "type": "integer", "minimum": 1, "maximum": 5000},
        "rating": {"title": "Rating", "type": "integer", "enum": [1, 2, 3]},
        "recycled": {"title": "Recycled", "type": "boolean"},
        "released": {"title": "Released", "type": "string", "format": "date"},
        "tags": {"title": "Tags", "type": "array", "items": {"type": "string"}},
        "sizes": {"title": "Sizes", "type": "array", "items": {"type": "string", "enum": ["S", "M", "L"]}},
        "ports": {"title": "Ports", "type": "array", "items": {
            "type": "integer", "minimum": 1, "maximum": 65535,
        }},
        "doses": {"title": "Doses", "type": "array", "items": {"type": "number", "minimum": 0}},
    }  # fmt: skip
    assert (found["required"], found["additionalProperties"]) == (["color"], False)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_schema_is_that_of_a_kind_or_of_an_object() -> None:
    assert list(schema(Gadget, "details", "book")["properties"]) == ["pages", "socket"]
    assert schema(Gadget, "details", "gift")["properties"] == {}
    assert schema(Note, "data")["additionalProperties"] is True
    assert schema(Note, "data")["properties"]["mood"]["default"] == "fine"
    field: Any = Kit._meta.get_field("counts")
    assert list(field.json_schema_of(Kit(parts=2))["properties"]) == ["part 1", "part 2"]
    with pytest.raises(ConfigurationError, match="depends on the object"):
        field.json_schema()
