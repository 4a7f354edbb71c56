"""Meeting the last observations: imposed while they last, one radiation correction to end on them, spread to streets.

The correction is METRo's idea (Crevier and Delage 2001), written anew: the additive radiation [W/m²] over the last
3 h with which the model ends on the last observed surface temperature; it fades with a time scale of 4 h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing
from models.road.physics import PHYSICS, Physics
from models.road.run import Surface, run, undriven
from models.road.segment import SiteForcing, SiteState
from models.road.site import Sites

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Met:
    """Stations brought to the step ``at``: their ``state``, ``correction`` (n,) [W/m²], 0 where there was nothing to
    meet, and how far the model still is from the last observation (n,) [K], NaN where there was none."""

    at: int
    state: SiteState
    correction: Floats
    miss_k: Floats
    notes: tuple[str, ...]


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
    turns: int = 8,
    physics: Physics = PHYSICS,
) -> Met:
    """Brings stations from ``state`` at step 0 to step ``at``.

    ``observed`` (n, at) [°C] at the end of each step, NaN where none. A station that is frozen, silent or has no
    observation in the window runs free and without correction, and it is said.
    """
    still, silent = frozen_or_silent(observed, forcing.step_s)
    notes = [f"station {sites.ids[i]}: stood on one value for hours; not used" for i in np.flatnonzero(still).tolist()]
    notes += [f"station {sites.ids[i]}: silent; not used" for i in np.flatnonzero(silent & ~still).tolist()]
    imposed = between(np.where(still[:, None], np.nan, observed))
    begin = max(0, at - round(window_h * 3600 / forcing.step_s))
    drive = undriven(sites, forcing)._replace(fade=np.ones(forcing.steps), imposed_of=np.arange(len(sites)))
    padded = np.full((len(sites), forcing.steps), np.nan)
    padded[:, :begin] = imposed[:, :begin]

    def go(state: SiteState, drive: SiteForcing, first: int, last: int) -> Surface:
        return run(
            sites, forcing, state, weather_of=weather_of, drive=drive, first=first, steps=last - first, every=1,
            physics=physics,
        )  # fmt: skip

    before = go(state, drive._replace(imposed=padded), 0, begin).after
    target, end = _last(imposed, begin, at)
    known = ~np.isnan(target)
    correction: Floats = np.zeros(len(sites))
    free = drive._replace(imposed=np.full((len(sites), forcing.steps), np.nan))

    def miss(correction: Floats) -> Floats:
        out = go(before, free._replace(correction=correction), begin, at)
        return np.where(known, out.surface_c[np.arange(len(sites)), end - begin] - np.nan_to_num(target), 0.0)

    if known.any() and at > begin:
        correction = _secant(miss, len(sites), most_w_m2, turns)
    after = go(before, free._replace(correction=correction), begin, at).after
    left = np.where(known, miss(correction), np.nan) if at > begin else np.full(len(sites), np.nan)
    return Met(at, after, correction, left, tuple(notes))


def _last(imposed: Floats, begin: int, at: int) -> tuple[Floats, Ints]:
    """The last observation of each station within the window and its step."""
    target, end = np.full(len(imposed), np.nan), np.full(len(imposed), at - 1)
    for i, row in enumerate(imposed[:, begin:at]):
        there = np.flatnonzero(~np.isnan(row))
        if len(there):
            target[i], end[i] = row[there[-1]], begin + there[-1]
    return target, end


def _secant(miss: Any, n: int, most: float, turns: int) -> Floats:  # noqa: ANN401 - a function of an array
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
    """(n_steps,) share of the correction at each step: 1 until ``at``, then exp(-t / 4 h)."""
    hours = np.maximum(0.0, (np.arange(forcing.steps) - at) * forcing.step_s / 3600.0)
    return np.exp(-hours / scale_h)


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
