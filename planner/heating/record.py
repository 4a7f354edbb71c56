"""A building hour by hour: what its sensors, meter and set-points said until now, and the weather until the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Building, Reading
from city.heatpoint import HeatPoint
from city.serviceday import bounds
from models.building.fit import ZoneRecord
from models.road.radiation import seconds_of_year, sun_below_cloud, sun_position
from models.weather import hourly
from planner.heating.snapshot import HeatingSnapshot
from planner.heating.zones import HOUR, HeatZone, points_of, used_hours, zones_of

Floats = npt.NDArray[np.floating[Any]]
INDOOR = "indoor_temperature"
Series = Mapping[tuple[str, str], Sequence[Reading]]
"""Readings by device and quantity, each in the order of time."""


@dataclass(frozen=True)
class BuildingRecord:
    """A building from ``begin`` on, ``now`` hours of past and the hours ahead until the end of the day after the
    service day (n,): ``outdoor`` [°C], NaN where nobody says, of which ``guessed`` hours ahead are as cold as the
    coldest of the last day, for no forecast says anything of them; ``sun`` [100 W/m²]; ``heat`` [kW], ``set_c`` [°C]
    and ``fan`` until now, NaN where not told; and of each zone (n_zones, n) ``air`` at the begin of the hour [°C] and
    the share of the hour in which it is ``used``."""

    begin: datetime
    now: int
    zones: tuple[HeatZone, ...]
    outdoor: Floats
    guessed: int
    sun: Floats
    heat: Floats
    set_c: Floats
    fan: Floats
    air: Floats
    used: Floats

    def past(self, zone: int, most_kw: float) -> ZoneRecord:
        """What one zone is fitted on. Where no set-point is told the meter drives it, as a share of ``most_kw``."""
        upto = slice(0, self.now)
        told = np.isfinite(self.set_c[upto])
        metered = np.clip(self.heat[upto] / max(most_kw, 1e-6), 0.0, 1.0)
        fan = np.where(np.isfinite(self.fan[upto]), self.fan[upto], self.used[:, upto].max(axis=0) > 0)
        air = np.where(told | np.isfinite(metered), self.air[zone, upto], np.nan)
        return ZoneRecord(
            air,
            held(self.outdoor[upto]),
            self.sun[upto],
            self.used[zone, upto],
            fan.astype(float),
            np.where(told, self.set_c[upto], 10.0),
            np.where(told, np.nan, np.nan_to_num(metered)),
        )


def series_of(readings: Iterable[Reading]) -> Series:
    """Readings by device and quantity."""
    found: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)
    for row in readings:
        found[row.device, row.quantity].append(row)
    return {key: sorted(rows, key=lambda row: row.time) for key, rows in found.items()}


def record_of(snapshot: HeatingSnapshot, series: Series, building: Building) -> BuildingRecord:
    """The hours of a building."""
    zones = zones_of(snapshot, building)
    at = snapshot.at.replace(minute=0, second=0, microsecond=0)
    begin = at - _look_back(snapshot, series, building, zones, at)
    ends = bounds(snapshot.service_day + timedelta(days=1), "heating", snapshot.zone)[1]
    now, n = round((at - begin) / HOUR), max(1, round((ends - begin) / HOUR))
    set_points = _of(series, points_of(snapshot, building, "set_point"), "set_point")
    return BuildingRecord(
        begin,
        now,
        tuple(zones),
        *_weather(snapshot, series, building, begin, n),
        _heat(series, points_of(snapshot, building, "heat_meter"), begin, n),
        _stood(set_points, begin, n),
        _stood(_of(series, points_of(snapshot, building, "ventilation"), "ventilation"), begin, n),
        np.array([at_marks(series.get((zone.device or "", INDOOR), ()), begin, n) for zone in zones]),
        used_hours(snapshot, building, zones, begin, n),
    )


def _look_back(
    snapshot: HeatingSnapshot, series: Series, building: Building, zones: Sequence[HeatZone], at: datetime
) -> timedelta:
    """As far as its zones were measured, in whole hours, at most what the service asks for."""
    firsts = [rows[0].time for zone in zones if (rows := series.get((zone.device or "", INDOOR)))]
    most = snapshot.wants.look_back
    longest = max((at - first for first in firsts), default=HOUR)
    return HOUR * round(max(HOUR, min(longest, most)) / HOUR)


def _of(series: Series, points: Sequence[HeatPoint], usual: str) -> list[Reading]:
    """The readings of the first point that has any."""
    for point in points:
        rows = series.get((point.device, point.quantity or usual))
        if rows:
            return list(rows)
    return []


def at_marks(rows: Sequence[Reading], begin: datetime, n: int, *, longest_h: float = 2.5) -> Floats:
    """(n,) the value at the begin of each hour, on a straight line between two readings that are not further apart
    than ``longest_h``, or the newest of the hour before."""
    if not rows:
        return np.full(n, np.nan)
    times = np.array([(row.time - begin) / HOUR for row in rows])
    values = np.array([row.value for row in rows])
    marks = np.arange(n, dtype=float)
    after = np.searchsorted(times, marks, side="left")
    before = np.searchsorted(times, marks, side="right") - 1
    there = (before >= 0) & (after < len(times))
    gap = times[np.minimum(after, len(times) - 1)] - times[np.maximum(before, 0)]
    line = np.interp(marks, times, values)
    recent = (before >= 0) & (marks - times[np.maximum(before, 0)] <= 1.0)
    newest = np.where(recent, values[np.maximum(before, 0)], np.nan)
    return np.asarray(np.where(there & (gap <= longest_h), line, newest))


def _stood(rows: Sequence[Reading], begin: datetime, n: int, *, longest_h: float = 72.0) -> Floats:
    """(n,) the value that stood at the middle of each hour: the newest until then, for ``longest_h`` at most."""
    if not rows:
        return np.full(n, np.nan)
    times = np.array([(row.time - begin) / HOUR for row in rows])
    values = np.array([row.value for row in rows])
    middles = np.arange(n) + 0.5
    last = np.searchsorted(times, middles, side="right") - 1
    there = (last >= 0) & (middles - times[np.maximum(last, 0)] <= longest_h)
    return np.asarray(np.where(there, values[np.maximum(last, 0)], np.nan))


def _heat(series: Series, meters: Sequence[HeatPoint], begin: datetime, n: int) -> Floats:
    """(n,) the heat of all meters over each hour [kW]: power as its mean, energy as the rise of its counter."""
    total = np.zeros(n)
    for meter in meters:
        power = series.get((meter.device, meter.quantity or "heat_power"), ())
        if power and (meter.quantity or "heat_power") != "heat_energy":
            total += _means(power, begin, n)
        else:
            counted = at_marks(series.get((meter.device, "heat_energy"), ()), begin, n + 1)
            rise = np.diff(counted)
            total += np.where(rise >= 0.0, rise, np.nan)
    return total if meters else np.full(n, np.nan)


def _means(rows: Sequence[Reading], begin: datetime, n: int) -> Floats:
    index = np.array([int((row.time - begin) // HOUR) for row in rows])
    values = np.array([row.value for row in rows])
    inside = (index >= 0) & (index < n)
    counts = np.bincount(index[inside], minlength=n)
    sums = np.bincount(index[inside], weights=values[inside], minlength=n)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def _weather(
    snapshot: HeatingSnapshot, series: Series, building: Building, begin: datetime, n: int, *, usual_cloud: float = 0.7
) -> tuple[Floats, int, Floats]:
    """(n,) outdoor temperature as measured until now and as forecast from there [°C], of how many hours ahead it is
    guessed, and (n,) sun by height and cloud [100 W/m²]."""
    told = hourly(snapshot.forecasts, begin, n)
    now = round((snapshot.at - begin) / HOUR)
    measured = [_means(rows, begin, n) for (_, what), rows in series.items() if what == "air_temperature"]
    many = np.array(measured) if measured else np.full((1, n), np.nan)
    known = np.isfinite(many)
    mean = np.where(known.any(axis=0), np.nansum(many, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    outdoor = np.where((np.arange(n) < now) & np.isfinite(mean), mean, told.temp_c)
    guessed = int((~np.isfinite(outdoor[now:])).sum())
    outdoor = _as_yesterday(outdoor, now)
    seconds = seconds_of_year(begin, 3600.0, n)
    cloud = np.where(np.isfinite(told.cloud), told.cloud, usual_cloud)
    sun = sun_below_cloud(sun_position(seconds, building.lat, building.lon)[0], cloud) / 100.0
    return outdoor, guessed, sun


def _as_yesterday(outdoor: Floats, now: int) -> Floats:
    """Hours ahead of which no forecast says anything are taken for as cold as the coldest of the last day."""
    last = outdoor[max(0, now - 24) : now]
    if not np.isfinite(last).any():
        return outdoor
    return np.asarray(np.where((np.arange(len(outdoor)) >= now) & ~np.isfinite(outdoor), np.nanmin(last), outdoor))


def fell_short(record: BuildingRecord, reach_c: float, *, days: int = 10, share: float = 0.9) -> float:
    """By how much the coldest zone was under ``reach_c`` from the second hour of use on, on ``share`` of the last
    ``days`` of use [K]; 0 where it was not, or nobody measured. The first hour tells of when the heat began."""
    used = record.used[:, : record.now] > 0.0
    used[:, 1:] &= used[:, :-1]
    past = np.where(used, record.air[:, : record.now], np.nan)
    coldest = np.where(np.isfinite(past), past, np.inf).min(axis=0, initial=np.inf)
    by_day = coldest[len(coldest) % 24 :].reshape(-1, 24).min(axis=1)
    known = by_day[np.isfinite(by_day)][-days:]
    return max(0.0, float(np.quantile(reach_c - known, share))) if len(known) else 0.0


def held(values: Floats, *, otherwise: float = 0.0) -> Floats:
    """Holes take the value before, the first ones that after; ``otherwise`` where nothing is known."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return np.full(len(values), otherwise)
    at = np.maximum(np.searchsorted(known, np.arange(len(values)), side="right") - 1, 0)
    return np.asarray(values[known[at]])
