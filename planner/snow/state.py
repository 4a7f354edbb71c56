"""Where the snow stands now, and what it does in the hours ahead."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Reading
from city.geo import local_xy, middle
from city.quantities import out_of_range
from models.road.alike import rounded
from models.road.site import Sites, of_segments, with_relief
from models.snow import Hindcast, SnowRange, Stations, snow_hindcast, snow_range
from models.weather import HourlyWeather, hourly
from planner.snow.depths import DEPTH, FRESH, LOOK_BACK_H
from planner.snow.snapshot import SnowSnapshot

Floats = npt.NDArray[np.floating[Any]]
SURFACE, FRICTION = "road_temperature", "friction"


def elevations(snapshot: SnowSnapshot) -> Floats:
    """(n_segments,) [m]; NaN where no terrain model reaches."""
    return np.array([np.nan if s.elevation_m is None else s.elevation_m for s in snapshot.segments], float)


def fresh_depths(snapshot: SnowSnapshot) -> list[tuple[Reading, float, float]]:
    """What each placed sensor that is not silent and is believed can tell of the depth now: (reading, lon, lat)."""
    return [(one.reading, one.lon, one.lat) for one in snapshot.depth_sensors if one.told.used]


def fresh(snapshot: SnowSnapshot, quantity: str) -> list[tuple[Reading, float, float]]:
    """The newest reading of a quantity of each placed device that spoke in the last hours: (reading, lon, lat). One
    that is outside its range is passed over."""
    places = _places(snapshot)
    newest = {row.device: row for row in _recent(snapshot, quantity) if out_of_range(quantity, row.value) is None}
    return [(reading, *places[device]) for device, reading in sorted(newest.items())]


def implausible(snapshot: SnowSnapshot) -> list[Reading]:
    """The newest reading of each placed device that is passed over as it is outside the range of its quantity."""
    recent = [row for quantity in (DEPTH, FRICTION) for row in _recent(snapshot, quantity)]
    newest = {(row.device, row.quantity): row for row in recent if out_of_range(row.quantity, row.value)}
    return [newest[key] for key in sorted(newest)]


def _recent(snapshot: SnowSnapshot, quantity: str) -> list[Reading]:
    """The readings of a quantity of placed devices in the last hours, oldest first."""
    places = _places(snapshot)
    rows = [row for row in snapshot.readings if row.quantity == quantity and row.device in places]
    return sorted(
        (row for row in rows if timedelta(0) <= snapshot.at - row.time <= FRESH), key=lambda reading: reading.time
    )


def _places(snapshot: SnowSnapshot) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the devices that have them."""
    return {d.id: (d.lon, d.lat) for d in snapshot.devices if d.lon is not None and d.lat is not None}


def reference_m(snapshot: SnowSnapshot) -> float:
    """The height that a forecast stands for where it names none: the middle one of the streets [m]."""
    heights = elevations(snapshot)
    known = heights[np.isfinite(heights)]
    return float(np.median(known)) if len(known) else 0.0


def sites_of(snapshot: SnowSnapshot) -> Sites:
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


def road_hindcast(snapshot: SnowSnapshot) -> Hindcast:
    """The road in the last day by the forecasts of the time, from bare ground, ending on what road sensors saw."""
    sites = sites_of(snapshot)
    return snow_hindcast(sites, weather_hindcast(snapshot), road_stations(snapshot, sites))


def road_stations(snapshot: SnowSnapshot, sites: Sites, *, near_m: float = 200.0) -> Stations | None:
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


def on_the_ground(snapshot: SnowSnapshot, left_cm: float, behind: Hindcast | None = None) -> Floats:
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


def snow_ahead(
    snapshot: SnowSnapshot, weather: HourlyWeather, now_cm: Floats, behind: Hindcast | None = None
) -> SnowRange:
    """Low, mid and high snow of each segment in the hours ahead."""
    past = road_hindcast(snapshot) if behind is None else behind
    return snow_range(sites_of(snapshot), weather, past, now_cm)


def weather_forecast(snapshot: SnowSnapshot) -> HourlyWeather:
    """The forecast on an hourly grid from the present hour on. Where sensors say what lies now, what fell in the
    present hour before it is in that."""
    start = snapshot.at.replace(minute=0, second=0, microsecond=0)
    hours = hourly(snapshot.forecasts, start, snapshot.params.horizon_h, reference_m(snapshot))
    return hours.from_within(snapshot.at) if fresh_depths(snapshot) else hours


def weather_hindcast(snapshot: SnowSnapshot) -> HourlyWeather:
    """What the forecasts said of the last day."""
    return hourly(snapshot.forecasts, _back(snapshot.at), LOOK_BACK_H, reference_m(snapshot))


def _back(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=LOOK_BACK_H)


def _seen(snapshot: SnowSnapshot, *, near_m: float = 100.0) -> Floats | None:
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


def _after_treatment(snapshot: SnowSnapshot, depth: Floats, past: Floats, left_cm: float) -> Floats:
    """A cleared segment holds the residue and what fell since, by the hours behind or, where they do not reach so far
    back, by what has been added at the sensors if that is more; never more than lies beside it."""
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    rises = _rises(snapshot)
    depth = depth.copy()
    for treatment in snapshot.treatments:
        i = index.get(treatment.segment)
        if i is not None and treatment.action.startswith("plough"):
            since = fallen_since(snapshot, past[i], treatment.done_at)
            if treatment.done_at < _back(snapshot.at):
                since = max(since, rises(treatment.done_at))
            depth[i] = min(depth[i], left_cm + since)
    return depth


def fallen_since(snapshot: SnowSnapshot, past: Floats, when: datetime) -> float:
    """What the hours behind (n_hours,) say has been added since a time [cm], all of them where it was before them; 0
    where no hours are known."""
    hour = int((when - _back(snapshot.at)) // timedelta(hours=1))
    if not len(past) or hour >= len(past):
        return 0.0
    return max(0.0, float(past[-1] - past[hour])) if hour >= 0 else max(0.0, float(past[-1]))


def _rises(snapshot: SnowSnapshot, *, near: timedelta = timedelta(hours=3)) -> Callable[[datetime], float]:
    """What has been added at the town's sensors since a time [cm], 0 where they did not speak then or do not now."""
    hours = snapshot.old_depths
    times = [hour.time for hour in hours]

    def rise(when: datetime) -> float:
        at = bisect_right(times, when) - 1
        if at < 0 or when - times[at] > near or snapshot.at - times[-1] > near:
            return 0.0
        return max(0.0, hours[-1].cm - min(hour.cm for hour in hours[at:]))

    return rise


def _as_seen(snapshot: SnowSnapshot, depth: Floats, past: Floats) -> Floats:
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
