"""Attributes can be asked, counted and changed; what is missing is neither equal nor different."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from django_schemapatterns.exceptions import RuleBroken
from django_schemapatterns.schema.errors import as_validation_errors
from tests.attributes.app.models import Article, Gadget, Kit, Note
from tests.attributes.tools import write

pytestmark = pytest.mark.django_db

ROWS: dict[str, dict[str, Any]] = {
    "lamp": {"color": "red", "name": "Desk lamp 100%", "weight": Decimal("1.5"), "tags": ["new", "desk"]},
    "book": {"color": "green", "pages": 100, "released": date(2020, 5, 1), "tags": ["new"], "recycled": True},
    "bulb": {"color": "red", "weight": 2, "recycled": False, "ports": [80, 443]},
}


@pytest.fixture
def articles() -> None:
    for title, attributes in ROWS.items():
        Article.objects.create(title=title, attributes=attributes)


def titles(rows: Any) -> set[str]:
    return set(rows.values_list("title", flat=True))


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("lookups", "found"),
    [
        ({"color": "red"}, {"lamp", "bulb"}),
        ({"color": "red", "weight__gte": 2}, {"bulb"}),
        ({"color__in": ["green", "blue"]}, {"book"}),
        ({"color__in": []}, set()),
        ({"weight": 2}, {"bulb"}),
        ({"weight": Decimal("2.0")}, {"bulb"}),
        ({"weight": 1.5}, {"lamp"}),
        ({"weight__gt": Decimal("1.5")}, {"bulb"}),
        ({"weight__lt": 2}, {"lamp"}),
        ({"weight__lte": 2}, {"lamp", "bulb"}),
        ({"weight__range": (1, 2)}, {"lamp", "bulb"}),
        ({"released": date(2020, 5, 1)}, {"book"}),
        ({"released__gte": date(2020, 5, 1)}, {"book"}),
        ({"released__range": (date(2019, 1, 1), date(2020, 4, 30))}, set()),
        ({"recycled": False}, {"bulb"}),
        ({"recycled": None}, {"lamp"}),
        ({"recycled__isnull": False}, {"book", "bulb"}),
        ({"tags__has": "new"}, {"lamp", "book"}),
        ({"tags__has_all": ["desk", "new"]}, {"lamp"}),
        ({"tags__has_any": ["desk", "old"]}, {"lamp"}),
        ({"tags__has_any": []}, set()),
        ({"tags": ["new"]}, {"book"}),
        ({"ports__has": 443}, {"bulb"}),
        ({"name__icontains": "LAMP"}, {"lamp"}),
        ({"name__endswith": "100%"}, {"lamp"}),
        ({"name__startswith": "Desk"}, {"lamp"}),
    ],
)
def test_filter_and_exclude_are_each_others_rest(lookups: dict[str, Any], found: set[str]) -> None:
    assert titles(Article.objects.filter_attributes(**lookups)) == found
    assert titles(Article.objects.exclude_attributes(**lookups)) == set(ROWS) - found


@pytest.mark.parametrize(
    ("lookups", "error", "match"),
    [
        ({}, TypeError, "at least one attribute"),
        ({"colour": "red"}, FieldError, r"has no attribute 'colour'; .* Did you mean 'color'"),
        ({"color__near": "red"}, FieldError, "'color' can not be asked for 'near'; it can for: exact, in"),
        ({"color__gte": "red"}, FieldError, "can not be asked for 'gte'"),
        ({"weight__has": 2}, FieldError, "can not be asked for 'has'"),
        ({"weight__gte": "2"}, ValueError, "'weight' is compared with a number, not '2'"),
        ({"released": "2020-02-30"}, ValueError, "a date"),
        ({"tags": "new"}, ValueError, "'tags' is compared with a list"),
        ({"weight": float("nan")}, ValueError, "a number"),
    ],
)  # fmt: skip
def test_a_wrong_question_says_what_can_be_asked(lookups: dict[str, Any], error: Any, match: str) -> None:
    with pytest.raises(error, match=match):
        Article.objects.filter_attributes(**lookups)


def test_a_comparison_passes_over_values_of_another_type() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE attributetests_article DROP CONSTRAINT attributetests_article_attributes_weight"
        )
    for weight in ('"9"', "true", "null", "[9]", "{}", "9"):
        write(Article, f'{{"color": "red", "weight": {weight}}}')

    assert [row.attributes["weight"] for row in Article.objects.filter_attributes(weight__gte=2)] == [9]
    assert Article.objects.filter_attributes(weight__lte=10).count() == 1
    assert Article.objects.exclude_attributes(weight__gte=2).count() == 5


@pytest.mark.usefixtures("articles")
def test_facets_count_values_and_items() -> None:
    assert Article.objects.facets("color") == {"red": 2, "green": 1}
    assert list(Article.objects.facets("tags")) == ["new", "desk"]
    assert Article.objects.facets("tags", limit=1) == {"new": 2}
    assert Article.objects.filter_attributes(color="red").facets("weight") == {Decimal("1.5"): 1, 2: 1}
    assert Article.objects.facets("recycled") == {False: 1, True: 1}
    assert Article.objects.order_by("title").facets("rating") == {}


def test_facets_of_an_attribute_that_is_a_list_in_one_schema_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE attributetests_article DROP CONSTRAINT attributetests_article_attributes_tags"
        )
    for tags in ('"text"', '[["x"], "a"]', "null", '{"a": 1}'):
        write(Article, f'{{"color": "red", "tags": {tags}}}')

    assert Article.objects.facets("tags") == {"a": 1, '["x"]': 1}


@pytest.mark.usefixtures("articles")
def test_setting_and_unsetting_are_one_statement_each() -> None:
    red = Article.objects.filter_attributes(color="red")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert red.set_attributes(color="blue", weight=Decimal("0.10")) == 2
    assert len(queries) == 1

    lamp = Article.objects.get(title="lamp")
    assert lamp.attributes == {**ROWS["lamp"], "color": "blue", "weight": Decimal("0.10")}
    assert Article.objects.unset_attribute("weight", "tags") == 3
    lamp.refresh_from_db()
    assert lamp.attributes == {"color": "blue", "name": "Desk lamp 100%"}
    assert Article.objects.filter(title="book").set_attribute("released", date(2021, 1, 1)) == 1
    assert Article.objects.get(title="book").attributes["released"] == "2021-01-01"


@pytest.mark.usefixtures("articles")
def test_what_the_schema_does_not_allow_is_not_set() -> None:
    with pytest.raises(ValidationError, match="Color must be one of red, green, blue, not pink"):
        Article.objects.set_attributes(color="pink")
    with pytest.raises(FieldError, match="no attribute 'colour'"):
        Article.objects.set_attributes(colour="red")
    with pytest.raises(ValidationError, match="NUL"):
        Article.objects.set_attributes(name="\0")
    with pytest.raises(TypeError, match="at least one"):
        Article.objects.set_attributes()

    assert Article.objects.filter_attributes(color="red").count() == 2


@pytest.mark.usefixtures("articles")
def test_the_database_says_which_rule_is_broken() -> None:
    with (
        pytest.raises(
            RuleBroken, match=r"attributetests\.Article\.attributes: color must be one of .* and is required"
        ) as caught,
        transaction.atomic(),
    ):
        Article.objects.unset_attribute("color")
    assert (caught.value.field, caught.value.attribute) == ("attributes", "color")
    assert caught.value.constraint == "attributetests_article_attributes_color"
    with pytest.raises(RuleBroken, match="weight must be a number of at least 0 kg"), transaction.atomic():
        Article.objects.update(attributes={"color": "red", "weight": -1})
    with (
        pytest.raises(RuleBroken, match="must be an object with names and values; it may have: color, name"),
        transaction.atomic(),
    ):
        Article.objects.bulk_create([Article(attributes={"color": "red", "colour": 1})])
    with pytest.raises(IntegrityError, match="not-null"), transaction.atomic():
        Article.objects.update(title=None)


def test_a_row_without_a_document_gets_one() -> None:
    Note.objects.create(data=None)

    assert Note.objects.set_attributes(author="Ada", anything=[1, {"b": None}]) == 1

    assert Note.objects.get().data == {"author": "Ada", "anything": [1, {"b": None}]}
    assert Note.objects.filter_attributes(anything__has=1).exists()
    assert Note.objects.filter_attributes(**{"100%": None}).exists()
    assert Note.objects.exclude_attributes(author="Ada").count() == 0


def test_a_schema_for_each_kind_is_asked_as_one() -> None:
    Gadget.objects.create(kind="lamp", details={"watts": 5, "socket": "E14"})
    Gadget.objects.create(kind="book", details={"socket": True})

    assert Gadget.objects.filter_attributes(socket="E14").get().kind == "lamp"
    assert Gadget.objects.filter_attributes(socket=True).get().kind == "book"
    assert Gadget.objects.filter(kind="lamp").set_attributes(socket="E27") == 1
    with (
        pytest.raises(RuleBroken, match="socket must be one of E14, E27 or socket must be true or false"),
        transaction.atomic(),
    ):
        Gadget.objects.set_attributes(socket=True)


def test_rows_that_break_a_rule_are_found() -> None:
    for model in (Article, Kit):
        with connection.cursor() as cursor:
            for rule in model._meta.constraints:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {rule.name}")
    Article.objects.create(title="good", attributes={"color": "red"})
    for title, document in {
        "empty": "{}",
        "list": "[1]",
        "null": "null",
        "odd": '{"color": "red", "x": 1}',
    }.items():
        write(Article, document, title=title)
    Kit.objects.create(parts=1, counts={"part 1": 1})
    bad = Kit.objects.create(parts=1, counts={"part 2": 1})

    assert titles(Article.objects.find_invalid()) == {"empty", "list", "null", "odd"}
    assert titles(Article.objects.filter(title__gt="m").find_invalid()) == {"null", "odd"}
    assert list(Kit.objects.find_invalid()) == [bad]


def test_a_model_without_or_with_two_such_fields_says_so() -> None:
    with pytest.raises(
        FieldError, match=r"attributetests\.Article has no AttributesField 'data'; it has: attributes"
    ):
        Article.objects.filter_attributes("data", color="red")


def test_there_are_calls_for_async_code() -> None:
    async def calls() -> None:
        await Article.objects.acreate(title="lamp", attributes={"color": "red"})

        assert await Article.objects.aset_attributes(color="blue", rating=1) == 1
        assert await Article.objects.aset_attribute("rating", 2) == 1
        assert await Article.objects.afacets("color") == {"blue": 1}
        assert await Article.objects.aunset_attribute("rating") == 1

    async_to_sync(calls)()


@pytest.mark.usefixtures("articles")
def test_what_the_database_refuses_can_be_shown_in_a_form() -> None:
    lamp = Article(attributes={"color": "pink"})

    with pytest.raises(ValidationError) as caught, as_validation_errors(Article), transaction.atomic():
        lamp.save()

    assert caught.value.message_dict == {
        "attributes": ["color must be one of red, green, blue, and is required."]
    }
    with pytest.raises(DataError, match="division by zero"), as_validation_errors(Article):
        Article.objects.update(title=F("pk") / 0)
