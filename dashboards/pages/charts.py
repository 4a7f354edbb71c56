"""Small charts as numbers: positions in per cent, so that a template needs no style attribute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from city.plan import HeatHour, Intervention, Reason, air_of, heat_of, of_first_day
from dashboards.web.locale import Locale

Place = tuple[float, float]
"""A point in a chart's own units: to the right and down."""


def line_path(points: Iterable[tuple[float, float | None]]) -> str:
    """The path through points from left to right. One without a height breaks it."""
    parts, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        parts.append(f"{pen}{_point(x, y)}")
        pen = "L"
    return " ".join(parts)


def band_path(upper: Sequence[Place], lower: Sequence[Place]) -> str:
    """The area between two lines that go from left to right; empty without points."""
    round_trip = [_point(x, y) for x, y in [*upper, *reversed(lower)]]
    return "M" + " L".join(round_trip) + " Z" if round_trip else ""


def _point(x: float, y: float) -> str:
    return f"{x:g} {y:.1f}"


@dataclass(frozen=True)
class SpanPlot:
    """A figure with its range against its limit [%]. The limit stands in the middle of every row, what acts at its
    right; ``off`` is the side where the figure itself lies beyond the plot."""

    low: float
    width: float
    middle: float
    off: Literal["", "left", "right"] = ""


FROM_BELOW = frozenset({"", "°C"})
"""Units whose limits act from below: a friction, a temperature."""


def span_plot(reason: Reason, *, degrees: float = 2.0) -> SpanPlot | None:
    """At the right edge twice the limit, at the left nothing; for temperatures two degrees each way. A limit from below
    is drawn the other way round, so that what acts lies at the right in every row.

    None where the reason has no figure or no limit to measure it against.
    """
    if reason.value is None or reason.threshold is None:
        return None
    limit, side = reason.threshold, -1.0 if reason.unit in FROM_BELOW else 1.0
    half = degrees if reason.unit == "°C" or limit == 0 else abs(limit)

    def place(value: float) -> float:
        return 50.0 + 50.0 * side * (value - limit) / half

    def inside(x: float) -> float:
        return round(min(100.0, max(0.0, x)), 1)

    middle = place(reason.value)
    ends = sorted(place(end) for end in reason.range or (reason.value, reason.value))
    off: Literal["", "left", "right"] = "right" if middle > 100.0 else "left" if middle < 0.0 else ""
    return SpanPlot(inside(ends[0]), round(inside(ends[1]) - inside(ends[0]), 1), inside(middle), off)


@dataclass(frozen=True)
class HeatSpan:
    """Hours of one set-point: where they stand [%], what is written there and at which x [%]."""

    x: float
    width: float
    height: float
    label: str
    label_x: float
    warm: bool


@dataclass(frozen=True)
class HeatStrip:
    """A building's set-points over its day, the hours of ventilation, and the present instant [%]."""

    spans: tuple[HeatSpan, ...]
    air: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    now: float | None
    said: str


def heat_strip(item: Intervention, now: datetime, locale: Locale) -> HeatStrip | None:
    """The strip of a building's hours of the service day; None where the plan gives none."""
    hours = of_first_day(heat_of(item), locale.zone)
    if not hours:
        return None
    n, first = len(hours), hours[0].starts_at
    passed = (now - first).total_seconds() / 3600.0
    runs = _runs(hours)
    line = round(100.0 * passed / n, 2) if 0 <= passed <= n else None
    air = [hour.on for hour in air_of(item)[:n]]
    return HeatStrip(
        spans=tuple(_heat_span(runs, place, n, line, locale) for place in range(len(runs))),
        air=tuple(pieces(air)),
        ticks=tuple((100.0 * hour / n, locale.clock(hours[hour].starts_at)[:2]) for hour in range(0, n, 6)),
        now=line,
        said="; ".join(
            f"{locale.clock(hours[start].starts_at)} {locale.short(round(value, 1))} °C" for start, _, value in runs
        ),
    )


def _runs(hours: tuple[HeatHour, ...]) -> list[tuple[int, int, float]]:
    """Stretches of the same set-point: (first hour, how many, °C)."""
    found, start = [], 0
    for value, group in groupby(hour.set_point_c for hour in hours):
        length = len(list(group))
        found.append((start, length, value))
        start += length
    return found


def _heat_span(runs: list[tuple[int, int, float]], place: int, n: int, line: float | None, locale: Locale) -> HeatSpan:
    start, length, value = runs[place]
    coldest, warmest = min(run[2] for run in runs), max(run[2] for run in runs)
    warm = value >= (coldest + warmest) / 2
    x, width = round(100.0 * start / n, 2), round(100.0 * length / n, 2)
    label_x = _beside(x, width, line)
    label = "" if length < 3 or label_x is None else locale.short(round(value, 1))
    return HeatSpan(x, width, 1.0 if warm else 0.45, label, label_x or x, warm)


def _beside(x: float, width: float, line: float | None, *, apart: float = 7.0) -> float | None:
    """Where a label stands within its span: in the middle, or in the longer part of it where the line of the present
    would cross it. None where there is no room."""
    middle = x + width / 2
    if line is None or abs(line - middle) >= apart:
        return round(middle, 2)
    before, after = line - x, x + width - line
    centre = x + before / 2 if before > after else line + after / 2
    return round(centre, 2) if max(before, after) >= 2 * apart else None


def pieces(on: Sequence[bool]) -> list[tuple[float, float]]:
    """The stretches that are on: (x, width) [%]."""
    found, start = [], 0
    for value, group in groupby(on):
        length = len(list(group))
        if value:
            found.append((round(100.0 * start / len(on), 2), round(100.0 * length / len(on), 2)))
        start += length
    return found
