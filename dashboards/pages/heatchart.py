"""A building's two days as a picture: the set-points, and how warm its coldest zone is expected to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from city.plan import HeatHour, Intervention, air_of, heat_of
from dashboards.pages.charts import line_path, pieces
from dashboards.web.locale import Locale


@dataclass(frozen=True)
class HeatChart:
    """Paths in a box as wide as there are hours and 100 high; ``used`` the hours with ventilation: x and width [%];
    ``ticks`` and ``levels`` with where they stand [%]; ``now`` [%], None where it is not in the picture; ``said`` for
    who does not see it."""

    hours: int
    set_points: str
    indoor: str
    used: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]
    now: float | None
    said: str


def heat_chart(item: Intervention, now: datetime, locale: Locale) -> HeatChart | None:
    """The picture of a building; None where nobody can say how warm it will be."""
    hours = heat_of(item)
    known = [hour for hour in hours if hour.indoor_c is not None]
    if len(known) < 2:
        return None
    values = [value for hour in hours for value in (hour.set_point_c, hour.indoor_c) if value is not None]
    low, high = int(min(values)), int(max(values)) + 1

    def y(value: float | None) -> float | None:
        return None if value is None else 100.0 * (high - value) / (high - low)

    n = len(hours)
    passed = 100.0 * (now - hours[0].starts_at).total_seconds() / 3600.0 / n
    return HeatChart(
        hours=n,
        set_points=line_path(_steps(hours, y)),
        indoor=line_path((float(x), y(hour.indoor_c)) for x, hour in enumerate(hours)),
        used=tuple(pieces([hour.on for hour in air_of(item)])),
        ticks=tuple(_ticks(hours, locale)),
        levels=tuple((y(level) or 0.0, f"{level}°") for level in range(low, high + 1, 2 if high - low > 4 else 1)),
        now=round(passed, 2) if 0.0 <= passed <= 100.0 else None,
        said=_said(known, locale),
    )


def _steps(
    hours: Sequence[HeatHour], y: Callable[[float | None], float | None]
) -> Iterator[tuple[float, float | None]]:
    """Each set-point from its hour's begin to its end."""
    for x, hour in enumerate(hours):
        yield float(x), y(hour.set_point_c)
        yield x + 1.0, y(hour.set_point_c)


def _ticks(hours: Sequence[HeatHour], locale: Locale) -> Iterator[tuple[float, str]]:
    """Every twelfth hour; for midnight its day stands."""
    for x in range(0, len(hours), 12):
        at = hours[x].starts_at
        clock = locale.clock(at)[:2]
        yield 100.0 * x / len(hours), locale.day(at) if clock == "00" else clock


def _said(known: Sequence[HeatHour], locale: Locale) -> str:
    """Every third hour in words."""
    parts = (f"{locale.clock(hour.starts_at)} {locale.figure(hour.indoor_c or 0.0)} °C" for hour in known[::3])
    return locale.words("detail.heat_said", hours="; ".join(parts))
