"""The rules of a schema hold in Python and in the database, and both agree on every value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import example, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import Attribute, AttributesField
from django_schemapatterns.schema.documents import dumps
from tests.attributes.app.models import ARTICLE, Article, Color, Gadget, Kit, Note
from tests.attributes.tools import about, broken_rule, nested, write

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 70_000)
    | st.decimals(-1, 3, places=1)
    | st.sampled_from(
        ["red", "blue", "S", "M", "", "2026-02-28", "2026-02-30", "2026-00-00", "0000-01-01", "1999-12-31"]
    )
    | st.sampled_from(["x" * 20, "x" * 21, "ä" * 20, "2026-2-1", "٢٠٢٦-01-01", "1", "2024-02-29\n"])
    | st.sampled_from([Decimal("1.0"), Decimal("1E+2"), Decimal("1E-5"), 10**40, -(10**40)])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner)
)


class AgreementTests(TestCase):
    """Both say the same about any value of any attribute."""

    @settings(max_examples=400, deadline=None)
    @given(attribute=st.sampled_from(ARTICLE), value=VALUES)
    @example(attribute=ARTICLE[0], value=["red"])
    @example(attribute=ARTICLE[8], value="S")
    @example(attribute=ARTICLE[7], value=[["a"]])
    @example(attribute=ARTICLE[9], value=[Decimal("1.0")])
    def test_python_and_the_database_agree(self, attribute: Attribute, value: Any) -> None:
        broken = broken_rule(Article, {"color": "red", attribute.name: value})

        wanted = None if attribute.accepts(value) else f"attributetests_article_attributes_{attribute.name}"
        assert broken == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("null", "attributetests_article_attributes"),
        ("[1]", "attributetests_article_attributes"),
        ('"x"', "attributetests_article_attributes"),
        ("7", "attributetests_article_attributes"),
        ('{"color": "red", "colour": "red"}', "attributetests_article_attributes"),
        ("{}", "attributetests_article_attributes_color"),
        ('{"color": null}', "attributetests_article_attributes_color"),
        ('{"color": "red", "weight": null}', "attributetests_article_attributes_weight"),
        ('{"color": "red", "weight": "2"}', "attributetests_article_attributes_weight"),
        ('{"color": "blue", "color": "pink"}', "attributetests_article_attributes_color"),
        ('{"color": "pink", "color": "blue"}', None),
        ('{"color": "red", "weight": 1e131000}', None),
    ],
)
def test_raw_sql_meets_the_rule_by_its_name(document: str, rule: str | None) -> None:
    assert broken_rule(Article, document) == rule


@pytest.mark.django_db
def test_each_error_names_the_attribute_the_rule_and_the_value() -> None:
    names = [attribute.name for attribute in ARTICLE]
    article = Article(attributes={"color": "pink", "weight": -1, "pages": 0, "tags": "x", "colour": 1})

    with pytest.raises(ValidationError) as caught:
        article.full_clean()

    assert caught.value.message_dict == {
        "attributes": [
            "Color must be one of red, green, blue, not pink.",
            "Weight must be a number of at least 0 kg, not -1.",
            "Number of pages must be a whole number from 1 to 5000, not 0.",
            "Tags must be a list, each item a text, not x.",
            f"There is no attribute “colour”; there are: {', '.join(names)}. Did you mean 'color'?",
        ]
    }
    assert about(caught.value.error_dict["attributes"]) == ["color", "weight", "pages", "tags", "colour"]


def test_a_document_that_is_empty_may_lack_what_is_required() -> None:
    with pytest.raises(ValidationError, match="Color is required"):
        Article(attributes={}).clean_fields()


@pytest.mark.django_db
def test_an_attribute_depends_on_another_field() -> None:
    assert broken_rule(Gadget, {"watts": 5, "socket": "E14"}, field="details", kind="lamp") is None
    assert broken_rule(Gadget, {"pages": 5, "socket": True}, field="details", kind="book") is None
    assert broken_rule(Gadget, {}, field="details", kind="gift") is None
    socket = "attributetests_gadget_details_socket"
    assert broken_rule(Gadget, {"watts": 5, "socket": True}, field="details", kind="lamp") == socket
    assert broken_rule(Gadget, {}, field="details", kind="lamp") == "attributetests_gadget_details_watts"
    assert broken_rule(Gadget, {"watts": 5}, field="details", kind="gift") == "attributetests_gadget_details"

    with pytest.raises(ValidationError, match="There is no attribute “watts”; there are: pages, socket"):
        Gadget(kind="book", details={"watts": 5}).full_clean()
    Gadget(kind="lamp", details={"watts": 5}).full_clean()


@pytest.mark.django_db
def test_a_callable_chooses_the_attributes_of_a_row() -> None:
    Kit(parts=2, counts={"part 1": 1, "part 2": 2}).full_clean()

    with pytest.raises(ValidationError, match="There is no attribute “part 2”"):
        Kit(parts=1, counts={"part 1": 1, "part 2": 2}).full_clean()
    assert broken_rule(Kit, [], field="counts", parts=1) == "attributetests_kit_counts"


@pytest.mark.django_db
def test_a_column_without_a_document_breaks_no_rule() -> None:
    Note(data=None).full_clean()
    Note.objects.create(data=None)

    assert Note.objects.get().data is None
    assert broken_rule(Note, {}, field="data") == "attributetests_note_data_author"


@pytest.mark.django_db
def test_a_document_may_have_more_where_it_is_allowed() -> None:
    document = {"author": "Ada", "100%": 7, "nested": {"list": [1, None, {"x": Decimal("0.10")}]}}
    Note(data=document).full_clean()

    Note.objects.create(data=document)

    assert Note.objects.get().data == document
    assert broken_rule(Note, {"author": "Ada", "100%": "7"}, field="data") is not None


@pytest.mark.django_db
def test_numbers_keep_every_digit_and_dates_are_text() -> None:
    document = {"color": Color.RED, "weight": Decimal("0.10"), "released": date(2026, 1, 31), "doses": [0.1]}
    article = Article.objects.create(attributes=document)

    article.refresh_from_db()

    assert article.attributes == {
        "color": "red", "weight": Decimal("0.10"), "released": "2026-01-31", "doses": [Decimal("0.1")],
    }  # fmt: skip
    assert str(article.attributes["weight"]) == "0.10"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "match"),
    [
        (float("nan"), "NaN"),
        (Decimal("Infinity"), "NaN and infinity"),
        (Decimal("sNaN"), "NaN"),
        (Decimal("1E+200000"), "too many digits"),
        ([10**5_000], "too many digits"),
        ("nul \0", "NUL"),
        ("half \ud800", "NUL"),
        ({"deep": nested(200)}, "too deep"),
        ({7: "seven"}, "must be text"),
        ({"set": {1}}, "type set"),
    ],
)
def test_what_no_document_can_hold_is_refused_before_the_database_is_asked(value: Any, match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Note(data={"author": "Ada", "more": value}).full_clean()


@pytest.mark.django_db
def test_what_no_document_can_hold_is_never_half_written() -> None:
    for value in (float("nan"), Decimal("Infinity"), Decimal("NaN")):
        with pytest.raises(ValueError, match=r"JSON compliant|NaN"), transaction.atomic():
            Note.objects.create(data={"author": "Ada", "more": value})

    assert not Note.objects.exists()


@pytest.mark.django_db
def test_a_thousand_levels_are_refused_by_the_database() -> None:
    deep = f'{{"author": "Ada", "more": {nested(1_000)}}}'

    assert broken_rule(Note, deep, field="data") == "attributetests_note_data"
    assert broken_rule(Note, {"author": "Ada", "more": nested(63)}, field="data") is None
    assert (
        broken_rule(Note, {"author": "Ada", "more": nested(65)}, field="data") == "attributetests_note_data"
    )


@pytest.mark.django_db
def test_ten_megabytes_are_stored() -> None:
    note = Note(data={"author": "Ada", "more": "x" * 10_000_000})

    note.full_clean()
    note.save()

    assert len(Note.objects.get().data["more"]) == 10_000_000


@pytest.mark.django_db
def test_whatever_was_stored_before_the_rules_can_be_read() -> None:
    with connection.cursor() as cursor:
        for rule in Note._meta.constraints:
            cursor.execute(f"ALTER TABLE {Note._meta.db_table} DROP CONSTRAINT {rule.name}")
    write(Note, f'{{"more": {nested(3_000)}}}', field="data")
    write(Note, '{"more": 1e5000}', field="data")
    write(Note, "[1]", field="data")

    deep, large, listed = (note.data for note in Note.objects.order_by("id"))

    assert deep["more"] if isinstance(deep, dict) else deep.startswith("{")
    assert large == {"more": Decimal(10) ** 5000}
    assert listed == [1]


def test_new_objects_have_the_defaults() -> None:
    assert Note().data == {"mood": "fine"}
    assert Article().attributes == {}


@pytest.mark.parametrize(
    ("declaration", "match"),
    [
        ({"name": "", "type": str}, "neither empty"),
        ({"name": "1", "type": str}, "neither empty nor a number"),
        ({"name": "a__b", "type": str}, "double underscore"),
        ({"name": "a", "type": float}, "its type is .*float.*it may be str, int, Decimal, bool, date"),
        ({"name": "a", "min": 1}, "for numbers and dates"),
        ({"name": "a", "type": int, "min": 2, "max": 1}, "min is above max"),
        ({"name": "a", "type": int, "min": 0.5}, "int or Decimal"),
        ({"name": "a", "type": date, "min": 2}, "dates"),
        ({"name": "a", "type": int, "max_length": 2}, "for text"),
        ({"name": "a", "type": int, "choices": [1, "2"]}, "the choice '2' is not a whole number"),
        ({"name": "a", "type": int, "choices": [1], "max": 3}, "either choices or limits"),
        (
            {"name": "a", "type": int, "min": 1, "default": 0},
            "its default must be a whole number of at least 1",
        ),
    ],
)
def test_a_wrong_declaration_says_what_may_be(declaration: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        Attribute(**declaration)


def test_a_schema_depends_on_a_field_only_if_it_is_named() -> None:
    with pytest.raises(ConfigurationError, match="give both or neither"):
        AttributesField(schema={"lamp": []})
    with pytest.raises(ConfigurationError, match="declared twice"):
        AttributesField(schema=[Attribute("a"), Attribute("a", int)])


def test_a_schema_is_no_part_of_migrations() -> None:
    field = AttributesField(schema=[Attribute("color")])
    field.set_attributes_from_name("attributes")

    assert field.deconstruct()[1:] == (
        "django_schemapatterns.fields.AttributesField",
        [],
        {"default": dict, "blank": True},
    )


def test_the_same_document_is_written_with_or_without_decimals() -> None:
    document: dict[str, Any] = {"a": [1, True, None, 'ä"', {"b": []}], "c": {}}

    assert dumps({**document, "d": Decimal("1.10")}) == dumps(document)[:-1] + ', "d": 1.10}'
