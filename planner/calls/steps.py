"""The steps of a call: which may follow which, and what each means for the orders that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from city.call import CallEvent, CallNow
from city.catalogue.message import message
from city.entities import OrderEvent
from city.errors import Conflict, NotFound
from city.vocabulary import CallEventKind, CallState, OrderEventKind
from planner.orders import NEXT, take_back
from store import calls, orders, pages
from store.connect import Connection

ANSWERS: frozenset[CallEventKind] = frozenset({"acknowledged", "refused"})
ENDS: frozenset[CallEventKind] = ANSWERS | {"unanswered", "stopped"}
NEXT_CALL: Mapping[CallState, frozenset[CallEventKind]] = {
    "made": ANSWERS | {"withdrawn", "tried", "failed", "by_hand", "stopped"},
    "tried": ENDS | {"sent", "delivered", "waits", "failed", "unsure", "by_hand"},
    "waits": ENDS | {"tried", "sent", "delivered", "failed", "unsure", "by_hand", "withdrawn"},
    "unsure": ENDS | {"tried", "waits", "sent", "delivered", "failed", "by_hand"},
    "sent": ENDS | {"delivered", "failed"},
    "delivered": ENDS | {"failed"},
    "failed": ENDS | {"sent", "delivered", "by_hand"},
    "by_hand": ENDS | {"sent", "withdrawn"},
    "unanswered": ANSWERS | {"stopped"},
    "acknowledged": frozenset({"refused", "stopped"}),
    "refused": frozenset({"acknowledged", "unanswered", "stopped"}),
    "withdrawn": frozenset(),
    "stopped": frozenset(),
}
"""What may follow each state. ``unsure`` before ``waits`` or ``tried`` says that the try before it may have left. A
receipt that comes late is believed as long as nobody has answered: after an answer it adds nothing."""
LEFT: frozenset[CallState] = frozenset({"tried", "waits", "unsure", "sent", "delivered", "unanswered", "acknowledged"})
"""States of a call that somebody may have heard of and go by: who is stopped then must be told."""
WITHIN: frozenset[CallState] = frozenset({"made", "by_hand"})
"""States of a call that nobody has heard of."""
TRIED: frozenset[CallState] = frozenset({"failed", "unsure", "sent", "delivered", "unanswered"})
"""States of a call that can be made again."""
GOES_ON: frozenset[CallState] = TRIED | {"by_hand", "refused", "waits"}
"""States of a call that can be passed on."""
SAYS: Mapping[CallEventKind, OrderEventKind] = {
    "sent": "sent",
    "delivered": "delivered",
    "acknowledged": "acknowledged",
}
"""What a step of a call says of its orders. A ``refused`` goes to the next of the list (``escalate``)."""
MACHINE = "dagsplan"


def happened(connection: Connection, event: CallEvent) -> None:
    """Adds a step of a call, and in the same transaction what it means for the orders.

    Orders follow the newest call about them alone: what a vehicle answers that was passed over is written on its call.
    Raises NotFound for an unknown call, Conflict where the step may not follow where the call stands.
    """
    with connection.transaction():
        call = held_call(connection, event.call_id)
        may_follow_call(call, event.kind)
        calls.add_event(connection, event)
        if call.kind == "go":
            _tell_orders(connection, call, event)
        pages.tell(connection, "orders")


def held_call(connection: Connection, call_id: str) -> CallNow:
    """A call, held until the end of the transaction. Raises NotFound for an unknown one."""
    call = calls.lock_call(connection, call_id)
    if call is None:
        raise NotFound(message("error.call.unknown", call=call_id))
    return call


def may_follow_call(call: CallNow, kind: CallEventKind) -> None:
    """Raises Conflict where a step may not follow where a call stands."""
    if kind not in NEXT_CALL[call.state]:
        states = {"state": message(f"call.state.{call.state}"), "step": message(f"call.state.{kind}")}
        raise Conflict(message("error.call.not_now", **states))


def can_withdraw(call: CallNow, now: datetime) -> bool:
    """Whether a call can be taken back: it has not left, or nobody has had to ring yet."""
    return call.state == "made" or (call.state == "by_hand" and now <= call.leaves_at)


def own_orders(connection: Connection, call: CallNow) -> tuple[str, ...]:
    """The orders of a call that nobody was called about since, in driving order."""
    newest = calls.newest_about(connection, call.orders)
    return tuple(order for order in call.orders if newest.get(order) == call.id)


def _tell_orders(connection: Connection, call: CallNow, event: CallEvent) -> None:
    own = own_orders(connection, call)
    if event.kind in SAYS or event.kind == "refused":
        for order_id in sorted(own):
            _tell_order(connection, call, order_id, event)
    if event.kind in ANSWERS and len(own) < len(call.orders):
        _answer_for(connection, call, event)


def _tell_order(connection: Connection, call: CallNow, order_id: str, event: CallEvent) -> None:
    """Adds to an order what a step of its call says, where it may follow: who answers was called out, too."""
    orders.lock_order(connection, order_id)
    order = orders.order(connection, order_id)
    if order is None:
        return
    who = call.vehicle if event.kind in ANSWERS and event.who == MACHINE else event.who
    steps: list[OrderEventKind] = ["sent"] if event.kind in ANSWERS and order.state == "decided" else []
    steps += [SAYS[event.kind]] if event.kind in SAYS else []
    state = order.state
    for kind in steps:
        if kind in NEXT[state]:
            orders.add_event(connection, OrderEvent(order_id, kind, event.at, who, event.note))
            state = "sent" if kind == "sent" else state


def _answer_for(connection: Connection, call: CallNow, event: CallEvent) -> None:
    """An answer to a call that was made again, to the same place, answers the newer one."""
    for newer_id in sorted(set(calls.newest_about(connection, call.orders).values()) - {call.id}):
        newer = calls.lock_call(connection, newer_id)
        same = newer is not None and (newer.vehicle, newer.who) == (call.vehicle, call.who)
        if same and newer is not None and event.kind in NEXT_CALL[newer.state]:
            happened(connection, replace(event, call_id=newer_id))


def take_back_call(
    connection: Connection, call_id: str, at: datetime, kinds: frozenset[CallEventKind], who: str, now: datetime
) -> None:
    """Takes back the newest steps of a call that were made at a time and are of some kinds."""
    for step in calls.steps(connection, call_id):
        if step.at != at or step.kind not in kinds:
            return
        calls.add_event(connection, CallEvent(call_id, "undone", now, who, undoes=step.n))


def take_back_steps(
    connection: Connection,
    order_id: str,
    at: datetime,
    kinds: frozenset[OrderEventKind],
    who: str,
    now: datetime,
    *,
    by: str | None = None,
) -> bool:
    """Takes back the newest steps of an order that were made at a time, are of some kinds, and ``by`` somebody where
    one is named; whether there were."""
    found = False
    for step in orders.steps(connection, order_id):
        if step.at != at or step.kind not in kinds or by not in {None, step.who}:
            break
        take_back(connection, order_id, step.n, who, now)
        found = True
    return found
