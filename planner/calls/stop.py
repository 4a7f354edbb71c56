"""Taking back and stopping: before a call has left nothing was said, after that who was called is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from city.call import CallEvent, CallNow
from city.catalogue.message import message
from city.clock import Clock
from city.entities import OrderEvent
from city.errors import Conflict
from city.settings import Settings
from city.vocabulary import STANDS_DOWN, CallEventKind
from planner.calls.call_out import call_held
from planner.calls.make import HeldTur, crews_now, held_order, leaves_at, make_call, same_place
from planner.calls.steps import (
    LEFT,
    WITHIN,
    can_withdraw,
    held_call,
    may_follow_call,
    own_orders,
    take_back_call,
    take_back_steps,
)
from planner.orders import NEXT
from store import calls, orders, pages
from store.connect import Connection

PASSED: frozenset[CallEventKind] = frozenset({"unanswered"})
STOPPED: frozenset[CallEventKind] = frozenset({"stopped"})


def withdraw(connection: Connection, call_ids: Sequence[str], who: str, now: datetime) -> tuple[str, ...]:
    """Takes calls back that have not left: what they decided is proposed again, what they stopped stands as before.
    Gives those that were taken back.

    Raises NotFound for an unknown call, Conflict where all have left.
    """
    with connection.transaction():
        held = [held_call(connection, call_id) for call_id in sorted(set(call_ids))]
        within = [call for call in held if can_withdraw(call, now)]
        if not within:
            raise Conflict(message("error.call.left"))
        for call in within:
            withdraw_one(connection, call, who, now)
        pages.tell(connection, "orders")
    return tuple(call.id for call in within)


def withdraw_one(connection: Connection, call: CallNow, who: str, now: datetime) -> None:
    """Takes a call back that is held, with the steps of its orders that it came with."""
    calls.add_event(connection, CallEvent(call.id, "withdrawn", now, who))
    go = call.kind == "go"
    for order_id in sorted(call.orders):
        orders.lock_order(connection, order_id)
        kinds = frozenset({"decided", "overridden", "unanswered"}) if go else frozenset({"aborted"})
        take_back_steps(connection, order_id, call.made_at, kinds, who, now)  # type: ignore[arg-type]
    if call.follows is not None:
        take_back_call(connection, call.follows, call.made_at, PASSED if go else STOPPED, who, now)


def stop(connection: Connection, settings: Settings, clock: Clock, call_id: str, who: str) -> str | None:
    """Stops a call: one that nobody has heard of is taken back, else its orders are broken off and the vehicle is told;
    gives the call that tells it.

    Raises NotFound for an unknown call, Conflict where it is over.
    """
    now = clock.now()
    with connection.transaction():
        call = held_call(connection, call_id)
        if call.state in WITHIN:
            withdraw_one(connection, call, who, now)
            told = None
        else:
            may_follow_call(call, "stopped")
            told = _stopped(connection, settings, call, who, now, leaves_at(settings, clock, now))
        pages.tell(connection, "orders")
    return told


def _stopped(
    connection: Connection, settings: Settings, call: CallNow, who: str, now: datetime, leaves: datetime
) -> str | None:
    own = [held_order(connection, order) for order in sorted(own_orders(connection, call))]
    ending = [one for one in own if "aborted" in NEXT[one.order.state]]
    for one in ending:
        orders.add_event(connection, OrderEvent(one.order.id, "aborted", now, who))
    calls.add_event(connection, CallEvent(call.id, "stopped", now, who))
    if call.state not in LEFT:
        return None
    about = ending or [held_order(connection, order) for order in sorted(call.orders)]
    return _tell(connection, settings, call, about, who, now, leaves)


def _tell(
    connection: Connection,
    settings: Settings,
    call: CallNow,
    about: Sequence[HeldTur],
    who: str,
    now: datetime,
    leaves: datetime,
) -> str:
    crews = crews_now(connection, settings, now)
    whom = same_place(call, crews)
    return make_call(connection, settings, whom, about, who, now, leaves, kind="stop", follows=call.id, crews=crews)


def stop_orders(
    connection: Connection,
    settings: Settings,
    order_ids: Collection[str],
    who: str,
    now: datetime,
    leaves: datetime,
    note: str,
) -> list[str]:
    """Stands some orders down that nobody has begun, in the caller's transaction; gives the calls that this made.

    Who was called is told; a call that has not left is taken back, and made again where it is about others too.
    """
    newest: dict[str, str] = {}
    held: dict[str, CallNow] = {}
    while (found := calls.newest_about(connection, sorted(order_ids))) != newest:
        newest = found  # a call may have gone on until it was held
        held |= {call_id: held_call(connection, call_id) for call_id in sorted(set(found.values()) - set(held))}
    going = [one for one in map(lambda o: held_order(connection, o), sorted(order_ids)) if _stands(one)]
    for one in going:
        orders.add_event(connection, OrderEvent(one.order.id, "aborted", now, who, note))
    made = []
    for call_id in sorted({newest[one.order.id] for one in going if one.order.id in newest}):
        about = [one for one in going if newest.get(one.order.id) == call_id]
        made += _part_stopped(connection, settings, held[call_id], about, who, now, leaves)
    return made


def _stands(held: HeldTur) -> bool:
    return held.order.state in STANDS_DOWN


def _part_stopped(
    connection: Connection,
    settings: Settings,
    call: CallNow,
    about: Sequence[HeldTur],
    who: str,
    now: datetime,
    leaves: datetime,
) -> list[str]:
    """A call of which some orders are stood down."""
    dropped = {one.order.id for one in about}
    left = [order for order in own_orders(connection, call) if order not in dropped]
    if call.state in WITHIN:
        calls.add_event(connection, CallEvent(call.id, "withdrawn", now, who))
        rest = [one for order in sorted(left) if _stands(one := held_order(connection, order))]
        return call_held(connection, settings, rest, who, now, max(now, call.leaves_at), follows=call.id)
    if not left and call.state not in {"stopped", "withdrawn"}:
        calls.add_event(connection, CallEvent(call.id, "stopped", now, who))
    return [_tell(connection, settings, call, about, who, now, leaves)] if call.state in LEFT else []


def take_back_all(connection: Connection, at: datetime, order_ids: Collection[str], who: str, now: datetime) -> None:
    """Takes back the calls that were made at a time about some orders, with what was decided and stood down with them.

    Raises Conflict where one has left.
    """
    wanted = [c.id for c in calls.calls_since(connection, at, at) if set(c.orders) & set(order_ids)]
    made = [held_call(connection, call_id) for call_id in sorted(wanted)]
    going = [call for call in made if call.state != "withdrawn"]
    if not all(can_withdraw(call, now) for call in going):
        raise Conflict(message("error.call.left"))
    for call in going:
        withdraw_one(connection, call, who, now)
        if call.follows is not None:
            take_back_call(connection, call.follows, at, frozenset({"withdrawn"}), who, now)
    for order_id in sorted(order_ids):
        orders.lock_order(connection, order_id)
        take_back_steps(connection, order_id, at, frozenset({"aborted", "decided"}), who, now)


def whole_until(connection: Connection, settings: Settings, clock: Clock, at: datetime) -> datetime | None:
    """Until when all calls that were made at a time can be taken back with what came with them; None where that is
    over, or one of them has left."""
    now, until = clock.now(), leaves_at(settings, clock, at)
    going = [call for call in calls.calls_since(connection, at, at) if call.state != "withdrawn"]
    return until if now <= until and all(can_withdraw(call, now) for call in going) else None
