"""The cases of a past, one for each fraction: what flowed in, the ways between the places, the fleet that drives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from city.entities import Depot, Room, Vehicle, Vessel
from city.geo import distance_m
from city.network import build
from city.serviceday import local_instant
from models.fill.past import past_of
from planner.routes.profiles import profile
from planner.thresholds.limits import Limits
from planner.waste.backtest.case import CollectionCase, CollectionFleet
from planner.waste.backtest.files import TriedPast
from planner.waste.backtest.past import DailyInflow, from_emptyings, from_levels, weekday_factors
from planner.waste.days import open_days
from planner.waste.price import kg_per_l
from planner.waste.room import max_age_days
from planner.waste.site import holds_l, ways_between

Floats = npt.NDArray[np.floating[Any]]
CROW = 1.3
"""How much longer a street is than the straight line."""
TOWN_KMH = 25.0
LEAST_LEARNED = 14
"""Days that are only learned from, at least; as many must be left to be tried."""


@dataclass(frozen=True)
class TriedCase:
    """A case with what was taken for granted: vessels left out, the share of days that were drawn, what is assumed."""

    case: CollectionCase
    left_out: tuple[str, ...]
    drawn: float
    assumed: tuple[Message, ...]


def cases_of(past: TriedPast, rules: Limits, first: date | None, last: date | None) -> list[TriedCase]:
    """Every fraction of which something is known; ``first`` and ``last`` bound the days that are tried."""
    span = _span(past)
    if span is None:
        return []
    until = min(span[1], last) if last else span[1]
    begin = span[0]
    n = (until - begin).days + 1
    if n < 2 * LEAST_LEARNED:
        return []
    learned = min(past.settings.learn_days, n // 2) if first is None else (first - begin).days
    learned = max(LEAST_LEARNED, learned)
    days = np.array([_midnight(past, begin + timedelta(days=day)) for day in range(n + 1)])
    found = (_case(past, rules, fraction, begin, learned, days) for fraction in _fractions(past.vessels))
    return [one for one in found if one is not None]


def _fractions(vessels: Sequence[Vessel]) -> list[str]:
    return sorted({vessel.fraction for vessel in vessels})


def _midnight(past: TriedPast, day: date) -> float:
    return local_instant(day, time(0, 0), past.zone).timestamp()


def _span(past: TriedPast) -> tuple[date, date] | None:
    """The first and the last whole day of which anything is told."""
    ends = [record.seconds[[0, -1]] for record in past.records.values() if len(record.seconds)]
    ends += [seconds[[0, -1]] for seconds, _ in past.held.values() if len(seconds)]
    if not ends:
        return None
    early, late = min(float(e[0]) for e in ends), max(float(e[1]) for e in ends)
    first, last = (datetime.fromtimestamp(second, past.zone).date() for second in (early, late))
    return first + timedelta(days=1), last - timedelta(days=1)


def _case(past: TriedPast, rules: Limits, fraction: str, first: date, learned: int, days: Floats) -> TriedCase | None:
    rng = np.random.default_rng(past.settings.seed)
    vessels = [vessel for vessel in past.vessels if vessel.fraction == fraction]
    flowed = {vessel.id: inflow for vessel, inflow in _inflow(past, vessels, days, rng) if inflow is not None}
    known = [vessel for vessel in vessels if vessel.id in flowed]
    if not known or len(days) <= learned + 1:
        return None
    ids = sorted({vessel.room for vessel in known})
    rooms = {room.id: room for room in past.rooms}
    metres, seconds, assumed = _ways(past, [rooms[name] for name in ids], fraction)
    fleet, also = _fleet(past, rules, fraction)
    case = CollectionCase(
        fraction=fraction,
        names=tuple(vessel.id for vessel in known),
        room=np.array([ids.index(vessel.room) for vessel in known]),
        litres=np.array([vessel.litres for vessel in known]),
        most_age=np.array([max_age_days(rules, vessel) for vessel in known]),
        days=tuple(open_days(_unbound(vessel), rules) for vessel in known),
        calendar=tuple(open_days(vessel, rules) if vessel.emptied_on else frozenset() for vessel in known),
        inflow=np.array([flowed[vessel.id].pct for vessel in known]),
        first=first,
        learned=learned,
        metres=metres,
        seconds=seconds,
        places=np.array([(rooms[name].lon, rooms[name].lat) for name in ids]),
        fleet=fleet,
        free=past.free,
    )
    drawn = float(np.mean([flowed[vessel.id].drawn for vessel in known]))
    left_out = tuple(vessel.id for vessel in vessels if vessel.id not in flowed)
    own_days = [message("plan.waste.backtest.any_day")] if any(vessel.emptied_on for vessel in known) else []
    return TriedCase(case, left_out, drawn, (*assumed, *also, *own_days))


def _unbound(vessel: Vessel) -> Vessel:
    """The vessel without its calendar: other policies come on any day on which trucks drive."""
    return Vessel(vessel.id, vessel.room, vessel.fraction, vessel.litres)


def _inflow(
    past: TriedPast, vessels: Sequence[Vessel], days: Floats, rng: np.random.Generator
) -> Iterator[tuple[Vessel, DailyInflow | None]]:
    """The daily inflow of each vessel, from its levels, else from its emptyings; None where too little is known."""
    held = [past.held[vessel.id] for vessel in vessels if vessel.id in past.held]
    factors = weekday_factors([s for s, _ in held], [v for _, v in held], days)
    for vessel in vessels:
        record = past.records.get(vessel.id)
        if record is not None:
            read = past_of(record.seconds, record.level, record.emptied)
            yield vessel, from_levels(read, days, rng) if read.told and not read.levels.doubt else None
        elif vessel.id in past.held:
            yield vessel, from_emptyings(*past.held[vessel.id], days, factors, rng)
        else:
            yield vessel, None


def _ways(past: TriedPast, rooms: Sequence[Room], fraction: str) -> tuple[Floats, Floats, tuple[Message, ...]]:
    """Metres and seconds between depot, disposal site and rooms, by the streets where they are told."""
    assumed: list[Message] = []
    depot, tip = _ends(past, rooms, assumed)
    places = [(end.lon, end.lat) for end in (depot, tip)] + [(room.lon, room.lat) for room in rooms]
    if not past.segments:
        assumed.append(message("plan.waste.backtest.as_the_crow_flies", factor=CROW, kmh=TOWN_KMH))
        metres = CROW * np.array([[distance_m(a, b) for b in places] for a in places])
        return metres, metres / (TOWN_KMH / 3.6), tuple(assumed)
    network = build(past.segments)
    trucks = [v for v in past.vehicles if not v.fractions or fraction in v.fractions]
    how = profile(network, trucks[0] if trucks else Vehicle("truck", "waste", depot.id))
    _, metres, seconds = ways_between(network, how, places)
    return metres, seconds, tuple(assumed)


def _ends(past: TriedPast, rooms: Sequence[Room], assumed: list[Message]) -> tuple[Depot, Depot]:
    """Where trucks start and where they tip; the middle of the rooms where nothing is told."""
    homes = [depot for depot in past.depots if depot.kind != "disposal"]
    tips = [depot for depot in past.depots if depot.kind == "disposal"]
    if not homes:
        lon, lat = (float(np.mean([getattr(room, axis) for room in rooms])) for axis in ("lon", "lat"))
        homes = [Depot("middle", "", lon, lat)]
        assumed.append(message("plan.waste.backtest.depot_in_the_middle"))
    if not tips:
        assumed.append(message("plan.waste.backtest.tips_at_the_depot"))
    return homes[0], (tips or homes)[0]


def _fleet(past: TriedPast, rules: Limits, fraction: str) -> tuple[CollectionFleet, tuple[Message, ...]]:
    shift_s = 3600.0 * rules.value("waste.shift_h")
    own = [truck for truck in past.vehicles if not truck.fractions or fraction in truck.fractions]
    if own:
        least = min(holds_l(truck, kg_per_l(rules, fraction)) for truck in own)
        return CollectionFleet(len(own), least if np.isfinite(least) else None, shift_s), ()
    told = past.settings
    assumed = message("plan.waste.backtest.assumed_trucks", n=told.trucks)
    return CollectionFleet(told.trucks, told.capacity_l, shift_s), (assumed,)
