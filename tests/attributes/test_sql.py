"""The function that finds rows by attributes, for whoever speaks SQL only."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.attributes.app.models import Article, Note

pytestmark = pytest.mark.django_db


def keys(*arguments: Any) -> list[str]:
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT schemapatterns.find_by_attributes({marks})", arguments)
        return [key for (key,) in cursor.fetchall()]


def test_it_returns_the_keys_of_the_rows() -> None:
    red = Article.objects.create(attributes={"color": "red", "tags": ["a", "b"]})
    Article.objects.create(attributes={"color": "blue"})
    note = Note.objects.create(data={"author": "Ada"})

    assert keys("attributetests_article", '{"color": "red", "tags": ["a"]}') == [str(red.pk)]
    assert keys("attributetests_note", '{"author": "Ada"}', "Dätä it's") == [str(note.pk)]


def test_a_key_of_several_columns_is_a_list_and_odd_names_are_quoted() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE "Odd table" ("a b" int, c text, attributes jsonb, PRIMARY KEY (c, "a b"))'
        )
        cursor.execute("""INSERT INTO "Odd table" VALUES (7, 'x', '{"k": 1}')""")

    assert keys('"Odd table"', '{"k": 1.0}') == ['["x", 7]']


@pytest.mark.parametrize("wanted", ["{}", "[]", "null", None])
def test_nothing_wanted_is_an_error(wanted: str | None) -> None:
    with pytest.raises(DatabaseError, match="Name at least one attribute"), transaction.atomic():
        keys("attributetests_article", wanted)


def test_a_table_without_a_key_is_an_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE keyless (attributes jsonb)")

    with pytest.raises(DatabaseError, match="keyless has no primary key"), transaction.atomic():
        keys("keyless", '{"k": 1}')
