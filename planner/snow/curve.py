"""What a plan keeps of the street that decides a tur, so that a page draws what the plan decided by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from city.plan import DecidingCurve
from models.weather import HourlyWeather
from planner.snow.need import Needs

Floats = npt.NDArray[np.floating[Any]]


def deciding_curve(needs: Needs, now_cm: Floats, segment: int) -> DecidingCurve:
    """The curves of a row; ``now_cm`` (n,) is what lies there at the plan's time [cm]. The air is that of the hours'
    beginnings, the road that of their ends."""
    ahead, street = needs.ahead, needs.snapshot.segments[segment]
    mid, low, high = (
        np.concatenate([[now_cm[segment]], state.depth_cm[segment]]) for state in (ahead.mid, ahead.low, ahead.high)
    )
    roads = np.stack([state.surface_c[segment] for state in (ahead.mid, ahead.low, ahead.high)])
    lon, lat = street.geometry[len(street.geometry) // 2]
    return DecidingCurve(
        segment=street.id,
        name=street.name,
        starts_at=needs.weather.hour_start(0),
        depth_cm=_rounded(mid),
        low_cm=_rounded(np.minimum(low, mid)),
        high_cm=_rounded(np.maximum(high, mid)),
        air_c=_known(needs.weather.temp_c),
        surface_c=_known(roads[0]),
        surface_low_c=_known(roads.min(axis=0)),
        surface_high_c=_known(roads.max(axis=0)),
        dew_c=_known(dew_points(needs.weather)),
        lon=lon,
        lat=lat,
    )


def dew_points(weather: HourlyWeather, *, a: float = 17.625, b: float = 243.04) -> Floats:
    """(n_hours,) the dew point [°C]: the forecast's own, else from air and humidity by Magnus' formula with the
    constants of Alduchov and Eskridge (1996); NaN where neither is known."""
    humid = np.log(np.clip(weather.humidity_pct, 1.0, 100.0) / 100.0) + a * weather.temp_c / (b + weather.temp_c)
    return np.where(np.isnan(weather.dew_point_c), b * humid / (a - humid), weather.dew_point_c)


def _rounded(depths: Floats) -> tuple[float, ...]:
    return tuple(round(float(cm), 2) for cm in depths)


def _known(degrees: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(c) else round(float(c), 1) for c in degrees)
