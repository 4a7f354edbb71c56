"""Another vehicle in an opened row: the fleet to choose from, what each is booked for, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from city.entities import RosterTurn
from city.plan import Plan
from dashboards.pages.crew import BACK, DRIVEN
from dashboards.pages.rows import PlanRow
from dashboards.web.locale import Locale
from planner.night.choice import Against, Booking, FleetNow, VehicleOption, options
from planner.night.rest import rota
from planner.thresholds.limits import limits
from store import facts, manning, orders, plans
from store.connect import Connection

AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class OptionLine:
    """One vehicle of the list: its id, what is said of it, and whether it may be chosen."""

    vehicle: str
    text: str
    may: bool


@dataclass(frozen=True)
class RowChoice:
    """The list of a row: the vehicle that drives it as it stands, and whether somebody chose that."""

    vehicle: str
    chosen: bool
    lines: tuple[OptionLine, ...]


def fleet_now(connection: Connection, plan: Plan, now: datetime) -> FleetNow:
    """The vehicles of a plan's service with all that binds them, what the plan itself and choices give them too."""
    held, given = manning.held_orders(connection, now - BACK), orders.given_orders(connection, plan.domain, now - BACK)
    chosen = manning.choices(connection, [item.key for item in plan.interventions], now)
    known = {order.key for order in given if order.state not in {"aborted", "refused"}}
    booked = [Booking(o.vehicle, o.target, o.key, o.starts_at, o.ready_by) for o in held]
    for item in plan.interventions:
        vehicle = chosen.get(item.key) or item.vehicle
        if vehicle and item.key not in known:
            booked.append(Booking(vehicle, item.target, item.key, item.starts_at, item.ready_by))
    turns: dict[str, list[RosterTurn]] = {}
    roster = facts.roster(connection, now, now + AHEAD)
    for turn in roster:
        turns.setdefault(turn.vehicle, []).append(turn)
    rules = limits(plans.thresholds(connection, now))
    rest = rota(roster, given, now, rules.usual("snow.rest_h"), rules.usual("snow.most_hours"))
    absences = manning.absences(connection, plan.domain, now, now + 3 * AHEAD)
    return FleetNow(facts.vehicles(connection, plan.domain), booked, absences, turns, rest)


def row_choices(
    connection: Connection, plan: Plan | None, table: Sequence[PlanRow], now: datetime, locale: Locale
) -> dict[str, RowChoice]:
    """The list of each row that waits for a call-out, by key."""
    waiting = {row.key for row in table if row.choose}
    if plan is None or plan.domain not in DRIVEN or not waiting:
        return {}
    fleet, chosen = fleet_now(connection, plan, now), manning.choices(connection, sorted(waiting), now)
    names = {one.id: one.name for one in facts.contractors(connection)}
    return {
        item.key: RowChoice(
            chosen.get(item.key) or item.vehicle or "",
            item.key in chosen,
            tuple(_line(option, names, now, locale) for option in options(item, fleet)),
        )
        for item in plan.interventions
        if item.key in waiting
    }


def with_choices(
    table: Sequence[PlanRow], choices: Mapping[str, RowChoice], connection: Connection, plan: Plan | None
) -> list[PlanRow]:
    """The rows with the vehicles that somebody chose, and whose they are."""
    if plan is None or not any(choice.chosen for choice in choices.values()):
        return list(table)
    names = {one.id: one.name for one in facts.contractors(connection)}
    whose = {v.id: names.get(v.contractor or "", "") for v in facts.vehicles(connection, plan.domain)}
    return [
        replace(row, vehicle=choice.vehicle, contractor=whose.get(choice.vehicle, ""))
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
    whose = names.get(option.vehicle.contractor or "", "")
    text = " · ".join(part for part in (option.vehicle.id, whose, ", ".join(said)) if part)
    return OptionLine(option.vehicle.id, text, option.out is None)
