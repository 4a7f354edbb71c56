"""One street's surface in words and as a chart of its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.outlook import OutlookFrame, SegmentOutlook, Series
from dashboards.pages.charts import band_path, line_path
from dashboards.web.locale import Locale
from planner.snow.words.land import land_felt

WIDE, HIGH = 240.0, 90.0
"""The chart's own units; the page stretches them."""


@dataclass(frozen=True)
class Panel:
    """``figure`` is the surface in the hour, ``span`` its range, ``condition`` what is on it, ``snow`` and ``land``
    whole lines or empty; the rest is the chart."""

    clock: str
    figure: str
    span: str
    condition: str
    snow: str
    land: str
    source: str
    simulated: bool
    band: str
    middle: str
    zero_y: float
    hour_x: float
    ticks: tuple[tuple[float, str], ...]
    top_text: str
    bottom_text: str
    said: str


def panel(frame: OutlookFrame, street: SegmentOutlook, hour: int, now: datetime, locale: Locale) -> Panel:
    """The street in an hour of the outlook; an hour outside of it is taken as the nearest one."""
    hour = min(max(0, hour), frame.hours - 1)
    ends = [frame.first_hour + timedelta(hours=k) for k in range(frame.hours)]
    bottom, top = _scale([*street.surface_low_c, *street.surface_high_c])
    middle, low, high = street.surface_c[hour], street.surface_low_c[hour], street.surface_high_c[hour]
    known = middle is not None and low is not None and high is not None
    figure = locale.words("road.surface", value=locale.figure(middle)) if middle is not None else ""
    span = locale.words("road.span", low=locale.figure(low), high=locale.figure(high)) if known else ""  # type: ignore[arg-type]
    return Panel(
        clock=locale.moment(ends[hour], now),
        figure=figure or locale.words("road.unknown"),
        span=span,
        condition=locale.words(f"road.{street.condition[hour]}") if street.condition[hour] else "",
        snow=_snow(street, hour, locale),
        land=_land(street, hour, locale),
        source=locale.words(
            "road.source", source=frame.source or "–", age=locale.age((now - frame.at).total_seconds())
        ),
        simulated=frame.simulated,
        band=_band(street.surface_low_c, street.surface_high_c, bottom, top),
        middle=_line(street.surface_c, bottom, top),
        zero_y=_y(0.0, bottom, top),
        hour_x=_x(hour, frame.hours),
        ticks=tuple(_ticks(ends, locale)),
        top_text=f"{locale.short(top)} °C",
        bottom_text=f"{locale.short(bottom)} °C",
        said=locale.words("road.said", clock=locale.moment(ends[hour], now), figure=figure, span=span),
    )


def _snow(street: SegmentOutlook, hour: int, locale: Locale) -> str:
    depth, low, high = street.depth_cm[hour], street.depth_low_cm[hour], street.depth_high_cm[hour]
    if depth is None or low is None or high is None or high < 0.05:
        return ""
    return locale.words("road.snow_line", depth=locale.figure(depth), span=locale.span(low, high))


def _land(street: SegmentOutlook, hour: int, locale: Locale) -> str:
    """What the land does, or that it does next to nothing; nothing is said where it is not known."""
    effects = street.land(hour)
    if not effects:
        return ""
    felt = land_felt(effects, least_k=0.1)
    return locale.words("road.land", parts=felt) if felt else locale.words("road.open")


def _scale(values: Sequence[float | None]) -> tuple[float, float]:
    """Whole degrees below and above all values, with 0 °C between them."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return float(int(min(low, -1.0)) - 1), float(int(max(high, 1.0)) + 1)


def _x(hour: int, hours: int) -> float:
    return round(WIDE * hour / max(1, hours - 1), 2)


def _y(value: float, bottom: float, top: float) -> float:
    return round(HIGH * (top - value) / (top - bottom), 1)


def _line(series: Series, bottom: float, top: float) -> str:
    n = len(series)
    return line_path((_x(k, n), None if value is None else _y(value, bottom, top)) for k, value in enumerate(series))


def _band(low: Series, high: Series, bottom: float, top: float) -> str:
    """Between low and high in the hours that have both."""
    n, both = len(low), [k for k in range(len(low)) if low[k] is not None and high[k] is not None]
    upper, lower = ([(_x(k, n), _y(side[k] or 0.0, bottom, top)) for k in both] for side in (high, low))
    return band_path(upper, lower)


def _ticks(ends: Sequence[datetime], locale: Locale) -> list[tuple[float, str]]:
    """Every sixth local hour: place [%] and hour."""
    local = [end.astimezone(locale.zone).hour for end in ends]
    return [(round(100.0 * k / max(1, len(ends) - 1), 2), f"{h:02d}") for k, h in enumerate(local) if h % 6 == 0]
