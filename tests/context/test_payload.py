"""Whatever is put into a context becomes JSON that PostgreSQL takes, and the write succeeds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings, strategies as st

from django_schemapatterns.context import acting_as
from django_schemapatterns.context.payload import MAXIMUM, clean, dumps
from tests.context.notes import Note, setting


class Color(Enum):
    RED = "red"


class Hostile:
    def __str__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("text", "text"),
        (True, True),
        (7, 7),
        (2**63, 2**63),
        (1.5, 1.5),
        ([1, (2, {"a": None})], [1, [2, {"a": None}]]),
        ({1: "one", UUID(int=1): 2}, {"1": "one", "00000000-0000-0000-0000-000000000001": 2}),
        ({3}, [3]),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (Decimal("9.90"), "9.90"),
        (Decimal("NaN"), "NaN"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
        (time(12, tzinfo=UTC), "12:00:00+00:00"),
        (timedelta(seconds=90), "P0DT00H01M30S"),
        (gettext_lazy("Save"), "Save"),
        (mark_safe("<b>"), "<b>"),
        (Color.RED, "Color.RED"),
        (b"bytes \xff", "bytes \ufffd"),
        (memoryview(b"view"), "view"),
        (ip_address("192.0.2.1"), "192.0.2.1"),
        ("nul \0 and surrogate \ud800.", "nul  and surrogate ."),
        (Hostile(), "<Hostile>"),
        ([Hostile()], "<list>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_value_is_stored_as_the_nearest_json(value: object, stored: object) -> None:
    assert json.loads(dumps(clean({"value": value}))) == {"value": stored}


def test_circle_ends() -> None:
    circle: list[Any] = []
    circle.append(circle)

    assert clean({"circle": circle}) == {"circle": [[[[[[[["…"]]]]]]]]}


def test_none_is_left_out() -> None:
    assert clean({"a": None, "b": 0, "c": ""}) == {"b": 0, "c": ""}


def test_columns_of_the_log_are_texts_of_limited_length() -> None:
    columns = clean({"user_agent": "x" * 10_000, "ip_address": ip_address("::1"), "user_label": {"a": 1}})

    assert columns == {"user_agent": "x" * 512, "ip_address": "::1", "user_label": '{"a":1}'}


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x" * 1_000_000},
        {"emoji": "\N{OK HAND SIGN}" * 10_000},
        {"list": list(range(100_000))},
        {"number": 10**20_000},
        {"nested": {f"key {number}": "x" * 100 for number in range(500)}},
        {f"key {number}": "x" * 100 for number in range(10_000)},
        {"x" * 10_000: 1},
        {"escaped": '"\\' * 10_000},
    ],
    ids=lambda data: next(iter(data))[:10],
)
def test_what_is_too_long_is_shortened_with_a_marker(data: dict[str, Any]) -> None:
    columns = {
        "user_label": "ada",
        "ip_address": "2001:db8:1111:2222:3333:4444:5555:6666",
        "user_agent": "y" * 512,
    }

    text = dumps(clean({**data, **columns}))

    assert len(text.encode()) <= MAXIMUM
    assert "…" in text or len(text) < 1000
    assert columns.items() <= json.loads(text).items()


def test_short_values_stay_whole_beside_a_long_one() -> None:
    kept = json.loads(dumps(clean({"reason": "spring sale", "dump": "x" * 100_000, "url": "/shop/"})))

    assert kept == {"reason": "spring sale", "dump": "x" * 2047 + "…", "url": "/shop/"}


texts = st.text(st.characters(categories=None), max_size=300)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | texts
    | st.binary()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.dictionaries(texts, values, max_size=8), user=texts, tenant=texts, size=st.integers(1, 40))
def test_write_succeeds_whatever_the_context_holds(
    notes: None, data: dict[str, Any], user: str, tenant: str, size: int
) -> None:
    with (
        transaction.atomic(),
        acting_as(user, tenant, value=data, wide=[data] * size, user_agent=user * size),
    ):
        Note.objects.create(body="a")
        carried = setting("default", "app.context")
        transaction.set_rollback(True)

    assert len(carried.encode()) <= MAXIMUM
    assert {"value", "wide", "user_agent"} <= json.loads(carried).keys()
