"""Another vehicle in an opened row: the fleet to choose from, what each is booked for, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from city.manning import RosterTurn
from city.plan import Plan
from dashboards.pages.crew import BACK, DRIVEN
from dashboards.pages.rows import PlanRow
from dashboards.pages.who import crew_said
from dashboards.web.locale import Locale
from planner.night.choice import Against, Booking, FleetNow, VehicleOption, options
from planner.night.rest import Rota, rota
from planner.thresholds.limits import limits
from store import manning, orders, plans
from store.connect import Connection
from store.manning import FleetFrame

AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class OptionLine:
    """One vehicle of the list: its id, what is said of it, and whether it may be chosen."""

    vehicle: str
    text: str
    may: bool


@dataclass(frozen=True)
class RowChoice:
    """The list of a row: the vehicle that drives it as it stands and whose it is, and whether somebody chose that."""

    vehicle: str
    contractor: str
    chosen: bool
    lines: tuple[OptionLine, ...]


def fleet_of_frame(plan: Plan, frame: FleetFrame, rest: Rota | None = None) -> FleetNow:
    """What binds the vehicles of a plan's service: orders, and what the plan and choices give them."""
    booked = [Booking(o.vehicle, o.target, o.key, o.starts_at, o.ready_by) for o in frame.held]
    known = {*(order.key for order in frame.held), *frame.done}
    for item in plan.interventions:
        vehicle = frame.chosen.get(item.key) or item.vehicle
        if vehicle and item.key not in known:
            booked.append(Booking(vehicle, item.target, item.key, item.starts_at, item.ready_by))
    turns: dict[str, list[RosterTurn]] = {}
    for turn in frame.turns:
        turns.setdefault(turn.vehicle, []).append(turn)
    return FleetNow(frame.vehicles, booked, frame.absences, turns, rest)


def fleet_now(connection: Connection, plan: Plan, now: datetime) -> FleetNow:
    """The same as it is now, with what crews have worked."""
    frame = _frame(connection, plan, now)
    given, rules = orders.given_orders(connection, plan.domain, now - BACK), limits(plans.thresholds(connection, now))
    rest = rota(frame.turns, given, now, rules.usual("snow.rest_h"), rules.usual("snow.most_hours"))
    return fleet_of_frame(plan, frame, rest)


def _frame(connection: Connection, plan: Plan, now: datetime) -> FleetFrame:
    keys = [item.key for item in plan.interventions]
    return manning.fleet_frame(connection, plan.domain, keys, now, BACK, AHEAD)


def row_choices(
    connection: Connection, plan: Plan | None, table: Sequence[PlanRow], now: datetime, locale: Locale
) -> dict[str, RowChoice]:
    """The list of each row that waits for a call-out, by key; who rests is said when one is chosen."""
    waiting = {row.key for row in table if row.choose}
    if plan is None or plan.domain not in DRIVEN or not waiting:
        return {}
    frame = _frame(connection, plan, now)
    fleet, whose = (
        fleet_of_frame(plan, frame),
        {v.id: crew_said(frame.names.get(v.contractor or "", ""), locale) for v in frame.vehicles},
    )
    made = {}
    for item in plan.interventions:
        if item.key in waiting:
            vehicle = frame.chosen.get(item.key) or item.vehicle or ""
            lines = tuple(_line(option, frame.names, now, locale) for option in options(item, fleet))
            made[item.key] = RowChoice(vehicle, whose.get(vehicle, ""), item.key in frame.chosen, lines)
    return made


def with_choices(table: Sequence[PlanRow], choices: Mapping[str, RowChoice]) -> list[PlanRow]:
    """The rows with the vehicles that somebody chose, and whose they are."""
    return [
        replace(row, vehicle=choice.vehicle, contractor=choice.contractor)
        if (choice := choices.get(row.key)) is not None and choice.chosen
        else row
        for row in table
    ]


def said_against(one: Against, now: datetime, locale: Locale) -> str:
    """'ute med P1-2 till 04.30', 'ur drift till ons 25 nov 12.00'."""
    at = locale.moment(one.at, now) if one.at is not None else ""
    return locale.words(f"choice.against.{one.kind}", at=at, what=one.what)


def _line(option: VehicleOption, names: Mapping[str, str], now: datetime, locale: Locale) -> OptionLine:
    said = [said_against(one, now, locale) for one in option.against] or [locale.words("choice.free")]
    whose = crew_said(names.get(option.vehicle.contractor or "", ""), locale)
    text = " · ".join(part for part in (option.vehicle.id, whose, ", ".join(said)) if part)
    return OptionLine(option.vehicle.id, text, option.out is None)
