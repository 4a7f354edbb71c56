"""The risk of drifting snow over a night: on which streets, in which hours, in what wind. It calls nobody out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Segment
from city.geo import local_xy, middle
from models.road.drift import drift_hours, loose_cm, open_sides
from models.snow import Hindcast
from models.weather import HourlyWeather
from planner.snow.need import Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import sites_of, weather_hindcast

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class DriftRisk:
    """``hours`` (n, n_hours): in which hours of ``weather`` snow may drift onto a street that lies open."""

    weather: HourlyWeather
    hours: Bools

    def of(self, rows: Iterable[int]) -> Drift | None:
        """The risk on some streets; None where there is none."""
        streets = self.hours[list(rows)]
        within = np.flatnonzero(streets.any(axis=0))
        if not len(within):
            return None
        wind, air = self.weather.wind_m_s[within], self.weather.temp_c[within]
        begins, ends = (self.weather.hour_start(int(hour)) for hour in (within[0], within[-1] + 1))
        return Drift(int(streets.any(axis=1).sum()), begins, ends, float(wind.max()), float(air.min()))


@dataclass(frozen=True)
class Drift:
    """On how many streets, from when until when, in how much wind at most [m/s], and in how cold air [°C]."""

    streets: int
    begins: datetime
    ends: datetime
    wind_m_s: float
    air_c: float


def drift_risk(
    snapshot: SnowSnapshot, needs: Needs, behind: Hindcast, now_cm: Floats, *, within_h: int = 24, least_cm: float = 1.0
) -> DriftRisk:
    """The risk of the hours to come, ``within_h`` at most: it blows enough, ``least_cm`` lies loose (a design choice),
    and the street lies open."""
    weather, n = needs.weather, len(snapshot.segments)
    hours = np.zeros((n, weather.hours), bool)
    blows = drift_hours(weather.temp_c, weather.wind_m_s)
    blows[within_h:] = False
    if blows.any():
        hours = blows & (_loose(snapshot, needs, behind, now_cm) >= least_cm)
    rows = np.flatnonzero(hours.any(axis=1))
    if len(rows):
        hours[rows] &= _open(snapshot, rows)[:, None]
    return DriftRisk(weather, hours)


def _loose(snapshot: SnowSnapshot, needs: Needs, behind: Hindcast, now_cm: Floats) -> Floats:
    """(n, n_hours) loose snow beside each street [cm]. What fell on one that was ploughed lies beside it; on others no
    more is loose now than lies there."""
    n, past = len(now_cm), behind.depth_cm
    cleared = {one.segment for one in snapshot.treatments if one.action.startswith("plough")}
    ploughed = np.array([segment.id in cleared for segment in snapshot.segments], bool)
    loose = np.maximum(0.0, now_cm - (past[:, -1] if past.shape[1] else 0.0))
    if past.shape[1]:
        thawed = np.broadcast_to(weather_hindcast(snapshot).temp_c > 0.0, past.shape)
        loose = loose_cm(loose, np.diff(past, axis=1, prepend=0.0), thawed)[:, -1]
    loose = np.where(ploughed, loose, np.minimum(loose, now_cm))
    mid = needs.ahead.mid
    rise = np.diff(mid.depth_cm, axis=1, prepend=np.asarray(now_cm, float).reshape(n, 1))
    return loose_cm(loose, rise, mid.wet | (needs.weather.temp_c > 0.0))


def _open(snapshot: SnowSnapshot, rows: npt.NDArray[np.int64]) -> Bools:
    """(k,) whether streets lie open, by the streets of the town and the land as far as it is known."""
    origin = middle(snapshot.segments[int(rows[0])].geometry)
    lines = [_metres(segment, origin) for segment in snapshot.segments]
    streets = [line for line, s in zip(lines, snapshot.segments, strict=True) if s.network == "street"]
    return open_sides([lines[i] for i in rows], streets, sites_of(snapshot).horizon[rows])


def _metres(segment: Segment, origin: tuple[float, float]) -> Floats:
    """(k, 2) the points of a street, east and north of ``origin``."""
    lon, lat = np.array(segment.geometry, float).T
    return np.column_stack(local_xy(lon, lat, origin))
