"""Texts that are long, odd or missing are stored, and found as far as PostgreSQL has room for their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.audit.tools import execute, select
from tests.search.app.models import Article, Title

pytestmark = pytest.mark.django_db
VECTOR = "schemapatterns.search_vector(ARRAY['english'::regconfig, 'simple'], 'AB', %s, %s)"


def size(first: str, second: str = "") -> int:
    return int(select(f"SELECT pg_column_size({VECTOR})", first, second))


def test_ten_megabytes_of_different_words_are_stored_and_found_by_their_beginning() -> None:
    body = " ".join(f"word{number:08}" for number in range(800_000))
    assert len(body) > 10_000_000

    article = Article.objects.create(title="Giant", body=body)

    assert [row.title for row in Article.objects.search("giant word00000007")] == ["Giant"]
    assert not Article.objects.search("word00799999").exists()
    article.refresh_from_db()
    assert article.body == body
    (row,) = Article.objects.search("word00000007", highlight=["body"])
    assert "<mark>word00000007</mark>" in row.body_highlight


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"{chr(131_072 + n)}-{chr(132_072 + n)}" for n in range(30_000)),
        " ".join(f"{n:x}-{n + 1:x}.example.com/{n:x}/{n:x}?{n:x}" for n in range(30_000)),
        "x" * 1_000_000,
        "a " * 1_000_000,
        "-" * 1_000_000,
    ],
    ids=["compounds", "addresses", "one word", "one word again and again", "no word"],
)  # fmt: skip
def test_no_text_is_too_long(text: str) -> None:
    assert size(text) < 2**20
    assert size(text[: len(text) // 2], text) < 2**20


def test_long_lists_and_documents_are_no_error_either() -> None:
    words = [f"word{number:08}" for number in range(100_000)]

    data = {"words": words, "deep": nested(900)}
    Article.objects.create(title="Giant", tags=words, data=data, body=" ".join(words))

    assert Article.objects.search("giant word00000007 bottom").exists()


def nested(levels: int) -> Any:
    return json.loads('{"a":' * levels + '"bottom"' + "}" * levels)


def test_what_is_missing_is_no_word() -> None:
    execute("INSERT INTO searchtests_article (title, tags) VALUES ('', '{}')")

    assert select("SELECT search_vector::text FROM searchtests_article") == ""


def test_a_row_is_searched_by_the_words_of_all_its_columns_together() -> None:
    Article.objects.create(title="Oak", body="tall", tags=["green"], data={"a": ["wet"]}, number=7)

    assert Article.objects.search("oak tall green wet 7").exists()
    assert not Article.objects.search('"oak green"').exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=80))
def test_whatever_is_written_can_be_stored_and_shown(text: str) -> None:
    text = f"oak {text}"
    row = Article.objects.create(title=text, body=text, tags=[text, None], data=[text])

    (found,) = Article.objects.filter(pk=row.pk).search("oak", highlight=True)
    for value in (found.title_highlight, found.body_highlight, found.tags_highlight, found.data_highlight):
        assert "<mark>oak</mark>" in value
        assert "<" not in value.replace("<mark>", "").replace("</mark>", "")


def test_fixtures_leave_the_vector_out() -> None:
    Title.objects.create(name="Oaks")

    text = serializers.serialize("json", Title.objects.all())
    assert "words" not in json.loads(text)[0]["fields"]
    Title.objects.all().delete()
    for each in serializers.deserialize("json", text):
        each.save()

    assert Title.objects.search("oak").exists()


@pytest.fixture
def clerk() -> Iterator[None]:
    """A role that may read and write a table, and nothing else."""
    execute("CREATE ROLE search_clerk")
    execute("GRANT SELECT, INSERT, UPDATE ON searchtests_article TO search_clerk")
    execute("GRANT USAGE ON SEQUENCE searchtests_article_id_seq TO search_clerk")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; DROP OWNED BY search_clerk; DROP ROLE search_clerk")


@pytest.mark.usefixtures("clerk")
def test_roles_need_the_rights_to_the_table_alone() -> None:
    execute("SET ROLE search_clerk")

    Article.objects.create(title="Oak", tags=["green oak"], data={"a": "oak"})
    Article.objects.update(body="An oak")
    (row,) = Article.objects.search("oak", highlight=True)

    assert [row.tags_highlight, row.data_highlight] == ["green <mark>oak</mark>", "<mark>oak</mark>"]
