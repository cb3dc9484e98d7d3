"""A column over time, as the steps of an SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

WIDTH: Final = 720
HEIGHT: Final = 140
EDGE: Final = 6
MOST_STEPS: Final = 300

Point = tuple[datetime, Any]  # from when on, and the value; None for none


@dataclass(frozen=True)
class Chart:
    """
    What the template draws.

    label: the name of the column.  past, future: paths, the first up to now.  now: where now is.
    low, high, first, last: the ends of the axes.  value: the value in force, None for none.
    """

    label: str
    past: str
    future: str
    now: float
    low: Any
    high: Any
    first: datetime
    last: datetime
    value: Any
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(label: str, points: Sequence[Point], now: datetime) -> Chart | None:
    """Return the chart of points in the order of time, None when there is nothing to draw."""
    values = [value for _, value in points if value is not None]
    if not values:
        return None
    first, last = points[0][0], max(now, points[-1][0])
    last += (last - first) / 20 or timedelta(days=1)
    low, high = min(values), max(values)
    across, up = _across(first, last), _up(float(low), float(high))
    steps = _steps(thinned(points), last, across, up)
    edge = min(max(across(now), EDGE), WIDTH - EDGE)
    past = _path([(start, min(end, edge), y) for start, end, y in steps if start < edge])
    future = _path([(max(start, edge), end, y) for start, end, y in steps if end > edge])
    in_force = next((value for start, value in reversed(points) if start <= now), None)
    return Chart(label, past, future, edge, low, high, first, last, in_force)


def thinned(points: Sequence[Point], most: int = MOST_STEPS) -> list[Point]:
    """Return fewer points: of each group the first, the lowest and the highest, and the last of all."""
    if len(points) <= most:
        return list(points)
    size = -(-len(points) * 3 // most)
    kept: list[Point] = []
    for at in range(0, len(points), size):
        group = points[at : at + size]
        filled = [point for point in group if point[1] is not None]
        ends = [chosen(filled, key=lambda point: point[1]) for chosen in (min, max) if filled]
        kept += sorted({group[0][0]: group[0], **{point[0]: point for point in ends}}.values())
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _across(first: datetime, last: datetime) -> Callable[[datetime], float]:
    scale = (WIDTH - 2 * EDGE) / (last - first).total_seconds()
    return lambda moment: round(EDGE + (moment - first).total_seconds() * scale, 1)


def _up(low: float, high: float) -> Callable[[Any], float]:
    if low == high:
        return lambda value: HEIGHT / 2
    scale = (HEIGHT - 2 * EDGE) / (high - low)
    return lambda value: round(HEIGHT - EDGE - (float(value) - low) * scale, 1)


def _steps(
    points: list[Point], last: datetime, across: Callable[[datetime], float], up: Callable[[Any], float]
) -> list[tuple[float, float, float | None]]:
    ends = [start for start, _ in points[1:]] + [last]
    return [
        (across(start), across(end), None if value is None else up(value))
        for (start, value), end in zip(points, ends, strict=True)
    ]


def _path(steps: list[tuple[float, float, float | None]]) -> str:
    drawn, pen = "", None
    for start, end, y in steps:
        if y is None:
            pen = None
            continue
        drawn += f"M{start:g} {y:g}" if pen is None else f"V{y:g}"
        drawn += f"H{end:g}"
        pen = end
    return drawn
