"""A night of the town: one tur driving, one passed on, one done, one broken off, the others not called out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from city.call import CallEvent
from city.clock import FixedClock
from city.entities import Position
from city.geo import local_xy
from city.manning import CallOut
from city.plan import Plan
from planner.calls.answers import told
from planner.calls.escalate import escalate
from planner.calls.steps import happened
from planner.night.follow import follow
from planner.orders import add_event, decide
from store import calls, facts, positions, roads
from store.connect import Connection
from tests.unit.dashboards import town

MINUTE = timedelta(minutes=1)


def to_and_fro(connection: Connection, vehicle: str, segments: list[str], at=town.AT, kmh=12.0, every_s=8.0):
    """Positions of a vehicle that drives each street out and home, one after the other; gives when it ended."""
    streets = {segment.id: segment for segment in roads.load_segments(connection)}
    rows = []
    for name in segments:
        (ax, ay), (bx, by) = streets[name].geometry[0], streets[name].geometry[-1]
        dx, dy = local_xy([bx], [by], (ax, ay))
        n = max(2, round(float((dx[0] ** 2 + dy[0] ** 2) ** 0.5) / (kmh / 3.6 * every_s)))
        for k in [*range(n + 1), *range(n - 1, -1, -1)]:
            at += timedelta(seconds=every_s)
            rows.append((Position(vehicle, at, ax + (bx - ax) * k / n, ay + (by - ay) * k / n), at))
    positions.add(connection, rows)
    connection.commit()
    return at


def lists(connection: Connection, *vehicles: str) -> None:
    """A list of the streets."""
    rows = [CallOut("street", n, v, f"Jour {n}", "sms", f"070-{n}") for n, v in enumerate(vehicles, start=1)]
    calls.replace_lists(connection, rows)


def walk(connection: Connection, plan: Plan, clock: FixedClock) -> dict[str, str]:
    """Lives through the first half hour of the night; gives the orders by what became of them."""
    settings, fleet = town.settings(), {vehicle.id: vehicle for vehicle in facts.vehicles(connection, "snow")}
    facts.save_fleet(connection, [], [], [replace(fleet["P01"], id="P07")])
    names = ("broken", "driving", "passed", "done")
    three = plan.interventions[:3]
    other = next(item for item in plan.interventions[3:] if item.vehicle != three[1].vehicle)
    items = dict(zip(names, (*three, other), strict=True))
    keys = [item.key for item in items.values()]
    made = dict(zip(names, decide(connection, plan.id, keys, "dispatcher", town.AT), strict=True))
    lists(connection, items["passed"].vehicle, "P07")
    for name in ("broken", "driving", "done"):
        add_event(connection, made[name], "started", "dispatcher", town.AT)
    told(connection, settings, made["passed"], "dispatcher", town.AT)
    streets = [part.id for part in items["driving"].segments]
    to_and_fro(connection, items["driving"].vehicle, streets[:2])
    add_event(connection, made["broken"], "aborted", "dispatcher", town.AT + 4 * MINUTE, "hydraulslang")
    (passed,) = escalate(connection, settings, town.AT + 6 * MINUTE)
    happened(connection, CallEvent(passed.call_id or "", "sent", town.AT + 6 * MINUTE, "dispatcher"))
    add_event(connection, made["done"], "done", "dispatcher", town.AT + 7 * MINUTE)
    clock.advance(minutes=9)
    follow(connection, clock.now())
    return made
