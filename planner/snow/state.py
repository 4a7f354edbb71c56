"""Where the snow stands now, and what it does in the hours ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Reading
from city.geo import local_xy, middle
from models.road.alike import rounded
from models.road.site import Sites, of_segments, with_relief
from models.snow import Hindcast, SnowRange, Stations, snow_hindcast, snow_range
from models.weather import HourlyWeather, hourly
from planner.snapshot import Snapshot

Floats = npt.NDArray[np.floating[Any]]
LOOK_BACK_H = 24
FRESH_H = 2.0
DEPTH, SURFACE = "snow_depth", "road_temperature"


def elevations(snapshot: Snapshot) -> Floats:
    """(n_segments,) [m]; NaN where no terrain model reaches."""
    return np.array([np.nan if s.elevation_m is None else s.elevation_m for s in snapshot.segments], float)


def fresh_depths(snapshot: Snapshot) -> list[tuple[Reading, float, float]]:
    """The newest depth reading of each placed sensor that is not silent: (reading, lon, lat)."""
    return fresh(snapshot, DEPTH)


def fresh(snapshot: Snapshot, quantity: str) -> list[tuple[Reading, float, float]]:
    """The newest reading of a quantity of each placed device that spoke in the last hours: (reading, lon, lat)."""
    places = {d.id: (d.lon, d.lat) for d in snapshot.devices if d.lon is not None and d.lat is not None}
    newest: dict[str, Reading] = {}
    for reading in sorted(snapshot.readings, key=lambda reading: reading.time):
        age_h = (snapshot.at - reading.time).total_seconds() / 3600
        if reading.quantity == quantity and reading.device in places and 0 <= age_h <= FRESH_H:
            newest[reading.device] = reading
    return [(reading, *places[device]) for device, reading in sorted(newest.items())]


def reference_m(snapshot: Snapshot) -> float:
    """The height that a forecast stands for where it names none: the middle one of the streets [m]."""
    heights = elevations(snapshot)
    known = heights[np.isfinite(heights)]
    return float(np.median(known)) if len(known) else 0.0


def sites_of(snapshot: Snapshot) -> Sites:
    """The segments as the road model sees them, in the steps of ``rounded``; open and flat without relief."""
    sites = of_segments(snapshot.segments)
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    rows = [(index[row.segment], row) for row in snapshot.relief if row.segment in index]
    land = np.full((len(sites), 4), np.nan)
    horizon = sites.horizon.copy()
    for i, row in rows:
        land[i] = [np.nan if v is None else v for v in (row.sky_view, row.slope, row.aspect, row.above_m)]
        horizon[i] = row.horizon
    return rounded(with_relief(sites, land[:, 0], horizon, land[:, 1], land[:, 2], land[:, 3]))


def road_hindcast(snapshot: Snapshot) -> Hindcast:
    """The road in the last day by the forecasts of the time, from bare ground, ending on what road sensors saw."""
    sites = sites_of(snapshot)
    return snow_hindcast(sites, weather_hindcast(snapshot), road_stations(snapshot, sites))


def road_stations(snapshot: Snapshot, sites: Sites, *, near_m: float = 200.0) -> Stations | None:
    """The placed sensors in the road of the last day, each at the site of the nearest street within ``near_m``.

    None without any. A sensor far from every street is left out, as nothing is known of the land round it.
    """
    if not len(sites):
        return None
    heard = {reading.device for reading in snapshot.readings if reading.quantity == SURFACE}
    placed = [d for d in snapshot.devices if d.id in heard and d.lon is not None and d.lat is not None]
    rows = {d.id: _nearest(sites, (d.lon, d.lat), near_m) for d in placed}  # type: ignore[arg-type]  # both are there
    number = {device: at for at, device in enumerate(device for device, row in rows.items() if row >= 0)}
    if not number:
        return None
    at = sites.taken(np.array([rows[device] for device in number], np.int64))
    seen = [
        (number[reading.device], reading.time, reading.value)
        for reading in snapshot.readings
        if reading.quantity == SURFACE and reading.device in number
    ]
    hours = hourly(snapshot.forecasts, _back(snapshot.at), LOOK_BACK_H + 1, reference_m(snapshot))
    return Stations(replace(at, ids=tuple(number)), tuple(seen), hours, snapshot.at)


def _nearest(sites: Sites, place: tuple[float, float], near_m: float) -> int:
    """The row of the nearest site, -1 where none is near."""
    x, y = local_xy(sites.lon, sites.lat, place)
    away = np.hypot(x, y)
    return int(away.argmin()) if away.min() <= near_m else -1


def on_the_ground(snapshot: Snapshot, left_cm: float, behind: Hindcast | None = None) -> Floats:
    """(n_segments,) snow depth now [cm]. ``left_cm`` is what a plough leaves.

    From sensors where any has spoken in the last hours, by inverse distance; else from the forecasts of the
    last day, beginning on bare ground. A segment that was cleared since holds what has fallen since then. What a
    person saw and still holds goes before all. ``behind`` is ``road_hindcast`` where it is at hand.
    """
    past = (road_hindcast(snapshot) if behind is None else behind).depth_cm
    modelled = past[:, -1] if past.shape[1] else np.zeros(len(snapshot.segments))
    seen = _seen(snapshot)
    depth = modelled if seen is None else seen
    return _as_seen(snapshot, _after_treatment(snapshot, depth, past, left_cm), past)


def snow_ahead(snapshot: Snapshot, weather: HourlyWeather, now_cm: Floats, behind: Hindcast | None = None) -> SnowRange:
    """Low, mid and high snow of each segment in the hours ahead."""
    past = road_hindcast(snapshot) if behind is None else behind
    return snow_range(sites_of(snapshot), weather, past, now_cm)


def weather_forecast(snapshot: Snapshot) -> HourlyWeather:
    """The forecast on an hourly grid from the present hour on. Where sensors say what lies now, what fell in the
    present hour before it is in that."""
    start = snapshot.at.replace(minute=0, second=0, microsecond=0)
    hours = hourly(snapshot.forecasts, start, snapshot.params.horizon_h, reference_m(snapshot))
    return hours.from_within(snapshot.at) if fresh_depths(snapshot) else hours


def weather_hindcast(snapshot: Snapshot) -> HourlyWeather:
    """What the forecasts said of the last day."""
    return hourly(snapshot.forecasts, _back(snapshot.at), LOOK_BACK_H, reference_m(snapshot))


def _back(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=LOOK_BACK_H)


def _seen(snapshot: Snapshot, *, near_m: float = 100.0) -> Floats | None:
    """(n_segments,) depth by inverse squared distance to the sensors [cm]; None without a fresh one."""
    fresh = fresh_depths(snapshot)
    if not fresh or not snapshot.segments:
        return None
    middles = np.array([middle(s.geometry) for s in snapshot.segments])
    weights = np.zeros((len(middles), len(fresh)))
    for column, (_, lon, lat) in enumerate(fresh):
        x, y = local_xy(middles[:, 0], middles[:, 1], (lon, lat))
        weights[:, column] = 1.0 / (near_m**2 + x**2 + y**2)
    values = np.array([max(0.0, reading.value) for reading, _, _ in fresh])
    depth: Floats = weights @ values / weights.sum(axis=1)
    return depth


def _after_treatment(snapshot: Snapshot, depth: Floats, past: Floats, left_cm: float) -> Floats:
    """A cleared segment holds the residue and what fell since; never more than lies beside it."""
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    depth = depth.copy()
    for treatment in snapshot.treatments:
        i = index.get(treatment.segment)
        if i is not None and treatment.action.startswith("plough"):
            depth[i] = min(depth[i], left_cm + fallen_since(snapshot, past[i], treatment.done_at))
    return depth


def fallen_since(snapshot: Snapshot, past: Floats, when: datetime) -> float:
    """What the hours behind (n_hours,) say has been added since a time [cm]; 0 where they do not reach so far."""
    hour = int((when - _back(snapshot.at)) / timedelta(hours=1))
    return max(0.0, float(past[-1] - past[hour])) if 0 <= hour < len(past) else 0.0


def _as_seen(snapshot: Snapshot, depth: Floats, past: Floats) -> Floats:
    """What people saw, and what has fallen since; a street that was ploughed after they looked is left alone."""
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    ploughed = {t.segment: t.done_at for t in snapshot.treatments if t.action.startswith("plough")}
    for observation in sorted(snapshot.observations, key=lambda observation: observation.at):
        if observation.quantity != DEPTH or not observation.holds(snapshot.at):
            continue
        for name in observation.segments:
            i = index.get(name)
            if i is not None and not (name in ploughed and ploughed[name] > observation.at):
                depth[i] = observation.value + fallen_since(snapshot, past[i], observation.at)
    return depth
