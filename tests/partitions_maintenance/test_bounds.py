"""Where partitions begin and end, whatever the clock, the time zone and the length of the name are."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from django_schemapatterns.partitions import bounds, expressions
from django_schemapatterns.partitions.bounds import EVERY, Duration, Window
from django_schemapatterns.partitions.options import Every

ZONES = ["UTC", "Europe/Rome", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]
KEY_TYPES = ["timestamp with time zone", "timestamp without time zone", "date"]

every = st.sampled_from(EVERY)
moments = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - the zones come below
    max_value=datetime(2400, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([ZoneInfo(zone) for zone in ZONES]),
)


@given(every, moments)
def test_moment_is_in_its_window(unit: Every, at: datetime) -> None:
    assert at in bounds.window_of(unit, at)


@given(every, moments, st.integers(0, 40))
def test_windows_are_contiguous_and_do_not_overlap(unit: Every, at: datetime, ahead: int) -> None:
    found = bounds.windows_ahead(unit, at, ahead)

    assert len(found) == ahead + 1
    assert all(first.high == second.low for first, second in pairwise(found))
    assert not any(first.overlaps(second) for first, second in pairwise(found))
    assert len({bounds.partition_name("t", unit, window.low) for window in found}) == len(found)


@given(every, moments)
def test_hour_and_zone_of_the_clock_do_not_matter(unit: Every, at: datetime) -> None:
    window = bounds.window_of(unit, at)

    for other in (window.low, window.high - timedelta(microseconds=1), at.astimezone(ZoneInfo("Asia/Tokyo"))):
        assert bounds.window_of(unit, other) == window
    assert window.low.utcoffset() == timedelta(0)
    assert (window.low.hour, window.low.minute, window.low.second, window.low.microsecond) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("unit", "low", "high", "suffix"),
    [
        ("day", date(2024, 2, 29), date(2024, 3, 1), "2024_02_29"),
        ("week", date(2026, 12, 28), date(2027, 1, 4), "2026_w53"),
        ("month", date(2026, 12, 1), date(2027, 1, 1), "2026_12"),
        ("quarter", date(2026, 10, 1), date(2027, 1, 1), "2026_q4"),
        ("year", date(2026, 1, 1), date(2027, 1, 1), "2026"),
    ],
)
def test_window_of_the_end_of_a_year(unit: Every, low: date, high: date, suffix: str) -> None:
    last = datetime(low.year, low.month, low.day, 23, 59, 59, 999999, tzinfo=UTC)
    window = bounds.window_of(unit, last)

    assert (window.low.date(), window.high.date()) == (low, high)
    assert bounds.suffix(unit, window.low) == suffix


@pytest.mark.parametrize("zone", ["Europe/Rome", "America/New_York"])
def test_clocks_that_change_leave_no_hole(zone: str) -> None:
    hours = [datetime(2026, 3, 1, tzinfo=ZoneInfo(zone)) + timedelta(hours=hour) for hour in range(31 * 24)]
    days = sorted({bounds.window_of("day", hour) for hour in hours})

    assert all(first.high == second.low for first, second in pairwise(days))
    assert {window.high - window.low for window in days} == {timedelta(days=1)}


@given(every, moments, st.sampled_from([*KEY_TYPES, "uuid"]))
def test_bounds_are_read_back_as_they_were_written(unit: Every, at: datetime, key_type: str) -> None:
    window = bounds.window_of(unit, at)
    low, high = window.literals(key_type)

    assert expressions.parse(f"FOR VALUES FROM ({low}) TO ({high})").window(key_type) == window


def test_bounds_name_their_offset() -> None:
    rome = datetime(2026, 1, 1, 1, tzinfo=ZoneInfo("Europe/Rome"))

    assert bounds.bound_literal(rome, "timestamp with time zone") == "'2026-01-01 00:00:00+00:00'"


@given(moments)
def test_lowest_id_of_a_moment(at: datetime) -> None:
    at = at.astimezone(UTC)
    key = bounds.uuid7_at(at)

    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert timedelta(0) <= at - bounds.moment_of(key) < timedelta(milliseconds=1)
    assert bounds.uuid7_at(at + timedelta(milliseconds=1)).int - key.int == 1 << 80


def test_no_id_is_older_than_its_clock() -> None:
    with pytest.raises(ValueError, match="begin in 1970"):
        bounds.uuid7_at(datetime(1969, 12, 31, tzinfo=UTC))


def test_other_keys_have_no_time() -> None:
    with pytest.raises(ValueError, match="not of bigint"):
        bounds.bound_literal(datetime(2026, 1, 1, tzinfo=UTC), "bigint")


@pytest.mark.parametrize("table", ["x" * 58, "é" * 31, f'"schemapatterns"."{"y" * 60}"'])
def test_long_names_stay_different_and_within_the_limit(table: str) -> None:
    year = bounds.windows_ahead("day", datetime(2026, 1, 1, tzinfo=UTC), 364)
    names = {bounds.partition_name(table, "day", window.low) for window in year}

    assert len(names) == 365
    assert all(len(name.rpartition(".")[2].strip('"').encode()) <= 63 for name in names)


def test_name_is_in_the_schema_of_its_table() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)

    assert bounds.partition_name('"a"."b.c"', "month", start) == '"a"."b.c_2026_03"'
    assert bounds.partition_name("shop_order", "month", start) == "shop_order_2026_03"


@pytest.mark.parametrize(
    ("text", "at", "before"),
    [
        ("1 month", datetime(2026, 3, 31, 12, tzinfo=UTC), datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ("24 months", datetime(2026, 2, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)),
        ("1 year", datetime(2024, 2, 29, tzinfo=UTC), datetime(2023, 2, 28, tzinfo=UTC)),
        ("2 Quarters", datetime(2026, 1, 15, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC)),
        ("90 days", datetime(2026, 3, 31, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)),
        (
            "2 weeks",
            datetime(2026, 1, 7, tzinfo=timezone(timedelta(hours=5))),
            datetime(2025, 12, 23, 19, tzinfo=UTC),
        ),
    ],
)
def test_lengths_of_time(text: str, at: datetime, before: datetime) -> None:
    assert Duration.parse(text).before(at) == before


@pytest.mark.parametrize(
    "text", ["", "months", "0 days", "-1 days", "1.5 years", "2 fortnights", "3 months ago"]
)
def test_other_texts_are_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="24 months"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("DEFAULT", expressions.Bounds("default")),
        ("FOR VALUES WITH (modulus 8, remainder 3)", expressions.Bounds("hash", modulus=8, remainder=3)),
        (
            "FOR VALUES IN ('it''s', 'a, (b)', NULL, 'NULL', 7)",
            expressions.Bounds("list", values=("it's", "a, (b)", None, "NULL", "7")),
        ),
        (
            "FOR VALUES FROM (MINVALUE, '2') TO ('b', MAXVALUE)",
            expressions.Bounds("range", low=(None, "2"), high=("b", None)),
        ),
    ],
)
def test_other_bounds_are_read(expression: str, expected: expressions.Bounds) -> None:
    assert expressions.parse(expression) == expected


@pytest.mark.parametrize("expression", ["", "FOR VALUES", "FOR VALUES IN ('a)", "FOR VALUES IN ('a' 'b')"])
def test_unknown_bounds_are_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="bound"):
        expressions.parse(expression)


def test_open_ends_are_all_time() -> None:
    key = "timestamp with time zone"
    history = expressions.parse("FOR VALUES FROM (MINVALUE) TO ('2026-01-01 00:00:00+00')").window(key)
    rest = expressions.parse("FOR VALUES FROM ('2026-01-01 00:00:00+00') TO (infinity)").window(key)

    assert history == Window(expressions.EARLIEST, datetime(2026, 1, 1, tzinfo=UTC))
    assert rest == Window(datetime(2026, 1, 1, tzinfo=UTC), expressions.LATEST)


def test_ranges_of_two_columns_have_no_window() -> None:
    with pytest.raises(ValueError, match="one column"):
        expressions.parse("FOR VALUES FROM (1, 2) TO (3, 4)").window("date")
