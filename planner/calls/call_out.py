"""Calling out: one act that decides, makes one call a vehicle, and lets it leave after a time in which it can be taken
back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from city.catalogue.message import message
from city.clock import Clock
from city.entities import OrderEvent, Vehicle
from city.errors import Conflict, NotFound
from city.plan import Plan
from city.settings import Settings
from city.vocabulary import CallState, OrderState
from planner.calls.make import CalledOut, HeldTur, Whom, crews_now, held_order, leaves_at, make_call
from planner.night.report import clears
from planner.orders import decide
from store import calls, facts, orders, pages, plans
from store.connect import Connection

WAITS: frozenset[OrderState] = frozenset({"decided", "unanswered"})
"""States of an order that nobody was called out for yet, or in vain."""
OVER: frozenset[CallState] = frozenset({"unanswered", "stopped"})
"""States of a call in vain: who is to be called about its orders is asked anew."""


def call_out(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    plan_id: str,
    keys: Sequence[str],
    who: str,
    vehicles: Mapping[str, str] | None = None,
    order_ids: Sequence[str] = (),
    note: str = "",
) -> CalledOut:
    """Calls out interventions of a plan and orders that are there already, all or none: one call a vehicle.

    What has no order is decided, what is only decided or unanswered is taken up; ``vehicles`` are those that somebody
    chose instead, by key. Raises NotFound for an unknown plan, key, order or vehicle; Conflict where the plan was
    superseded, something has no vehicle, or was called out already.
    """
    now = clock.now()
    with connection.transaction():
        wanted = [*_of_plan(connection, plan_id, keys, who, now, note, vehicles or {}), *order_ids]
        held = [_chosen(connection, held_order(connection, order), vehicles or {}, who, now) for order in wanted]
        _refuse_called(connection, held)
        leaves = leaves_at(settings, clock, now)
        made = call_held(connection, settings, held, who, now, leaves)
        pages.tell(connection, "orders")
    return CalledOut(tuple(made), tuple(one.order.id for one in held), leaves)


def call_held(
    connection: Connection,
    settings: Settings,
    held: Sequence[HeldTur],
    who: str,
    now: datetime,
    leaves: datetime,
    *,
    follows: str | None = None,
) -> list[str]:
    """Makes one call a vehicle about orders that are held, in the order in which they begin."""
    crews, fleet = crews_now(connection, settings, now), _fleet(connection, held)
    by_vehicle: dict[str, list[HeldTur]] = {}
    for one in sorted(held, key=lambda one: one.begins):
        by_vehicle.setdefault(one.order.vehicle or "", []).append(one)
    made = []
    for vehicle, own in by_vehicle.items():
        contractor = fleet[vehicle].contractor if vehicle in fleet else own[0].item.contractor
        place = crews.who(vehicle, clears(own[0].item), contractor)
        whom = Whom(vehicle, contractor, place)
        made.append(make_call(connection, settings, whom, own, who, now, leaves, follows=follows, crews=crews))
    return made


def _of_plan(
    connection: Connection,
    plan_id: str,
    keys: Sequence[str],
    who: str,
    now: datetime,
    note: str,
    vehicles: Mapping[str, str],
) -> list[str]:
    """The orders of some keys of a plan, made where there are none yet."""
    if not keys:
        return []
    plan = plans.by_id(connection, plan_id)
    if plan is None:
        raise NotFound(message("error.plan.unknown", plan=plan_id))
    plans.lock_plans(connection, plan.domain)
    known = {key: _waiting_order(connection, plan, key) for key in keys}
    new = [key for key, order in known.items() if order is None]
    made = dict(zip(new, decide(connection, plan_id, new, who, now, note, vehicles), strict=True))
    return [order or made[key] for key, order in known.items()]


def _waiting_order(connection: Connection, plan: Plan, key: str) -> str | None:
    """The order of a key that waits for a call; None where there is none that is under way."""
    orders.lock_key(connection, key)
    live = orders.live_order(connection, key)
    if live is None or live[1] in WAITS:
        return None if live is None else live[0]
    title = next((item.title for item in plan.interventions if item.key == key), key)
    raise Conflict(message("error.order.has_one", title=title, state=message(f"error.order.step.{live[1]}")))


def _chosen(connection: Connection, held: HeldTur, vehicles: Mapping[str, str], who: str, now: datetime) -> HeldTur:
    """An order with the vehicle that drives it; another one than it has is noted."""
    vehicle = vehicles.get(held.order.key) or held.order.vehicle
    if vehicle is None:
        raise Conflict(message("error.call.no_vehicle", title=held.item.title))
    if vehicle == held.order.vehicle:
        return held
    if vehicle not in _fleet(connection, [held]):
        raise NotFound(message("error.call.vehicle", vehicle=vehicle[:60]))
    orders.add_event(connection, OrderEvent(held.order.id, "overridden", now, who, vehicle=vehicle))
    return held_order(connection, held.order.id)


def _refuse_called(connection: Connection, held: Sequence[HeldTur]) -> None:
    """Raises Conflict where an order is further than waiting, or a call about it is under way."""
    newest = calls.newest_about(connection, [one.order.id for one in held])
    for one in held:
        call = calls.lock_call(connection, newest[one.order.id]) if one.order.id in newest else None
        if one.order.state not in WAITS:
            state = message(f"error.order.step.{one.order.state}")
            raise Conflict(message("error.call.moved_on", title=one.item.title, state=state))
        if call is not None and call.state not in OVER:
            state = message(f"call.state.{call.state}")
            raise Conflict(message("error.call.open", title=one.item.title, state=state))


def _fleet(connection: Connection, held: Sequence[HeldTur]) -> dict[str, Vehicle]:
    return {v.id: v for domain in {one.order.domain for one in held} for v in facts.vehicles(connection, domain)}
