"""Declarations that can not be are refused, with the way out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.checks import run_checks
from django.db import connection, models
from django.db.models import F
from django.db.utils import ProgrammingError
from django.test.utils import isolate_apps

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.search.checks import check_search, check_search_database
from tests.audit.tools import execute
from tests.schema.story import Story
from tests.schema.test_free_objects_enums import season
from tests.search.app.models import Article
from tests.search.test_migrations import tree, vector


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "name the fields to search"),
        (("name",), "name the fields to search"),
        (([F("name")],), "name the fields to search"),
        ((["name", "name"],), "'name' is named twice"),
        ((["name"], {"title": "A"}), "a weight is for 'title', which is not among the fields: name"),
        ((["name"], {"name": "E"}), "the weight of 'name' is A, B, C or D, not 'E'"),
        ((["name"], {"name": "a"}), "is A, B, C or D, not 'a'"),
        ((["name"], {"name": 1}), "is A, B, C or D, not 1"),
        ((["name"], {"name": None}), "is A, B, C or D, not None"),
        ((["name"], {}, F("language")), r"the name of a text search configuration.*not F\(language\)"),
        ((["name"], {}, None), "the name of a text search configuration"),
        ((["name"], {}, "eng'lish"), "the name of a text search configuration"),
        ((["name"], {}, "a.b.c"), "the name of a text search configuration"),
    ],
)
def test_what_can_not_be_is_told_where_it_is_written(arguments: Any, message: str) -> None:
    given: list[Any] = list(arguments)
    names, weights, config = given + [[], {}, "english"][len(given) :]
    with pytest.raises(ConfigurationError, match=message):
        fields.SearchVectorField(names, weights=weights, config=config)


def problems(*names: str, **members: Any) -> list[tuple[str, str]]:
    with isolate_apps("tests.testapp"):
        model = tree(words=vector(*names), **members)()
        return [
            (str(error.id), error.msg + str(error.hint)) for error in model.check() if "schemap" in error.id
        ]


@pytest.mark.parametrize(
    ("name", "members", "id_", "part"),
    [
        ("nmae", {}, "E640", "Did you mean 'name'?"),
        ("zzz", {}, "E640", "The fields are id, name"),
        ("words", {}, "E640", "a generated column can not be made from another"),
        ("many", {"many": models.ManyToManyField("self")}, "E640", "no field with a column"),
        (
            "when",
            {"when": models.DateField()},
            "E641",
            "a DateField, whose text depends on more than its value",
        ),
        ("when", {"when": models.DateTimeField()}, "E641", "DateTimeField"),
        ("kind", {"kind": season()}, "E641", "EnumField"),
        ("above", {"above": models.ForeignKey("self", models.CASCADE)}, "E641", "ForeignKey"),
        ("list", {"list": ArrayField(models.DateField())}, "E641", "ArrayField"),
        ("size", {"size": models.FloatField()}, "E641", "FloatField"),
        ("data", {"data": models.BinaryField()}, "E641", "BinaryField"),
    ],
)
def test_columns_that_can_not_be_searched_are_told(name: str, members: Any, id_: str, part: str) -> None:
    ((found, message),) = problems("name", name, **members)

    assert found == f"schemapatterns.{id_}"
    assert part in message


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field",
    [
        models.SlugField(default=""), models.EmailField(default=""), models.URLField(default=""),
        models.BigIntegerField(default=1), models.PositiveSmallIntegerField(default=1),
        models.DecimalField(max_digits=9, decimal_places=2, default=1), models.UUIDField(null=True),
        models.GenericIPAddressField(null=True), fields.EmailAddressField(null=True),
        fields.PositiveDecimalField(max_digits=9, decimal_places=2, null=True),
        ArrayField(ArrayField(models.CharField(max_length=9)), null=True),
        ArrayField(models.IntegerField(), null=True), ArrayField(models.UUIDField(), null=True),
        models.JSONField(null=True),
        models.CharField(max_length=9, null=True, db_collation="C"),
    ],
    ids=lambda field: type(field).__name__,
)  # fmt: skip
def test_what_the_check_allows_the_database_allows(field: Any) -> None:
    assert problems("column", column=field.clone()) == []

    story = Story(tree(column=field, words=vector("column")))
    story.model()._base_manager.create()


def test_what_is_searched_of_a_parents_table_is_told() -> None:
    with isolate_apps("tests.testapp"):
        parent = tree(models.Model)()
        child = tree(parent, called="Wood", words=vector("name"), name=None)()
        messages = [error.msg for error in child.check() if error.id == "schemapatterns.E640"]

    (message,) = messages
    assert message.endswith("no field with a column of its own in testapp_wood, but in testapp_tree.")


class Config:
    def __init__(self, *found: Any) -> None:
        self.found = found

    def get_models(self) -> Any:
        return self.found


def test_a_searchable_model_needs_a_vector_and_a_manager_that_searches() -> None:
    with isolate_apps("tests.testapp"):
        lonely = tree()()
        soft = tree(patterns.SoftDeleteModel, patterns.SearchableModel, called="Wood", words=vector())()
        found = check_search([Config(lonely, soft)])  # type: ignore[list-item]

    assert [(error.id, error.obj) for error in found] == [
        ("schemapatterns.E642", lonely), ("schemapatterns.W643", soft),
    ]  # fmt: skip
    assert "testapp.Wood.objects has no search()" in found[1].msg


@pytest.mark.django_db
def test_the_database_of_these_tests_is_in_order() -> None:
    assert [each for each in run_checks(databases=["default"]) if (each.id or "")[-3:-1] == "64"] == []


@pytest.mark.django_db
def test_a_configuration_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    field: Any = Article._meta.get_field("search_vector")
    monkeypatch.setattr(field, "config", "klingon")

    (error,) = check_search_database(databases=["default"])

    assert error.id == "schemapatterns.E644"
    assert "the database has no text search configuration 'klingon'" in error.msg
    assert "english" in str(error.hint)
    with pytest.raises(ProgrammingError, match='text search configuration "klingon" does not exist'):
        Story(tree(words=vector(config="klingon")))


@pytest.mark.django_db
@pytest.mark.parametrize("config", ["public.custom_english", "CUSTOM_english"])
def test_a_configuration_of_ones_own(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute("CREATE TEXT SEARCH CONFIGURATION public.custom_english (COPY = simple)")
    monkeypatch.setattr(Article._meta.get_field("search_vector"), "config", config)
    assert check_search_database(databases=["default"]) == []

    story = Story(tree(words=vector(config=config)))
    story.model()._base_manager.create(name="Running oaks")

    assert story.model()._base_manager.filter(words="running").exists()


@pytest.mark.django_db
def test_a_missing_index_is_told() -> None:
    execute("DROP INDEX searchtests_article_search_vector")

    (warning,) = check_search_database(databases=["default"])

    assert warning.id == "schemapatterns.W645"
    assert "searchtests.Article.search_vector: no valid index serves it" in warning.msg


@pytest.mark.django_db
def test_no_setting_changes_what_is_found() -> None:
    Article.objects.create(title="Running oaks")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_text_search_config = 'pg_catalog.simple'")

    assert Article.objects.search("run").exists()
    assert Article.objects.search("running", prefix=True, highlight=True).exists()
    assert Article.objects.filter(search_vector="run").exists()
    assert not Article.objects.filter(search_vector="\0").exists()
    Article.objects.update(title="Walking")
    assert Article.objects.filter(search_vector="walks").exists()
