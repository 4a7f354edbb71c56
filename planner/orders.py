"""From plan to shift end: an intervention becomes an order, and its history is only added to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from city.errors import Conflict, NotFound
from city.plan import Intervention, Plan
from city.things import OrderEvent
from city.words import OrderEventKind
from planner.snow_words import treatments_of
from store import facts, orders, plans
from store.connect import Connection
from store.orders import NewOrder

NEXT: dict[str, frozenset[OrderEventKind]] = {
    "decided": frozenset({"sent", "started", "aborted", "overridden"}),
    "sent": frozenset({"acknowledged", "refused", "started", "aborted", "overridden"}),
    "acknowledged": frozenset({"started", "refused", "aborted", "overridden"}),
    "started": frozenset({"segment_done", "stop_done", "done", "aborted", "overridden"}),
    "refused": frozenset(),
    "aborted": frozenset(),
    "done": frozenset(),
}
"""Which events may follow which state. An order that ended stays ended; a new one is made instead."""


def decide(
    connection: Connection, plan_id: str, keys: Sequence[str], who: str, now: datetime, note: str = ""
) -> list[str]:
    """Makes an order of each key of a plan, all or none; gives their ids.

    Raises NotFound for an unknown plan or key, Conflict where the plan was superseded or a key has an order
    that is under way.
    """
    with connection.transaction():
        plan = plans.by_id(connection, plan_id)
        if plan is None:
            raise NotFound(f"there is no plan {plan_id}")
        plans.lock_plans(connection, plan.domain)
        _refuse_superseded(connection, plan)
        return [_decide_one(connection, plan, _item(plan, key), who, now, note) for key in keys]


def add_event(
    connection: Connection, order_id: str, kind: OrderEventKind, who: str, now: datetime, note: str = ""
) -> tuple[OrderEvent, ...]:
    """Adds an event and gives the whole history. ``done`` also notes what was treated or emptied.

    Raises NotFound for an unknown order, Conflict where the event may not follow the present state.
    """
    with connection.transaction():
        order = orders.lock_order(connection, _as_id(order_id))
        if order is None:
            raise NotFound(f"there is no order {order_id}")
        state = _state(orders.events(connection, order_id))
        if kind not in NEXT[state]:
            after = ", ".join(sorted(NEXT[state])) or "nothing: it has ended"
            raise Conflict(f"the order is {state}; {kind} cannot follow, only {after}")
        orders.add_event(connection, order_id, kind, now, who, note)
        if kind == "done":
            _note_done(connection, order["plan_id"], order["key"], order_id, now)
        return orders.events(connection, order_id)


def _decide_one(connection: Connection, plan: Plan, item: Intervention, who: str, now: datetime, note: str) -> str:
    orders.lock_key(connection, item.key)
    live = orders.live_order(connection, item.key)
    if live is not None:
        raise Conflict(f"{item.title} has an order already, it is {live[1]}")
    order = NewOrder(
        str(uuid.uuid4()),
        plan.id,
        item.key,
        plan.domain,
        item.target,
        item.vehicle,
        item.contractor,
        item.ready_by,
        now,
    )
    orders.add_order(connection, order)
    orders.add_event(connection, order.order_id, "decided", now, who, note)
    return order.order_id


def _refuse_superseded(connection: Connection, plan: Plan) -> None:
    newest = plans.latest(connection, plan.domain, plan.mode, plan.service_day)
    if newest is not None and newest.id != plan.id:
        raise Conflict(f"plan {plan.version} was superseded by plan {newest.version}; look at it and decide again")


def _item(plan: Plan, key: str) -> Intervention:
    for item in plan.interventions:
        if item.key == key:
            return item
    raise NotFound(f"plan {plan.version} has no intervention {key}")


def _state(history: Sequence[OrderEvent]) -> str:
    """The state after a history: the last event that is one."""
    passing = {"overridden", "segment_done", "stop_done"}
    return [event.kind for event in history if event.kind not in passing][-1]


def _note_done(connection: Connection, plan_id: str, key: str, order_id: str, now: datetime) -> None:
    plan = plans.by_id(connection, plan_id)
    assert plan is not None
    item = _item(plan, key)
    orders.add_treatments(connection, treatments_of(item), now, order_id)
    if isinstance(item.stops, tuple):
        facts.mark_emptied(connection, [vessel for stop in item.stops for vessel in stop.vessels], now)


def _as_id(order_id: str) -> str:
    try:
        return str(uuid.UUID(order_id))
    except ValueError as error:
        raise NotFound(f"there is no order {order_id}") from error
