"""Snow and surface of each street by the road model, as start limits want them: low, mid and high, hour by hour.

A limit is for snow as it fell and settled. What traffic wears off and packs is therefore left lying here, and no plough
is assumed: on a main road RoadSurf's wear takes 45 % of the snow in an hour, so that a street under steady snowfall
would never come to its limit. This errs towards more snow; how far was not measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.alike import alike
from models.road.forcing import Forcing
from models.road.hours import OWN_PHASE, RULE, forcing, lacking
from models.road.physics import DEPOSIT, PHYSICS, SNOW, WATER, Physics
from models.road.run import Surface, at_rest, run, undriven
from models.road.score import slippery
from models.road.segment import SiteForcing, SiteState
from models.road.site import CONSTRUCTIONS, Sites
from models.road.start import OFF_K, fading, meet, shaped, spread_corrections
from models.road.uncertain import OUTER, scale_k
from models.weather import HourlyWeather

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
ROAD_CONDITIONS = ("dry", "wet", "ice", "snow")
"""What is on the road, from least to most."""
UNKNOWN = -1
LYING = PHYSICS._replace(wear_snow_h=0.0, packed=0.0, cap_snow_mm=np.inf)
"""The physics without traffic's hold on snow and without the halving of deep snow."""
UNFROZEN = LYING._replace(freeze_c=-60.0)
"""The same where no water freezes, as where salt keeps it wet: none of its heat is given off."""


@dataclass(frozen=True)
class SnowState:
    """After each hour (n_segments, n_hours): ``depth_cm``, ``water_mm`` of snow; ``wet`` where the snow is heavy or
    slush; ``surface_c`` of the road [°C], NaN where no weather is known; ``condition``: which of ``ROAD_CONDITIONS``
    is on it, -1 where that is not known; ``film_mm`` of water, ice and frost together, without the snow, and
    ``frost_mm`` of it that came out of the air."""

    depth_cm: Floats
    water_mm: Floats
    wet: Bools
    surface_c: Floats
    condition: npt.NDArray[np.int8]
    film_mm: Floats
    frost_mm: Floats


@dataclass(frozen=True)
class SnowRange:
    """The same forecast read low, as it stands, and high; ``corrected`` (n,) where road stations had a say."""

    low: SnowState
    mid: SnowState
    high: SnowState
    corrected: Bools


@dataclass(frozen=True)
class Stations:
    """Sensors in the road: their ``sites`` (k,) and what they said until now: (row of the site, time, surface °C).

    ``hours`` is the weather to meet them in, from the beginning of the hours behind to the end of the present one.
    """

    sites: Sites
    seen: tuple[tuple[int, datetime, float], ...]
    hours: HourlyWeather
    until: datetime


@dataclass(frozen=True)
class Hindcast:
    """The hours until now: ``depth_cm`` (n, n_hours), no hours where no weather was known; the state at their end.

    ``correction`` (n,) [W/m²] is what the stations ask for now; ``unused`` names stations that could not be met,
    ``off`` those that even their largest correction left further than ``OFF_K`` from what they saw [K, the model's
    less theirs]. ``near`` (n,) is 1 for a street that is as a station that was met, 0 far from all or unlike them.
    ``fade`` (n_steps,) is the share of the correction in each of the model's steps; the rest is as in ``SnowState``.
    """

    depth_cm: Floats
    after: SiteState | None
    correction: Floats
    unused: tuple[str, ...] = ()
    off: tuple[tuple[str, float], ...] = ()
    near: Floats | None = None
    film_mm: Floats | None = None
    water_mm: Floats | None = None
    surface_c: Floats | None = None
    condition: npt.NDArray[np.int8] | None = None
    fade: Floats | None = None


def snow_hindcast(sites: Sites, hours: HourlyWeather, stations: Stations | None = None) -> Hindcast:
    """From a bare road at the beginning of ``hours`` to now. Streets whose sites are the same are run once.

    Where road stations have spoken, the last hours are corrected so that the model ends on what they saw; their
    corrections are spread to the streets by distance and likeness.
    """
    if not known(hours) or not len(sites):
        return Hindcast(np.zeros((len(sites), 0)), None, np.zeros(len(sites)))
    air = forcing(hours)
    asked = _asked_for(sites, stations)
    begin = air.step_of(asked.since) if asked.since else air.steps
    rows, kind = alike(sites, asked.correction)
    few = sites.taken(rows)
    fade = _lately(air, begin)
    out = _run(few, air, _bare(few, air), drive=_corrected(few, air, asked.correction[rows], fade))
    snow = out.store_mm[..., SNOW]
    film = out.store_mm.sum(axis=-1) - snow
    return Hindcast(
        out.depth_cm[kind], _taken(out.after, kind), asked.correction, asked.unused, asked.off, asked.near,
        film[kind], snow[kind], out.surface_c[kind], lying(out.surface_c, out.store_mm)[kind], fade,
    )  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """What the stations ask of the streets: ``correction`` (n,) [W/m²] at the present hour's beginning, ``since`` when
    it was so; the rest as in ``Hindcast``."""

    correction: Floats
    since: datetime | None = None
    unused: tuple[str, ...] = ()
    off: tuple[tuple[str, float], ...] = ()
    near: Floats | None = None


def _asked_for(sites: Sites, stations: Stations | None, *, step_w_m2: float = 4.0, most_miss_k: float = 5.0) -> _Asked:
    """The corrections of the streets in steps, so that streets stay alike; and the stations that were not used.

    A station's own exposure may ask for a whole sun more, which is its own and not its streets': here a correction is
    150 W/m² at most by day too. A station that even this leaves ``most_miss_k`` away is broken, and no weather: a
    design choice.
    """
    if stations is None or not stations.seen:
        return _Asked(np.zeros(len(sites)))
    places, air = stations.sites, forcing(stations.hours)
    end = min(air.steps, air.step_of(stations.until))
    observed = np.full((len(places), end), np.nan)
    for row, time, surface_c in sorted(stations.seen):
        step = air.step_of(time) - 1
        if time <= stations.until and 0 <= step < end and math.isfinite(surface_c):
            observed[row, step] = surface_c
    met = meet(places, air, _bare(places, air), observed, end, most_suns=0.0, physics=LYING)
    used = np.abs(met.miss_k) <= most_miss_k
    off = np.flatnonzero(used & (np.abs(met.miss_k) > OFF_K))
    hour = air.step_of(stations.until.replace(minute=0, second=0, microsecond=0))
    then = shaped(air, end)[min(hour, air.steps - 1)]
    met_at = places.taken(np.flatnonzero(used))
    spread = spread_corrections(sites, met_at, met.correction[used] * then)
    return _Asked(
        np.round(spread / step_w_m2) * step_w_m2, air.time_of(met.begin),
        tuple(places.ids[i] for i in np.flatnonzero(~used)), tuple((places.ids[i], float(met.miss_k[i])) for i in off),
        spread_corrections(sites, met_at, np.ones(len(met_at))),
    )  # fmt: skip


def _corrected(sites: Sites, air: Forcing, correction: Floats, fade: Floats) -> SiteForcing:
    return undriven(sites, air)._replace(correction=np.asarray(correction, float), fade=fade)


def _lately(air: Forcing, begin: int) -> Floats:
    """(n_steps,) the share of the correction in the last hours, in which the stations were met; 0 before ``begin``."""
    return np.where(np.arange(air.steps) >= begin, shaped(air, air.steps), 0.0)


def snow_range(
    sites: Sites,
    hours: HourlyWeather,
    behind: Hindcast,
    now_cm: Floats,
    *,
    spread: float = 0.4,
    seen_cm: float = 0.5,
    fresh_kg_m3: float = 120.0,
) -> SnowRange:
    """Low, mid and high from ``now_cm`` (n,) on: the provider's own range of amounts where it gives one, else
    ±``spread`` of the amount, neither calibrated; the air ``warmer_by`` or as much colder; and what lies now up to
    ``seen_cm`` less or more, but never more than lies there. The surface's range is of ``models/road/uncertain.py``.

    Snow that a sensor sees and the hours behind do not know has ``fresh_kg_m3``. Low is never over mid nor high under
    it. Without any air temperature the snow is held as it is.
    """
    if not known(hours) or not len(sites):
        held = _held(now_cm, hours.hours, fresh_kg_m3)
        return SnowRange(held, held, held, np.zeros(len(held.depth_cm), bool))
    start_cm = np.round(now_cm, 1)
    rows, kind = alike(sites, start_cm, behind.correction)
    few, air = sites.taken(rows), forcing(hours)
    asked, depth = behind.correction[rows], start_cm[rows]
    state = _bare(few, air) if behind.after is None else _taken(behind.after, rows)
    off_cm, warmer = np.minimum(seen_cm, depth), warmer_by(hours)
    low_mm, high_mm = _amounts(hours, spread)
    low, high = forcing(hours, precip_mm=low_mm, warmer_k=warmer), forcing(hours, precip_mm=high_mm, warmer_k=-warmer)
    mid = _state(few, air, _with_snow(state, depth, fresh_kg_m3), kind, asked)
    less = _state(few, low, _with_snow(state, depth - off_cm, fresh_kg_m3), kind, asked, RULE)
    more = _state(few, high, _with_snow(state, depth + off_cm, fresh_kg_m3), kind, asked, RULE)
    off_k = _off_k(hours, air, behind)
    low_state, high_state = _bounded(np.minimum, less, mid, off_k), _bounded(np.maximum, more, mid, -off_k)
    return SnowRange(low_state, mid, high_state, behind.correction != 0.0)


def unfrozen_c(sites: Sites, before: HourlyWeather, hours: HourlyWeather, behind: Hindcast) -> Floats:
    """(n, n_hours) how cold the surface is where no water freezes [°C], over the hours ``before``, where their weather
    was known, and the ``hours`` ahead. Nothing is ploughed, and what sensors see of snow is not in it."""
    if not len(sites) or not known(hours):
        return np.full((len(sites), (0 if behind.fade is None else before.hours) + hours.hours), np.nan)
    rows, kind = alike(sites, behind.correction)
    few, ahead = sites.taken(rows), forcing(hours)
    parts = [(ahead, fading(ahead, 0))]
    if behind.fade is not None:
        parts.insert(0, (forcing(before), behind.fade))
    state, found = _bare(few, parts[0][0]), []
    for air, fade in parts:
        drive = _corrected(few, air, behind.correction[rows], fade)
        out = _run(few, air, state, drive=drive, physics=UNFROZEN)
        state = out.after
        found.append(out.surface_c[kind])
    return np.concatenate(found, axis=1)


def warmer_by(
    hours: HourlyWeather, *, start_k: float = 0.5, day_k: float = 1.0, outer: float = 1.2816, dry_k: float = 0.7
) -> Floats:
    """(n_hours,) how much warmer or colder the air is read [K]: the tenth percentile of a normal error that grows from
    ``start_k`` by ``day_k`` a day, the sizes of ``ingest/simulator/winter_forecast.py``; a design choice.

    Where humidity is not known, ``dry_k`` more in squares: what ten per cent of it are worth in the phase rule.
    """
    lead_h = np.minimum(np.arange(hours.hours) + 1.0, 48.0)
    dry = dry_k if "humidity" in lacking(hours) else 0.0
    return np.asarray(outer * np.hypot(start_k + day_k * lead_h / 24.0, dry))


def _off_k(hours: HourlyWeather, air: Forcing, behind: Hindcast) -> Floats:
    """(n, n_hours) half the range of the surface temperature [K]: between that of a start that a sensor saw and of one
    that nobody did, by how near the sensors stand."""
    each = air.steps // hours.hours
    sine = np.sin(air.air.sun_elevation[0, each - 1 :: each])
    lead_h = np.arange(hours.hours) + 1.0
    seen, unseen = (OUTER * scale_k(lead_h, sine, seen=one, lacking=lacking(hours)) for one in (True, False))
    near = np.zeros(len(behind.correction)) if behind.near is None else behind.near
    return np.asarray(np.sqrt(near[:, None] * seen**2 + (1.0 - near[:, None]) * unseen**2))


def land_effects(sites: Sites, before: HourlyWeather, hours: HourlyWeather) -> dict[str, Floats]:
    """What height, shade, sky, traffic and a bridge do to the surface temperature of each site (n, n_hours) [K].

    Each is the site as it is less the site without it: at the forecast's height and in no hollow, with the sun's way
    free and level, under the whole sky, without traffic, on the ground. Empty without weather; the day
    before is left out where it is not known.
    """
    if not known(hours) or not len(sites):
        return {}
    n = len(sites)
    without: dict[str, dict[str, Any]] = {
        "height": {"elevation_m": np.full(n, np.nan), "tpi_m": np.zeros(n)},
        "shade": {"horizon": np.zeros_like(sites.horizon), "slope": np.zeros(n), "aspect": np.zeros(n)},
        "sky": {"sky": np.ones(n)},
        "traffic": {"traffic": np.zeros(n)},
    }
    if sites.underside.any():
        pairs = zip(sites.underside, sites.layers, strict=True)
        ground = tuple(CONSTRUCTIONS["road"] if bridge else own for bridge, own in pairs)
        without["bridge"] = {"underside": np.zeros(n, bool), "layers": ground}
    air = forcing(hours)
    own = _surface(sites, air, before)
    return {name: own - _surface(replace(sites, **parts), air, before) for name, parts in without.items()}


def _surface(sites: Sites, air: Forcing, before: HourlyWeather) -> Floats:
    """(n, n_hours) temperature of the surface after a day behind; streets that are alike run once."""
    rows, kind = alike(sites)
    few = sites.taken(rows)
    behind = snow_hindcast(few, before).after
    surface: Floats = _run(few, air, _bare(few, air) if behind is None else behind).surface_c[kind]
    return surface


def known(hours: HourlyWeather) -> bool:
    """Whether there is weather to run with: an air temperature and an amount in any hour."""
    return bool((np.isfinite(hours.temp_c) & np.isfinite(hours.precip_mm)).any())


def _bare(sites: Sites, air: Forcing) -> SiteState:
    first = np.repeat(air.air.air_c[:1, 0], len(sites))
    return at_rest(sites, first, air_c=first)


def _run(
    sites: Sites,
    air: Forcing,
    state: SiteState,
    phase: int = OWN_PHASE,
    *,
    drive: SiteForcing | None = None,
    physics: Physics = LYING,
    same_air_m: float = 77.0,
) -> Surface:
    """The forecast's own word on rain or snow holds within half a kelvin of its height, the rule elsewhere."""
    lifted = np.abs(np.nan_to_num(sites.elevation_m - air.reference_m[0]))
    sets = np.where(lifted <= same_air_m, phase, RULE).astype(np.int64)
    return run(sites, air, state, weather_of=sets, physics=physics, drive=drive)


def _state(
    sites: Sites,
    air: Forcing,
    state: SiteState,
    kind: Ints,
    correction: Floats,
    phase: int = OWN_PHASE,
    *,
    wet_over_c: float = 0.25,
) -> SnowState:
    """Wet is snow that holds water or lies in air over ``wet_over_c``: where fresh snow of SN46220 becomes heavy, under
    wind of 6 m/s, two winters that chose it and two that confirm it (docs/road-model.md)."""
    out = _run(sites, air, state, phase, drive=_corrected(sites, air, correction, fading(air, 0)))
    hourly = air.air.air_c[0].reshape(out.surface_c.shape[1], -1).mean(axis=1)
    lift = np.nan_to_num(sites.elevation_m - air.reference_m[0])
    mild = hourly + (LYING.lapse_k_m * lift)[:, None] > wet_over_c
    wet = (out.depth_cm > 0) & (out.wet | mild)
    condition = lying(out.surface_c, out.store_mm)
    store = out.store_mm[kind]
    film = store.sum(axis=-1) - store[..., SNOW]
    lies = out.depth_cm[kind], store[..., SNOW], wet[kind]
    return SnowState(*lies, out.surface_c[kind], condition[kind], film, store[..., DEPOSIT])


def lying(surface_c: Floats, store_mm: Floats, *, snow_mm: float = 0.2, wet_mm: float = 0.1) -> npt.NDArray[np.int8]:
    """(n, n_hours) which of ``ROAD_CONDITIONS`` is on the road: snow before ice (frost too) before water. A dusting of
    less than ``snow_mm`` is neither snow nor ice."""
    found = np.where(store_mm[..., WATER] > wet_mm, ROAD_CONDITIONS.index("wet"), ROAD_CONDITIONS.index("dry"))
    bare = store_mm.copy()
    bare[..., SNOW] = 0.0
    found = np.where(slippery(surface_c, bare), ROAD_CONDITIONS.index("ice"), found)
    return np.where(store_mm[..., SNOW] > snow_mm, ROAD_CONDITIONS.index("snow"), found).astype(np.int8)


def _amounts(hours: HourlyWeather, spread: float) -> tuple[Floats, Floats]:
    """Low and high amounts (n_hours,) [mm], never negative and never on the wrong side of the middle."""
    mid = hours.precip_mm
    less = np.where(np.isnan(hours.precip_low_mm), mid * spread, mid - hours.precip_low_mm)
    more = np.where(np.isnan(hours.precip_high_mm), mid * spread, hours.precip_high_mm - mid)
    return np.maximum(0.0, mid - np.maximum(less, 0.0)), mid + np.maximum(more, 0.0)


def _with_snow(state: SiteState, depth_cm: Floats, fresh_kg_m3: float) -> SiteState:
    """The state with this depth of snow, as dense as the snow that was modelled there."""
    density = np.where(state.store[:, SNOW] > 0.0, state.density, fresh_kg_m3)
    store = state.store.copy()
    store[:, SNOW] = depth_cm * density / 100.0
    return state._replace(store=store, density=density)


def _taken(state: SiteState, rows: Any) -> SiteState:  # noqa: ANN401 - an index array
    return SiteState(*(part[rows] for part in state))


def _held(now_cm: Floats, hours: int, density: float) -> SnowState:
    depth = np.repeat(np.asarray(now_cm, float)[:, None], hours, axis=1)
    condition = np.where(depth > 0.0, ROAD_CONDITIONS.index("snow"), UNKNOWN).astype(np.int8)
    no = np.zeros(depth.shape)
    return SnowState(depth, depth * density / 100.0, no.astype(bool), np.full(depth.shape, np.nan), condition, no, no)


def _bounded(bound: np.ufunc, state: SnowState, mid: SnowState, off_k: Floats) -> SnowState:
    """``state`` kept on its side of the middle; its surface ``off_k`` warmer, but not over 0 °C where snow lies."""
    depth, water = bound(state.depth_cm, mid.depth_cm), bound(state.water_mm, mid.water_mm)
    warmest = np.where(depth > 0.0, np.maximum(mid.surface_c, 0.0), np.inf)
    surface = np.minimum(mid.surface_c + off_k, warmest)
    return replace(state, depth_cm=depth, water_mm=water, surface_c=surface)
