"""One street's surface in words and as a chart of its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from city.outlook import OutlookFrame, SegmentOutlook, Series
from dashboards.pages.charts import band_path, line_path
from dashboards.web.locale import Locale
from planner.snow.words.land import land_felt

Layer = Literal["road", "depth"]
"""What the map shows hour by hour."""
WIDE, HIGH = 240.0, 90.0
"""The chart's own units; the page stretches them."""


@dataclass(frozen=True)
class Panel:
    """``figure`` is what the map shows in the hour, ``span`` its range; ``lines`` say the rest, the last one of them
    what the chart below is of."""

    title: str
    figure: str
    span: str
    lines: tuple[str, ...]
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


def panel(
    frame: OutlookFrame, street: SegmentOutlook, hour: int, now: datetime, locale: Locale, layer: Layer = "road"
) -> Panel:
    """The street in an hour of the outlook, first what the ``layer`` shows of it; an hour outside of it is taken as the
    nearest one."""
    hour = min(max(0, hour), frame.hours - 1)
    ends = [frame.first_hour + timedelta(hours=k) for k in range(frame.hours)]
    bottom, top = _scale([*street.surface_low_c, *street.surface_high_c])
    middle, low, high = street.surface_c[hour], street.surface_low_c[hour], street.surface_high_c[hour]
    known = middle is not None and low is not None and high is not None
    clock = locale.moment(ends[hour], now)
    figure = locale.words("road.surface", value=locale.figure(middle)) if middle is not None else ""
    span = locale.words("road.span", low=locale.figure(low), high=locale.figure(high)) if known else ""  # type: ignore[arg-type]
    condition, land = _condition(street, hour, locale), _land(street, hour, locale)
    surface = figure or locale.words("road.unknown")
    said: tuple[str, str, tuple[str, ...]] = (surface, span, (_snow(street, hour, locale) or condition, land))
    if layer == "depth":
        second = locale.words("road.surface_line", value=f"{surface} ({span})" if span else surface)
        said = (*_depth(street, hour, locale), (condition, land, second))
    return Panel(
        title=locale.words(f"road.title_{layer}", clock=clock),
        figure=said[0],
        span=said[1],
        lines=tuple(line for line in said[2] if line),
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
        said=locale.words("road.said", clock=clock, figure=figure, span=span),
    )


def _condition(street: SegmentOutlook, hour: int, locale: Locale) -> str:
    return locale.words(f"road.{street.condition[hour]}") if street.condition[hour] else ""


def _depth(street: SegmentOutlook, hour: int, locale: Locale) -> tuple[str, str]:
    """The depth of the snow and its range."""
    depth, low, high = street.depth_cm[hour], street.depth_low_cm[hour], street.depth_high_cm[hour]
    if depth is None:
        return locale.words("road.unknown"), ""
    span = locale.span(low, high) if low is not None and high is not None else ""
    return locale.words("map.depth", depth=locale.figure(depth)), span


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
