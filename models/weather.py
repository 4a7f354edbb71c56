"""One forecast on an even hourly grid, whatever the steps of its provider were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Forecast, ForecastStep

Floats = npt.NDArray[np.float64]
HOUR = timedelta(hours=1)
GRID = (
    "temp_c", "precip_mm_h", "precip_min_mm_h", "precip_max_mm_h", "snow_fraction", "humidity_pct", "wind_m_s",
    "dew_point_c", "cloud", "pressure_hpa",
)  # fmt: skip
"""The fields of a forecast step in the order of ``HourlyWeather``."""


@dataclass(frozen=True)
class HourlyWeather:
    """Hour h runs from ``start + h`` to ``start + h + 1``; every array is (n_hours,), NaN where nothing is known.

    ``temp_c`` [°C], ``precip_mm`` liquid water in the hour [mm], ``precip_low_mm`` and ``precip_high_mm`` the
    provider's own range, ``snow_fraction`` 0 to 1, ``humidity_pct`` [%], ``wind_m_s`` [m/s], ``dew_point_c`` [°C],
    ``cloud`` 0 to 1, ``pressure_hpa`` [hPa]. ``lat`` and ``lon`` are those of the newest forecast, NaN without any.
    """

    start: datetime
    temp_c: Floats
    precip_mm: Floats
    precip_low_mm: Floats
    precip_high_mm: Floats
    snow_fraction: Floats
    humidity_pct: Floats
    wind_m_s: Floats
    dew_point_c: Floats
    cloud: Floats
    pressure_hpa: Floats
    reference_m: float
    lat: float = float("nan")
    lon: float = float("nan")

    @property
    def hours(self) -> int:
        return len(self.temp_c)

    def hour_start(self, hour: int) -> datetime:
        """When hour ``hour`` begins."""
        return self.start + hour * HOUR

    def from_within(self, at: datetime) -> HourlyWeather:
        """The same with only what falls after ``at`` in the first hour, for depths that were seen at that time."""
        left = min(1.0, max(0.0, (self.start + HOUR - at) / HOUR))
        share = np.ones(self.hours)
        share[:1] = left
        falls = {name: getattr(self, name) * share for name in ("precip_mm", "precip_low_mm", "precip_high_mm")}
        return replace(self, **falls)

    @property
    def missing_hours(self) -> int:
        """Hours without temperature or precipitation."""
        return int((np.isnan(self.temp_c) | np.isnan(self.precip_mm)).sum())


def hourly(forecasts: Sequence[Forecast], start: datetime, hours: int, reference_m: float = 0.0) -> HourlyWeather:
    """Lays forecasts, newest first, on an hourly grid from ``start``; an hour takes the newest that covers it.

    A step longer than an hour spreads its rate evenly over its hours. ``reference_m`` is the height that the
    temperature stands for where the forecast names none [m].
    """
    grid = {name: np.full(hours, np.nan) for name in GRID}
    for forecast in reversed(forecasts):
        for step in forecast.steps:
            _lay(grid, step, start, hours)
    height = next((f.elevation_m for f in forecasts if f.elevation_m is not None), reference_m)
    place = (forecasts[0].lat, forecasts[0].lon) if forecasts else (np.nan, np.nan)
    fields: list[Any] = [*grid.values(), height, *place]
    return HourlyWeather(start, *fields)


def _lay(grid: dict[str, Floats], step: ForecastStep, start: datetime, hours: int) -> None:
    first = max(0, round((step.valid_from - start) / HOUR))
    last = min(hours, round((step.valid_to - start) / HOUR))
    for name, row in grid.items():
        value = getattr(step, name)
        if value is not None and last > first:
            row[first:last] = value
