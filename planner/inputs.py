"""Reads the snapshot of a plan from the store, in one transaction that sees one moment."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from holidays import country_holidays

from city.catalogue.message import message
from city.clock import Clock
from city.entities import CalendarDay, Depot, Forecast, GivenOrder, Reading, Treatment, Vehicle, Vessel
from city.errors import ConfigError
from city.plan import Intervention, Plan
from city.quantities import KNOWN
from city.serviceday import service_day
from city.settings import Settings
from city.vocabulary import STAND_IN, UNDER_WAY, Domain
from planner.routes.compare.existing import Today
from planner.snapshot import PlannerParams, Snapshot, Wants
from planner.snow.archive import Run, unpack
from planner.thresholds.changes import Changes
from planner.thresholds.limits import Limits, limits
from store import (
    archive,
    facts,
    judgements,
    manning,
    orders,
    plans,
    readings,
    requests,
    roads,
    rollups,
    routes,
    weather,
)
from store.connect import Connection, snapshot_transaction

RAW = timedelta(hours=48)
"""Readings that are older than this are read by the hour."""
DAY = timedelta(hours=24)
OLD_SNOW = timedelta(days=14)
"""Of ploughing that is longer ago nothing is asked."""
LEVELS = tuple(name for name, known in KNOWN.items() if known.hour == "last")
"""Of these an hour's last reading stands for it, of all others its mean."""
MOST_ISSUES = 60
"""Of the forecasts of a day: two providers, an issue an hour, and some to spare."""
ORDERS_BACK = timedelta(hours=36)
S = TypeVar("S", bound=Snapshot)


@dataclass(frozen=True)
class SnapshotSource:
    """One look into the store for a plan: what its tables are read with."""

    connection: Connection
    settings: Settings
    domain: Domain
    wants: Wants
    at: datetime
    day: date
    previous: Plan | None
    given: tuple[GivenOrder, ...]


def read_snapshot(
    connection: Connection,
    settings: Settings,
    kind: type[S],
    at: datetime,
    *,
    slot: str,
    day: date | None = None,
    clock: Clock | None = None,
) -> S:
    """The snapshot of a service at an instant. ``day`` is that of ``at`` unless it is given.

    Expects autocommit: hours that are due are computed before the transaction begins.
    """
    mode = settings.planner.mode
    day = service_day(at, kind.domain, settings.municipality.zone) if day is None else day
    if kind.wants.look_back > RAW:
        rollups.refresh(connection, at, since=at - kind.wants.look_back)
    with snapshot_transaction(connection):
        previous = plans.latest(connection, kind.domain, mode, day)
        given = orders.given_orders(connection, kind.domain, at - ORDERS_BACK)
        source = SnapshotSource(connection, settings, kind.domain, kind.wants, at, day, previous, given)
        fleet = _told(facts.vehicles(connection, kind.domain))
        tables: dict[str, Any] = {name: TABLES[name](source) for name in own_tables(kind)}
        snapshot = kind(
            at=at,
            service_day=day,
            slot=slot,
            mode=mode,
            time_zone=settings.municipality.time_zone,
            seed=settings.planner.seed,
            simulated=clock is not None and clock.simulated,
            previous=None if previous is None else previous.id,
            params=_params(settings),
            thresholds=plans.thresholds(connection, at),
            forecasts=_forecasts(source),
            readings=_readings(source),
            depots=_used(facts.depots(connection), fleet),
            contractors=facts.contractors(connection),
            vehicles=fleet,
            orders=given,
            running=_running(connection, given, fleet),
            **tables,
        )
    return _marked(snapshot)


def own_tables(kind: type[Snapshot]) -> list[str]:
    """The names of the tables that a service asks for beside those that all have."""
    common = {field.name for field in dataclasses.fields(Snapshot)}
    return [field.name for field in dataclasses.fields(kind) if field.name not in common]


def _readings(source: SnapshotSource) -> tuple[Reading, ...]:
    """Readings as they are of the last ``RAW``, by the hour before that; by device, quantity and time."""
    connection, at, wants = source.connection, source.at, source.wants
    start = at - wants.look_back
    found: list[Reading] = []
    for quantity in wants.quantities:
        raw = timedelta(0) if quantity in wants.only_mean else RAW
        since = max(start, rollups.hour_of(at - raw))
        found += readings.hourly_readings(connection, [quantity], start, since, last_of=LEVELS)
        found += readings.readings(connection, [quantity], since, at)
    return tuple(sorted(found, key=lambda row: (row.device, row.quantity, row.time)))


def _calendar(source: SnapshotSource) -> tuple[CalendarDay, ...]:
    """The days of buildings to two days after the service day, and the country's holidays where wanted."""
    first = source.day - source.wants.calendar_back
    known = facts.calendar_days(source.connection, first, source.day + timedelta(days=2))
    return (*known, *_holidays(source.settings, source.day)) if source.wants.holidays else known


def _treatments(connection: Connection, at: datetime) -> tuple[Treatment, ...]:
    """All of the last day, and of the days before when each segment was last ploughed: what lay then is not on it."""
    return (*facts.last_ploughed(connection, at - OLD_SNOW, at - DAY), *facts.treatments(connection, at - DAY))


TABLES: dict[str, Callable[[SnapshotSource], object]] = {
    "asked": lambda m: _asked(m.previous, m.given),
    "segments": lambda m: tuple(s for s in roads.load_segments(m.connection) if s.network in m.wants.networks),
    "turns": lambda m: roads.load_turns(m.connection),
    "relief": lambda m: roads.load_relief(m.connection),
    "places": lambda m: roads.load_places(m.connection),
    "devices": lambda m: tuple(d for d in facts.devices(m.connection) if d.kind in m.wants.devices),
    "buildings": lambda m: facts.buildings(m.connection),
    "points": lambda m: facts.heat_points(m.connection),
    "calendar": _calendar,
    "holidays": lambda m: _holidays(m.settings, m.day, ahead=28),
    "roster": lambda m: facts.roster(m.connection, m.at, m.at + timedelta(hours=24)),
    "absences": lambda m: manning.absences(m.connection, m.domain, m.at),
    "treatments": lambda m: _treatments(m.connection, m.at),
    "old_depths": lambda m: readings.depth_hours(m.connection, m.at - OLD_SNOW, m.at),
    "observations": lambda m: judgements.observations(m.connection, m.at),
    "season": lambda m: requests.season(m.connection, m.at),
    "requests": lambda m: requests.requests(m.connection, m.at),
    "rooms": lambda m: facts.rooms(m.connection),
    "vessels": lambda m: _told_by_room(facts.vessels(m.connection)),
    "emptyings": lambda m: facts.emptyings(m.connection, m.at - m.wants.look_back, m.at),
}
"""How each table that a service may ask for is read."""


def _forecasts(source: SnapshotSource, *, whole: int = 4) -> tuple[Forecast, ...]:
    """The newest ``whole`` issues; where past ones are wanted also what those said of the hours until now."""
    at, newest = source.at, weather.forecasts(source.connection, source.at, newest=whole)
    if not source.wants.past_issues:
        return newest
    days = source.wants.look_back / timedelta(days=1)
    behind = weather.forecasts(source.connection, at, newest=MOST_ISSUES, days=days)[whole:]
    past = [replace(issue, steps=tuple(step for step in issue.steps if step.valid_from < at)) for issue in behind]
    return newest + tuple(issue for issue in past if issue.steps)


def _asked(previous: Plan | None, given: tuple[GivenOrder, ...]) -> tuple[str, ...]:
    """The turer that the plan before asks for and that nobody has driven since."""
    done = {order.key for order in given if order.state == "done"}
    items = previous.interventions if previous is not None else ()
    return tuple(sorted({item.target for item in items if item.key not in done}))


def _holidays(settings: Settings, day: date, *, ahead: int = 2) -> tuple[CalendarDay, ...]:
    """The public holidays of the country from a day to some days after it."""
    days = [day + timedelta(days=n) for n in range(1 + ahead)]
    try:
        known = country_holidays(settings.municipality.country, years=sorted({d.year for d in days}))
    except NotImplementedError as error:
        raise ConfigError(message("error.plan.no_holidays", country=settings.municipality.country)) from error
    return tuple(CalendarDay("holiday", d, "holiday") for d in days if d in known)


def _params(settings: Settings) -> PlannerParams:
    planner = settings.planner
    return PlannerParams(
        planner.snow_horizon_h,
        planner.tur_minutes,
        planner.full_call_out_cost_per_h,
        planner.currency,
        planner.round_iterations,
        planner.tur_iterations,
    )


def _running(
    connection: Connection, given: tuple[GivenOrder, ...], fleet: tuple[Vehicle, ...]
) -> tuple[Intervention, ...]:
    """The interventions behind orders that are under way, as they were planned, each with the vehicle that holds it."""
    holds = {order.key: order.vehicle for order in given if order.state in UNDER_WAY}
    found: dict[str, Intervention] = {}
    for plan_id in sorted({order.plan_id for order in given if order.state in UNDER_WAY}):
        plan = plans.by_id(connection, plan_id)
        if plan is not None:
            found |= {item.key: item for item in plan.interventions if item.key in holds}
    vehicles = {vehicle.id: vehicle for vehicle in fleet}
    return tuple(_held_by(found[key], vehicles.get(holds[key] or "")) for key in sorted(found))


def _told(rows: tuple[Vehicle, ...]) -> tuple[Vehicle, ...]:
    """The vehicles that somebody told us of; those that stand in for them where nobody told of any."""
    return tuple(row for row in rows if not row.id.startswith(STAND_IN)) or rows


def _used(rows: tuple[Depot, ...], fleet: tuple[Vehicle, ...]) -> tuple[Depot, ...]:
    """The depots but those that stand in for others and are nobody's home; all where the fleet itself stands in."""
    if any(vehicle.id.startswith(STAND_IN) for vehicle in fleet):
        return rows
    homes = {vehicle.depot for vehicle in fleet}
    return tuple(row for row in rows if row.id in homes or not row.id.startswith(STAND_IN))


def _told_by_room(rows: tuple[Vessel, ...]) -> tuple[Vessel, ...]:
    """The vessels that somebody told us, room by room; those that stand in for them in rooms of which nobody told."""
    told = {row.room for row in rows if not row.id.startswith(STAND_IN)}
    return tuple(row for row in rows if row.room not in told or not row.id.startswith(STAND_IN))


def _held_by(item: Intervention, vehicle: Vehicle | None) -> Intervention:
    if vehicle is None or vehicle.id == item.vehicle:
        return item
    return msgspec.structs.replace(item, vehicle=vehicle.id, contractor=vehicle.contractor, depot=vehicle.depot)


def _marked(snapshot: S) -> S:
    """Marks a snapshot as simulated where anything in it is."""
    tables = [getattr(snapshot, field.name) for field in dataclasses.fields(snapshot)]
    rows = (row for table in tables if isinstance(table, tuple) for row in table)
    return replace(snapshot, simulated=snapshot.simulated or any(getattr(row, "simulated", False) for row in rows))


def read_kept_runs(connection: Connection, first: date | None, last: date | None) -> list[Run]:
    """The kept snow plans of the service days from ``first`` to ``last``; all where they are None."""
    kept = archive.kept_runs(connection, first, last)
    return [unpack(row.curves, row.plan_id, row.service_day, row.simulated) for row in kept]


def read_rules(connection: Connection, changes: Changes) -> Callable[[Run], Limits]:
    """The rules of a kept run: the thresholds of its time, with changes."""
    return lambda run: limits(changes.applied(plans.thresholds(connection, run.groups.at)))


def read_routes(connection: Connection) -> Today:
    """The routes that are driven today with the streets and the fleet as they are now."""
    with snapshot_transaction(connection):
        return Today(
            routes.load_routes(connection),
            roads.load_segments(connection),
            facts.vehicles(connection, "snow"),
            roads.load_turns(connection),
        )
