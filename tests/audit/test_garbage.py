"""Whatever stands in the session's settings, a write succeeds and the log stays readable."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.db import connection
from hypothesis import example, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns.audit.models import AuditLog
from tests.audit.tools import execute, last
from tests.testapp.models import Article

pytestmark = pytest.mark.django_db

NOISE = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789\"'\\ÄÖ\N{SNOWMAN}", k=10_000))


def put(**values: str) -> None:
    for name, value in values.items():
        execute("SELECT set_config(%s, %s, true)", f"app.{name}", value)


def entry_with(**values: str) -> AuditLog:
    put(**values)
    Article.objects.create(title="Oak")
    return last(Article)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "{",
        '{"a": 1',
        '{"a": 1e400000}',
        '{"a": "\\u0000"}',
        '{"a": "\\ud800"}',
        "[" * 100_000,
        NOISE,
        " ",
    ],
)
def test_context_that_is_no_json_is_kept_as_text(text: str) -> None:
    entry = entry_with(context=text)

    assert entry.context == {"unreadable": text[:1000]}


@pytest.mark.parametrize("text", ["[1, 2]", '["user_label"]', '"text"', "5", "null", "true"])
def test_context_that_is_no_object_is_kept_as_text(text: str) -> None:
    assert entry_with(context=text).context == {"unreadable": text}


@pytest.mark.parametrize(
    "text", ["", "{}", '{"user_label": null}', '{"ip_address": null, "user_agent": null}']
)
def test_context_that_says_nothing_is_none(text: str) -> None:
    assert entry_with(context=text).context is None


@pytest.mark.parametrize(
    "address", ["999.1.2.3", "nowhere", "", "10.0.0.1, 10.0.0.2", "::1%eth0", 5, [], {}, NOISE]
)
def test_address_that_is_none_stays_in_the_context(address: Any) -> None:
    entry = entry_with(context=json.dumps({"ip_address": address, "url": "/"}))

    assert entry.ip_address is None
    assert entry.context == {"ip_address": address, "url": "/"}


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1"])
def test_address_is_lifted_into_its_column(address: str) -> None:
    entry = entry_with(context=json.dumps({"ip_address": address}))

    assert (entry.ip_address, entry.context) == (address, None)


@pytest.mark.parametrize("request_id", ["not a uuid", "5", NOISE, "6f9619ff-8b86-d011-b42d-00cf4fc964f"])
def test_request_id_that_is_none_stays_in_the_context(request_id: str) -> None:
    entry = entry_with(request_id=request_id)

    assert entry.request_id is None
    assert entry.context == {"request_id": request_id[:200]}


def test_long_values_are_cut() -> None:
    entry = entry_with(
        current_user_id=NOISE, context=json.dumps({"user_agent": NOISE, "user_label": NOISE, "url": NOISE})
    )

    assert entry.user_id == NOISE[:200]
    assert entry.user_label == NOISE[:200]
    assert entry.user_agent == NOISE[:512]


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": 1}, 1.5])
def test_labels_of_other_types_are_written_as_text(value: Any) -> None:
    entry = entry_with(context=json.dumps({"user_label": value, "user_agent": value}))

    assert entry.user_label == entry.user_agent
    assert json.loads(entry.user_label or "") == value


def test_settings_of_another_session_level_are_read_too() -> None:
    execute("SET SESSION app.current_user_id = '7'")

    Article.objects.create(title="Oak")

    assert last(Article).user_id == "7"
    execute("RESET app.current_user_id")


class TestAnything(TestCase):
    @settings(max_examples=80, deadline=None)
    @given(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda each: st.lists(each) | st.dictionaries(st.text(), each),
        ),
    )
    @example("x" * 10_000, {"ip_address": {"user_label": []}})
    def test_every_write_succeeds_and_every_entry_is_read(self, text: str, document: Any) -> None:
        for context in (text, json.dumps(document)):
            with connection.cursor() as cursor:
                put(context=context, request_id=text, current_user_id=text)
                Article.objects.create(title="Oak")
                cursor.execute("RESET ALL")

            entry = last(Article)
            assert entry.user_id == (text[:200] or None)
            assert entry.context is None or isinstance(entry.context, dict)
