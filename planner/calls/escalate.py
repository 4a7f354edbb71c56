"""Who is next: a call that nobody answered in time, or that was refused, goes on with all its orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.call import CallEvent, CallNow
from city.entities import OrderEvent
from city.manning import CallOut
from city.settings import Settings
from city.vocabulary import CallState, Domain, OrderState
from planner.calls.lists import OnCall
from planner.calls.make import BACK, HeldTur, Whom, busy_now, crews_now, held_order, make_call
from planner.calls.steps import MACHINE, NEXT_CALL, held_call, own_orders
from planner.night.rest import rota
from planner.thresholds.limits import limits
from store import calls, facts, orders, pages, plans
from store.connect import Connection

AWAITS: frozenset[CallState] = frozenset({"sent", "delivered"})
"""States of a call in which only its answer is missing: all others wait for a person, or are over."""
LISTED: frozenset[Domain] = frozenset({"snow"})
"""Services whose crews stand on call-out lists."""
OPEN: frozenset[OrderState] = frozenset({"decided", "sent", "unanswered"})
"""States of an order that goes on to the next of the list."""


@dataclass(frozen=True)
class Escalated:
    """A call that nobody answered in time: its orders went from a vehicle to the next one (``to``, by the call
    ``call_id``), or None is left."""

    orders: tuple[str, ...]
    from_vehicle: str
    to: CallOut | None
    call_id: str | None


def escalate(connection: Connection, settings: Settings, now: datetime) -> list[Escalated]:
    """Passes on every snow call that was not answered in time (``snow.acknowledge_min`` after it was sent), and every
    one that was refused.

    It goes as one call with its orders to the next of its list who is free and rested; each order notes ``overridden``
    with the new vehicle. Where nobody is left its orders are ``unanswered``, and stay under way until somebody has
    called by hand. Any number of schedulers may ask: one does it, the others go on at once; what was passed on waits
    its own time.
    """
    with connection.transaction():
        if not calls.try_alone(connection):
            return []
        rules = limits(plans.thresholds(connection, now))
        late = now - timedelta(minutes=rules.usual("snow.acknowledge_min"))
        waiting = [c for c in calls.calls_since(connection, now - BACK) if _is_late(c, late)]
        for call_id in sorted(call.id for call in waiting):
            held_call(connection, call_id)
        made = [_pass_late(connection, settings, call.id, now, late) for call in reversed(waiting)]
        passed = [one for one in made if one is not None]
        if passed:
            pages.tell(connection, "orders")
        return passed


def _is_late(call: CallNow, late: datetime) -> bool:
    if call.kind != "go":
        return False
    told = call.sent_at or call.delivered_at
    return call.state == "refused" or (call.state in AWAITS and told is not None and told <= late)


def _pass_late(
    connection: Connection, settings: Settings, call_id: str, now: datetime, late: datetime
) -> Escalated | None:
    """Passes one call on, unless somebody has answered it meanwhile."""
    call = held_call(connection, call_id)
    held = open_orders(connection, call) if _is_late(call, late) else []
    listed = [one for one in held if one.order.domain in LISTED]
    return pass_on(connection, settings, call, listed, MACHINE, now, now) if listed else None


def open_orders(connection: Connection, call: CallNow) -> list[HeldTur]:
    """The orders of a call that are its own and that nobody has acknowledged, held."""
    own = [held_order(connection, order) for order in sorted(own_orders(connection, call))]
    return [one for one in own if one.order.state in OPEN]


def pass_on(
    connection: Connection,
    settings: Settings,
    call: CallNow,
    held: Sequence[HeldTur],
    who: str,
    now: datetime,
    leaves: datetime,
) -> Escalated:
    """Passes the orders of a call on to the next of its list, as one call. Both are held by the caller."""
    ids = tuple(one.order.id for one in held)
    on_call = on_call_now(connection, settings, now, held[0].order.domain)
    place = on_call.next([one.item for one in held], calls.tried(connection, ids), now)
    if "unanswered" in NEXT_CALL[call.state]:
        calls.add_event(connection, CallEvent(call.id, "unanswered", now, who))
    if place is None:
        for one in held:
            if one.order.state == "sent":
                orders.add_event(connection, OrderEvent(one.order.id, "unanswered", now, who))
        return Escalated(ids, call.vehicle, None, None)
    for one in held:
        orders.add_event(connection, OrderEvent(one.order.id, "overridden", now, who, place.who, vehicle=place.vehicle))
    fleet = {v.id: v for v in facts.vehicles(connection, held[0].order.domain)}
    contractor = fleet[place.vehicle].contractor if place.vehicle in fleet else place.contractor
    whom = Whom(place.vehicle, contractor, place)
    made = make_call(connection, settings, whom, held, who, now, leaves, follows=call.id, crews=on_call.crews)
    return Escalated(ids, call.vehicle, place, made)


def on_call_now(connection: Connection, settings: Settings, now: datetime, domain: Domain) -> OnCall:
    """Who can be called now, for a service."""
    rules = limits(plans.thresholds(connection, now))
    turns = facts.roster(connection, now, now + timedelta(hours=24))
    past = orders.given_orders(connection, domain, now - BACK)
    rested = rota(turns, past, now, rules.usual("snow.rest_h"), rules.usual("snow.most_hours"))
    fleet = {vehicle.id: vehicle.network for vehicle in facts.vehicles(connection, domain)}
    return OnCall(crews_now(connection, settings, now), busy_now(connection, now), rested, fleet)
