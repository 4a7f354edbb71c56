"""What happened in the night, and what the next shift must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from city.entities import OrderEvent
from city.plan import Intervention, Plan
from city.vocabulary import OrderState
from planner.night.progress import Feed, Progress, Street

Todo = Literal["call", "rest", "decide", "wait", "look", "follow"]
"""What is left to do with a tur: call by hand; drive what was broken off or refused; decide on what was not called out;
wait for an answer; look at streets that no position was on; follow what is out."""
URGENCY: tuple[Todo | None, ...] = ("call", "rest", "decide", "wait", "follow", "look", None)
WHAT_REMAINS: Mapping[str, Todo] = {
    "unanswered": "call",
    "refused": "rest",
    "aborted": "rest",
    "proposed": "decide",
    "decided": "wait",
    "sent": "wait",
    "acknowledged": "follow",
    "started": "follow",
}


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
    """What is known of an order: its present vehicle and state, its history, and how far it is."""

    id: str
    key: str
    vehicle: str | None
    contractor: str | None
    state: OrderState
    history: Sequence[OrderEvent]
    progress: Progress


@dataclass(frozen=True)
class TurNight:
    """One tur of the night. ``left`` and ``unseen`` are streets by name, ``left`` None where nobody can say."""

    key: str
    target: str
    title: str
    priority: int
    state: OrderState | Literal["proposed"]
    vehicle: str | None
    contractor: str | None
    order_id: str | None = None
    deadline: datetime | None = None
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
    passed_on: tuple[PassedOn, ...] = ()
    remarks: tuple[Remark, ...] = ()
    todo: Todo | None = None


@dataclass(frozen=True)
class Handover:
    """One night: its turer, what the next shift must do first. ``states`` counts them; ``left_m`` of all streets that
    are known to be left [m]; ``unknown`` turer are those of which nobody can tell."""

    service_day: date
    at: datetime
    turer: tuple[TurNight, ...]
    states: Mapping[str, int]
    left_streets: int
    left_m: float
    unknown: int


def handover(
    service_day: date,
    now: datetime,
    orders: Sequence[tuple[KnownNight, Intervention]],
    plan: Plan | None,
    streets: Mapping[str, Street],
) -> Handover:
    """The night as it stands ``now``. ``orders`` in the order in which they were made, each with what it was made of;
    ``plan`` is the newest of the day, whose turer without an order were not called out."""
    newest = {known.key: known.id for known, _ in orders}
    asked = {item.key for item in plan.interventions} if plan else set()
    turer = [
        _tur(known, item, streets, open_=newest[known.key] == known.id and not _stood_down(known, asked))
        for known, item in orders
    ]
    turer += [_proposed(item) for item in (plan.interventions if plan else ()) if item.key not in newest]
    ordered = sorted(turer, key=lambda tur: (URGENCY.index(tur.todo), tur.priority, tur.target))
    open_ = [tur for tur in turer if tur.todo is not None]
    return Handover(
        service_day=service_day,
        at=now,
        turer=tuple(ordered),
        states=dict(Counter(tur.state for tur in turer)),
        left_streets=sum(len(tur.left or ()) for tur in open_),
        left_m=round(sum(tur.left_m or 0.0 for tur in open_), 1),
        unknown=sum(tur.left is None for tur in open_),
    )


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


def _stood_down(known: KnownNight, asked: Collection[str]) -> bool:
    """Whether an order was called off before anybody began, on a tur that the newest plan asks for no more."""
    return known.state == "aborted" and known.key not in asked and _when(known.history, "started") is None


def _tur(known: KnownNight, item: Intervention, streets: Mapping[str, Street], *, open_: bool) -> TurNight:
    """``open_``: no newer order was made of the same tur, and it is still asked for, so that what is left of it is
    still to be done."""
    found = known.progress
    unseen = _named(found.unseen, streets)
    todo = WHAT_REMAINS.get(known.state) or ("look" if unseen else None)
    return TurNight(
        key=known.key,
        target=item.target,
        title=item.title,
        priority=item.priority,
        state=known.state,
        vehicle=known.vehicle,
        contractor=known.contractor,
        order_id=known.id,
        deadline=item.deadline,
        called_at=_when(known.history, "sent"),
        acknowledged_at=_when(known.history, "acknowledged"),
        started_at=_when(known.history, "started"),
        ended_at=_when(known.history, "done", "aborted", "refused"),
        share=found.share,
        left=None if found.left is None else _named(found.left, streets),
        left_m=found.left_m,
        unseen=unseen,
        feed=found.feed,
        heard_at=found.heard_at,
        ready_at=found.ready_at,
        late_s=found.late_s,
        passed_on=passed_on(known.history, item.vehicle),
        remarks=tuple(_remarks(known.history)),
        todo=todo if open_ else None,
    )


def _proposed(item: Intervention) -> TurNight:
    """A tur that the plan wants and nobody was called out for."""
    return TurNight(
        key=item.key,
        target=item.target,
        title=item.title,
        priority=item.priority,
        state="proposed",
        vehicle=item.vehicle,
        contractor=item.contractor,
        deadline=item.deadline,
        left=(),
        todo="decide",
    )


def _remarks(history: Sequence[OrderEvent]) -> list[Remark]:
    told = [e for e in history if e.kind != "overridden" and (e.note or e.kind in {"refused", "aborted"})]
    return [Remark(event.at, event.kind, event.who, event.note) for event in told]


def _named(segments: Sequence[str], streets: Mapping[str, Street]) -> tuple[Street, ...]:
    return tuple(streets.get(name, Street(name, name, 0.0)) for name in segments)


def _when(history: Sequence[OrderEvent], *kinds: str) -> datetime | None:
    return next((event.at for event in history if event.kind in kinds), None)
