"""Storm nights that are generated: weather of many kinds over a small town, sensors that are there or not, a fleet that
is too small, and a plan before this one of which some turer are out, driven or only asked for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from city.entities import (
    Building,
    CalendarDay,
    Depot,
    Device,
    Forecast,
    ForecastStep,
    GivenOrder,
    Reading,
    Segment,
    Threshold,
    Treatment,
    Vehicle,
)
from city.manning import Absence, RosterTurn
from city.observation import Observation
from city.plan import Intervention
from city.serviceday import service_day
from city.vocabulary import ROUTE_CLASSES, OrderState
from planner.services import make_plan
from planner.snapshot import PlannerParams
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed
from tests.unit.planner.snapshots import HOUR, SOUTH, WEST, place, street

Hour = tuple[float, float, float | None, float, float, float]
"""Air [°C], amount [mm/h], snow share, humidity [%], wind [m/s], cloud."""
MINUTE = timedelta(minutes=1)
NOON = datetime(2027, 1, 12, 11, 0, tzinfo=UTC)
"""12.00 in Sweden, a Tuesday."""


def _spell(chance: random.Random, hours: int, mm: tuple[float, float]) -> Callable[[int], float]:
    begins, amount = chance.randrange(-6, 12), chance.uniform(*mm)
    return lambda h: amount if begins <= h < begins + hours else 0.0


def _dry_snow(chance: random.Random) -> Callable[[int], Hour]:
    cold, falls = chance.uniform(-9.0, -2.0), _spell(chance, chance.randrange(3, 12), (0.5, 3.0))
    return lambda h: (cold, falls(h), 1.0 if falls(h) else None, 92.0, 3.0, 1.0)


def _wet_snow(chance: random.Random) -> Callable[[int], Hour]:
    mild, falls = chance.uniform(-0.4, 0.8), _spell(chance, chance.randrange(3, 10), (1.0, 3.5))
    return lambda h: (mild, falls(h), None, 97.0, 3.0, 1.0)


def _freezing_rain(chance: random.Random) -> Callable[[int], Hour]:
    cold, falls = chance.uniform(-3.0, -0.6), _spell(chance, chance.randrange(2, 7), (0.3, 1.5))
    return lambda h: (cold, falls(h), 0.0, 98.0, 2.0, 1.0)


def _black_ice(chance: random.Random) -> Callable[[int], Hour]:
    """Rain and thaw, then a clear sky."""
    turn, mild = chance.randrange(-2, 8), chance.uniform(1.0, 3.0)
    falls = _spell(chance, chance.randrange(2, 8), (0.3, 1.5))
    return lambda h: (
        (mild, falls(h), None, 96.0, 3.0, 1.0)
        if h < turn
        else (max(-7.0, mild - 1.2 * (h - turn + 1)), 0.0, None, 90.0, 1.0, 0.1)
    )


def _frost(chance: random.Random) -> Callable[[int], Hour]:
    start, fall = chance.uniform(0.0, 4.0), chance.uniform(0.3, 0.9)
    return lambda h: (max(-8.0, start - fall * max(0, h + 2)), 0.0, None, 99.0, 1.0, 0.0)


def _drift(chance: random.Random) -> Callable[[int], Hour]:
    dry = _dry_snow(chance)
    return lambda h: (*dry(h)[:4], chance.uniform(9.0, 14.0), 0.8)


def _showers(chance: random.Random) -> Callable[[int], Hour]:
    hours = {h: chance.uniform(0.5, 5.0) for h in range(-8, 24) if chance.random() < 0.3}
    cold = chance.uniform(-4.0, 1.0)
    return lambda h: (cold, hours.get(h, 0.0), None, 90.0, 5.0, 0.6)


def _long_fall(chance: random.Random) -> Callable[[int], Hour]:
    cold, mm, begins = chance.uniform(-5.0, -0.5), chance.uniform(0.7, 2.5), chance.randrange(-12, 4)
    return lambda h: (cold, mm if h >= begins else 0.0, None, 95.0, 4.0, 1.0)


def _warm_front(chance: random.Random) -> Callable[[int], Hour]:
    """Snow that turns to rain, and what lies melts."""
    turn, rate, falls = chance.randrange(0, 6), chance.uniform(0.4, 1.2), _spell(chance, 10, (1.0, 3.0))
    return lambda h: (min(5.0, -2.0 + rate * (h - turn + 4)), falls(h), None, 95.0, 5.0, 1.0)


def _thaw(chance: random.Random) -> Callable[[int], Hour]:
    warm = chance.uniform(2.0, 7.0)
    return lambda h: (warm if h > -2 else -1.0, 0.0, None, 85.0, 6.0, 0.5)


KINDS = {
    "dry snow": _dry_snow,
    "wet snow": _wet_snow,
    "freezing rain": _freezing_rain,
    "black ice": _black_ice,
    "frost": _frost,
    "drift": _drift,
    "showers": _showers,
    "long fall": _long_fall,
    "warm front": _warm_front,
    "thaw": _thaw,
}


def kind_of_night(number: int) -> str:
    """Every kind comes as often as the others."""
    return list(KINDS)[number % len(KINDS)]


def storm(number: int) -> SnowSnapshot:
    """The inputs of one plan of one night."""
    chance = random.Random(number)
    weather = KINDS[kind_of_night(number)](chance)
    at = NOON + chance.randrange(2, 19) * HOUR + chance.choice([0, 5, 35]) * MINUTE + chance.randrange(4) * 24 * HOUR
    ground = chance.choice([0.0, 0.0, 0.1, 2.0, 5.0, 9.0, 14.0])
    town = _town(chance, at)
    before = _snapshot(chance, at, weather, ground, town)
    if chance.random() < 0.5:
        return before
    earlier = before.at - chance.choice([40 * MINUTE, 2 * HOUR, 5 * HOUR])
    then = _snapshot(chance, earlier, weather, ground, town)
    return _after(chance, then, replace(before, roster=then.roster))


def _town(chance: random.Random, at: datetime) -> SnowSnapshot:
    """What does not change in a night: streets, fleet, limits, school."""
    names = chance.choice([("P01",), ("P01", "P02"), ("P01", "P02", "P03")]) + chance.choice([("G01",), ("G01", "G02")])
    vehicles = tuple(
        Vehicle(
            name,
            "snow",
            "dep",
            network="cycle" if name.startswith("G") else "street",
            work_kmh=chance.choice([0.5, 1.0, 2.0, 6.0]),
        )
        for name in names
    )
    morning = service_day(at, "snow", SnowSnapshot(at=at, service_day=at.date(), slot="").zone) + timedelta(days=1)
    school = Building("b1", "Ängsskolan", *place(0)) if chance.random() < 0.5 else None
    return SnowSnapshot(
        at=at,
        service_day=at.date(),
        slot="",
        params=PlannerParams(tur_minutes=chance.choice([6.0, 15.0, 40.0]), tur_iterations=2),
        thresholds=_limits(chance),
        segments=_streets(chance),
        devices=(
            Device("sno-1", "Snödjup 1", "snow", *place(6), interval_s=600.0, last_time=at),
            Device("sno-2", "Snödjup 2", "snow", *place(18), interval_s=600.0, last_time=at),
        ),
        depots=(Depot("dep", "Förrådet", *place(0)),),
        vehicles=vehicles,
        buildings=() if school is None else (school,),
        calendar=(CalendarDay("school", morning, "school"),),
        absences=_absences(chance, at, names),
    )


def _streets(chance: random.Random) -> tuple[Segment, ...]:
    rows = [street(5 * row + i, 5 * row + i + 1, "P1") for row in (0, 2) for i in range(4)]
    across = [street(5 * row + i, 5 * row + i + 1, "P2") for row in (1,) for i in range(4)]
    columns = [street(5 * row + i, 5 * row + i + 5, "P3") for row in range(4) for i in (0, 2, 4)]
    cycle = [street(20 + i, 21 + i, "C1" if i < 2 else "C2", network="cycle") for i in range(4)]
    every = [*rows, *across, *columns, *cycle]
    every = [replace(one, elevation_m=100.0 + 40.0 * chance.choice([0, 0, 0, 2])) for one in every]
    return tuple(every if chance.random() < 0.8 else [replace(every[0], reachable=False), *every[1:]])


def _limits(chance: random.Random) -> tuple[Threshold, ...]:
    lead, call = chance.choice([0.0, 0.0, 1.0, 3.0]), chance.choice([0.0, 30.0, 60.0])
    mine = {("snow.lead_h", "*"): lead, ("snow.call_lead_min", "*"): call}
    if chance.random() < 0.2:
        mine[("snow.hold_h", "*")] = 3.0
    if chance.random() < 0.2:
        mine[("snow.start_dry_cm", "P2")] = 5.0
    rows = [row for row in seed() if (row.key, row.scope) not in mine]
    rows += [Threshold(*name, value, "", 3, NOON - 99 * HOUR, "t", "t") for name, value in mine.items()]
    if chance.random() < 0.3:
        reading = chance.choice(["low", "high"])
        rows = [replace(row, text=reading) if row.key == "snow.decide_by" else row for row in rows]
    if chance.random() < 0.2:
        rows = [replace(row, text="none") if row.key == "snow.anti_slip" else row for row in rows]
    return tuple(rows)


def _absences(chance: random.Random, at: datetime, names: tuple[str, ...]) -> tuple[Absence, ...]:
    if chance.random() < 0.75:
        return ()
    begins = at + chance.choice([-2, 0, 1]) * HOUR
    return (Absence(chance.choice(names), begins, begins + chance.choice([1, 3]) * HOUR),)


def _snapshot(
    chance: random.Random, at: datetime, weather: Callable[[int], Hour], ground: float, town: SnowSnapshot
) -> SnowSnapshot:
    """The town at a time: what is forecast, seen and manned then."""
    shift = round((at - town.at) / HOUR)
    hours = range(-27, 40)
    start = at.replace(minute=0)
    steps = tuple(_step(start + h * HOUR, weather(h + shift)) for h in hours)
    fresh = at - chance.choice([3, 8]) * MINUTE
    seen = chance.random() < 0.8
    noise = [chance.uniform(-0.1, 0.1) for _ in range(2)]
    readings = tuple(
        Reading(f"sno-{i + 1}", "snow_depth", "cm", fresh, max(0.0, ground + noise[i])) for i in range(2) if seen
    )
    return replace(
        town,
        at=at,
        service_day=service_day(at, "snow", town.zone),
        slot=f"{at.astimezone(town.zone):%H:%M}",
        forecasts=(Forecast("made", WEST, SOUTH, at - HOUR / 2, steps, 100.0),),
        readings=readings,
        roster=_roster(chance, at, town.vehicles),
        treatments=_treated(chance, at, town.segments),
        observations=_observed(chance, at, town.segments),
    )


def _step(at: datetime, hour: Hour) -> ForecastStep:
    temp, mm, share, humidity, wind, cloud = hour
    dew = temp - (100.0 - humidity) / 5.0
    return ForecastStep(
        at,
        at + HOUR,
        temp,
        mm,
        snow_fraction=share,
        humidity_pct=humidity,
        wind_m_s=wind,
        dew_point_c=dew,
        cloud=cloud,
        precip_min_mm_h=0.6 * mm,
        precip_max_mm_h=1.5 * mm,
    )


def _roster(chance: random.Random, at: datetime, vehicles: tuple[Vehicle, ...]) -> tuple[RosterTurn, ...]:
    if chance.random() < 0.4:
        return ()
    turns = []
    for vehicle in vehicles:
        begins = at + chance.choice([-3, -1, 0, 2, 5]) * HOUR
        turns.append(RosterTurn(vehicle.id, begins, begins + chance.choice([5, 9, 20]) * HOUR))
    return tuple(turns)


def _treated(chance: random.Random, at: datetime, segments: tuple[Segment, ...]) -> tuple[Treatment, ...]:
    if chance.random() < 0.6:
        return ()
    when, kind = at - chance.choice([0.5, 2, 6]) * HOUR, chance.choice(["plough", "plough_salt", "salt"])
    wanted = chance.choice(ROUTE_CLASSES)
    return tuple(
        Treatment(s.id, kind, when)
        for s in segments
        if s.route_class == wanted and s.reachable and chance.random() < 0.8
    )


def _observed(chance: random.Random, at: datetime, segments: tuple[Segment, ...]) -> tuple[Observation, ...]:
    if chance.random() < 0.75:
        return ()
    some = tuple(s.id for s in chance.sample(segments, 3))
    slippery = chance.random() < 0.4
    value = 1.0 if slippery else round(chance.uniform(0.0, 14.0), 1)
    what = "slippery" if slippery else "snow_depth"
    return (Observation("o1", some, what, value, at - HOUR / 2, at + 4 * HOUR, "jour", ""),)


def _after(chance: random.Random, then: SnowSnapshot, now: SnowSnapshot) -> SnowSnapshot:
    """The night goes on: of the plan of ``then`` some turer are driven, some are out, the rest are asked for."""
    orders, running, treated = [], [], []
    plan = make_plan(then)
    runs: set[str] = set()
    for item in plan.interventions:
        if item.target in runs:  # a second run waits for the first
            continue
        runs.add(item.target)
        state = chance.choice(("", "", "sent", "acknowledged", "out"))
        if not state or item.starts_at is None or item.ready_by is None:
            continue
        order = _order(item, "sent" if state == "sent" else "acknowledged", now.at)
        if state == "out" and item.ready_by <= now.at:
            order = replace(order, state="done", started_at=item.starts_at, ended_at=item.ready_by)
            parts = item.segments if isinstance(item.segments, tuple) else ()
            treated += [Treatment(part.id, part.action, item.ready_by) for part in parts]
        elif state == "out" and item.starts_at <= now.at:
            order = replace(order, state="started", started_at=item.starts_at)
        orders.append(order)
        if order.state != "done":
            running.append(item)
    gone = {order.target for order in orders if order.state == "done"}
    asked = tuple(sorted({item.target for item in plan.interventions} - gone))
    return replace(
        now,
        asked=asked,
        orders=tuple(orders),
        running=tuple(running),
        treatments=(*then.treatments, *treated),
        observations=(),
    )


def _order(item: Intervention, state: OrderState, at: datetime) -> GivenOrder:
    return GivenOrder(
        f"o-{item.key}", "p", "snow", item.key, item.target, state, item.vehicle, at - HOUR / 2, item.ready_by
    )


def far(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two places of a town."""
    east = (a[0] - b[0]) * 111_320.0 * math.cos(math.radians(a[1]))
    return math.hypot(east, (a[1] - b[1]) * 111_320.0)


__all__ = ["KINDS", "date", "far", "kind_of_night", "storm"]
