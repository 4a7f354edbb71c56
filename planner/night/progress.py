"""How far a tur is: what is done, what is left, and when it will be ready. Missing is never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from city.entities import OrderEvent
from city.passage import Track
from city.plan import Intervention, SegmentAction
from city.vocabulary import OrderState

Feed = Literal["none", "live", "silent"]
"""Whether positions come in: none has, they do, or they have stopped."""
SILENT_AFTER = timedelta(minutes=10)
"""A vehicle that is out and says nothing for so long is silent: a choice of ours."""
EARLY = timedelta(minutes=30)
"""How long before its planned start an order may have been begun of whose start nobody told: a choice of ours."""


@dataclass(frozen=True)
class Street:
    """A street of a tur: its name, and its length [m]."""

    id: str
    name: str
    length_m: float


@dataclass(frozen=True)
class Progress:
    """How far an order is. ``share`` of the work [0, 1], None where nobody can say; ``done`` and ``left`` are segments
    in driving order, ``left`` None where that is not known; ``done_m`` and ``left_m`` metres of them, each once.

    ``heard_at`` is when somebody or something last told of the work; with a ``silent`` feed all that is done is what
    was done then. ``ready_at`` is when it will be done, or was; None for what was broken off. ``late_s`` beyond its
    deadline [s]. ``unseen`` are the longer streets that are said to be done though the vehicle's positions were
    never on them.
    """

    state: OrderState
    feed: Feed
    segments: int
    share: float | None = None
    done: tuple[str, ...] = ()
    left: tuple[str, ...] | None = None
    done_m: float | None = None
    left_m: float | None = None
    heard_at: datetime | None = None
    ready_at: datetime | None = None
    late_s: float | None = None
    unseen: tuple[str, ...] = ()


def progress(
    item: Intervention,
    streets: Mapping[str, Street],
    state: OrderState,
    history: Sequence[OrderEvent],
    track: Track,
    now: datetime,
    *,
    silent_after: timedelta = SILENT_AFTER,
    later: frozenset[str] = frozenset(),
) -> Progress:
    """How far an order of ``item`` is. ``streets`` are the known ones of its segments, ``track`` its positions;
    ``later`` those that its driver left for another time: they are not done, also where the order is."""
    parts = item.segments if isinstance(item.segments, tuple) else ()
    said = {event.segment: event.at for event in history if event.kind == "segment_done" and event.segment}
    if _called_off(state, history):
        track = Track()
    heard_at = max([*said.values(), *([track.until] if track.until else [])], default=None)
    shares = _shares(parts, said, track, state) | dict.fromkeys(later, 0.0)
    known = bool(parts) and _can_be_said(state, history, heard_at)
    share = _share(parts, streets, shares) if known else (1.0 if state == "done" else None)
    ready_at = _ready_at(item, state, history, share, heard_at, now)
    done = tuple(part.id for part in parts if known and shares[part.id] >= 1.0)
    left = tuple(part.id for part in parts if shares[part.id] < 1.0) if known else None
    return Progress(
        state=state,
        feed=_feed(state, track, now, silent_after),
        segments=len(parts),
        share=share,
        done=done,
        left=left,
        done_m=_metres(done, streets) if known else None,
        left_m=None if left is None else _metres(left, streets),
        heard_at=heard_at,
        ready_at=ready_at,
        late_s=_late_s(item, ready_at),
        unseen=_unseen(parts, said, track, streets) if state == "done" else (),
    )


def _shares(
    parts: Sequence[SegmentAction], said: Mapping[str, datetime], track: Track, state: OrderState
) -> dict[str, float]:
    """How much of each segment is done: all of what somebody said, else its passages of those that it needs."""
    driven = track.passages or {}
    return {
        part.id: 1.0 if state == "done" or part.id in said else min(1.0, driven.get(part.id, 0) / max(1, part.passes))
        for part in parts
    }


def _can_be_said(state: OrderState, history: Sequence[OrderEvent], heard_at: datetime | None) -> bool:
    """An order that nobody has begun is not done anywhere; of one that is out, somebody must have told."""
    begun = any(event.kind in {"acknowledged", "started"} for event in history)
    return heard_at is not None or state == "done" or not begun or _called_off(state, history)


def _called_off(state: OrderState, history: Sequence[OrderEvent]) -> bool:
    """Whether an order ended before anybody told that it was begun: nothing was driven for it, wherever its vehicle
    was."""
    begun = any(event.kind in {"started", "segment_done"} for event in history)
    return state in {"aborted", "refused"} and not begun


def _share(parts: Sequence[SegmentAction], streets: Mapping[str, Street], shares: Mapping[str, float]) -> float:
    """Done work of all work, in metres times passages; a street that is not known any more counts as a middling one."""
    known = [streets[part.id].length_m for part in parts if part.id in streets]
    usual = sum(known) / len(known) if known else 1.0
    work = {p.id: p.passes * (streets[p.id].length_m if p.id in streets else usual) for p in parts}
    whole = sum(work.values())
    return sum(work[name] * shares[name] for name in work) / whole if whole > 0 else 1.0


def _metres(names: Sequence[str], streets: Mapping[str, Street]) -> float:
    return round(sum(streets[name].length_m for name in names if name in streets), 1)


def _feed(state: OrderState, track: Track, now: datetime, silent_after: timedelta) -> Feed:
    if track.newest is None:
        return "none"
    return "silent" if state in {"acknowledged", "started"} and now - track.newest > silent_after else "live"


def _ready_at(
    item: Intervention,
    state: OrderState,
    history: Sequence[OrderEvent],
    share: float | None,
    heard_at: datetime | None,
    now: datetime,
) -> datetime | None:
    """When the work will be done: never before now; for what is done, when it was."""
    if state == "done":
        return _at(history, "done")
    if state in {"aborted", "refused"}:
        return None
    planned = timedelta(minutes=item.minutes)
    begun = _at(history, "started") or (_likely_begun(item, history) if share else None)
    if begun is None and item.ready_by is not None and item.starts_at is not None and now <= item.starts_at:
        return item.ready_by
    if begun is None:
        return max(now, item.starts_at or now) + planned
    if share is None or heard_at is None:
        return max(now, begun + planned)
    as_of = max(begun, heard_at)
    return max(now, as_of + (1.0 - share) * pace(planned, as_of - begun, share))


def _likely_begun(item: Intervention, history: Sequence[OrderEvent]) -> datetime | None:
    """When an order was begun of which nobody told: not before it was acknowledged, nor long before its planned
    start, as its positions count (``vehicle_work``)."""
    acknowledged = _at(history, "acknowledged")
    if acknowledged is None or item.starts_at is None:
        return acknowledged
    return max(acknowledged, item.starts_at - EARLY)


def pace(
    planned: timedelta, gone: timedelta, share: float, *, trust: float = 0.5, most: float = 2.0, least: float = 0.5
) -> timedelta:
    """How long the whole tur takes at the pace so far, blended with the plan's.

    The plan counts as much as ``trust`` of the tur driven at its pace would: at the beginning all that is known is the
    plan, at the end the vehicle's own pace is two thirds. Between ``least`` and ``most`` times the plan. All three are
    choices of ours.
    """
    blended = (gone + trust * planned) / (share + trust)
    return min(most * planned, max(least * planned, blended))


def _late_s(item: Intervention, ready_at: datetime | None) -> float | None:
    if item.deadline is None or ready_at is None or ready_at <= item.deadline:
        return None
    return (ready_at - item.deadline).total_seconds()


def _unseen(
    parts: Sequence[SegmentAction],
    said: Mapping[str, datetime],
    track: Track,
    streets: Mapping[str, Street],
    *,
    least_m: float = 80.0,
) -> tuple[str, ...]:
    """Streets of a finished tur that nobody named and no position was on; none where there were no positions.

    Shorter ones than ``least_m`` are not told: matching misses one in ten of these (docs/benchmarks.md, ``follow``).
    """
    driven = track.passages
    long = {name for name, street in streets.items() if street.length_m >= least_m}
    return tuple(p.id for p in parts if p.id in long - said.keys() and not driven.get(p.id)) if driven else ()


def _at(history: Sequence[OrderEvent], kind: str) -> datetime | None:
    return next((event.at for event in history if event.kind == kind), None)
