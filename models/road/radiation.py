"""Where the sun is, and the radiation of a sky where a forecast brings none: from cloud, humidity and temperature.

Clear sun by Haurwitz 1945, cloud by Kasten and Czeplak 1980, the direct share by Erbs et al. 1982; long wave of a
clear sky by Prata 1996, cloud by Unsworth and Monteith 1975.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.physics import SIGMA, ZERO_C

Floats = npt.NDArray[np.floating[Any]]


def seconds_of_year(start: datetime, step_s: float, steps: int) -> Floats:
    """Seconds since the beginning of the year (UTC) of the middle of each step (n_steps,)."""
    year = datetime(start.year, 1, 1, tzinfo=UTC)
    return (start - year).total_seconds() + step_s * (np.arange(steps) + 0.5)


def sun_position(seconds: Floats, lat: float, lon: float) -> tuple[Floats, Floats]:
    """Elevation and azimuth from north over east [rad] at seconds of the year (UTC): Spencer 1971, within 0.3°."""
    day = 2.0 * np.pi * (seconds / 86400.0) / 365.2422
    declination = (
        0.006918 - 0.399912 * np.cos(day) + 0.070257 * np.sin(day) - 0.006758 * np.cos(2 * day)
        + 0.000907 * np.sin(2 * day) - 0.002697 * np.cos(3 * day) + 0.00148 * np.sin(3 * day)
    )  # fmt: skip
    equation_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(day) - 0.032077 * np.sin(day) - 0.014615 * np.cos(2 * day)
        - 0.040849 * np.sin(2 * day)
    )  # fmt: skip
    hour = np.radians((seconds / 240.0 + equation_min / 4.0 + lon) % 360.0 - 180.0)
    north = np.radians(lat)
    sine = np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour)
    east = -np.cos(declination) * np.sin(hour)
    ahead = np.cos(north) * np.sin(declination) - np.sin(north) * np.cos(declination) * np.cos(hour)
    return np.arcsin(np.clip(sine, -1.0, 1.0)), np.arctan2(east, ahead) % (2.0 * np.pi)


def dark(times: Sequence[datetime], lat: float, lon: float) -> npt.NDArray[np.bool_]:
    """(n_times,) when the sun's middle is below the horizon of flat land: night by the sun, not by the clock."""
    seconds = np.array([(t - datetime(t.astimezone(UTC).year, 1, 1, tzinfo=UTC)).total_seconds() for t in times], float)
    return np.asarray(sun_position(seconds, lat, lon)[0] < 0.0)


def sun_below_cloud(elevation: Floats, cloud: Floats) -> Floats:
    """Global short wave [W/m²]: 1098 s exp(-0.057 / s) (1 - 0.75 c^3.4) with s the sine of the sun's elevation."""
    sine = np.maximum(np.sin(elevation), 0.0)
    clear = 1098.0 * sine * np.exp(-0.057 / np.maximum(sine, 0.01))
    return np.asarray(clear * (1.0 - 0.75 * cloud**3.4))


def direct_of(total: Floats, elevation: Floats, seconds: Floats, *, solar_constant: float = 1361.0) -> Floats:
    """The part of global short wave that comes straight from the sun [W/m²], by the clearness index."""
    sine = np.sin(elevation)
    outside = solar_constant * (1.0 + 0.033 * np.cos(2.0 * np.pi * seconds / 86400.0 / 365.0)) * sine
    k = np.clip(total / np.maximum(outside, 1.0), 0.0, 1.0)
    middle = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    diffuse = np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))
    return np.where(sine > 0.02, total * (1.0 - diffuse), 0.0)


def sky_long_wave(air_c: Floats, vapour_hpa: Floats, cloud: Floats) -> Floats:
    """Long wave from the sky [W/m²]: clear 1 - (1 + w) exp(-sqrt(1.2 + 3 w)), w = 46.5 e / T; cloudy 0.84 c more."""
    kelvin = air_c + ZERO_C
    w = 46.5 * vapour_hpa / kelvin
    clear = 1.0 - (1.0 + w) * np.exp(-np.sqrt(1.2 + 3.0 * w))
    return np.asarray(((1.0 - 0.84 * cloud) * clear + 0.84 * cloud) * SIGMA * kelvin**4)
