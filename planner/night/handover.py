"""What happened in the night, and what the next shift must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from city.entities import OrderEvent
from city.plan import Intervention, Plan
from city.vocabulary import CALLED, OrderState
from planner.night.progress import Feed, Progress, Street

Todo = Literal["call", "no_vehicle", "decide", "rest", "send", "wait", "look", "follow"]
"""What is left to do with a tur: call by hand; find a vehicle; decide on what was not called out; drive what was broken
off or refused; send what was only decided; wait for an answer; look at streets that no position was on; follow what is
out."""
URGENCY: tuple[Todo, ...] = ("call", "no_vehicle", "decide", "rest", "send", "wait", "look", "follow")
GRACE = timedelta(minutes=5)
"""What begins or ends so much later than planned is not told as late: a choice of ours."""
BY_HAND = frozenset({"failed", "unsure", "by_hand", "unanswered"})
"""States of a call after which somebody must ring."""
WHAT_REMAINS: Mapping[str, Todo] = {
    "unanswered": "call",
    "refused": "rest",
    "aborted": "rest",
    "proposed": "decide",
    "decided": "send",
    "sent": "wait",
    "acknowledged": "follow",
    "started": "follow",
}
ENDED = frozenset({"aborted", "refused"})


@dataclass(frozen=True)
class PassedOn:
    """A vehicle that did not answer within ``waited_s`` [s]; ``to_vehicle`` (``who`` there) was called next, None where
    nobody was left."""

    at: datetime
    waited_s: float
    from_vehicle: str | None
    to_vehicle: str | None
    who: str


@dataclass(frozen=True)
class Remark:
    """What somebody wrote with a step, or why it ended: refused, broken off."""

    at: datetime
    kind: str
    who: str
    note: str


@dataclass(frozen=True)
class KnownNight:
    """What is known of an order: its present vehicle and state, its history, how far it is, and whether its vehicle is
    ``out`` of service in the time of its work, which the newest plan still asks for."""

    id: str
    key: str
    vehicle: str | None
    contractor: str | None
    state: OrderState
    history: Sequence[OrderEvent]
    progress: Progress
    out: bool = False


@dataclass(frozen=True)
class TurNight:
    """One run of a tur. ``left`` and ``unseen`` are streets by name, ``left`` None where nobody can say. ``late_s``
    beyond its deadline, ``began_late_s`` and ``ended_late_s`` beyond what was planned [s]; ``declined`` is the cause
    where somebody turned it down and that holds.
    """

    key: str
    target: str
    title: str
    priority: int
    state: OrderState | Literal["proposed"]
    vehicle: str | None
    contractor: str | None
    run: int = 1
    order_id: str | None = None
    starts_at: datetime | None = None
    ready_by: datetime | None = None
    deadline: datetime | None = None
    made_at: datetime | None = None
    called_at: datetime | None = None
    acknowledged_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    share: float | None = None
    left: tuple[Street, ...] | None = None
    left_m: float | None = None
    unseen: tuple[Street, ...] = ()
    feed: Feed = "none"
    heard_at: datetime | None = None
    ready_at: datetime | None = None
    late_s: float | None = None
    began_late_s: float | None = None
    ended_late_s: float | None = None
    declined: str | None = None
    passed_on: tuple[PassedOn, ...] = ()
    remarks: tuple[Remark, ...] = ()
    todo: Todo | None = None


@dataclass(frozen=True)
class Handover:
    """One service day: its runs in the order of time, and what the next shift must do.

    ``states`` counts the runs; ``called`` turer were called out in ``called_runs``, of which ``done_runs`` are done.
    ``left_m`` is of all streets that are known to be left [m]; ``unknown`` runs are those of which nobody can tell.
    ``unreachable`` streets nobody can drive to, ``without_vehicle`` turer are needed and no vehicle can.
    """

    service_day: date
    at: datetime
    turer: tuple[TurNight, ...]
    states: Mapping[str, int]
    left_streets: int
    left_m: float
    unknown: int
    called: int = 0
    called_runs: int = 0
    done_runs: int = 0
    unreachable: int = 0
    without_vehicle: int = 0
    todo: tuple[str, ...] = field(default=())


def handover(
    service_day: date,
    now: datetime,
    orders: Sequence[tuple[KnownNight, Intervention]],
    plan: Plan | None,
    streets: Mapping[str, Street],
    *,
    declined: Mapping[str, str] | None = None,
    calls: Mapping[str, str] | None = None,
) -> Handover:
    """The night as it stands ``now``. ``orders`` in the order in which they were made, each with what it was made of;
    ``plan`` is the newest of the day, whose turer without an order were not called out. ``declined`` are keys that were
    turned down, with the cause; ``calls`` the states of calls that nobody has answered, by key."""
    newest = {known.key: known.id for known, _ in orders}
    wanted = {item.key for item in plan.interventions if item.key not in (declined or {})} if plan else set()
    over = _driven_again(orders)
    turer = [
        _tur(
            known,
            item,
            streets,
            now,
            calls or {},
            open_=newest[known.key] == known.id and known.id not in over and not _let_go(known, wanted),
        )
        for known, item in orders
    ]
    turer += [
        _proposed(item, (declined or {}).get(item.key), now)
        for item in (plan.interventions if plan else ())
        if item.key not in newest
    ]
    ordered = sorted(turer, key=lambda tur: (_begins(tur, now), tur.priority, tur.target, tur.run))
    open_ = [tur for tur in ordered if tur.todo is not None]
    called = [tur for tur in turer if tur.called_at or tur.acknowledged_at or tur.started_at or tur.state == "done"]
    return Handover(
        service_day=service_day,
        at=now,
        turer=tuple(ordered),
        states=dict(Counter(tur.state for tur in turer)),
        left_streets=sum(len(tur.left or ()) for tur in open_),
        left_m=round(sum(tur.left_m or 0.0 for tur in open_), 1),
        unknown=sum(tur.left is None and _has_begun(tur, now) for tur in open_),
        called=len({tur.target for tur in called}),
        called_runs=len(called),
        done_runs=sum(tur.state == "done" for tur in called),
        unreachable=int((plan.totals.get("unreachable_segments") or 0) if plan else 0),
        without_vehicle=int((plan.totals.get("without_vehicle") or 0) if plan else 0),
        todo=tuple(sorted({tur.todo for tur in open_ if tur.todo}, key=URGENCY.index)),
    )


def _begins(tur: TurNight, now: datetime) -> datetime:
    """By which time a run stands in the night: when it began, was called out or decided, or is to begin."""
    if tur.state == "proposed":
        return max(now, tur.starts_at or now)
    return tur.started_at or tur.called_at or tur.made_at or now


def _has_begun(tur: TurNight, now: datetime) -> bool:
    """Whether a run has begun or should have: of one that starts later nobody asks how far it is."""
    return tur.started_at is not None or tur.starts_at is None or tur.starts_at <= now


def _driven_again(orders: Sequence[tuple[KnownNight, Intervention]]) -> set[str]:
    """Orders that ended and whose tur was begun anew after that: what they left is that one's."""
    begun = [(item.target, known.id, _when(known.history, "started", "done")) for known, item in orders]
    over: set[str] = set()
    for known, item in orders:
        ended = _when(known.history, "done", "aborted", "refused")
        if ended and any(tur == item.target and at and at >= ended and one != known.id for tur, one, at in begun):
            over.add(known.id)
    return over


def passed_on(history: Sequence[OrderEvent], first: str | None) -> tuple[PassedOn, ...]:
    """Who did not answer, and who was called next; ``first`` is the vehicle that the order was made for."""
    found: list[PassedOn] = []
    holder, called = first, history[0].at
    for event in history:
        if event.kind == "sent":
            called = event.at
        elif event.kind == "unanswered" or (event.kind == "overridden" and event.vehicle):
            waited = (event.at - called).total_seconds()
            found.append(PassedOn(event.at, waited, holder, event.vehicle, event.note if event.vehicle else ""))
            holder, called = event.vehicle or holder, event.at
    return tuple(found)


def _let_go(known: KnownNight, wanted: Collection[str]) -> bool:
    """Whether an order was called off or refused before anybody began, on a tur that the newest plan asks for no more
    or that was turned down since."""
    return known.state in ENDED and known.key not in wanted and _when(known.history, "started") is None


def _tur(
    known: KnownNight,
    item: Intervention,
    streets: Mapping[str, Street],
    now: datetime,
    calls: Mapping[str, str],
    *,
    open_: bool,
) -> TurNight:
    """``open_``: no newer order was made of the same tur, and it is still asked for, so that what is left of it is
    still to be done."""
    found = known.progress
    unseen = _named(found.unseen, streets)
    todo = WHAT_REMAINS.get(known.state) or ("look" if unseen else None)
    if known.state in {"decided", "sent"} and calls.get(known.key) in BY_HAND:
        todo = "call"
    if known.out and known.state in CALLED:
        todo = "no_vehicle"
    began, ended = _when(known.history, "started"), _when(known.history, "done")
    return TurNight(
        key=known.key,
        target=item.target,
        title=item.title,
        priority=item.priority,
        state=known.state,
        vehicle=known.vehicle,
        contractor=known.contractor,
        run=_run(item),
        order_id=known.id,
        starts_at=item.starts_at,
        ready_by=item.ready_by,
        deadline=item.deadline,
        made_at=known.history[0].at,
        called_at=_when(known.history, "sent"),
        acknowledged_at=_when(known.history, "acknowledged"),
        started_at=began,
        ended_at=_when(known.history, "done", "aborted", "refused"),
        share=found.share,
        left=None if found.left is None else _named(found.left, streets),
        left_m=found.left_m,
        unseen=unseen,
        feed=found.feed,
        heard_at=found.heard_at,
        ready_at=found.ready_at,
        late_s=found.late_s,
        began_late_s=None if known.state in ENDED else _late(item.starts_at, began or now),
        ended_late_s=None if known.state in ENDED else _late(item.ready_by, ended or found.ready_at),
        passed_on=passed_on(known.history, item.vehicle),
        remarks=tuple(_remarks(known.history)),
        todo=todo if open_ else None,
    )


def _proposed(item: Intervention, declined: str | None, now: datetime) -> TurNight:
    """A tur that the plan wants and nobody was called out for; one that was turned down is nobody's to do."""
    waits: Todo = "decide" if item.vehicle or item.kind == "heat" else "no_vehicle"
    return TurNight(
        key=item.key,
        target=item.target,
        title=item.title,
        priority=item.priority,
        state="proposed",
        vehicle=item.vehicle,
        contractor=item.contractor,
        run=_run(item),
        starts_at=item.starts_at,
        ready_by=item.ready_by,
        deadline=item.deadline,
        began_late_s=_late(item.starts_at, now),
        declined=declined,
        left=(),
        todo=None if declined else waits,
    )


def _run(item: Intervention) -> int:
    """Which drive of its tur in the service day it is."""
    last = item.key.rpartition(":")[2]
    return int(last) if last.isdigit() else 1


def _late(planned: datetime | None, at: datetime | None) -> float | None:
    """How much later than planned something was or will be [s]; None where it is in time or nobody planned it."""
    if planned is None or at is None or at <= planned + GRACE:
        return None
    return (at - planned).total_seconds()


def _remarks(history: Sequence[OrderEvent]) -> list[Remark]:
    told = [
        e for e in history if e.kind not in {"overridden", "undone"} and (e.note or e.kind in {"refused", "aborted"})
    ]
    return [Remark(event.at, event.kind, event.who, event.note) for event in told]


def _named(segments: Sequence[str], streets: Mapping[str, Street]) -> tuple[Street, ...]:
    return tuple(streets.get(name, Street(name, name, 0.0)) for name in segments)


def _when(history: Sequence[OrderEvent], *kinds: str) -> datetime | None:
    return next((event.at for event in history if event.kind in kinds), None)
