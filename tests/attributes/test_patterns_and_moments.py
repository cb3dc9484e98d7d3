"""Texts of a pattern, and moments: Python, the database, forms and JSON Schema say the same of them."""

# ruff: noqa: DTZ001 - moments without a time zone are what is refused

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies

from django_schemapatterns.attributes.inputs import input_for
from django_schemapatterns.attributes.kinds import Value
from django_schemapatterns.attributes.schemas import Schema
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import Attribute, AttributesField
from django_schemapatterns.schema.documents import dumps

CODE = Attribute("code", max_length=8, pattern="[A-Z]{2}-[0-9]+")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = Attribute("since", datetime, min=SINCE, max=datetime(2027, 1, 1, tzinfo=UTC))
BERLIN = timezone(timedelta(hours=1))


def database_accepts(attribute: Attribute, value: Any) -> bool:
    rules = " AND ".join(attribute.kind.conditions(attribute, Value("(d -> 'x')", "(d ->> 'x')")))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({rules.replace('%', '%%')}) IS TRUE FROM (SELECT %s::jsonb AS d) AS one",
            [dumps({"x": value})],
        )
        return bool(cursor.fetchone()[0])


CODES = ["AB-1", "AB-123456", "ab-1", "AB-1\n", "xAB-1", "", "AB-", 7, None, True, ["AB-1"], {"AB-1": 1}]
MOMENTS = [
    "2026-01-31T12:00:00.000000+00:00",
    "2026-01-01T00:00:00.000000+00:00",
    "2025-12-31T23:59:59.999999+00:00",
    "2027-01-01T00:00:00.000001+00:00",
    "2026-02-30T12:00:00.000000+00:00",
    "2026-01-31T24:00:00.000000+00:00",
    "2026-01-31T12:60:00.000000+00:00",
    "2026-01-31T12:00:60.000000+00:00",
    "2026-01-31T12:00:00+00:00",
    "2026-01-31T12:00:00.000000+01:00",
    "2026-01-31 12:00:00.000000+00:00",
    "2026-01-31T12:00:00.000000Z",
    "2026-01-31",
    "0000-01-31T12:00:00.000000+00:00",
    "now",
    "infinity",
    7,
    None,
]


@pytest.mark.django_db
@pytest.mark.parametrize("value", CODES, ids=repr)
def test_python_and_database_agree_on_a_pattern(value: Any) -> None:
    assert CODE.accepts(value) == database_accepts(CODE, value) == (value == "AB-1")


@pytest.mark.django_db
@pytest.mark.parametrize("value", MOMENTS, ids=repr)
def test_python_and_database_agree_on_moments(value: Any) -> None:
    assert MOMENT.accepts(value) == database_accepts(MOMENT, value) == (value in MOMENTS[:2])


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    strategies.datetimes(
        min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=strategies.just(BERLIN)
    )
)
def test_every_moment_is_written_so_that_the_database_knows_it(moment: datetime) -> None:
    attribute = Attribute("since", datetime)
    written = attribute.kind.to_json(moment)

    assert attribute.accepts(moment)
    assert attribute.accepts(written)
    assert database_accepts(attribute, written)
    assert datetime.fromisoformat(written) == moment
    assert json.loads(dumps(moment)) == written


def test_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 5, 1)

    assert not MOMENT.accepts(naive)
    assert not MOMENT.accepts(date(2026, 5, 1))
    assert [error.code for error in Schema([MOMENT]).errors({"since": naive})] == ["type"]


def test_document_has_moments_in_one_form() -> None:
    field = AttributesField(schema=[MOMENT])
    given_in = datetime(2026, 5, 1, 14, tzinfo=BERLIN)

    field.validate({"since": given_in}, None)

    assert dumps({"since": given_in}) == '{"since": "2026-05-01T13:00:00.000000+00:00"}'
    with pytest.raises(ValidationError, match="a date and time in UTC such as"):
        field.validate({"since": "yesterday"}, None)


@pytest.mark.django_db
def test_input_of_a_moment_is_in_the_current_time_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    stored = "2026-05-01T12:00:00.250000+00:00"
    field = input_for(MOMENT, stored, html_required=False)

    shown = field.widget.format_value(field.prepare_value(stored))

    assert shown == "2026-05-01T14:00:00.250000"
    assert not field.has_changed(field.prepare_value(stored), shown)
    assert MOMENT.kind.to_json(field.clean("2026-05-01T14:00:00.250000")) == stored
    with pytest.raises(ValidationError):
        field.clean("tomorrow")


def test_input_of_a_text_has_the_pattern() -> None:
    html = input_for(CODE, None, html_required=False).widget.render("code", "AB-1")

    assert 'pattern="[A-Z]{2}-[0-9]+"' in html
    assert 'maxlength="8"' in html


def test_rules_are_told_in_words_and_in_json_schema() -> None:
    assert CODE.rule == "a text of up to 8 characters like [A-Z]{2}-[0-9]+"
    assert AttributesField(schema=[CODE, MOMENT]).json_schema()["properties"] == {
        "code": {"title": "Code", "type": "string", "maxLength": 8, "pattern": "^(?:[A-Z]{2}-[0-9]+)$"},
        "since": {"title": "Since", "type": "string", "format": "date-time"},
    }


@pytest.mark.parametrize(
    ("declaration", "match"),
    [
        ({"type": int, "pattern": "[0-9]+"}, "pattern are for text"),
        ({"pattern": r"\d+"}, "do not read alike"),
        ({"pattern": "("}, "unterminated|missing"),
        ({"pattern": "a", "choices": ["a"]}, "either choices or a pattern"),
        ({"pattern": "a", "default": "b"}, "default must be"),
        ({"type": datetime, "min": datetime(2026, 1, 1)}, "with a time zone"),
        ({"type": datetime, "min": date(2026, 1, 1)}, "with a time zone"),
    ],
)
def test_wrong_declaration_says_what_may_be(declaration: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        Attribute("a", **{"type": str, **declaration})
