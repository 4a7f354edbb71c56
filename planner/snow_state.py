"""Where the snow stands now, and what it does in the hours ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from city.geo import local_xy, middle
from city.things import Reading
from models.snow import SnowRange, snow_on_road, snow_range
from models.weather import HourlyWeather, hourly
from planner.snapshot import Snapshot

Floats = npt.NDArray[np.float64]
LOOK_BACK_H = 24
FRESH_H = 2.0
DEPTH = "snow_depth"


def elevations(snapshot: Snapshot) -> Floats:
    """(n_segments,) [m]; NaN where no terrain model reaches."""
    return np.array([np.nan if s.elevation_m is None else s.elevation_m for s in snapshot.segments], float)


def fresh_depths(snapshot: Snapshot) -> list[tuple[Reading, float, float]]:
    """The newest depth reading of each placed sensor that is not silent: (reading, lon, lat)."""
    places = {d.id: (d.lon, d.lat) for d in snapshot.devices if d.lon is not None and d.lat is not None}
    newest: dict[str, Reading] = {}
    for reading in sorted(snapshot.readings, key=lambda reading: reading.time):
        age_h = (snapshot.at - reading.time).total_seconds() / 3600
        if reading.quantity == DEPTH and reading.device in places and 0 <= age_h <= FRESH_H:
            newest[reading.device] = reading
    found = []
    for device, reading in sorted(newest.items()):
        lon, lat = places[device]
        assert lon is not None
        assert lat is not None
        found.append((reading, lon, lat))
    return found


def reference_m(snapshot: Snapshot) -> float:
    """The height that a forecast stands for where it names none: the middle one of the streets [m]."""
    heights = elevations(snapshot)
    known = heights[np.isfinite(heights)]
    return float(np.median(known)) if len(known) else 0.0


def on_the_ground(snapshot: Snapshot, left_cm: float) -> Floats:
    """(n_segments,) snow depth now [cm]. ``left_cm`` is what a plough leaves.

    From sensors where any has spoken in the last hours, by inverse distance; else from the forecasts of the
    last day, beginning on bare ground. A segment that was cleared since holds what has fallen since then.
    """
    past = _past(snapshot)
    modelled = past[:, -1] if past.shape[1] else np.zeros(len(snapshot.segments))
    seen = _seen(snapshot)
    depth = modelled if seen is None else seen
    return _after_treatment(snapshot, depth, past, left_cm)


def snow_ahead(snapshot: Snapshot, weather: HourlyWeather, now_cm: Floats) -> SnowRange:
    """Low, mid and high snow of each segment in the hours ahead."""
    return snow_range(weather, elevations(snapshot), now_cm)


def _past(snapshot: Snapshot) -> Floats:
    """(n_segments, 24) modelled depth of the last day [cm]."""
    weather = weather_behind(snapshot)
    if not np.isfinite(weather.precip_mm).any():
        return np.zeros((len(snapshot.segments), 0))
    return snow_on_road(weather, elevations(snapshot), np.zeros(len(snapshot.segments))).depth_cm


def weather_behind(snapshot: Snapshot) -> HourlyWeather:
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
    start = _back(snapshot.at)
    depth = depth.copy()
    for treatment in snapshot.treatments:
        i = index.get(treatment.segment)
        if i is None or treatment.action != "plough":
            continue
        hour = int((treatment.done_at - start) / timedelta(hours=1))
        since = past[i, -1] - past[i, hour] if past.shape[1] and 0 <= hour < past.shape[1] else 0.0
        depth[i] = min(depth[i], left_cm + max(0.0, since))
    return depth
