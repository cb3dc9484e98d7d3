"""What is found, in which order, and how it is shown; whatever people type."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import FieldError
from django.db import ProgrammingError, connection, transaction
from django.db.models.functions import Upper
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils.safestring import SafeString
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.audit.tools import execute
from tests.search.app.models import Article, Goods, Title

pytestmark = pytest.mark.django_db


def article(title: str = "", **values: Any) -> Any:
    return Article.objects.create(title=title, **values)


def titles(rows: Any) -> list[str]:
    return [row.title for row in rows]


def found(text: str, **options: Any) -> set[str]:
    return set(titles(Article.objects.search(text, **options)))


def test_search_understands_what_search_engines_understand() -> None:
    for title in ("Used laptop", "New laptop", "Running shoes", "Note book", "Book of notes"):
        article(title)

    assert found("laptop") == {"Used laptop", "New laptop"}
    assert found("LAPTOPS -used") == {"New laptop"}
    assert found("laptop new") == {"New laptop"}
    assert found("shoe or new") == {"Running shoes", "New laptop"}
    assert found('"note book"') == {"Note book"}
    assert found("run") == {"Running shoes"}
    assert found("nothing") == set()


def test_every_kind_of_column_is_searched() -> None:
    article(
        "Oak", body="grows slowly", tags=["evergreen leaves", None, "hard"], number=4711,
        slug="quercus-robur", data={"color": "brown", "parts": [{"name": "acorns"}, 12.5, None, True]},
    )  # fmt: skip
    article("Birch")

    for word in ("oak", "grow", "evergreen", "hard", "4711", "quercus-robur", "brown", "acorn", "12.5"):
        assert found(word) == {"Oak"}, word
    assert found("color") == found("parts") == set()


def test_changes_are_found_at_once_however_they_are_made() -> None:
    oak = article("Oak")
    execute("UPDATE searchtests_article SET body = 'tall'")
    Article.objects.update(tags=["old"])
    oak.title = "Birch"
    oak.save(update_fields=["title"])

    assert found("tall old birch") == {"Birch"}
    assert found("oak") == set()


def test_the_best_comes_first_and_equals_come_in_the_order_of_their_keys() -> None:
    article("D", data=["stone"])
    article("C", tags=["stone"])
    article("B", body="stone")
    article("stone")
    article("A second", body="stone")

    rows = list(Article.objects.search("stone"))

    assert titles(rows) == ["stone", "B", "A second", "C", "D"]
    ranks: list[float] = [row.search_rank for row in rows]  # type: ignore[attr-defined]
    assert ranks[0] > ranks[1] == ranks[2] > ranks[3] > ranks[4] > 0


def test_search_goes_on_as_other_querysets_do() -> None:
    for number in range(5):
        article(f"Oak {number}", number=number)

    rows = Article.objects.filter(number__gt=0).search("oak").exclude(number=3)

    assert rows.count() == 3
    assert titles(rows[1:2]) == ["Oak 2"]
    assert list(rows.order_by("-number").values_list("number", flat=True)) == [4, 2, 1]
    assert list(Article.objects.values("number").search("oak 2").values_list("number")) == [(2,)]
    assert Article.objects.filter(pk__in=rows.values("pk")).count() == 3
    assert titles(Article.objects.search("oak").search("2")) == ["Oak 2"]


def test_search_is_awaitable() -> None:
    article("Oak")

    async def search() -> list[str]:
        return [row.title async for row in Article.objects.search("oak", highlight=True)]

    assert async_to_sync(search)() == ["Oak"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "\0\0 \n",
        "the",
        "a or the",
        "!!!",
        "'",
        "\\",
        "&",
        ":*",
        "<->",
        '"',
        "-",
        "\ud800",
        "%",
    ],
)
@pytest.mark.parametrize("prefix", [False, True])
def test_what_asks_for_nothing_finds_nothing(text: str, prefix: bool) -> None:
    article("Oak", body="of words")

    assert list(Article.objects.search(text, prefix=prefix, highlight=True)) == []


def test_nul_bytes_are_no_words_and_no_error() -> None:
    article("Oak tree")

    assert found("oak\0tree") == found("oak\0tree", prefix=True) == {"Oak tree"}


def test_a_query_of_ten_megabytes_is_cut() -> None:
    article("oak " * 50)

    for text in ("oak " * 2_500_000, "x" * 10_000_000, "\U0001f600" * 10_000_000, "İ" * 1_000_000):
        for prefix in (False, True):
            assert found(text, prefix=prefix) == ({"oak " * 50} if text.startswith("oak") else set())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.text(alphabet="ab'\\&|!<->():* \"-0.@/\0", max_size=40))
def test_whatever_is_typed_is_no_error(text: str) -> None:
    for prefix in (False, True):
        list(Article.objects.search(text, prefix=prefix, highlight=["title"]))


def test_beginnings_of_words_are_found_while_they_are_typed() -> None:
    names = ["Universities of the north", "john@example.com", "Version 3.14 ABC-1234", "Wi-fi's \\ it"]
    for name in names:
        Title.objects.create(name=name)

    def typed(text: str) -> list[str]:
        return [row.name for row in Title.objects.search(text, prefix=True)]

    for text, name in (
        ("Universities of the north", names[0]),
        ("john@example.com", names[1]),
        ("Version 3.14 ABC-1234", names[2]),
        ("Wi-fi's", names[3]),
    ):
        for length in range(2, len(text) + 1):
            assert name in typed(text[:length]), text[:length]
    assert typed("north univ") == [names[0]]
    assert typed("universally") == typed("orth") == []
    assert [row.name for row in Title.objects.search("university")] == [names[0]]


def test_operators_in_a_prefix_are_text() -> None:
    Title.objects.create(name="oak")
    Title.objects.create(name="birch")

    for text in ("oak | birch", "!oak", "oak:* | b", "(oak) & !birch", "oak' | 'birch", "\\' | birch"):
        assert len(Title.objects.search(text, prefix=True)) <= 1, text
    assert [row.name for row in Title.objects.search("!oak", prefix=True)] == ["oak"]


def test_highlights_are_marked_and_all_else_is_escaped() -> None:
    article(
        "<script>alert('oak')</script> & <b>oak</b>", body="an <img src=x onerror=alert(1)> oak \x02\x03 tree"
    )

    (row,) = Article.objects.search("oak", highlight=True)

    shown = [row.title_highlight, row.body_highlight]  # type: ignore[attr-defined]
    for text in shown:
        assert isinstance(text, SafeString)
        assert "<" not in text.replace("<mark>", "").replace("</mark>", "")
        assert "<mark>oak</mark>" in text
    assert Template("{{ row.title_highlight }}").render(Context({"row": row})) == shown[0]
    assert "&amp;" in shown[0]
    assert "\x02" not in shown[1]


def test_marks_can_not_be_forged() -> None:
    article("\x02forged\x03 oak")

    (row,) = Article.objects.search("oak", highlight=["title"])

    assert row.title_highlight == "forged <mark>oak</mark>"  # type: ignore[attr-defined]


def test_highlights_of_some_fields_and_of_every_kind() -> None:
    article("Oak", body=None, tags=["an oak", "b"], data={"a": "oak & elm"}, number=7)

    (row,) = Article.objects.search("oak", highlight=["tags", "data", "body", "number"])
    values: Any = row

    assert values.tags_highlight == "an <mark>oak</mark> b"
    assert values.data_highlight == "<mark>oak</mark> &amp; elm"
    assert (values.body_highlight, values.number_highlight) == (None, "7")
    assert not hasattr(row, "title_highlight")
    assert Article.objects.search("oa", prefix=True, highlight="title").values_list(
        "title_highlight"
    ).get() == ("<mark>Oak</mark>",)


def test_only_what_is_searched_can_be_highlighted() -> None:
    with pytest.raises(
        FieldError, match=r"'id' can not be highlighted: .*search_vector searches title, body"
    ):
        Article.objects.search("oak", highlight=["id"])
    with pytest.raises(FieldError, match=r"has no SearchVectorField 'words'\. There are search_vector"):
        Article.objects.search("oak", field_name="words")


def test_the_vector_is_read_when_it_is_asked_for() -> None:
    assert article("Oak").search_vector == "'oak':1A"

    with CaptureQueriesContext(connection) as queries:
        row = Article.objects.get()
    (match,) = Article.objects.search("oak")

    assert "search_vector" not in queries[0]["sql"]
    assert "search_vector" in row.get_deferred_fields() & match.get_deferred_fields()
    assert row.search_vector == "'oak':1A"
    row.title = "Elm"
    row.save()
    row.refresh_from_db()
    assert row.search_vector == "'elm':1A"


def test_a_vector_can_not_be_written() -> None:
    oak = article("Oak")

    with pytest.raises(ProgrammingError, match="search_vector"), transaction.atomic():
        execute("UPDATE searchtests_article SET search_vector = 'x'")
    Article.objects.bulk_create([Article(title="Elm")])
    Article.objects.bulk_update([oak], ["title"])
    Article.objects.update(title=Upper("title"))

    assert found("elm") == {"ELM"}


def test_other_patterns_go_along() -> None:
    first = Goods.objects.create(name="Running shoes")
    Goods.objects.create(name="Running socks")
    first.delete()

    assert [row.name for row in Goods.objects.search("running")] == ["Running socks"]
    assert [row.name for row in Goods.objects.search("running").with_deleted()] == [
        "Running shoes", "Running socks",
    ]  # fmt: skip
    assert [row.name for row in Goods.objects.deleted().search("running")] == ["Running shoes"]
    assert list(Goods.objects.search("run")) == []
