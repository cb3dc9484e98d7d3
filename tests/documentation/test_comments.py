"""Docstrings and help texts become comments, by migrations that Django finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.utils.translation import gettext_lazy, override

from django_schemapatterns.models import DocumentedModel, SchemaDocumentation
from tests.schema.story import Story

pytestmark = pytest.mark.django_db


def tree(doc: str | None, *, meta: Any = None, base: Any = DocumentedModel, **options: Any) -> Any:
    """Return a function that declares a model."""

    def declare() -> Any:
        body = {
            "__module__": __name__,
            "Meta": type("Meta", (), {"app_label": "testapp", **(meta or {})}),
            "name": models.CharField(max_length=20, **options),
        }
        return type("Tree", (base,), {**body, **({"__doc__": doc} if doc else {})})

    return declare


def comments() -> tuple[str | None, str | None]:
    row = SchemaDocumentation.objects.get(table_name="testapp_tree", column_name="name")
    return row.table_comment, row.column_comment


def test_docstrings_and_help_texts_become_comments_and_follow_them() -> None:
    story = Story(tree("What\n    grows.\n\n    And more.", help_text="What it's called"))
    assert comments() == ("What grows.", "What it's called")

    story.becomes(tree("What has grown.", help_text="Its name"))
    assert comments() == ("What has grown.", "Its name")
    assert story.becomes(tree("What has grown.", help_text="Its name")) == []
    story.undo()
    assert comments() == ("What grows.", "What it's called")


def test_what_django_is_told_goes_first() -> None:
    Story(tree("Doc.", meta={"db_table_comment": "Table."}, help_text="Help", db_comment="Column"))

    assert comments() == ("Table.", "Column")


def test_nothing_is_made_up() -> None:
    Story(tree(None))

    assert comments() == (None, None)


def test_models_that_did_not_ask_have_none() -> None:
    Story(tree("What grows.", base=models.Model, help_text="Help"))

    assert comments() == (None, None)


def test_comments_are_in_no_language_of_the_moment() -> None:
    with override("de"):
        Story(tree("Doc.", help_text=gettext_lazy("Yes")))

    assert comments() == ("Doc.", "Yes")


def test_a_table_with_rows_gets_comments_and_loses_them() -> None:
    story = Story(tree("What grows.", base=models.Model, help_text="Help"))

    story.becomes(tree("What grows.", help_text="Help"))
    assert comments() == ("What grows.", "Help")
    story.undo()
    assert comments() == (None, None)
