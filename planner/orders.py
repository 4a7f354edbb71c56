"""From plan to shift end: an intervention becomes an order, and its history is only added to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from city.catalogue.message import Message, brief, message
from city.entities import OrderEvent
from city.errors import Conflict, NotFound
from city.plan import Intervention, Plan, doses_of, treatments_of
from city.stopsaid import StopSaid
from city.vocabulary import PASSING, DeclineCause, OrderEventKind, OrderState
from planner.night.wanted import driven_by
from store import facts, judgements, orders, plans, reports
from store.connect import Connection
from store.judgements import Decline
from store.orders import NewOrder, OrderStep

NEXT: dict[OrderState, frozenset[OrderEventKind]] = {
    "decided": frozenset({"sent", "started", "aborted", "overridden"}),
    "sent": frozenset({"delivered", "acknowledged", "unanswered", "refused", "started", "aborted", "overridden"}),
    "unanswered": frozenset({"sent", "delivered", "acknowledged", "refused", "started", "aborted", "overridden"}),
    "acknowledged": frozenset({"started", "refused", "aborted", "overridden"}),
    "started": frozenset({"segment_done", "stop_done", "done", "aborted", "overridden"}),
    "refused": frozenset(),
    "aborted": frozenset(),
    "done": frozenset(),
}
"""Which events may follow which state. An order that ended stays ended; a new one is made instead."""
BY_EYE: frozenset[OrderEventKind] = frozenset({"started", "done"})
"""Steps that somebody or something has to see."""
ROLES = frozenset({"dispatcher", "duty", "simulated_duty"})
"""Who notes what others say; every other ``who`` is a vehicle or the machine."""
UNDO = timedelta(minutes=10)
"""How long a step can be taken back."""


def decide(
    connection: Connection,
    plan_id: str,
    keys: Sequence[str],
    who: str,
    now: datetime,
    note: str = "",
    vehicles: Mapping[str, str] | None = None,
) -> list[str]:
    """Makes an order of each key of a plan, all or none; gives their ids. ``vehicles`` drive, by key, what has one that
    is out of service.

    Raises NotFound for an unknown plan or key, Conflict where the plan was superseded, a key has an order that is under
    way, or was declined.
    """
    with connection.transaction():
        plan = plans.by_id(connection, plan_id)
        if plan is None:
            raise NotFound(message("error.plan.unknown", plan=plan_id))
        plans.lock_plans(connection, plan.domain)
        _refuse_superseded(connection, plan)
        given = vehicles or {}
        return [_decide_one(connection, plan, _item(plan, key), who, now, note, given.get(key)) for key in keys]


def add_event(
    connection: Connection,
    order_id: str,
    kind: OrderEventKind,
    who: str,
    now: datetime,
    note: str = "",
    *,
    segment: str | None = None,
    stop: StopSaid | None = None,
) -> tuple[OrderEvent, ...]:
    """Adds an event and gives the whole history. ``done`` also notes what was treated or emptied, but for streets
    that the driver has left for later.

    ``segment`` is the street that a ``segment_done`` is about; one that was said before adds nothing. ``stop`` is what
    a ``stop_done`` says: where any was said of an order, what was not said to be emptied was not. Raises NotFound for
    an unknown order, or a street, room or vessel that is not of the order, Conflict where the event may not follow the
    state.
    """
    with connection.transaction():
        order = orders.lock_order(connection, _as_id(order_id))
        if order is None:
            raise NotFound(message("error.order.unknown", order=order_id))
        history = orders.events(connection, order_id)
        if not any(event.kind not in PASSING for event in history):
            raise Conflict(message("error.order.nothing_left"))
        if kind == "segment_done" and _said_done(connection, order, history, segment):
            return history
        if stop is not None:
            _refuse_other_stop(connection, order, stop)
            if _said_before(connection, order_id, stop):
                return history
        may_follow(state_of(history), kind)
        orders.add_event(connection, OrderEvent(order_id, kind, now, who, note, segment))
        if kind == "segment_done":
            _note_treated(connection, order, now, lambda part: part == segment)
        if stop is not None:
            orders.add_stop(connection, order_id, stop)
            facts.unmark_vessels(connection, [one.vessel for one in stop.vessels], order_id)
            empty = [one.vessel for one in stop.vessels if one.is_empty]
            facts.mark_emptied(connection, empty, now, order_id)
        if kind == "done":
            said = {event.segment for event in history if event.kind == "segment_done"}
            said |= reports.left_later(connection, [order_id]).get(order_id, frozenset())
            _note_treated(connection, order, now, lambda part: part not in said)
            if all(event.kind != "stop_done" for event in history):
                _note_emptied(connection, order, now)
        return orders.events(connection, order_id)


def undo(
    connection: Connection, order_id: str, who: str, now: datetime, *, within: timedelta = UNDO
) -> tuple[OrderEvent, ...]:
    """Takes back the last step of an order, and what it noted as treated or emptied; gives the history that holds.

    Raises NotFound for an unknown order, Conflict where nothing holds, or the step is older than ``within``.
    """
    with connection.transaction():
        order = orders.lock_order(connection, _as_id(order_id))
        if order is None:
            raise NotFound(message("error.order.unknown", order=order_id))
        held = orders.steps(connection, order_id)
        if not held:
            raise Conflict(message("error.order.nothing_left"))
        if now - held[0].at > within:
            minutes = within / timedelta(minutes=1)
            raise Conflict(message("error.order.too_late", step=_step(held[0].kind), minutes=brief(minutes)))
        take_back(connection, order_id, held[0].n, who, now)
        _unnote(connection, order, held)
        return orders.events(connection, order_id)


def undo_said(connection: Connection, order_id: str, n: int, who: str, now: datetime) -> bool:
    """Takes back step ``n`` of an order, the newest or not, with what it noted as treated or emptied; False where it
    does not hold any more. Raises NotFound for an unknown order."""
    with connection.transaction():
        order = orders.lock_order(connection, _as_id(order_id))
        if order is None:
            raise NotFound(message("error.order.unknown", order=order_id))
        held = orders.steps(connection, order_id)
        own = [step for step in held if step.n == n]
        if own:
            take_back(connection, order_id, n, who, now)
            _unnote(connection, order, [*own, *(step for step in held if step.n != n)])
        return bool(own)


def take_back(connection: Connection, order_id: str, n: int, who: str, now: datetime) -> None:
    """Adds that step ``n`` of an order does not hold any more."""
    orders.add_event(connection, OrderEvent(order_id, "undone", now, who, undoes=n))


def only_said(history: Sequence[OrderEvent], *, heard: bool) -> tuple[OrderEvent, ...]:
    """The starts and ends of a history that a role noted and nobody saw: no position of the vehicle was ``heard``.
    They stay "according to the dispatcher" for ever."""
    return () if heard else tuple(e for e in history if e.kind in BY_EYE and e.who in ROLES)


def may_follow(state: OrderState, kind: OrderEventKind) -> None:
    """Raises Conflict where an event may not follow a state."""
    if kind not in NEXT[state]:
        parts = {"state": _step(state), "step": _step(kind)}
        if not NEXT[state]:
            raise Conflict(message("error.order.ended", **parts))
        raise Conflict(message("error.order.not_now", **parts, only=tuple(_step(name) for name in sorted(NEXT[state]))))


def _step(name: OrderState | OrderEventKind) -> Message:
    return message(f"error.order.step.{name}")


def _decide_one(
    connection: Connection,
    plan: Plan,
    item: Intervention,
    who: str,
    now: datetime,
    note: str,
    instead: str | None,
) -> str:
    orders.lock_key(connection, item.key)
    refuse_declined(connection, item.key, item.title, now)
    live = orders.live_order(connection, item.key)
    if live is not None:
        raise Conflict(message("error.order.has_one", title=item.title, state=_step(live[1])))
    order = NewOrder(
        str(uuid.uuid4()),
        plan.id,
        item.key,
        plan.domain,
        item.target,
        *driven_by(connection, plan, item, now, instead),
        item.ready_by,
        now,
    )
    orders.add_order(connection, order)
    orders.add_event(connection, OrderEvent(order.order_id, "decided", now, who, note))
    return order.order_id


def _refuse_superseded(connection: Connection, plan: Plan) -> None:
    newest = plans.latest(connection, plan.domain, plan.mode, plan.service_day)
    if newest is not None and newest.id != plan.id:
        raise Conflict(message("error.plan.superseded", version=plan.version, newest=newest.version))


def _item(plan: Plan, key: str) -> Intervention:
    for item in plan.interventions:
        if item.key == key:
            return item
    raise NotFound(message("error.plan.no_intervention", version=plan.version, key=key))


def state_of(history: Sequence[OrderEvent]) -> OrderState:
    """The state after a history: the last event that is one."""
    return cast(OrderState, [event.kind for event in history if event.kind not in PASSING][-1])


def _said_done(
    connection: Connection, order: Mapping[str, Any], history: Sequence[OrderEvent], segment: str | None
) -> bool:
    """Whether a street of the order was said to be done before. NotFound where it is not of the order."""
    if segment not in {part for part, _ in treatments_of(_item_of(connection, order))}:
        raise NotFound(message("error.order.no_segment", target=order["target"], segment=str(segment)))
    return any(event.kind == "segment_done" and event.segment == segment for event in history)


def _said_before(connection: Connection, order_id: str, stop: StopSaid) -> bool:
    """Whether the last that was said of these vessels is the same, as when a message comes twice."""
    last = {
        one.vessel: one for held in orders.stops_said(connection, [order_id]).get(order_id, ()) for one in held.vessels
    }
    return all(last.get(one.vessel) == one for one in stop.vessels)


def _refuse_other_stop(connection: Connection, order: Mapping[str, Any], stop: StopSaid) -> None:
    """Raises NotFound where a room is no stop of the order, or a vessel none that it empties there."""
    stops = _item_of(connection, order).stops
    there = {one.room: one.vessels for one in stops} if isinstance(stops, tuple) else {}
    if stop.room not in there:
        raise NotFound(message("error.order.no_stop", target=order["target"], room=stop.room))
    other = [one.vessel for one in stop.vessels if one.vessel not in there[stop.room]]
    if other:
        raise NotFound(message("error.order.no_vessel", room=stop.room, vessel=other[0]))


def _note_treated(
    connection: Connection, order: Mapping[str, Any], now: datetime, wanted: Callable[[str], bool]
) -> None:
    item = _item_of(connection, order)
    rows = [row for row in treatments_of(item) if wanted(row[0])]
    orders.add_treatments(connection, rows, now, order["order_id"], doses_of(item))


def _note_emptied(connection: Connection, order: Mapping[str, Any], now: datetime) -> None:
    stops = _item_of(connection, order).stops
    if isinstance(stops, tuple):
        facts.mark_emptied(connection, [vessel for stop in stops for vessel in stop.vessels], now, order["order_id"])


def _unnote(connection: Connection, order: Mapping[str, Any], held: Sequence[OrderStep]) -> None:
    """Takes back what the first of the steps that held has noted as done, and nothing of the others."""
    last, order_id = held[0], order["order_id"]
    if last.kind == "segment_done" and last.segment is not None:
        orders.remove_treatment(connection, order_id, last.segment, last.at)
    if last.kind == "done":
        said = {step.segment for step in held[1:] if step.kind == "segment_done" and step.segment is not None}
        orders.remove_treatments(connection, order_id, last.at, said)
        if all(step.kind != "stop_done" for step in held):
            facts.unmark_emptied(connection, last.at, order_id)
    if last.kind == "stop_done":
        _unsay_stop(connection, order_id, last.n)


def _unsay_stop(connection: Connection, order_id: str, n: int) -> None:
    """What step ``n`` said of vessels holds no more; what was said of them before does again."""
    vessels = orders.vessels_of_step(connection, order_id, n)
    facts.unmark_vessels(connection, vessels, order_id)
    for stop in orders.stops_said(connection, [order_id]).get(order_id, ()):
        again = [one.vessel for one in stop.vessels if one.vessel in vessels]
        facts.unmark_vessels(connection, again, order_id)
        empty = [one.vessel for one in stop.vessels if one.vessel in vessels and one.is_empty]
        if stop.at is not None:
            facts.mark_emptied(connection, empty, stop.at, order_id)


def _item_of(connection: Connection, order: Mapping[str, Any]) -> Intervention:
    plan = plans.by_id(connection, order["plan_id"])
    if plan is None:
        raise NotFound(message("error.plan.unknown", plan=str(order["plan_id"])))
    return _item(plan, order["key"])


def _as_id(order_id: str) -> str:
    try:
        return str(uuid.UUID(order_id))
    except ValueError as error:
        raise NotFound(message("error.order.unknown", order=order_id)) from error


def decline(
    connection: Connection, plan: Plan, keys: Sequence[str], cause: DeclineCause, who: str, now: datetime, note: str
) -> list[Decline]:
    """Turns interventions of a plan down, all or none; it holds for their keys over later plans until it is taken back.

    Raises NotFound for a key that the plan has not, Conflict for one whose order is under way: that is stopped instead.
    """
    titles = {item.key: item.title for item in plan.interventions}
    unknown = next((key for key in keys if key not in titles), None)
    if unknown is not None:
        raise NotFound(message("error.request.no_intervention", version=str(plan.version), key=unknown[:80]))
    with connection.transaction():
        for key in sorted(keys):
            orders.lock_key(connection, key)
            held = orders.live_order(connection, key)
            if held is not None:
                state = message(f"error.order.step.{held[1]}")
                raise Conflict(message("error.order.stop_instead", title=titles[key], state=state))
        rows = [Decline(plan.id, key, cause, note, who, now) for key in keys]
        for row in rows:
            judgements.add_decline(connection, row)
    return rows


def end_declines(connection: Connection, keys: Sequence[str], who: str, now: datetime) -> list[str]:
    """Takes the declines of keys back; gives those that had one."""
    return [key for key in keys if judgements.end_decline(connection, key, now, who)]


def refuse_declined(connection: Connection, key: str, title: str, now: datetime) -> None:
    """Raises Conflict where an intervention was turned down and nobody has taken that back."""
    if judgements.declined(connection, now, [key]):
        raise Conflict(message("error.order.declined", title=title))


def without(plan: Plan, declined: Collection[str]) -> Plan:
    """The plan without what was turned down: for what the watch holds against each other."""
    kept = tuple(item for item in plan.interventions if item.key not in declined)
    return msgspec.structs.replace(plan, interventions=kept)
