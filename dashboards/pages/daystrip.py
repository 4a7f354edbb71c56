"""The 24 hours ahead of the street that decided the first tur, by the plan's own model from the plan's own inputs.

The curve is drawn only where it comes to the figure that stands in the plan; else there is no chart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from city.entities import Segment
from city.plan import Intervention, Plan
from dashboards.pages.charts import band_path, line_path
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from models.snow import SnowRange
from models.weather import HourlyWeather
from planner.snapshot import Snapshot
from planner.snow.state import on_the_ground, snow_ahead, weather_forecast
from planner.thresholds.limits import limits
from store import facts, pages, plans, readings, roads, weather
from store.connect import Connection

Floats = npt.NDArray[np.float64]
HOURS = 24
SNOW_KINDS = frozenset({"snow", "road_weather"})
AGREES_CM = 0.06


@dataclass(frozen=True)
class DayStrip:
    """Curves as SVG paths in a box of 240 x 100 (snow) and 240 x 60 (air), labels with their places [%]."""

    street: str
    band: str
    middle: str
    air: str
    zero_y: float | None
    limit_y: float
    limit_text: str
    peak_y: float
    peak_text: str
    ticks: tuple[tuple[float, str, bool], ...]
    now: float | None
    now_text: str
    ready: float | None
    ready_text: str
    ready_label: float
    said: str


def day_strip(
    context: AppContext, connection: Connection, plan: Plan, now: datetime, locale: Locale
) -> DayStrip | None:
    """The strip of a snow plan's first tur; None where there is none, or where the figure does not come out."""
    item = next((item for item in plan.interventions if item.segments and _by_depth(item)), None)
    if plan.domain != "snow" or item is None or item.reasons[0].value is None:
        return None
    segment = _deciding_segment(connection, item)
    if segment is None:
        return None
    seen = _ahead(connection, plan, segment)
    if seen is None or abs(_figure_of(seen[1], item) - item.reasons[0].value) > AGREES_CM:
        return None
    return _drawn(*seen, item, segment, now, locale)


def _by_depth(item: Intervention) -> bool:
    """Whether a depth of snow asks for a tur, on its first run."""
    return bool(item.reasons) and item.reasons[0].unit == "cm" and item.key.endswith(":1")


def _deciding_segment(connection: Connection, item: Intervention) -> Segment | None:
    """The segment whose depth is the figure of the tur."""
    value = item.reasons[0].value
    if not isinstance(item.segments, tuple) or value is None:
        return None
    fits = [action for action in item.segments if action.depth_cm is not None and abs(action.depth_cm - value) < 0.01]
    return pages.segment(connection, fits[0].id) if fits else None


def _ahead(connection: Connection, plan: Plan, segment: Segment) -> tuple[HourlyWeather, SnowRange, float] | None:
    """Weather and snow of one segment over the hours that the plan looked at."""
    at = plan.valid_from
    forecasts = weather.forecasts(connection, at)
    if not forecasts:
        return None
    if all(forecast.elevation_m is None for forecast in forecasts):  # the plan takes the town's middle height then
        forecasts = tuple(replace(forecast, elevation_m=roads.middle_height(connection)) for forecast in forecasts)
    day = timedelta(hours=24)
    snapshot = Snapshot(
        domain="snow",
        at=at,
        service_day=plan.service_day,
        slot=plan.slot,
        segments=(segment,),
        relief=roads.load_relief(connection, segment.id),
        forecasts=forecasts,
        devices=tuple(device for device in facts.devices(connection) if device.kind in SNOW_KINDS),
        readings=readings.readings(connection, ("snow_depth",), at - day, at),
        treatments=tuple(
            t for t in facts.treatments(connection, at - day) if t.segment == segment.id and t.done_at < at
        ),
    )
    hours = weather_forecast(snapshot)
    rules = limits(plans.thresholds(connection, at))
    ground = on_the_ground(snapshot, rules.value("snow.left_after_plough_cm"))
    return hours, snow_ahead(snapshot, hours, ground), float(ground[0])


def _figure_of(snow: SnowRange, item: Intervention) -> float:
    """The hour's depth that is nearest to the plan's figure [cm]."""
    value = item.reasons[0].value
    depths = snow.mid.depth_cm[0]
    return float(depths[np.abs(depths - value).argmin()])


def _drawn(
    hours: HourlyWeather,
    snow: SnowRange,
    ground_cm: float,
    item: Intervention,
    segment: Segment,
    now: datetime,
    locale: Locale,
) -> DayStrip:
    low, mid, high = (np.concatenate([[ground_cm], state.depth_cm[0]]) for state in (snow.low, snow.mid, snow.high))
    low, high = np.minimum(low, mid), np.maximum(high, mid)
    limit = item.reasons[0].threshold or 0.0
    top = max(1.0, 1.3 * max(float(high.max()), limit))
    peak = int(mid.argmax())
    start, end = hours.start, hours.hour_start(HOURS)

    def x(instant: datetime) -> float | None:
        share = (instant - start) / (end - start)
        return round(100.0 * share, 2) if 0.0 <= share <= 1.0 else None

    def y(depth: float) -> float:
        return round(100.0 - 100.0 * depth / top, 1)

    street = segment.name or item.title
    limit_text = locale.words("strip.limit", limit=locale.short(limit))
    peak_text = locale.words(
        "strip.peak", depth=locale.figure(float(mid[peak])), clock=locale.clock(hours.hour_start(peak))
    )
    air, zero_y = _air(hours.temp_c)
    return DayStrip(
        street=street,
        band=_band(low, high, top),
        middle=_line(mid, 100.0, 0.0, top),
        air=air,
        zero_y=zero_y,
        limit_y=y(limit),
        limit_text=limit_text,
        peak_y=y(float(mid[peak])),
        peak_text=peak_text,
        ticks=tuple(_ticks(hours, locale)),
        now=x(now),
        now_text=locale.words("strip.now", clock=locale.clock(now)),
        ready=x(item.deadline) if item.deadline else None,
        ready_label=_label_x(x(now), x(item.deadline) if item.deadline else None),
        ready_text=locale.words("strip.ready", clock=locale.clock(item.deadline)) if item.deadline else "",
        said=f"{peak_text}. {limit_text}.",
    )


def _label_x(now: float | None, ready: float | None) -> float:
    """Where the deadline's label begins: at its line, but never upon the label of the present [%]."""
    if ready is None:
        return 0.0
    return max(ready, now + 25.0) if now is not None and now <= ready else ready


def _band(low: Floats, high: Floats, top: float) -> str:
    upper, lower = ([(10.0 * hour, 100 - 100 * depth / top) for hour, depth in enumerate(side)] for side in (high, low))
    return band_path(upper, lower)


def _line(values: Floats, height: float, bottom: float, top: float) -> str:
    """A path with a point every hour. A missing value breaks the line."""
    down = height - height * (values - bottom) / (top - bottom)
    return line_path((10.0 * hour, float(y) if np.isfinite(y) else None) for hour, y in enumerate(down))


def _air(temps: Floats) -> tuple[str, float | None]:
    """The air temperature's path and where 0 °C stands in its box."""
    known = temps[np.isfinite(temps)]
    if not len(known):
        return "", None
    bottom, top = min(float(known.min()), -1.0) - 1.0, max(float(known.max()), 1.0) + 1.0
    return _line(temps, 60.0, bottom, top), round(60.0 - 60.0 * (0.0 - bottom) / (top - bottom), 1)


def _ticks(hours: HourlyWeather, locale: Locale) -> list[tuple[float, str, bool]]:
    """Every third local hour; every second of them may give way on a narrow screen."""
    found = []
    for hour in range(HOURS + 1):
        local = hours.hour_start(hour).astimezone(locale.zone)
        if local.hour % 3 == 0:
            found.append((round(100.0 * hour / HOURS, 2), f"{local.hour:02d}", local.hour % 6 != 0))
    return found
