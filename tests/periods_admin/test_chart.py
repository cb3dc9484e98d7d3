"""Steps, drawn."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, strategies as st

from django_schemapatterns.periods.admin.chart import HEIGHT, MOST_STEPS, WIDTH, chart_of, thinned

START = datetime(2026, 1, 1, tzinfo=UTC)


def days(*values: Any) -> list[tuple[datetime, Any]]:
    return [(START + timedelta(days=day), value) for day, value in enumerate(values)]


def test_a_step_goes_across_and_then_up() -> None:
    chart = chart_of("price", days(1, 2), START + timedelta(days=1))

    assert chart is not None
    assert re.fullmatch(r"M6 134H[\d.]+", chart.past)
    assert re.fullmatch(r"M[\d.]+ 6H714", chart.future)
    assert (chart.low, chart.high, chart.value) == (1, 2, 2)


def test_where_nothing_is_in_force_nothing_is_drawn() -> None:
    chart = chart_of("price", days(1, None, 2), START + timedelta(days=5))

    assert chart is not None
    assert chart.past.count("M") == 2


def test_an_end_is_told_as_no_value() -> None:
    chart = chart_of("price", days(1, None), START + timedelta(days=5))

    assert chart is not None
    assert chart.value is None


def test_there_is_no_chart_of_nothing() -> None:
    assert chart_of("price", [], START) is None
    assert chart_of("price", days(None, None), START) is None


def test_one_version_that_starts_now_is_a_line_in_the_middle() -> None:
    chart = chart_of("price", days(5), START)

    assert chart is not None
    assert f" {HEIGHT / 2:g}H" in chart.past + chart.future


values = st.none() | st.decimals(-1000, 1000, places=2)


@given(st.lists(values, min_size=1, max_size=60), st.integers(-5, 70))
def test_everything_stays_in_the_picture(drawn: list[Decimal | None], now: int) -> None:
    chart = chart_of("price", days(*drawn), START + timedelta(days=now, hours=1))

    if chart is None:
        assert set(drawn) == {None}
        return
    path = chart.past + chart.future
    assert all(0 <= float(x) <= WIDTH for x in re.findall(r"[MH](-?[\d.]+)", path))
    assert all(0 <= float(y) <= HEIGHT for y in re.findall(r"(?:V|M[\d.]+ )(-?[\d.]+)", path))


@given(st.lists(values, min_size=16, max_size=60))
def test_few_points_keep_the_extremes_and_the_ends(drawn: list[Decimal | None]) -> None:
    points = days(*drawn)

    kept = thinned(points, most=15)

    assert len(kept) <= 15 + 4
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert kept == sorted(kept, key=lambda point: point[0])
    told = [value for value in drawn if value is not None]
    if told:
        shown = [value for _, value in kept if value is not None]
        assert (min(shown), max(shown)) == (min(told), max(told))


def test_ten_thousand_points_become_some_hundred() -> None:
    assert len(thinned(days(*range(10_000)))) <= MOST_STEPS + 4
