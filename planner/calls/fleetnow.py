"""The vehicles of a plan's service as they are bound now: orders, what the plan and choices give them, turns, rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from city.manning import RosterTurn
from city.plan import Plan
from planner.calls.make import BACK
from planner.night.choice import Booking, FleetNow
from planner.night.rest import Rota, rota
from planner.thresholds.limits import limits
from store import manning, orders, plans
from store.connect import Connection
from store.manning import FleetFrame

AHEAD = timedelta(hours=24)


def frame_now(connection: Connection, plan: Plan, now: datetime) -> FleetFrame:
    """All that binds the vehicles, in one look."""
    keys = [item.key for item in plan.interventions]
    return manning.fleet_frame(connection, plan.domain, keys, now, BACK, AHEAD)


def fleet_now(connection: Connection, plan: Plan, now: datetime) -> FleetNow:
    """The vehicles with what crews have worked too."""
    frame = frame_now(connection, plan, now)
    given, rules = orders.given_orders(connection, plan.domain, now - BACK), limits(plans.thresholds(connection, now))
    rest = rota(frame.turns, given, now, rules.usual("snow.rest_h"), rules.usual("snow.most_hours"))
    return fleet_of_frame(plan, frame, rest)


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
