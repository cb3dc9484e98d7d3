"""What a column of an enum takes, compares with and gives back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Case, F, Max, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.forms import modelform_factory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import EnumField
from tests.audit.tools import execute
from tests.schema.story import Story
from tests.schema.test_migrations import tree

pytestmark = pytest.mark.django_db


class Season(models.TextChoices):
    WINTER = "winter", "cold"
    SPRING = "spring", "mild"
    AUTUMN = "autumn", "windy"


class HTTPVerb(models.TextChoices):
    GET = "GET"


@pytest.fixture
def trees() -> Any:
    model: Any = Story(
        tree(
            models.Model,
            season=EnumField(Season, default=Season.SPRING, db_default=Season.SPRING),
            other=EnumField(Season, null=True, blank=True),
            word=models.CharField(max_length=20, default="spring"),
            seasons=ArrayField(EnumField(Season), default=list),
        )
    ).model()
    return model.objects


@pytest.fixture
def filled(trees: Any) -> Any:
    trees.bulk_create([trees.model(season=season, other=season) for season in Season])
    return trees


def test_every_way_to_write_and_read(trees: Any, binding: str) -> None:
    trees.create(season=Season.WINTER, other="autumn", seasons=[Season.WINTER, "autumn"])
    trees.bulk_create([trees.model(), trees.model(season="autumn", seasons=["winter"])])
    execute("INSERT INTO testapp_tree (word, seasons) VALUES ('winter', '{}')")
    rows = list(trees.order_by("id"))

    assert [row.season for row in rows] == [Season.WINTER, Season.SPRING, Season.AUTUMN, Season.SPRING]
    assert all(isinstance(row.season, Season) for row in rows)
    assert rows[0].seasons == [Season.WINTER, Season.AUTUMN]
    assert rows[0].get_season_display() == "cold"
    for row in rows:
        row.season, row.other = Season.AUTUMN, None
    trees.bulk_update(rows, ["season", "other"])
    assert set(trees.values_list("season", "other")) == {("autumn", None)}


def test_expressions_of_text_can_be_stored(filled: Any, binding: str) -> None:
    filled.update(other=Case(When(season="winter", then=Value("spring")), default=Value("winter")))
    assert sorted(filled.values_list("other", flat=True)) == ["spring", "winter", "winter"]

    filled.update(word="autumn")
    filled.update(other=F("word"))
    assert set(filled.values_list("other", flat=True)) == {"autumn"}
    filled.update(other=Concat(Value("win"), Value("ter")))
    assert set(filled.values_list("other", flat=True)) == {"winter"}
    filled.update(other=Coalesce("other", "season"))
    made = filled.create(
        season=Case(When(Value(True), then=Value("autumn")), output_field=models.TextField())
    )
    made.refresh_from_db()
    assert made.season == Season.AUTUMN


def test_comparison_with_what_is_no_label_finds_nothing(filled: Any, binding: str) -> None:
    assert filled.filter(season="summer").count() == 0
    assert filled.filter(season__in=["summer"]).count() == 0
    assert filled.filter(season__in=["summer", "winter", Season.SPRING]).count() == 2
    assert filled.filter(season__gt="summer").count() == 0
    assert filled.filter(season__range=("summer", "autumn")).count() == 0
    assert filled.exclude(season="summer").count() == 3
    assert filled.exclude(season__in=["summer", "winter"]).count() == 2
    assert filled.filter(Q(season="summer") | Q(season="winter")).count() == 1
    assert filled.filter(season=None).count() == 0


def test_order_is_that_of_the_labels(filled: Any, binding: str) -> None:
    assert list(filled.order_by("-season").values_list("season", flat=True)) == ["autumn", "spring", "winter"]
    assert filled.filter(season__gt=Season.WINTER).count() == 2
    assert filled.filter(season__range=("winter", "spring")).count() == 2
    assert filled.aggregate(last=Max("season"))["last"] == Season.AUTUMN


def test_lookups_of_texts(filled: Any, binding: str) -> None:
    assert filled.filter(season__contains="in").count() == 2
    assert filled.filter(season__istartswith="WIN").count() == 1
    assert filled.filter(season__iexact="SPRING").count() == 1
    assert filled.filter(season__regex="^[ws]").count() == 2
    assert filled.annotate(loud=Upper(Cast("season", models.TextField()))).filter(loud="SPRING").count() == 1


def test_comparison_with_other_columns(filled: Any, binding: str) -> None:
    assert filled.filter(season=F("other")).count() == 3
    assert filled.filter(season=F("word")).count() == 1
    assert filled.filter(season__in=filled.values("word")).count() == 1
    assert filled.filter(season__in=filled.values("other")).count() == 3
    assert filled.filter(season=filled.filter(other="winter").values("season")[:1]).count() == 1


def test_arrays(filled: Any, binding: str) -> None:
    filled.create(seasons=[Season.WINTER, Season.SPRING])

    found = filled.get(seasons__contains=["spring"])

    assert found.seasons == [Season.WINTER, Season.SPRING]
    assert filled.filter(seasons__overlap=["autumn"]).count() == 0
    assert filled.filter(seasons__0="winter").count() == 1
    assert filled.aggregate(all=ArrayAgg("other", filter=Q(other__isnull=False), order_by="id"))[
        "all"
    ] == list(Season)


def test_value_that_is_no_label_is_refused_by_name(trees: Any) -> None:
    with pytest.raises(ValueError, match=r"season: 'summer' is none of winter, spring, autumn"):
        trees.create(season="summer")
    with pytest.raises(ValueError, match="none of"):
        trees.update(season="summer")
    with pytest.raises(ValidationError) as caught:
        trees.model(season="summer").full_clean()
    assert "season" in caught.value.message_dict
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("INSERT INTO testapp_tree (season, word, seasons) VALUES ('summer', '', '{}')")


def test_form_offers_the_labels_and_stores_nothing_as_null(trees: Any) -> None:
    Form: Any = modelform_factory(trees.model, fields=["season", "other"])

    wrong = Form({"season": "summer", "other": ""})
    right = Form({"season": "winter", "other": ""})

    assert list(wrong.errors) == ["season"]
    assert '<option value="spring" selected>mild</option>' in str(Form()["season"])
    saved = right.save()
    saved.refresh_from_db()
    assert (saved.season, saved.other) == (Season.WINTER, None)


def test_values_come_back_from_fixtures(trees: Any) -> None:
    made = trees.create(season=Season.WINTER)

    [state] = serializers.serialize("python", [made])

    assert state["fields"]["season"] == "winter"
    assert trees.model._meta.get_field("season").to_python("winter") is Season.WINTER
    assert '"season": "winter"' in serializers.serialize("json", [made])


def test_label_that_only_the_database_knows_is_read_as_text(trees: Any) -> None:
    assert trees.model._meta.get_field("season").from_db_value("gone", None, connection) == "gone"


def test_index_is_used_for_labels(filled: Any) -> None:
    execute("CREATE INDEX ON testapp_tree (season)")
    execute("SET LOCAL enable_seqscan = off")

    assert "Index" in filled.filter(season="winter").explain()
    assert "Index" in filled.filter(season__in=["winter", "spring"]).explain()


def test_names_and_declarations() -> None:
    assert EnumField(Season).type == "season"
    assert EnumField(HTTPVerb).type == "http_verb"
    assert EnumField(Season, null=True).deconstruct()[3] == {"null": True, "type": "season"}
    with pytest.raises(ConfigurationError, match="needs a TextChoices"):
        EnumField()
    field = EnumField(Season, blank=True)
    field.set_attributes_from_name("season")
    field.model = Story(tree(models.Model)).model()
    assert [message.id for message in field.check()] == ["schemapatterns.E602"]
