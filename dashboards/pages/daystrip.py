"""The 24 hours ahead of the street that decided the first tur, as the plan kept them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.plan import DecidingCurve, Intervention, Plan
from dashboards.pages.charts import band_path, line_path
from dashboards.web.locale import Locale

HOUR = timedelta(hours=1)
HOURS = 24
Depths = Sequence[float]


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


def day_strip(plan: Plan, now: datetime, locale: Locale) -> DayStrip | None:
    """The strip of a plan's first tur that a depth of snow asks for; None where there is none, or where the plan is of
    before curves were kept."""
    item = next((item for item in plan.interventions if _by_depth(item)), None)
    if item is None or not isinstance(item.curve, DecidingCurve):
        return None
    return _drawn(item.curve, item, now, locale)


def _by_depth(item: Intervention) -> bool:
    """Whether a depth of snow asks for a tur, on its first run."""
    return bool(item.reasons) and item.reasons[0].unit == "cm" and item.key.endswith(":1")


def _drawn(curve: DecidingCurve, item: Intervention, now: datetime, locale: Locale) -> DayStrip:
    low, mid, high = (side[: HOURS + 1] for side in (curve.low_cm, curve.depth_cm, curve.high_cm))
    limit = item.reasons[0].threshold or 0.0
    top = max(1.0, 1.3 * max(*high, limit))
    peak = mid.index(max(mid))
    start, end = curve.starts_at, curve.starts_at + HOURS * HOUR

    def x(instant: datetime) -> float | None:
        share = (instant - start) / (end - start)
        return round(100.0 * share, 2) if 0.0 <= share <= 1.0 else None

    def y(depth: float) -> float:
        return round(100.0 - 100.0 * depth / top, 1)

    limit_text = locale.words("strip.limit", limit=locale.short(limit))
    peak_at = locale.clock(start + peak * HOUR)
    peak_text = locale.words("strip.peak", depth=locale.figure(mid[peak]), clock=peak_at)
    air, zero_y = _air(curve.air_c[:HOURS])
    return DayStrip(
        street=curve.name or item.title,
        band=_band(low, high, top),
        middle=_line(mid, 100.0, 0.0, top),
        air=air,
        zero_y=zero_y,
        limit_y=y(limit),
        limit_text=limit_text,
        peak_y=y(mid[peak]),
        peak_text=peak_text,
        ticks=tuple(_ticks(start, locale)),
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


def _band(low: Depths, high: Depths, top: float) -> str:
    upper, lower = ([(10.0 * hour, 100 - 100 * depth / top) for hour, depth in enumerate(side)] for side in (high, low))
    return band_path(upper, lower)


def _line(values: Sequence[float | None], height: float, bottom: float, top: float) -> str:
    """A path with a point every hour. A missing value breaks the line."""

    def y(value: float) -> float:
        return height - height * (value - bottom) / (top - bottom)

    return line_path((10.0 * hour, None if value is None else y(value)) for hour, value in enumerate(values))


def _air(temps: Sequence[float | None]) -> tuple[str, float | None]:
    """The air temperature's path and where 0 °C stands in its box."""
    known = [temp for temp in temps if temp is not None]
    if not known:
        return "", None
    bottom, top = min(*known, -1.0) - 1.0, max(*known, 1.0) + 1.0
    return _line(temps, 60.0, bottom, top), round(60.0 - 60.0 * (0.0 - bottom) / (top - bottom), 1)


def _ticks(start: datetime, locale: Locale) -> list[tuple[float, str, bool]]:
    """Every third local hour; every second of them may give way on a narrow screen."""
    found = []
    for hour in range(HOURS + 1):
        local = (start + hour * HOUR).astimezone(locale.zone)
        if local.hour % 3 == 0:
            found.append((round(100.0 * hour / HOURS, 2), f"{local.hour:02d}", local.hour % 6 != 0))
    return found
