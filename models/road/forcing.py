"""Weather as the road model takes it: any steps, any gaps in, an even grid out, and a word on all that was missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, brief, message
from city.errors import DagsplanError
from models.road.radiation import (
    direct_of,
    seconds_of_year,
    sky_long_wave,
    sun_below_cloud,
    sun_position,
)
from models.road.segment import Air

Floats = npt.NDArray[np.floating[Any]]
FIELDS = (
    "air_c", "dew_point_c", "humidity_pct", "wind_m_s", "precip_mm_h", "snow_share", "cloud", "pressure_hpa",
    "sun_w_m2", "direct_w_m2", "longwave_w_m2",
)  # fmt: skip
PLAUSIBLE = {
    "air_c": (-60.0, 55.0),
    "dew_point_c": (-80.0, 40.0),
    "humidity_pct": (0.0, 110.0),
    "wind_m_s": (0.0, 75.0),
    "precip_mm_h": (0.0, 150.0),
    "snow_share": (0.0, 1.0),
    "cloud": (0.0, 1.0),
    "pressure_hpa": (500.0, 1090.0),
    "sun_w_m2": (-5.0, 1400.0),
    "direct_w_m2": (-5.0, 1400.0),
    "longwave_w_m2": (50.0, 600.0),
}
"""What each field can be on the ground anywhere; humidity a little over 100 % is a known fault of sensors."""


class ImpossibleValue(DagsplanError):
    """A value that no weather has: names field, time and bounds."""

    def __init__(self, field: str, time: datetime, value: float) -> None:
        low, high = map(brief, PLAUSIBLE[field])
        figures = {"value": brief(value), "low": low, "high": high}
        super().__init__(message("error.surface.impossible", field=field, at=time.isoformat(), **figures))
        self.field = field
        self.time = time


@dataclass(frozen=True)
class RoadWeather:
    """One place's weather at ``times``, whatever their steps; each field (n_times,), NaN where it is not known.

    ``precip_mm_h`` is the mean rate since the time before [mm/h], all else holds at its time. ``direct_w_m2`` is on
    level ground and part of ``sun_w_m2``. ``elevation_m`` is the height that it stands for.
    """

    times: tuple[datetime, ...]
    lat: float
    lon: float
    air_c: Floats
    dew_point_c: Floats
    humidity_pct: Floats
    wind_m_s: Floats
    precip_mm_h: Floats
    snow_share: Floats
    cloud: Floats
    pressure_hpa: Floats
    sun_w_m2: Floats
    direct_w_m2: Floats
    longwave_w_m2: Floats
    elevation_m: float = float("nan")


@dataclass(frozen=True)
class Forcing:
    """Weather of one or more places on the model's grid, and what had to be assumed.

    Step k runs from ``start + k step_s``; ``air`` arrays are (n_sets, n_steps). ``reference_m`` (n_sets,). ``guessed``
    (n_sets, n_steps): the sun or the sky's long wave rests on a cloud that nobody said for that time.
    """

    start: datetime
    step_s: float
    air: Air
    reference_m: Floats
    notes: tuple[Message, ...]
    guessed: npt.NDArray[np.bool_]

    @property
    def steps(self) -> int:
        """How many steps it covers."""
        return int(self.air.air_c.shape[1])

    def step_of(self, time: datetime) -> int:
        """The step that begins at ``time``."""
        return round((time - self.start).total_seconds() / self.step_s)

    def time_of(self, step: int) -> datetime:
        """When a step begins."""
        return self.start + timedelta(seconds=self.step_s * step)


def weather(
    times: Sequence[datetime], lat: float, lon: float, elevation_m: float = float("nan"), **fields: Floats
) -> RoadWeather:
    """A ``RoadWeather`` of the fields that are known; the others are NaN throughout."""
    nothing = np.full(len(times), np.nan)
    given = {name: np.asarray(fields.get(name, nothing), float) for name in FIELDS}
    return RoadWeather(tuple(times), lat, lon, elevation_m=elevation_m, **given)


def plausible(weather: RoadWeather) -> None:
    """Raises ImpossibleValue for the first value outside its bounds, of all fields."""
    for name in FIELDS:
        values = getattr(weather, name)
        low, high = PLAUSIBLE[name]
        bad = np.flatnonzero(np.isinf(values) | (values < low) | (values > high))
        if len(bad):
            raise ImpossibleValue(name, weather.times[bad[0]], float(values[bad[0]]))


def on_grid(weathers: Sequence[RoadWeather], start: datetime, hours: float, step_s: float = 300.0) -> Forcing:
    """Lays weather of one or more places on an even grid.

    Values between two times are linear, rates hold over their step whatever its length. What is missing is derived or
    assumed, and said in ``notes``. Raises ImpossibleValue, and DagsplanError where no air temperature is known.
    """
    steps = round(hours * 3600.0 / step_s)
    notes: list[Message] = []
    for part in weathers:
        plausible(part)
    grids = [_Grid(part, start, steps, step_s, notes) for part in weathers]
    sets = [_one(grid, part, start, steps, step_s, notes) for grid, part in zip(grids, weathers, strict=True)]
    air = Air(*(np.ascontiguousarray(np.stack(rows)) for rows in zip(*sets, strict=True)))
    reference = np.array([part.elevation_m for part in weathers], float)
    guessed = np.array([_guessed(grid) for grid in grids]).reshape(len(grids), steps)
    return Forcing(start, step_s, air, reference, tuple(dict.fromkeys(notes)), guessed)


def _guessed(grid: _Grid) -> npt.NDArray[np.bool_]:
    """(n_steps,) where neither the radiation itself nor the cloud that it is derived from was said."""
    said = grid.said("sun_w_m2") & grid.said("longwave_w_m2")
    return np.asarray(~(said | grid.said("cloud")))


def _one(grid: _Grid, weather: RoadWeather, start: datetime, steps: int, step_s: float, notes: list[Message]) -> Air:
    air_c = grid.known("air_c")
    humidity = _humidity(grid, air_c)
    wind = grid.known("wind_m_s", 2.0, message("surface.note.wind"))
    precip = grid.rate("precip_mm_h")
    seconds = seconds_of_year(start, step_s, steps)
    elevation, azimuth = sun_position(seconds, weather.lat, weather.lon)
    cloud = _cloud(grid, precip)
    total, direct = _sun(grid, elevation, seconds, cloud)
    vapour = humidity * saturation_hpa(air_c)
    long = grid.maybe("longwave_w_m2")
    if np.isnan(long).any():
        notes.append(message("surface.note.sky"))
        long = np.where(np.isnan(long), sky_long_wave(air_c, vapour, cloud), long)
    pressure = grid.maybe("pressure_hpa")
    height = 0.0 if np.isnan(weather.elevation_m) else weather.elevation_m
    pressure = np.where(np.isnan(pressure), 1013.25 * (1.0 - 2.2558e-5 * height) ** 5.2559, pressure)
    hour = (seconds / 3600.0 + weather.lon / 15.0) % 24.0
    night = ((hour >= 21.0) | (hour < 6.0)).astype(float)
    calm = np.clip((3.0 - wind) / 2.0, 0.0, 1.0) * np.clip((0.5 - cloud) / 0.25, 0.0, 1.0) * (elevation < 0.0)
    return Air(
        air_c, humidity, wind, precip, grid.held("snow_share"), total - direct, direct, long, pressure,
        elevation, azimuth, night, calm,
    )  # fmt: skip


class _Grid:
    """One place's weather and the grid it is laid on."""

    def __init__(self, weather: RoadWeather, start: datetime, steps: int, step_s: float, notes: list[Message]) -> None:
        self.weather, self.notes = weather, notes
        self.at = np.array([(time - start).total_seconds() for time in weather.times])
        self.middle = step_s * (np.arange(steps) + 0.5)

    def maybe(self, name: str, longest_s: float = 13 * 3600.0) -> Floats:
        """Linear between known values not further apart than ``longest_s``; the ends hold for 3 h, then NaN."""
        values: Floats = getattr(self.weather, name)
        known = ~np.isnan(values)
        if not known.any():
            return np.full(len(self.middle), np.nan)
        at = self.at[known]
        laid = np.interp(self.middle, at, values[known])
        after = np.searchsorted(at, self.middle)
        gap = at[np.minimum(after, len(at) - 1)] - at[np.maximum(after - 1, 0)]
        outside = np.maximum(at[0] - self.middle, self.middle - at[-1])
        return np.where((gap > longest_s) | (outside > 3 * 3600.0), np.nan, laid)

    def said(self, name: str) -> npt.NDArray[np.bool_]:
        """(n_steps,) where ``maybe`` has a value that lies between known ones, not beyond the first or the last."""
        known = self.at[~np.isnan(getattr(self.weather, name))]
        if not len(known):
            return np.zeros(len(self.middle), bool)
        return np.asarray(~np.isnan(self.maybe(name)) & (self.middle > known[0]) & (self.middle < known[-1]))

    def known(self, name: str, else_value: float = np.nan, said: Message | None = None) -> Floats:
        """``maybe`` with ``else_value`` where nothing is known, said; without that the nearest known value."""
        laid = self.maybe(name)
        missing = np.isnan(laid)
        if not missing.any():
            return laid
        if said is not None:
            self.note(said, missing)
            return np.where(missing, else_value, laid)
        values: Floats = getattr(self.weather, name)
        there = ~np.isnan(values)
        if not there.any():
            raise DagsplanError(message("error.surface.unknown", field=name))
        self.note(message("surface.note.nearest", field=name), missing)
        return np.where(missing, np.interp(self.middle, self.at[there], values[there]), laid)

    def held(self, name: str, longest_s: float = 13 * 3600.0) -> Floats:
        """The known value of the step that ends next, as for a rate; NaN after the last and over longer gaps."""
        values: Floats = getattr(self.weather, name)
        known = ~np.isnan(values)
        if not known.any():
            return np.full(len(self.middle), np.nan)
        at = self.at[known]
        after = np.searchsorted(at, self.middle)
        ends = at[np.minimum(after, len(at) - 1)]
        covered = (after < len(at)) & (ends - self.middle <= longest_s)
        return np.where(covered, values[known][np.minimum(after, len(at) - 1)], np.nan)

    def rate(self, name: str) -> Floats:
        """``held`` with 0 where it is unknown, which is said."""
        laid = self.held(name)
        missing = np.isnan(laid)
        if missing.any():
            self.note(message("surface.note.dry"), missing)
        return np.where(missing, 0.0, laid)

    def note(self, said: Message, missing: npt.NDArray[np.bool_]) -> None:
        """What is assumed, and of how much of the time where it is not all of it."""
        whole = bool(missing.all())
        percent = 100.0 * float(missing.mean())
        self.notes.append(said if whole else message("surface.note.in_part", note=said, percent=percent))


def saturation_hpa(temp_c: Floats) -> Floats:
    """Over water [hPa], Magnus: WMO-No. 8 (2018), annex 4.B."""
    return np.asarray(6.112 * np.exp(17.62 * temp_c / (243.12 + temp_c)))


def _humidity(grid: _Grid, air_c: Floats) -> Floats:
    """0 to 1: from the dew point, else as given and cut at 1, else 0.9."""
    over = np.nanmax(grid.weather.humidity_pct, initial=0.0)
    if over > 100.0:
        grid.notes.append(message("surface.note.humidity_cut", most=float(over)))
    said = np.minimum(grid.maybe("humidity_pct") / 100.0, 1.0)
    dew = grid.maybe("dew_point_c")
    share = np.where(np.isnan(dew), said, np.minimum(saturation_hpa(dew) / saturation_hpa(air_c), 1.0))
    missing = np.isnan(share)
    if missing.any():
        grid.note(message("surface.note.humidity"), missing)
    return np.where(missing, 0.9, share)


def _cloud(grid: _Grid, precip: Floats) -> Floats:
    """0 to 1; where nobody says it, 1 while something falls and 0.6 else."""
    cloud = grid.maybe("cloud")
    missing = np.isnan(cloud)
    if missing.any() and np.isnan(grid.maybe("longwave_w_m2")).any():
        grid.note(message("surface.note.cloud"), missing)
    return np.where(missing, np.where(precip > 0.0, 1.0, 0.6), cloud)


def _sun(grid: _Grid, elevation: Floats, seconds: Floats, cloud: Floats) -> tuple[Floats, Floats]:
    """Global and direct short wave [W/m²]."""
    total = grid.maybe("sun_w_m2")
    missing = np.isnan(total)
    if missing.any():
        grid.notes.append(message("surface.note.sun"))
        total = np.where(missing, sun_below_cloud(elevation, cloud), total)
    total = np.maximum(total, 0.0)
    given = grid.maybe("direct_w_m2")
    direct = np.where(np.isnan(given), direct_of(total, elevation, seconds), given)
    return total, np.clip(direct, 0.0, total)
