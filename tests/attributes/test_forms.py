"""Forms show an input for each attribute, take what is typed, and lose nothing that they do not show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.db import connection
from django.forms import modelform_factory, modelformset_factory

from tests.attributes.app.models import Article, Gadget, Kit, Note
from tests.attributes.tools import nested, write

pytestmark = pytest.mark.django_db

ArticleForm: Any = modelform_factory(Article, fields=["title", "attributes"])
GadgetForm: Any = modelform_factory(Gadget, fields=["kind", "details"])
NoteForm: Any = modelform_factory(Note, fields=["data"])
KitForm: Any = modelform_factory(Kit, fields=["parts", "counts"])

FULL = {
    "color": "green", "name": "Lämp", "weight": Decimal("0.10"), "pages": 7, "rating": 2, "recycled": True,
    "released": "2026-01-31", "tags": ["a b", "c"], "sizes": ["S", "L"], "ports": [80, 443],
    "doses": [Decimal("0.5")],
}  # fmt: skip
TYPED = {
    "title": "Lamp", "attributes__color": "green", "attributes__name": "Lämp", "attributes__weight": "0.10",
    "attributes__pages": "7", "attributes__rating": "2", "attributes__recycled": "true",
    "attributes__released": "2026-01-31", "attributes__tags": "a b\r\n\n c ", "attributes__sizes": ["S", "L"],
    "attributes__ports": "80\n443", "attributes__doses": "0.5",
}  # fmt: skip


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser would send if nobody typed anything."""
    from html.parser import HTMLParser

    found: dict[str, Any] = {}

    class Reader(HTMLParser):
        select = text = ""

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            given = dict(attrs)
            if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
                empty = "on" if given.get("type") == "checkbox" else ""
                found.setdefault(given["name"], []).append(given.get("value", empty))
            elif tag == "select":
                self.select = given["name"]
            elif tag == "option" and "selected" in given:
                found[self.select] = [given["value"]]
            elif tag == "textarea":
                self.text = given["name"]
                found[self.text] = [""]

        def handle_endtag(self, tag: str) -> None:
            self.text = "" if tag == "textarea" else self.text

        def handle_data(self, data: str) -> None:
            if self.text:
                found[self.text][0] += data.removeprefix("\n") if not found[self.text][0] else data

    Reader().feed(form.as_p())
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    for name, values in found.items():
        query.setlist(name, values)
    return query


def test_what_is_typed_becomes_a_document() -> None:
    form = ArticleForm(TYPED)

    assert form.is_valid(), form.errors
    article = form.save()

    article.refresh_from_db()
    assert article.attributes == FULL


def test_a_form_that_nobody_touches_changes_nothing() -> None:
    article = Article.objects.create(title="Lamp", attributes={**FULL, "tags": ["two\nlines", " x "]})
    form = ArticleForm(fields_of(ArticleForm(instance=article)), instance=article)

    assert form.is_valid(), form.errors
    assert form.changed_data == []
    assert form.save().attributes == {**FULL, "tags": ["two\nlines", " x "]}


def test_inputs_have_labels_units_limits_and_help() -> None:
    html = ArticleForm().as_p()

    assert '<label for="id_attributes__pages">Number of pages</label>' in html
    assert '<label for="id_attributes__color" class="required">Color</label>' in html
    assert '<span class="unit">kg</span>' in html
    assert "What one sees" in html
    assert 'name="attributes__pages" min="1" max="5000"' in html
    assert 'type="date" name="attributes__released" min="2000-01-01"' in html
    assert 'maxlength="20"' in html
    assert '<option value="green">Green</option>' in html
    assert "Other attributes" not in html


def test_errors_are_at_their_attributes() -> None:
    form = ArticleForm(
        {**TYPED, "attributes__color": "", "attributes__weight": "-1", "attributes__ports": "80\nx"}
    )

    assert not form.is_valid()
    assert form.errors["attributes"] == [
        "Ports must be a list, each item a whole number from 1 to 65535, not 80\nx."
    ]
    form = ArticleForm({**TYPED, "attributes__color": "", "attributes__weight": "-1"})
    assert form.errors["attributes"] == [
        "Color is required.",
        "Weight must be a number of at least 0 kg, not -1.",
    ]
    inputs = form["attributes"].as_widget()
    assert inputs.count("errorlist") == 2
    assert inputs.count('aria-invalid="true"') == 2
    assert 'value="-1"' in inputs


def test_empty_inputs_take_attributes_away() -> None:
    article = Article.objects.create(attributes=FULL)
    form = ArticleForm({"title": "Lamp", "attributes__color": "red"}, instance=article)

    assert form.is_valid()
    assert form.save().attributes == {"color": "red"}


def test_what_the_schema_does_not_know_stays_and_can_be_corrected() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE attributetests_article DROP CONSTRAINT attributetests_article_attributes")
    write(Article, {"color": "red", "colour": {"odd": [1.5]}})
    article = Article.objects.get()
    untouched = fields_of(ArticleForm(instance=article))
    assert untouched["attributes__"] == '{"colour": {"odd": [1.5]}}'

    form = ArticleForm(untouched, instance=article)
    assert "There is no attribute “colour”" in str(form.errors["attributes"])
    assert "There is no attribute" in form["attributes"].as_widget()

    untouched["attributes__"] = ""
    form = ArticleForm(untouched, instance=article)
    assert form.is_valid()
    assert form.save().attributes == {"color": "red"}


def test_additional_attributes_are_edited_as_json() -> None:
    note = Note.objects.create(data={"author": "Ada", "nested": {"a": [1, Decimal("0.10")]}})
    form = NoteForm(fields_of(NoteForm(instance=note)), instance=note)
    assert form.is_valid()
    assert form.save().data == note.data

    form = NoteForm({"data__author": "Ada", "data__": '{"100%": 1}'}, instance=note)
    assert form.errors["data"] == ["Other attributes: 100% has an input of its own."]
    form = NoteForm({"data__author": "Ada", "data__": '{"x": 1, "x": 2}'}, instance=note)
    assert form.errors["data"] == ["Other attributes: this is no JSON (The name “x” occurs twice.)."]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "no JSON"),
        ("[1]", "write an object"),
        ('{"x": NaN}', "NaN and infinity"),
        ('{"x": "\\u0000"}', "NUL"),
        ('{"x": "\\ud800"}', "NUL"),
        (f'{{"x": {nested(1_000)}}}', "too deep"),
        (f'{{"x": {nested(100_000)}}}', "too deep"),
        ('{"x": 1e999999}', "too many digits"),
        (f'{{"x": {"9" * 5_000}}}', "too many digits"),
    ],
)
def test_bad_json_is_an_error_of_the_form(text: str, match: str) -> None:
    form = NoteForm({"data__author": "Ada", "data__": text})

    assert not form.is_valid()
    assert match in str(form.errors["data"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "nul \0"), ("name", "x" * 21), ("pages", "1e999999"), ("pages", "9" * 5_000),
        ("weight", "NaN"),
        ("weight", "Infinity"), ("weight", "1e999999"), ("released", "2026-02-30"), ("color", "pink"),
        ("sizes", ["S", "pink"]), ("doses", "NaN"), ("rating", "4"),
    ],
)  # fmt: skip
def test_bad_values_are_errors_of_the_form(name: str, value: Any) -> None:
    form = ArticleForm({**TYPED, f"attributes__{name}": value})

    assert not form.is_valid()
    assert list(form.errors) == ["attributes"]


def test_inputs_follow_the_field_that_the_schema_depends_on() -> None:
    assert "details__watts" in GadgetForm().as_p()
    assert "details__pages" in GadgetForm(initial={"kind": "book"}).as_p()
    lamp = Gadget.objects.create(kind="lamp", details={"watts": 5})

    form = GadgetForm({"kind": "book", "details__watts": "5"}, instance=lamp)

    assert "There is no attribute “watts”; there are: pages, socket." in str(form.errors["details"])
    html = form.as_p()
    assert "details__pages" in html
    assert "{&quot;watts&quot;: 5}" in html
    form = GadgetForm({"kind": "book", "details__pages": "9", "details__": "{}"}, instance=lamp)
    assert form.is_valid(), form.errors
    assert form.save().details == {"pages": 9}


def test_a_callable_sees_the_object_as_it_is_typed() -> None:
    form = KitForm({"parts": "2", "counts__part 1": "1", "counts__part 2": "2"}, instance=Kit(parts=1))

    assert form.is_valid(), form.errors
    assert form.save().counts == {"part 1": 1, "part 2": 2}


def test_a_value_that_may_not_be_chosen_any_more_is_seen() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE attributetests_article DROP CONSTRAINT attributetests_article_attributes_color"
        )
    write(Article, {"color": "pink"})
    article = Article.objects.get()
    html = ArticleForm(instance=article).as_p()

    form = ArticleForm(fields_of(ArticleForm(instance=article)), instance=article)

    assert '<option value="pink" selected>pink</option>' in html
    assert form.errors["attributes"] == ["Color must be one of red, green, blue, not pink."]


@pytest.mark.parametrize(
    "document", ["[1, 2]", '"text"', "7", "null", '{"tags": {"a": 1}, "weight": "heavy"}']
)
def test_a_row_that_breaks_every_rule_can_be_shown(document: str) -> None:
    with connection.cursor() as cursor:
        for rule in Article._meta.constraints:
            cursor.execute(f"ALTER TABLE attributetests_article DROP CONSTRAINT {rule.name}")
    write(Article, document)
    article = Article.objects.get()

    untouched = fields_of(ArticleForm(instance=article))

    assert not ArticleForm(untouched, instance=article).is_valid()
    assert "heavy" in str(untouched) or "heavy" not in document


def test_rows_of_a_formset_have_inputs_of_their_own() -> None:
    for kind, details in (("lamp", {"watts": 1}), ("book", {"pages": 2})):
        Gadget.objects.create(kind=kind, details=details)
    Rows = modelformset_factory(Gadget, fields=["kind", "details"], extra=0)

    rows = Rows(queryset=Gadget.objects.order_by("id"))

    assert [sorted(form["details"].field.widget.inputs) for form in rows] == [
        ["socket", "watts"],
        ["pages", "socket"],
    ]
    assert 'name="form-1-details__pages"' in rows.forms[1].as_p()


def test_a_form_without_an_object_is_for_a_new_one() -> None:
    field: Any = Article._meta.get_field("attributes")
    Plain: Any = type("Plain", (forms.Form,), {"attributes": field.formfield()})

    form = Plain({"attributes__color": "red"})

    assert form.is_valid()
    assert form.cleaned_data == {"attributes": {"color": "red"}}
