"""Wrong declarations, indexes that serve nothing and rules that are not proven are found."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, models
from django.test.utils import isolate_apps

from django_schemapatterns.attributes.checks import check_attributes, check_attributes_database
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import Attribute, AttributesField
from django_schemapatterns.indexes import AttributeIndex
from tests.attributes.app.models import Article


def messages(*indexes: AttributeIndex, **options: Any) -> list[tuple[str, str]]:
    registry: Any
    with isolate_apps("tests.testapp") as registry:
        meta = type("Meta", (), {"app_label": "testapp", "indexes": list(indexes)})
        schema = [Attribute("color"), Attribute("story", max_length=None), Attribute("tags", list[str])]
        data = AttributesField(schema=schema, **options)
        type("Shelf", (models.Model,), {"__module__": __name__, "Meta": meta, "data": data})
        found = check_attributes([registry.get_app_config("testapp")])
    return [(str(message.id), f"{message.msg} {message.hint}") for message in found]


def test_an_index_of_no_attribute_is_found() -> None:
    (message,) = messages(AttributeIndex("data", "colour"))

    assert message[0] == "schemapatterns.E611"
    assert "Did you mean 'color'" in message[1]
    assert messages(AttributeIndex("data", "color")) == []
    assert messages(AttributeIndex("data", "anything"), additional=True) == []


@pytest.mark.parametrize("name", ["story", "tags"])
def test_an_index_without_room_for_its_values_is_found(name: str) -> None:
    ((id_, message),) = messages(AttributeIndex("data", name))

    assert id_ == "schemapatterns.W612"
    assert "max_length" in message


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "has no schema"),
        ({"schema": {"a": [Attribute("x")]}, "by": "kind"}, r"depends on the field 'kind'; .* are id, name"),
        ({"schema": {"a": [Attribute("x")]}, "by": "data"}, "depends on the field 'data'"),
    ],
)
@isolate_apps("tests.testapp")
def test_a_field_that_can_not_work_is_refused_with_its_model(options: dict[str, Any], match: str) -> None:
    meta = type("Meta", (), {"app_label": "testapp"})
    body = {
        "__module__": __name__,
        "Meta": meta,
        "name": models.TextField(),
        "data": AttributesField(**options),
    }

    with pytest.raises(ConfigurationError, match=match):
        type("Shelf", (models.Model,), body)


@pytest.mark.django_db
def test_a_rule_that_is_not_proven_is_found() -> None:
    assert [each.id for each in check_attributes_database(databases=["default"])] == []
    name = "attributetests_article_attributes_pages"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Article._meta.db_table} DROP CONSTRAINT {name}")
        cursor.execute(f"ALTER TABLE {Article._meta.db_table} ADD CONSTRAINT {name} CHECK (TRUE) NOT VALID")

    (message,) = check_attributes_database(databases=["default"])

    assert message.id == "schemapatterns.W613"
    assert name in message.msg
    assert "VALIDATE CONSTRAINT" in str(message.hint)


def test_the_checks_are_registered() -> None:
    from django.core.checks.registry import registry

    found = {getattr(check, "__wrapped__", check) for check in registry.get_checks()}
    assert {check_attributes, check_attributes_database} <= found
    assert not [each for each in run_checks() if str(each.id).startswith("schemapatterns.E61")]
