"""The set-points of a building until the end of the day after the service day: by what was learned, or by a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.heat import cooled, lead_hours
from planner.heating.learned import LearnedBuilding
from planner.heating.need import BuildingDay, assumed_outdoor_c, indoor_c
from planner.heating.record import fell_short, held
from planner.heating.search import Ahead, Comfort, WarmDay, laid, search, stretches
from planner.thresholds.limits import Limits

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class PlannedHours:
    """From the hour of the planning on (n,): ``set_c``, ``fan``; ``days`` of warmth; ``indoor`` (n + 1,) of the
    coldest zone as expected [°C] and ``kwh`` (n,), None where nobody can say; ``at_opening``
    of each day as expected [°C]."""

    set_c: Floats
    fan: npt.NDArray[np.bool_]
    days: tuple[WarmDay, ...]
    indoor: Floats | None
    kwh: Floats | None
    at_opening: tuple[float, ...]


def planned_hours(rules: Limits, day: BuildingDay) -> PlannedHours:
    """The hours of a building."""
    used = day.record.used[:, day.record.now :]
    fan = ventilated(used, round(rules.usual("heating.air_before_h")))
    if day.learned is None:
        return _by_clock(rules, day, used, fan)
    comfort = comfort_of(rules)
    found = search(ahead_of(rules, day, day.learned, fan), comfort)
    coldest = found.air.min(axis=0)
    kwh = found.kwh if day.learned.metered else None
    opening = tuple(float(found.air[:, one.opens].min()) for one in found.days)
    return PlannedHours(found.set_c, fan, found.days, coldest, kwh, opening)


def comfort_of(rules: Limits) -> Comfort:
    """What the thresholds ask for."""
    floor = rules.value("heating.floor_c")
    return Comfort(
        reach=max(floor, rules.value("heating.reach_c")),
        most=rules.usual("heating.most_c"),
        night=max(rules.value("heating.night_c"), floor),
        highest=max(floor, rules.value("heating.reach_c"), rules.usual("heating.highest_set_c")),
    )


def ventilated(used: Floats, before_h: int) -> npt.NDArray[np.bool_]:
    """(n,) whether ventilation runs: in every hour in which a zone is used, and ``before_h`` hours before."""
    on = used.max(axis=0) > 0.0
    out = on.copy()
    for hours in range(1, before_h + 1):
        out[:-hours] |= on[hours:]
    return np.asarray(out)


def ahead_of(rules: Limits, day: BuildingDay, learned: LearnedBuilding, fan: npt.NDArray[np.bool_]) -> Ahead:
    """What comes, with what is doubted: the forecast the more the further ahead it is, and zones that are not heard."""
    record, now = day.record, day.record.now
    outdoor = held(record.outdoor)[now:]
    lead = np.arange(len(outdoor))
    cold = outdoor - rules.usual("heating.doubt_k") - 0.03 * lead
    states = np.array([zone.state for zone in learned.zones])
    slacks = []
    for number, (fitted, zone) in enumerate(zip(learned.zones, day.zones, strict=True)):
        if zone.fresh and zone.newest is not None:
            states[number, 0] = _at_mark(record.air[number], now, zone.newest.value)
        more = 0.0 if zone.fresh else 0.5
        first = next(iter(np.flatnonzero(record.used[number, now:])), 0)
        opening = max(0.0, fitted.opening_k + fitted.opening_per_k * float(cold[first]))
        slacks.append([fitted.held_k + more, fitted.error_k + more, opening + more])
    return Ahead(
        np.ascontiguousarray(np.vstack([record.sun[now:], outdoor, cold])),
        np.ascontiguousarray(record.used[:, now:]),
        fan.astype(float),
        states,
        np.array([zone.rates for zone in learned.zones]),
        np.array(slacks),
        learned.full_kw,
    )


def _at_mark(air: Floats, now: int, newest: float) -> float:
    return float(air[now]) if now < len(air) and np.isfinite(air[now]) else newest


def _by_clock(
    rules: Limits, day: BuildingDay, used: Floats, fan: npt.NDArray[np.bool_], *, sure_k: float = 0.9
) -> PlannedHours:
    """The day's temperature, and as much more as it was not surely warm of late, from as early as the slow tenth of the
    building's own rises asks for, until it closes."""
    comfort = comfort_of(rules)
    level = min(comfort.highest, rules.value("heating.day_c") + fell_short(day.record, comfort.reach + sure_k))
    days: list[WarmDay] = []
    opening: list[float] = []
    for opens, closes in stretches(used):
        earliest = days[-1].closes if days else 0
        start, then = _start(rules, day, comfort, opens, first=not days)
        start = max(earliest, min(start, _held_from(rules, day, opens)))
        days.append(WarmDay(earliest, opens, closes, start, level, closes, level, closes))
        opening.append(then)
    return PlannedHours(laid(days, comfort.night, used.shape[1]), fan, tuple(days), None, None, tuple(opening))


def _start(rules: Limits, day: BuildingDay, comfort: Comfort, opens: int, *, first: bool) -> tuple[int, float]:
    """The hour in which the heat starts, and what is then reached at opening [°C]."""
    indoor = indoor_c(rules, day) if first else comfort.night
    outdoor, model = assumed_outdoor_c(day), day.model
    lead = lead_hours(indoor, outdoor, comfort.reach, opens, comfort.night, model.slow_k_h, model.cooling_per_h)
    begun = cooled(indoor, outdoor, opens - lead, model.cooling_per_h, comfort.night)
    return opens - lead, begun + model.slow_k_h * lead


def _held_from(rules: Limits, day: BuildingDay, opens: int, *, night_h: int = 12) -> int:
    """In severe cold a building whose ways nobody knows is not set back in the night before it is used."""
    first = max(0, opens - night_h)
    outdoor = day.record.outdoor[day.record.now :][first : opens + 1]
    cold = np.nanmin(outdoor) if np.isfinite(outdoor).any() else np.inf
    return first if cold < rules.value("heating.no_setback_below_c") else opens
