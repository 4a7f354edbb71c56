"""What people do with a call, and what they say of its orders: rang, cannot, again, to the next, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.call import CallEvent, CallNow
from city.catalogue.message import brief, message
from city.clock import Clock
from city.entities import OrderEvent
from city.errors import Conflict
from city.settings import Settings
from city.stopsaid import StopSaid
from city.vocabulary import CallState, OrderEventKind
from planner import orders as steps
from planner.calls.call_out import call_held
from planner.calls.escalate import LISTED, OPEN, Escalated, open_orders, pass_on
from planner.calls.make import Whom, crews_now, held_order, leaves_at, make_call, same_place
from planner.calls.steps import (
    GOES_ON,
    MACHINE,
    NEXT_CALL,
    TRIED,
    WITHIN,
    can_withdraw,
    happened,
    held_call,
    own_orders,
    take_back_call,
    take_back_steps,
)
from planner.calls.stop import withdraw_one
from planner.night.report import clears
from store import calls, orders, pages
from store.connect import Connection

ANSWERED: frozenset[OrderEventKind] = frozenset({"acknowledged", "started", "done"})
"""Steps of an order that only somebody takes who has heard of it."""


@dataclass(frozen=True)
class OrderWord:
    """What is said of an order: its next step, by whom, of which street or stop."""

    order_id: str
    kind: OrderEventKind
    who: str
    note: str = ""
    segment: str | None = None
    stop: StopSaid | None = None


def rang(connection: Connection, call_id: str, who: str, now: datetime, note: str = "") -> None:
    """Somebody rang, and it was acknowledged: that is by their word for ever. Raises as ``happened``."""
    happened(connection, CallEvent(call_id, "acknowledged", now, who, note))


def cannot(
    connection: Connection, settings: Settings, call_id: str, who: str, now: datetime, cause: str = ""
) -> Escalated | None:
    """A driver's no: its orders go on to the next of the list at once. Raises as ``happened``."""
    with connection.transaction():
        happened(connection, CallEvent(call_id, "refused", now, who, cause))
        call = held_call(connection, call_id)
        held = open_orders(connection, call) if call.kind == "go" else []
        for one in held:
            if one.order.domain not in LISTED:
                orders.add_event(connection, OrderEvent(one.order.id, "refused", now, who, cause))
        listed = [one for one in held if one.order.domain in LISTED]
        return pass_on(connection, settings, call, listed, MACHINE, now, now) if listed else None


def again(connection: Connection, settings: Settings, clock: Clock, call_id: str, who: str) -> str:
    """Calls the same place once more and gives the new call. Raises NotFound for an unknown call, Conflict where it is
    under way, or over."""
    now = clock.now()
    with connection.transaction():
        call = _going(connection, call_id, TRIED)
        held = open_orders(connection, call)
        if not held:
            raise Conflict(message("error.call.over"))
        crews, leaves = crews_now(connection, settings, now), leaves_at(settings, clock, now)
        whom = same_place(call, crews)
        made = make_call(connection, settings, whom, held, who, now, leaves, follows=call.id, crews=crews)
        pages.tell(connection, "orders")
    return made


def to_next(connection: Connection, settings: Settings, clock: Clock, call_id: str, who: str) -> str:
    """Passes a call on to the next of its list now, and gives the new call. Raises NotFound for an unknown call,
    Conflict where it is under way or over, or nobody is left."""
    now = clock.now()
    with connection.transaction():
        call = _going(connection, call_id, GOES_ON)
        held = open_orders(connection, call)
        if not held:
            raise Conflict(message("error.call.over"))
        passed = pass_on(connection, settings, call, held, who, now, leaves_at(settings, clock, now))
        if passed.call_id is None:
            raise Conflict(message("error.call.nobody_left", vehicle=call.vehicle))
        pages.tell(connection, "orders")
    return passed.call_id


def _going(connection: Connection, call_id: str, states: frozenset[CallState]) -> CallNow:
    call = held_call(connection, call_id)
    if call.state not in states or call.kind != "go":
        raise Conflict(message("error.call.not_so", state=message(f"call.state.{call.state}")))
    return call


def told(connection: Connection, settings: Settings, order_id: str, who: str, now: datetime, note: str = "") -> None:
    """Somebody told a vehicle of its order by other means: it is written as a call by hand, and no message leaves.

    Raises NotFound for an unknown order, Conflict where it may not be sent, or a call about it leaves in a moment.
    """
    with connection.transaction():
        newest = calls.newest_about(connection, [order_id]).get(order_id)
        before = None if newest is None else held_call(connection, newest)
        held = held_order(connection, order_id)
        steps.may_follow(held.order.state, "sent")
        if before is not None and before.state in {"made", "tried", "waits"}:
            raise Conflict(message("error.call.leaves", vehicle=before.vehicle))
        if held.order.vehicle is None:
            steps.add_event(connection, order_id, "sent", who, now, note)
            return
        crews = crews_now(connection, settings, now)
        place = crews.who(held.order.vehicle, clears(held.item), held.order.contractor)
        whom = Whom(held.order.vehicle, held.order.contractor, place)
        made = make_call(connection, settings, whom, [held], who, now, now, follows=newest, crews=crews, by_hand=True)
        happened(connection, CallEvent(made, "sent", now, who, note))


def said(connection: Connection, settings: Settings, word: OrderWord, now: datetime) -> None:
    """The next step of an order, as somebody says it; the call about it follows. Raises as ``orders.add_event``."""
    with connection.transaction():
        newest = calls.newest_about(connection, [word.order_id]).get(word.order_id)
        call = None if newest is None else held_call(connection, newest)
        steps.add_event(
            connection, word.order_id, word.kind, word.who, now, word.note, segment=word.segment, stop=word.stop
        )
        if call is None:
            return
        left = [o for order in own_orders(connection, call) if (o := held_order(connection, order)).order.state in OPEN]
        if word.kind in ANSWERED and not left and "acknowledged" in NEXT_CALL[call.state]:
            calls.add_event(connection, CallEvent(call.id, "acknowledged", now, word.who, word.note))
        elif word.kind == "refused" and not left and "refused" in NEXT_CALL[call.state]:
            calls.add_event(connection, CallEvent(call.id, "refused", now, word.who, word.note))
        elif word.kind in {"aborted", "refused"} and call.state in WITHIN:
            calls.add_event(connection, CallEvent(call.id, "withdrawn", now, word.who))
            call_held(connection, settings, left, word.who, now, max(now, call.leaves_at))


def undo(connection: Connection, order_id: str, who: str, now: datetime, *, within: timedelta = steps.UNDO) -> None:
    """Takes back the last step of an order, with what its call says of it: an acknowledgement by telephone is taken
    back of all orders of the call.

    Raises NotFound for an unknown order, Conflict where nothing holds, it is too old, or a channel has said it.
    """
    with connection.transaction():
        newest = calls.newest_about(connection, [order_id]).get(order_id)
        call = None if newest is None else held_call(connection, newest)
        held = orders.steps(connection, held_order(connection, order_id).order.id)
        last = held[0]
        if now - last.at > within:
            step, minutes = message(f"error.order.step.{last.kind}"), within / timedelta(minutes=1)
            raise Conflict(message("error.order.too_late", step=step, minutes=brief(minutes)))
        if call is None:
            steps.undo(connection, order_id, who, now, within=within)
        elif last.kind == "aborted":
            _undo_stop(connection, order_id, last.at, who, now, within)
        elif last.kind == "decided":
            raise Conflict(message("error.call.leaves", vehicle=call.vehicle))
        elif last.kind in {"sent", "acknowledged"}:
            _undo_answer(connection, call, last, who, now)
        elif last.who == MACHINE:
            raise Conflict(message("error.call.undo"))
        else:
            steps.undo(connection, order_id, who, now, within=within)
            take_back_call(connection, call.id, last.at, frozenset({"acknowledged", "refused"}), who, now)
        pages.tell(connection, "orders")


def _undo_answer(connection: Connection, call: CallNow, last: orders.OrderStep, who: str, now: datetime) -> None:
    """An answer, or that somebody told it by other means; what a channel took is not taken back."""
    if last.who == MACHINE:
        raise Conflict(message("error.call.undo"))
    for order in sorted(own_orders(connection, call)):
        orders.lock_order(connection, order)
        kinds: frozenset[OrderEventKind] = frozenset({"sent", "acknowledged"})
        take_back_steps(connection, order, last.at, kinds, who, now, by=last.who)
    take_back_call(connection, call.id, last.at, frozenset({"acknowledged", "sent"}), who, now)
    if call.made_at == last.at and last.kind == "sent":
        calls.add_event(connection, CallEvent(call.id, "withdrawn", now, who))


def _undo_stop(connection: Connection, order_id: str, at: datetime, who: str, now: datetime, within: timedelta) -> None:
    """What was stopped goes on, as long as nobody was told."""
    found = [c for c in calls.calls_since(connection, at, at) if c.kind == "stop" and order_id in c.orders]
    for stopping in found:
        call = held_call(connection, stopping.id)
        if not can_withdraw(call, now):
            raise Conflict(message("error.call.undo"))
        withdraw_one(connection, call, who, now)
    if not found:
        steps.undo(connection, order_id, who, now, within=within)
