"""Reads the snapshot of a plan from the store, in one transaction that sees one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
from holidays import country_holidays

from city.catalogue.message import message
from city.clock import Clock
from city.entities import CalendarDay, Device, Forecast, GivenOrder, Reading, Vehicle
from city.errors import ConfigError
from city.plan import Intervention, Plan
from city.serviceday import service_day
from city.settings import Settings
from city.vocabulary import UNDER_WAY, Domain, Mode
from planner.routes.compare.existing import Today
from planner.snapshot import PlannerParams, Snapshot
from planner.snow.archive import Run, unpack
from planner.thresholds.changes import Changes
from planner.thresholds.limits import Limits, limits
from store import archive, facts, judgements, orders, plans, readings, requests, roads, rollups, routes, weather
from store.connect import Connection, snapshot_transaction

QUANTITIES: dict[Domain, tuple[str, ...]] = {
    "snow": ("snow_depth", "air_temperature", "road_temperature", "friction"),
    "waste": ("fill_level",),
    "heating": ("indoor_temperature", "air_temperature"),
}
LOOK_BACK: dict[Domain, timedelta] = {
    "snow": timedelta(hours=24),
    "waste": timedelta(days=28),
    "heating": timedelta(days=14),
}
RAW = timedelta(hours=48)
"""Readings that are older than this are read by the hour."""
LEVELS = ("fill_level",)
"""Of these an hour's last reading stands for it, of all others its mean."""
ONLY_MEAN: dict[Domain, tuple[str, ...]] = {"snow": (), "waste": (), "heating": ("air_temperature",)}
"""Of these only the mean over the whole time is wanted: by the hour to the end, so that each hour counts alike."""
MOST_ISSUES = 60
"""Of the forecasts of a day: two providers, an issue an hour, and some to spare."""


def read_snapshot(
    connection: Connection,
    settings: Settings,
    domain: Domain,
    at: datetime,
    *,
    slot: str,
    day: date | None = None,
    clock: Clock | None = None,
) -> Snapshot:
    """The snapshot of a domain at an instant. ``day`` is that of ``at`` unless it is given.

    Expects autocommit: hours that are due are computed before the transaction begins.
    """
    zone = settings.municipality.zone
    mode: Mode = settings.planner.mode  # type: ignore[assignment]  # checked when the settings were read
    day = service_day(at, domain, zone) if day is None else day
    if LOOK_BACK[domain] > RAW:
        rollups.refresh(connection, at, since=at - LOOK_BACK[domain])
    with snapshot_transaction(connection):
        previous = plans.latest(connection, domain, mode, day)
        given = orders.given_orders(connection, domain, at - timedelta(hours=36))
        fleet = facts.vehicles(connection, domain)
        common = Snapshot(
            domain=domain,
            at=at,
            service_day=day,
            slot=slot,
            mode=mode,
            time_zone=settings.municipality.time_zone,
            seed=settings.planner.seed,
            simulated=clock is not None and clock.simulated,
            previous=None if previous is None else previous.id,
            asked=_asked(previous, given),
            params=_params(settings),
            thresholds=plans.thresholds(connection, at),
            forecasts=_forecasts(connection, domain, at),
            readings=_readings(connection, domain, at),
            depots=facts.depots(connection),
            contractors=facts.contractors(connection),
            vehicles=fleet,
            orders=given,
            running=_running(connection, given, fleet),
        )
        snapshot = _with_domain_tables(connection, common, at)
    if domain == "snow":
        snapshot = replace(snapshot, calendar=(*snapshot.calendar, *_holidays(settings, day)))
    return _marked(snapshot)


def _readings(connection: Connection, domain: Domain, at: datetime) -> tuple[Reading, ...]:
    """Readings as they are of the last ``RAW``, by the hour before that; by device, quantity and time."""
    start = at - LOOK_BACK[domain]
    found: list[Reading] = []
    for quantity in QUANTITIES[domain]:
        raw = timedelta(0) if quantity in ONLY_MEAN[domain] else RAW
        since = max(start, rollups.hour_of(at - raw))
        found += readings.hourly_readings(connection, [quantity], start, since, last_of=LEVELS)
        found += readings.readings(connection, [quantity], since, at)
    return tuple(sorted(found, key=lambda row: (row.device, row.quantity, row.time)))


def _forecasts(connection: Connection, domain: Domain, at: datetime, *, whole: int = 4) -> tuple[Forecast, ...]:
    """The newest ``whole`` issues; for snow also what the issues of the last day said of the hours until now."""
    newest = weather.forecasts(connection, at, newest=whole)
    if domain != "snow":
        return newest
    behind = weather.forecasts(connection, at, newest=MOST_ISSUES, days=LOOK_BACK[domain] / timedelta(days=1))[whole:]
    past = [replace(issue, steps=tuple(step for step in issue.steps if step.valid_from < at)) for issue in behind]
    return newest + tuple(issue for issue in past if issue.steps)


def _asked(previous: Plan | None, given: tuple[GivenOrder, ...]) -> tuple[str, ...]:
    """The turer that the plan before asks for and that nobody has driven since."""
    done = {order.key for order in given if order.state == "done"}
    items = previous.interventions if previous is not None and previous.domain == "snow" else ()
    return tuple(sorted({item.target for item in items if item.key not in done}))


def _holidays(settings: Settings, day: date) -> tuple[CalendarDay, ...]:
    """The public holidays of the country from a day to two days after it."""
    days = [day + timedelta(days=n) for n in range(3)]
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


def _held_by(item: Intervention, vehicle: Vehicle | None) -> Intervention:
    if vehicle is None or vehicle.id == item.vehicle:
        return item
    return msgspec.structs.replace(item, vehicle=vehicle.id, contractor=vehicle.contractor, depot=vehicle.depot)


def _with_domain_tables(connection: Connection, common: Snapshot, at: datetime) -> Snapshot:
    if common.domain == "snow":
        return replace(
            common,
            segments=roads.load_segments(connection),
            turns=roads.load_turns(connection),
            relief=roads.load_relief(connection),
            places=roads.load_places(connection),
            devices=_devices(connection, {"snow", "road_weather"}),
            buildings=facts.buildings(connection),
            calendar=facts.calendar_days(connection, common.service_day, common.service_day + timedelta(days=2)),
            roster=facts.roster(connection, at, at + timedelta(hours=24)),
            treatments=facts.treatments(connection, at - timedelta(hours=24)),
            observations=judgements.observations(connection, at),
            season=requests.season(connection, at),
            requests=requests.requests(connection, at),
        )
    if common.domain == "waste":
        return replace(
            common,
            segments=tuple(s for s in roads.load_segments(connection) if s.network == "street"),
            rooms=facts.rooms(connection),
            vessels=facts.vessels(connection),
        )
    return replace(
        common,
        buildings=facts.buildings(connection),
        calendar=facts.calendar_days(connection, common.service_day, common.service_day + timedelta(days=1)),
    )


def _devices(connection: Connection, kinds: set[str]) -> tuple[Device, ...]:
    return tuple(device for device in facts.devices(connection) if device.kind in kinds)


def _marked(snapshot: Snapshot) -> Snapshot:
    """Marks a snapshot as simulated where anything in it is."""
    tables = (
        snapshot.forecasts,
        snapshot.devices,
        snapshot.vehicles,
        snapshot.rooms,
        snapshot.vessels,
        snapshot.buildings,
    )
    made_up = any(row.simulated for table in tables for row in table)
    return replace(snapshot, simulated=snapshot.simulated or made_up)


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
