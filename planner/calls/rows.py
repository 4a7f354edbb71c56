"""The rows of the board: what each call means for whoever reads it, in the order in which they want to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from city.call import CallEvent, CallNow
from city.entities import OrderEvent
from city.manning import CallOut
from city.vocabulary import UNDER_WAY, CallEventKind, CallState, OrderState
from planner.calls.board import (
    Act,
    Board,
    BoardCounts,
    BoardNext,
    BoardReceipt,
    BoardRow,
    BoardTur,
    BoardWord,
    InsteadOf,
    Place,
    UndoOffer,
)
from planner.calls.steps import GOES_ON, NEXT_CALL, TRIED, can_withdraw
from planner.orders import ROLES


@dataclass(frozen=True)
class NightCalls:
    """What the board is made of: the night's calls, newest first, and their steps; the turer of their orders, and the
    steps that people noted of these; whom each call would go to next, where that is asked for; which call is the
    newest about each order; how long an answer is awaited, and how long *Ångra* is offered; the keys that nobody is
    wanted for any more (``let_go``)."""

    calls: Sequence[CallNow] = ()
    histories: Mapping[str, Sequence[CallEvent]] = field(default_factory=dict)
    turer: Mapping[str, BoardTur] = field(default_factory=dict)
    steps: Mapping[str, Sequence[OrderEvent]] = field(default_factory=dict)
    next: Mapping[str, CallOut | None] = field(default_factory=dict)
    newest: Mapping[str, str] = field(default_factory=dict)
    answer_within: timedelta = timedelta(minutes=5)
    undo_within: timedelta = timedelta(seconds=8)
    let_go: Collection[str] = ()


AWAITED: frozenset[CallState] = frozenset({"sent", "delivered"})
STILL: Mapping[CallState, BoardWord] = {
    "made": "leaves",
    "tried": "leaving",
    "waits": "waits",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "unsure": "unsure",
    "by_hand": "by_hand",
    "acknowledged": "acknowledged",
    "refused": "refused",
    "unanswered": "no_answer",
    "stopped": "stopped",
}
STOPS: Mapping[CallState, BoardWord] = {
    "made": "stopped",
    "tried": "stopped",
    "waits": "stopped",
    "sent": "stop_sent",
    "delivered": "stop_sent",
    "acknowledged": "stop_sent",
}
HAND: frozenset[BoardWord] = frozenset({"failed", "unsure", "by_hand", "refused", "no_answer", "late_yes"})
WAITING: frozenset[BoardWord] = frozenset({"leaves", "leaving", "waits", "sent", "delivered"})
OPEN_ORDER: frozenset[OrderState] = frozenset({"decided", "sent", "unanswered"})
PLACES: tuple[Place, ...] = ("hand", "waiting", "changed", "rest")
FRESH = timedelta(minutes=5)
"""How long something counts as just changed."""
SILENT: frozenset[CallEventKind] = frozenset({"tried", "waits", "undone"})
"""Steps of a call that tell a reader nothing."""


def board(night: NightCalls, now: datetime) -> Board:
    """The board at a time: a row for each vehicle by its newest call, and for each older one that still waits for
    something or has a tur that is not done; and for a yes to what another vehicle was called out for since."""
    rows = [row for call in _shown(night) if (row := _row(night, call, now)) is not None]
    rows.sort(key=_order)
    receipt = _receipt(night)
    return Board(tuple(rows), _counts(rows), receipt, _undo(night, receipt, now))


def _shown(night: NightCalls) -> Iterator[CallNow]:
    seen: set[str] = set()
    for call in night.calls:
        if call.state == "withdrawn" or not any(order in night.turer for order in call.orders):
            continue
        if _own(night, call):
            if call.vehicle not in seen or _is_open(night, call) or _still_holds(night, call):
                seen.add(call.vehicle)
                yield call
        elif call.state == "acknowledged" and not _same_vehicle_has_them(night, call):
            yield call


def _own(night: NightCalls, call: CallNow) -> bool:
    """Whether a call still is about something: no newer one is about all of its orders."""
    return call.kind == "stop" or any(night.newest.get(order) == call.id for order in call.orders)


def _same_vehicle_has_them(night: NightCalls, call: CallNow) -> bool:
    vehicles = {one.id: one.vehicle for one in night.calls}
    return {vehicles.get(night.newest.get(order, "")) for order in call.orders} <= {call.vehicle}


def _is_open(night: NightCalls, call: CallNow) -> bool:
    word = _word(night, call)
    return _needs(night, call, word) or word in WAITING


def _still_holds(night: NightCalls, call: CallNow) -> bool:
    """Whether a call's vehicle has a tur by it that is neither done nor over."""
    own = (order for order in call.orders if night.newest.get(order) == call.id)
    return call.kind == "go" and any(night.turer[o].state in UNDER_WAY for o in own if o in night.turer)


def _left_over(night: NightCalls, call: CallNow) -> bool:
    """Whether one of a call's turer was refused, nobody has it since, and it still is to be driven."""
    own = [tur for tur in _turer(night, call) if tur.state == "refused"]
    given = {tur.key for tur in night.turer.values() if tur.state not in {"refused", "aborted"}}
    return any(tur.key not in given and tur.key not in night.let_go for tur in own)


def _needs(night: NightCalls, call: CallNow, word: BoardWord) -> bool:
    """Whether a row waits for a person; not where a no was dealt with."""
    return word in HAND and (word != "refused" or _open_turer(night, call) or _left_over(night, call))


def _word(night: NightCalls, call: CallNow) -> BoardWord:
    if call.kind == "stop":
        return STOPS.get(call.state) or STILL[call.state]
    if not _own(night, call):
        return "late_yes"
    word = STILL[call.state]
    if word in HAND and not _open_turer(night, call):
        return _ended(night, call)
    return word


def _ended(night: NightCalls, call: CallNow) -> BoardWord:
    """What a call came to of whose turer none waits for an answer: a no that nobody has dealt with goes first."""
    states = {tur.state for tur in _turer(night, call)}
    if _left_over(night, call):
        return "refused"
    if states & {"acknowledged", "started", "done"}:
        return "acknowledged"
    return "refused" if "refused" in states else "stopped"


def _turer(night: NightCalls, call: CallNow) -> tuple[BoardTur, ...]:
    return tuple(night.turer[order] for order in call.orders if order in night.turer)


def _open_turer(night: NightCalls, call: CallNow) -> bool:
    """Whether one of a call's own orders waits for an answer."""
    own = (order for order in call.orders if night.newest.get(order) == call.id)
    return any(night.turer[order].state in OPEN_ORDER for order in own if order in night.turer)


def _row(night: NightCalls, call: CallNow, now: datetime) -> BoardRow | None:
    word = _word(night, call)
    needs = _needs(night, call, word)
    follows = _next(night, call, word, now)
    fresh = now - call.state_at <= FRESH
    place: Place = "hand" if needs else "waiting" if word in WAITING else "changed" if fresh else "rest"
    return BoardRow(
        call_id=call.id,
        kind=call.kind,
        vehicle=call.vehicle,
        contractor=call.contractor,
        turer=_turer(night, call),
        who=call.who,
        channel=call.channel,
        address=call.address,
        made_at=call.made_at,
        sent_at=call.sent_at,
        delivered_at=call.delivered_at,
        answered_at=call.answered_at,
        state=call.state,
        state_at=_since(night, call, word),
        state_who=call.state_who,
        note=call.state_note,
        word=word,
        by_dispatcher=call.state == "acknowledged" and call.state_who in ROLES,
        leaves_in=_seconds(call.leaves_at, now) if call.state == "made" else None,
        next=follows,
        instead_of=_instead(night, call),
        needs=needs,
        place=place,
        acts=tuple(_acts(night, call, word, follows, now)),
    )


def _since(night: NightCalls, call: CallNow, word: BoardWord) -> datetime:
    """Since when a call is as it is told; one that was acknowledged and of which a part was refused since, since its
    yes."""
    if not word == "acknowledged" != call.state:
        return call.state_at
    yes = [event.at for event in night.histories.get(call.id, ()) if event.kind == "acknowledged"]
    return max(yes, default=call.answered_at or call.state_at)


def _next(night: NightCalls, call: CallNow, word: BoardWord, now: datetime) -> BoardNext | None:
    place = night.next.get(call.id)
    if call.kind == "stop" or place is None or word not in HAND | WAITING:
        return None
    told = (call.sent_at or call.delivered_at) if call.state in AWAITED else None
    at = None if told is None else told + night.answer_within
    return BoardNext(place.vehicle, place.who, at, None if at is None else _seconds(at, now))


def _seconds(at: datetime, now: datetime) -> float:
    return max(0.0, (at - now).total_seconds())


def _instead(night: NightCalls, call: CallNow) -> InsteadOf | None:
    before = next((one for one in night.calls if one.id == call.follows), None)
    if before is None or before.vehicle == call.vehicle or call.kind == "stop":
        return None
    refused = any(event.kind == "refused" for event in night.histories.get(before.id, ()))
    return InsteadOf(before.vehicle, before.who, call.made_at, refused)


def _acts(night: NightCalls, call: CallNow, word: BoardWord, follows: BoardNext | None, now: datetime) -> Iterator[Act]:
    if can_withdraw(call, now):
        yield "withdraw"
    go, still = call.kind == "go", _open_turer(night, call)
    if "acknowledged" in NEXT_CALL[call.state] and call.state != "made" and (still if go else word in HAND):
        yield "rang"
        if go and "refused" in NEXT_CALL[call.state]:
            yield "cannot"
    if go and ("stopped" in NEXT_CALL[call.state]) and (word == "late_yes" or _stoppable(night, call)):
        yield "stop"
    if go and still and call.state in TRIED:
        yield "again"
    if go and still and call.state in GOES_ON and follows is not None:
        yield "next"


def _stoppable(night: NightCalls, call: CallNow) -> bool:
    """Whether one of its turer can still be called off without taking a vehicle off the road."""
    own = (order for order in call.orders if night.newest.get(order) == call.id)
    return any(night.turer[o].state in OPEN_ORDER | {"acknowledged"} for o in own if o in night.turer)


def _order(row: BoardRow) -> tuple[int, float, str]:
    within = {
        "hand": row.state_at.timestamp(),
        "waiting": row.next.seconds if row.next and row.next.seconds is not None else 1e9,
        "changed": -row.state_at.timestamp(),
        "rest": 0.0,
    }
    return PLACES.index(row.place), float(within[row.place]), row.vehicle


def _counts(rows: Sequence[BoardRow]) -> BoardCounts:
    words = Counter(row.word for row in rows)
    return BoardCounts(
        vehicles=len({row.vehicle for row in rows}),
        turer=len({tur.target for row in rows for tur in row.turer}),
        leaving=words["leaves"] + words["leaving"] + words["waits"],
        waiting=words["sent"] + words["delivered"],
        acknowledged=words["acknowledged"],
        no_answer=words["no_answer"],
        refused=words["refused"],
        failed=words["failed"],
        unsure=words["unsure"],
        by_hand=words["by_hand"],
        stopped=words["stopped"] + words["stop_sent"],
        needs=sum(row.needs for row in rows),
    )


def _receipt(night: NightCalls) -> BoardReceipt | None:
    """The last thing that happened to a call, or that somebody noted of one of its orders."""
    by_id = {call.id: call for call in night.calls}
    told = [e for events in night.histories.values() for e in events if e.kind not in SILENT and e.call_id in by_id]
    ours = [e for events in night.steps.values() for e in events if e.order_id in night.turer]
    noted = [e for e in ours if e.who in ROLES and e.kind != "undone"]
    last = max(reversed(told), key=lambda e: e.at, default=None)  # of one instant, the later step
    own = max(reversed(noted), key=lambda e: e.at, default=None)
    if own is not None and (last is None or own.at > last.at):
        tur = night.turer.get(own.order_id)
        return BoardReceipt(
            own.at, own.kind, own.who, own.vehicle, tur.target if tur else "", own.note, order_id=own.order_id
        )
    if last is None:
        return None
    call = by_id[last.call_id]
    vehicles = {by_id[e.call_id].vehicle for e in told if (e.at, e.kind) == (last.at, last.kind)}
    target = next((tur.target for tur in _turer(night, call)), "")
    return BoardReceipt(last.at, last.kind, last.who, call.vehicle, target, last.note, call.id, vehicles=len(vehicles))


def _undo(night: NightCalls, receipt: BoardReceipt | None, now: datetime) -> UndoOffer | None:
    """What *Ångra* takes back: what has not left, else the last step that a person noted, for a while."""
    going = [call for call in night.calls if can_withdraw(call, now) and now <= call.leaves_at]
    if going:
        until = max(call.leaves_at for call in going)
        return UndoOffer("withdraw", tuple(call.id for call in going), until, _seconds(until, now))
    if receipt is None or receipt.who not in ROLES or now > receipt.at + night.undo_within:
        return None
    until = receipt.at + night.undo_within
    if receipt.order_id is not None:
        return UndoOffer("order", (receipt.order_id,), until, _seconds(until, now))
    call = next((one for one in night.calls if one.id == receipt.call_id), None)
    if call is None or receipt.kind not in {"acknowledged", "sent"} or not call.orders:
        return None
    return UndoOffer("order", (call.orders[0],), until, _seconds(until, now))
