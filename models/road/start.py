"""Meeting the last observations: imposed while they last, a radiation correction to end on them, spread to streets.

The correction is METRo's idea (Crevier and Delage 2001), written anew: an additive radiation [W/m²] over the last hours
with which the model ends on the last observed surface temperature. It is shaped by the sun, as what is wrong by day
(cloud, albedo) grows with it, and fades with a time scale of 4 h. Where even the largest one does not meet what was
observed, the observed hours are imposed, so that the road and what lies below it begin as they were seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing
from models.road.physics import PHYSICS, Physics
from models.road.radiation import sun_below_cloud
from models.road.run import Surface, run, undriven
from models.road.segment import SiteForcing, SiteState
from models.road.site import Sites

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
OFF_K = 0.3
"""A start further off the last observation than this is said."""


@dataclass(frozen=True)
class Met:
    """Stations brought to the step ``at``, every array (n,).

    ``correction`` [W/m²] is what the last observation asks for at ``at``, 0 where there was nothing to meet, fitted
    from the step ``begin`` on; ``guessed``: in radiation that rests on a guess. ``miss_k`` is how far the model with it
    ends from the last observation [K] before anything is imposed, NaN where there was none to meet, and ``last`` its
    step (-1). ``surface_c`` is the surface of ``state``. ``still`` and ``silent`` stations were not met.
    """

    at: int
    state: SiteState
    correction: Floats
    miss_k: Floats
    last: Ints
    surface_c: Floats
    still: Bools
    silent: Bools
    begin: int
    guessed: bool


def frozen_or_silent(
    observed: Floats, step_s: float, *, still_h: float = 6.0, silent_h: float = 3.0
) -> tuple[Bools, Bools]:
    """(n,) which stations have stood on one value for ``still_h``, and which have said nothing for ``silent_h``.

    ``observed`` (n, n_steps) [°C], NaN between observations, its end is now. Melting ice and thick cloud hold a
    surface still too, but not to the tenth of a degree for six hours on end with twelve observations.
    """
    still = np.zeros(len(observed), bool)
    silent: Bools = np.isnan(observed[:, -max(1, round(silent_h * 3600 / step_s)) :]).all(axis=1).reshape(-1)
    for i, row in enumerate(observed):
        last = row[-max(1, round(still_h * 3600 / step_s)) :]
        values = last[~np.isnan(last)]
        still[i] = len(values) >= 12 and np.ptp(values) == 0.0 and values[0] != 0.0
    return still, silent


def between(observed: Floats, *, longest: int = 36) -> Floats:
    """(n, n_steps) observations, linear over gaps of at most ``longest`` steps, NaN elsewhere."""
    out = np.full(observed.shape, np.nan)
    steps = np.arange(observed.shape[1])
    for i, row in enumerate(observed):
        at = np.flatnonzero(~np.isnan(row))
        if len(at):
            after = np.clip(np.searchsorted(at, steps), 0, len(at) - 1)
            before = np.maximum(np.searchsorted(at, steps, side="right") - 1, 0)
            inside = (steps >= at[0]) & (steps <= at[-1]) & (at[after] - at[before] <= longest)
            out[i, inside] = np.interp(steps[inside], at, row[at])
    return out


def meet(
    sites: Sites,
    forcing: Forcing,
    state: SiteState,
    observed: Floats,
    at: int,
    *,
    weather_of: Ints | None = None,
    window_h: float = 3.0,
    most_w_m2: float = 150.0,
    most_suns: float = 1.0,
    met_k: float = 0.2,
    path_k: float = 0.5,
    physics: Physics = PHYSICS,
) -> Met:
    """Brings stations from ``state`` at step 0 to step ``at``, which is 1 at least.

    ``observed`` (n, at) [°C] at the end of each step, NaN where none. A station that is frozen, silent or has no
    observation in the window runs free and without correction. The correction is at most ``most_w_m2`` and
    ``most_suns`` times a clear sun at ``at``. Where the model with it ends over ``met_k`` from the last observation, or
    strays over ``path_k`` rms from those before it, all of the window are imposed: the state is the observed one, the
    correction stays.
    """
    still, silent = frozen_or_silent(observed, forcing.step_s)
    imposed = between(np.where(still[:, None], np.nan, observed))
    last = _last(np.where(silent[:, None], np.nan, imposed))
    begin, guessed = window(forcing, at, last, window_h=window_h)
    drive = undriven(sites, forcing)._replace(fade=shaped(forcing, at), imposed_of=np.arange(len(sites)))
    road = _Stations(sites, forcing, drive, weather_of, physics)
    nothing: Floats = np.zeros(len(sites))
    unseen = np.full_like(imposed, np.nan)
    before = road.driven(state, 0, begin, imposed, nothing).after
    known, each, ends = last >= begin, np.arange(len(sites)), np.maximum(last - begin, 0)

    def off(correction: Floats) -> Floats:
        """(n, steps of the window) the model that nothing is imposed on less what was observed [K]."""
        return road.driven(before, begin, at, unseen, correction).surface_c - imposed[:, begin:at]

    correction = nothing
    if known.any():
        most = most_w_m2 + most_suns * _clear_sun(forcing, at)
        correction = _secant(lambda tried: np.where(known, off(tried)[each, ends], 0.0), len(sites), most)
    free = off(correction)
    left = np.where(known, free[each, ends], np.nan)
    held = known & ((np.abs(left) > met_k) | (_rms(free) > path_k))
    after = road.driven(before, begin, at, np.where(held[:, None], imposed, np.nan), correction).after
    surface = after.column[:, :2].mean(axis=1)
    return Met(at, after, correction, left, np.where(known, last, -1), surface, still, silent, begin, guessed)


@dataclass(frozen=True)
class _Stations:
    """Stations, their weather and how the correction is shaped."""

    sites: Sites
    forcing: Forcing
    drive: SiteForcing
    weather_of: Ints | None
    physics: Physics

    def driven(self, state: SiteState, first: int, end: int, seen: Floats, correction: Floats) -> Surface:
        """Steps ``first`` to ``end`` with what was ``seen`` (n, n_steps) in them imposed, and a correction (n,)."""
        filled = np.full((len(self.sites), self.forcing.steps), np.nan)
        filled[:, first:end] = seen[:, first:end]
        drive = self.drive._replace(imposed=filled, correction=correction)
        return run(
            self.sites, self.forcing, state, weather_of=self.weather_of, drive=drive, first=first, steps=end - first,
            every=1, physics=self.physics,
        )  # fmt: skip


def window(forcing: Forcing, at: int, last: Ints, *, window_h: float = 3.0, least_h: float = 1.0) -> tuple[int, bool]:
    """The step from which a correction is fitted, and whether the radiation from there on is in part a guess.

    ``window_h`` before ``at``, or as far as the radiation is known; where that is under ``least_h`` before the first of
    the stations' ``last`` observations (n,), the whole window: the correction then answers for a guess too.
    """
    per_h = 3600.0 / forcing.step_s
    farthest = max(0, at - round(window_h * per_h))
    unknown = np.flatnonzero(forcing.guessed[:, farthest:at].any(axis=0))
    since = farthest + int(unknown[-1]) + 1 if len(unknown) else farthest
    heard = last[last >= farthest]
    latest = int(heard.min(initial=at - 1)) + 1 - round(least_h * per_h)
    return (since, False) if since <= latest else (farthest, farthest < since)


def shaped(forcing: Forcing, at: int, *, night_w_m2: float = 60.0) -> Floats:
    """(n_steps,) the correction's share, 1 at ``at``: as the sun of the forecast, with what it knows of cloud, and
    ``night_w_m2`` by which the sky's long wave can be wrong (a design choice). Of the first set of the forcing."""
    sun = forcing.air.diffuse[0] + forcing.air.direct[0] + night_w_m2
    return np.asarray(sun / sun[min(at, forcing.steps - 1)])


def _clear_sun(forcing: Forcing, at: int) -> float:
    height = forcing.air.sun_elevation[:1, min(at, forcing.steps - 1)]
    return float(sun_below_cloud(height, np.zeros(1))[0])


def _rms(off: Floats) -> Floats:
    """(n,) over the steps that are known; 0 where none is."""
    known = ~np.isnan(off)
    return np.sqrt((np.where(known, off, 0.0) ** 2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _last(imposed: Floats) -> Ints:
    """(n,) the step of the last observation of each station, -1 where there is none."""
    known = ~np.isnan(imposed)
    steps = imposed.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.asarray(np.where(known.any(axis=1), steps, -1), np.int64)


def _secant(miss: Callable[[Floats], Floats], n: int, most: float, turns: int = 8) -> Floats:
    """The correction at which ``miss`` is 0, every station by itself; kept within ``most``."""
    a, b = np.zeros(n), np.full(n, 10.0)
    at_a, at_b = miss(a), miss(b)
    for _ in range(turns):
        slope = np.where(np.abs(b - a) > 1e-9, (at_b - at_a) / np.where(b == a, 1.0, b - a), 0.0)
        step = np.where(slope > 1e-6, -at_b / np.where(slope > 1e-6, slope, 1.0), 0.0)
        a, at_a = b, at_b
        b = np.clip(b + step, -most, most)
        at_b = miss(b)
        if np.abs(at_b).max(initial=0.0) < 0.01:
            break
    better = np.abs(at_b) <= np.abs(at_a)
    return np.where(better, b, a)


def fading(forcing: Forcing, at: int, *, scale_h: float = 4.0) -> Floats:
    """(n_steps,) share of the correction at each step: by the sun, 1 at ``at``, and after it times exp(-t / 4 h)."""
    hours = np.maximum(0.0, (np.arange(forcing.steps) - at) * forcing.step_s / 3600.0)
    return np.asarray(shaped(forcing, at) * np.exp(-hours / scale_h))


def relaxation(
    hours: Floats, values: Floats, forecast: Bools, *, scale_h: float = 4.0, freshest_h: float = 2.0
) -> Floats:
    """(n,) what to add to a forecast so that it begins at what was last measured, and is itself after some hours.

    X(t) = XF(t) - (XF(0) - X(0)) exp(-t / 4 h): RoadSurf. ``hours`` from now, ``values`` of one field, ``forecast``
    which of them are of the forecast. All 0 where nothing was measured in the last ``freshest_h``.
    """
    known = ~np.isnan(values)
    seen = known & ~forecast & (hours <= 0.0) & (hours >= -freshest_h)
    ahead = known & forecast
    if not seen.any() or not ahead.any() or hours[ahead].min() > freshest_h:
        return np.zeros(len(hours))
    off = float(np.interp(0.0, hours[ahead], values[ahead])) - values[seen][-1]
    return np.where(forecast & (hours > 0.0), -off * np.exp(-np.maximum(hours, 0.0) / scale_h), 0.0)


def spread_corrections(
    segments: Sites,
    stations: Sites,
    correction: Floats,
    *,
    reach_m: float = 5000.0,
    sky_scale: float = 0.2,
    height_scale_m: float = 50.0,
) -> Floats:
    """(n_segments,) corrections by distance and likeness of site [W/m²], fading to 0 far from every station.

    Weight exp(-d / reach) exp(-|sky view| / 0.2) exp(-|height| / 50 m), half of it between a bridge and the ground;
    unlike and far stations pull towards 0, not towards each other. The scales are a design choice.
    """
    if not len(stations):
        return np.zeros(len(segments))
    x, y = _metres(segments, stations)
    weight = np.exp(-np.hypot(x, y) / reach_m)
    weight *= np.exp(-np.abs(_known(segments.sky, 1.0)[:, None] - _known(stations.sky, 1.0)) / sky_scale)
    height = segments.elevation_m[:, None] - stations.elevation_m
    weight *= np.exp(-np.abs(np.nan_to_num(height)) / height_scale_m)
    weight *= np.where(segments.underside[:, None] == stations.underside, 1.0, 0.5)
    return np.asarray((weight @ correction) / np.maximum(weight.sum(axis=1), 1.0))


def _known(values: Floats, otherwise: float) -> Floats:
    return np.where(np.isnan(values), otherwise, values)


def _metres(a: Sites, b: Sites) -> tuple[Floats, Floats]:
    """(n_a, n_b) east and north between two sets of places [m]."""
    east = (a.lon[:, None] - b.lon) * 111_195.0 * np.cos(np.radians(a.lat))[:, None]
    return east, (a.lat[:, None] - b.lat) * 111_195.0
