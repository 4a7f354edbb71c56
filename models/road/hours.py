"""A forecast on an hourly grid as the road model takes it, and what it lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import PLAUSIBLE, Forcing, RoadWeather, on_grid, saturation_hpa, weather
from models.weather import HourlyWeather

Floats = npt.NDArray[np.floating[Any]]
OWN_PHASE, RULE = 0, 1
"""Sets of the forcing below: with the forecast's own word on rain or snow, and by the phase rule alone."""


def forcing(hours: HourlyWeather, *, precip_mm: Floats | None = None, warmer_k: float | Floats = 0.0) -> Forcing:
    """Both sets on the model's grid; an hour's values hold at its end.

    ``precip_mm`` (n_hours,) replaces the amounts, ``warmer_k``, one or (n_hours,), shifts the air at the same
    relative humidity. Values that no weather has are read as missing, and an hour without an amount is dry: the rate of
    the next known hour would make snow of nothing. Raises DagsplanError where no air temperature is known.
    """
    amounts = hours.precip_mm if precip_mm is None else precip_mm
    fields = {
        "air_c": _possible("air_c", hours.temp_c) + warmer_k,
        "humidity_pct": _humidity(hours),
        "wind_m_s": _possible("wind_m_s", hours.wind_m_s),
        "precip_mm_h": np.nan_to_num(_possible("precip_mm_h", amounts)),
        "cloud": _possible("cloud", hours.cloud),
        "pressure_hpa": _possible("pressure_hpa", hours.pressure_hpa),
    }
    share = _possible("snow_share", hours.snow_fraction)
    return on_grid([_at_ends(hours, fields | {"snow_share": share}), _at_ends(hours, fields)], hours.start, hours.hours)


def lacking(hours: HourlyWeather) -> tuple[str, ...]:
    """Which of wind, humidity and cloud (from which the radiation is derived) are unknown in any hour that is known."""
    known = np.isfinite(hours.temp_c) & np.isfinite(hours.precip_mm)
    fields = {
        "wind": _possible("wind_m_s", hours.wind_m_s),
        "humidity": _humidity(hours),
        "cloud": _possible("cloud", hours.cloud),
    }
    return tuple(name for name, values in fields.items() if np.isnan(values[known]).any())


def _at_ends(hours: HourlyWeather, fields: dict[str, Floats]) -> RoadWeather:
    times = [hours.hour_start(hour + 1) for hour in range(hours.hours)]
    return weather(times, hours.lat, hours.lon, hours.reference_m, **fields)


def _humidity(hours: HourlyWeather) -> Floats:
    """[%], from the dew point where it is not said itself."""
    said = _possible("humidity_pct", hours.humidity_pct)
    dew, air = _possible("dew_point_c", hours.dew_point_c), _possible("air_c", hours.temp_c)
    derived = np.minimum(100.0, 100.0 * saturation_hpa(dew) / saturation_hpa(air))
    return np.where(np.isnan(said), derived, said)


def _possible(name: str, values: Floats) -> Floats:
    low, high = PLAUSIBLE[name]
    return np.where((values >= low) & (values <= high), values, np.nan)
