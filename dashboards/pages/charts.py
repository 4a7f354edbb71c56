"""Small charts as numbers: positions in per cent, so that a template needs no style attribute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from city.plan import HeatHour, Intervention, Reason
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
    """A figure with its range against its limit. The limit stands in the middle of every row [%]."""

    low: float
    width: float
    middle: float
    off_scale: bool


def span_plot(reason: Reason, *, degrees: float = 2.0) -> SpanPlot | None:
    """0 at the left, the limit in the middle, twice the limit at the right; for temperatures two degrees each way.

    None where the reason has no figure or no limit to measure it against.
    """
    if reason.value is None or reason.threshold is None:
        return None
    limit = reason.threshold
    half = degrees if reason.unit == "°C" or limit == 0 else abs(limit)
    low, high = reason.range or (reason.value, reason.value)

    def place(value: float) -> float:
        return round(min(100.0, max(0.0, 50.0 + 50.0 * (value - limit) / half)), 1)

    return SpanPlot(place(low), round(place(high) - place(low), 1), place(reason.value), reason.value > limit + half)


@dataclass(frozen=True)
class HeatSpan:
    """Hours of one set-point: where they stand [%] and what is written there."""

    x: float
    width: float
    height: float
    label: str
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
    """The strip of a building's hours; None where the plan gives none."""
    hours = item.heat if isinstance(item.heat, tuple) else ()
    if not hours:
        return None
    n, first = len(hours), hours[0].starts_at
    passed = (now - first).total_seconds() / 3600.0
    runs = _runs(hours)
    air = [hour.on for hour in item.ventilation] if isinstance(item.ventilation, tuple) else []
    return HeatStrip(
        spans=tuple(_heat_span(runs, place, n, locale) for place in range(len(runs))),
        air=tuple(_pieces(air)),
        ticks=tuple((100.0 * hour / n, locale.clock(hours[hour].starts_at)[:2]) for hour in range(0, n, 6)),
        now=round(100.0 * passed / n, 2) if 0 <= passed <= n else None,
        said="; ".join(f"{locale.clock(hours[start].starts_at)} {locale.short(value)} °C" for start, _, value in runs),
    )


def _runs(hours: tuple[HeatHour, ...]) -> list[tuple[int, int, float]]:
    """Stretches of the same set-point: (first hour, how many, °C)."""
    found, start = [], 0
    for value, group in groupby(hour.set_point_c for hour in hours):
        length = len(list(group))
        found.append((start, length, value))
        start += length
    return found


def _heat_span(runs: list[tuple[int, int, float]], place: int, n: int, locale: Locale) -> HeatSpan:
    start, length, value = runs[place]
    coldest, warmest = min(run[2] for run in runs), max(run[2] for run in runs)
    warm = value > coldest or coldest == warmest
    height = 1.0 if warm else 0.45
    label = locale.short(value) if length >= 3 else ""
    return HeatSpan(round(100.0 * start / n, 2), round(100.0 * length / n, 2), height, label, warm)


def _pieces(on: list[bool]) -> list[tuple[float, float]]:
    """The stretches that are on: (x, width) [%]."""
    found, start = [], 0
    for value, group in groupby(on):
        length = len(list(group))
        if value:
            found.append((round(100.0 * start / len(on), 2), round(100.0 * length / len(on), 2)))
        start += length
    return found
