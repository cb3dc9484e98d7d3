"""Which changes write a table anew is what docs/reference/locks.md says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.functions import RandomUUID
from django.db import models

from django_schemapatterns import fields
from django_schemapatterns.database import Domain
from django_schemapatterns.fields import DomainField, EnumField
from tests.audit.tools import execute, select
from tests.schema.story import Story
from tests.schema.test_free_objects_domains import plain

pytestmark = pytest.mark.django_db


class Season(models.TextChoices):
    SPRING = "spring"
    FALL = "fall"


class Later(models.TextChoices):
    FALL = "fall"


def text(size: int = 9, **options: Any) -> Any:
    return models.CharField(max_length=size, null=True, **options)


def number(digits: int, places: int = 2) -> Any:
    return models.DecimalField(max_digits=digits, decimal_places=places, null=True)


def domain(check: str, db_type: str = "text") -> Any:
    return DomainField(Domain("tree_name", db_type, {"rule": check}), null=True)


LIVES = "VALUE <> 'dead'"
STAYS: list[tuple[Any, Any]] = [
    (text(), text(20)),
    (text(), models.TextField(null=True)),
    (text(), text(db_comment="short")),
    (text(), text(db_default="oak")),
    (number(5), number(9)),
    (domain(LIVES), domain("VALUE <> 'lost'")),
    (domain(LIVES), models.TextField(null=True)),
    (EnumField(Later, type="season", null=True), EnumField(Season, type="season", null=True)),
]
WRITTEN_ANEW: list[tuple[Any, Any]] = [
    (text(20), text()),
    (number(5), number(5, 1)),
    (models.IntegerField(null=True), models.BigIntegerField(null=True)),
    (models.TextField(null=True), domain(LIVES)),
    (fields.PositiveDecimalField(null=True), number(10)),
    (domain("VALUE > 0", "integer"), domain("VALUE > 0", "bigint")),
    (text(), EnumField(Season, null=True)),
    (EnumField(Season, null=True), text()),
    (EnumField(Season, type="season", null=True), EnumField(Later, type="season", null=True)),
]


def is_written_anew(old: Any, new: Any) -> bool:
    story = Story(plain(name=old))
    execute("INSERT INTO testapp_tree DEFAULT VALUES")
    before = select("SELECT pg_relation_filenode('testapp_tree')")

    story.becomes(plain(name=new))

    return bool(select("SELECT pg_relation_filenode('testapp_tree')") != before)


@pytest.mark.parametrize(("old", "new"), STAYS)
def test_table_stays(old: Any, new: Any) -> None:
    assert not is_written_anew(old, new)


@pytest.mark.parametrize(("old", "new"), WRITTEN_ANEW)
def test_table_is_written_anew(old: Any, new: Any) -> None:
    assert is_written_anew(old, new)


@pytest.mark.parametrize(
    ("added", "anew"),
    [
        (text(), False),
        (text(db_default="oak"), False),
        (models.UUIDField(db_default=RandomUUID()), True),
        (EnumField(Season, null=True), False),
        (domain(LIVES), True),
    ],
)
def test_added_field(added: Any, anew: bool) -> None:
    story = Story(plain())
    execute("INSERT INTO testapp_tree DEFAULT VALUES")
    before = select("SELECT pg_relation_filenode('testapp_tree')")

    story.becomes(plain(name=added))

    assert (select("SELECT pg_relation_filenode('testapp_tree')") != before) is anew
