"""Domains that a field declares in SQL, without a class."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.database import Domain
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import DomainField
from django_schemapatterns.schema.errors import as_validation_errors
from tests.schema.story import Story
from tests.schema.test_free_objects_domains import plain
from tests.schema.test_migrations import kinds

pytestmark = pytest.mark.django_db
CODE = {"format": "VALUE ~ '^[A-Z]+$'"}


def code(rules: Any = None, **options: Any) -> Any:
    return DomainField(
        Domain("tree_code", "varchar(5)", CODE if rules is None else rules), null=True, **options
    )


def test_field_is_what_its_values_are_made_of() -> None:
    height: Any = DomainField(Domain("tree_height", "numeric(5, 2)"))

    assert isinstance(height, DomainField)
    assert models.DecimalField in type(height).__mro__
    sizes = {name: value for name, value in vars(height).items() if name in {"max_digits", "decimal_places"}}
    assert sizes == {"max_digits": 5, "decimal_places": 2}
    assert height.db_type(connection) == '"tree_height"'
    assert isinstance(code(), models.CharField)
    assert copy.deepcopy(code()).free_objects() == code().clone().free_objects() == code().free_objects()


def test_rules_hold_in_the_database_and_change_by_operations_on_the_domain() -> None:
    story = Story(plain(code=code()))
    tree: Any = story.model()
    tree.objects.create(code="OAK")
    with pytest.raises(ValidationError) as refused, as_validation_errors(tree):
        tree.objects.create(code="oak")
    assert "code" in refused.value.message_dict

    done = story.becomes(plain(code=code({"format": "VALUE <> ''"})))

    assert kinds(done) == ["AlterDomain", "ValidateDomain"]
    story.model().objects.create(code="oak")  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        code().clean("OAKTREE", None)


def test_lists_of_it_are_lists() -> None:
    story = Story(plain(codes=ArrayField(code(), default=list)))
    trees: Any = story.model()

    trees.objects.create(codes=["ELM", "OAK"])

    assert trees.objects.get(codes__contains=["OAK"]).codes == ["ELM", "OAK"]


def test_field_is_written_as_it_is_read() -> None:
    story = Story(plain(code=code(db_comment="short")))

    text = MigrationWriter(story.done[0][0]).as_string()

    assert "DomainField(django_schemapatterns.database.Domain('tree_code', 'varchar(5)'), " in text
    found: dict[str, Any] = {}
    exec(text, found)


def test_type_without_a_field_is_refused_with_the_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"no Django field for 'money'.*second base"):
        DomainField(Domain("price", "money"))
