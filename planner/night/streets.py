"""How each street stands in the night: left, being driven, done, or not cared for, and why. A function of values.

What is not reached is never taken for what is not needed, and what was done stays done when a new plan comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from city.vocabulary import OrderState

StreetState = Literal[
    "left", "doing_left", "doing_done", "done", "unreachable", "not_covered", "no_vehicle", "not_needed"
]
STATES: tuple[StreetState, ...] = (
    *("left", "doing_left", "doing_done", "done"),
    *("unreachable", "not_covered", "no_vehicle", "not_needed"),
)
RunState = OrderState | Literal["proposed"]
UncaredState = Literal["unreachable", "not_covered", "no_vehicle"]
Cause = Literal["", "run_again", "no_way", "keeper", "tunnel", "over_limit", "no_depth", "plan"]
"""Why, where the state alone does not tell: driven, and asked for once more; no way leads to it; somebody else keeps
it; it lies under a roof; it is over its limit and in no tur; nobody knows its depth; the plan's own words say it."""
KINDS: Mapping[str, UncaredState] = {
    "no_vehicle": "no_vehicle",
    "unreachable": "unreachable",
    "not_covered": "not_covered",
    "left_out": "not_covered",
}
"""What a plan calls what it does not care for, as the state of a street."""
ENDED: frozenset[RunState] = frozenset({"done", "aborted", "refused"})
ORDER: tuple[StreetState, ...] = ("doing_left", "doing_done", "left", "done")
"""Which of several runs of one street is told: the one that is out, then the one that waits, then the one that was."""


@dataclass(frozen=True)
class StreetGiven:
    """What is fixed of a street. ``ours`` is False where somebody else keeps it, ``covered`` True in a tunnel."""

    id: str
    length_m: float
    reachable: bool = True
    ours: bool = True
    covered: bool = False


@dataclass(frozen=True)
class StreetDepth:
    """Snow on a street [cm]: as it is, its lowest reading, the limit of its class, and when that is reached, None where
    it is not."""

    now_cm: float
    low_cm: float
    limit_cm: float | None = None
    needed_at: datetime | None = None


@dataclass(frozen=True)
class TurRun:
    """One run of a tur: what the plan proposes, or what an order was made of; ``asked`` where the live plan holds it.

    ``done`` are its finished streets with when, None where nobody can say when; ``ended_at`` when its order ended.
    """

    key: str
    state: RunState
    segments: Sequence[str]
    asked: bool = True
    done: Mapping[str, datetime | None] = field(default_factory=dict)
    ended_at: datetime | None = None

    @property
    def out(self) -> bool:
        """Whether it is being driven: it has started, or it was acknowledged and is done somewhere."""
        return self.state == "started" or (self.state == "acknowledged" and bool(self.done))


@dataclass(frozen=True)
class LeftAlone:
    """Streets that the plan does not care for: ``kind`` is its own word for it, ``why`` its sentence; ``target`` and
    ``title`` of the tur where they are one."""

    kind: str
    segments: Sequence[str]
    why: str = ""
    target: str = ""
    title: str = ""


@dataclass(frozen=True)
class StreetNow:
    """A street: its state, the ``key`` of the run that it stands in, why in a word or, in ``said``, in the plan's own,
    its snow, and when it was last done, also where it is to be driven again."""

    state: StreetState
    key: str | None = None
    cause: Cause = ""
    said: str = ""
    depth: StreetDepth | None = None
    done_at: datetime | None = None


def streets_now(
    streets: Sequence[StreetGiven],
    runs: Iterable[TurRun],
    not_cared: Iterable[LeftAlone],
    depths: Mapping[str, StreetDepth],
    now: datetime,
    *,
    done_for: timedelta = timedelta(hours=12),
) -> list[StreetNow]:
    """The state of each of ``streets``, in their order. What ended longer than ``done_for`` ago is told no more."""
    worked, last = _worked(runs, now - done_for)
    uncared = _uncared(not_cared)
    return [_one(street, worked, last, uncared, depths.get(street.id)) for street in streets]


Worked = dict[str, tuple[StreetState, str]]


def _one(
    street: StreetGiven,
    worked: Worked,
    last: Mapping[str, datetime],
    uncared: Mapping[str, tuple[UncaredState, str]],
    depth: StreetDepth | None,
) -> StreetNow:
    done_at = last.get(street.id)
    if street.id in worked:
        state, key = worked[street.id]
        again: Cause = "run_again" if state in {"left", "doing_left"} and done_at else ""
        return StreetNow(state, key, again, depth=depth, done_at=done_at)
    if street.id in uncared:
        kind, said = uncared[street.id]
        return StreetNow(kind, cause="plan" if said else "", said=said, depth=depth, done_at=done_at)
    state, cause = _untouched(street, depth)
    return StreetNow(state, cause=cause, depth=depth, done_at=done_at)


def _untouched(street: StreetGiven, depth: StreetDepth | None) -> tuple[StreetState, Cause]:
    """A street that no run is about: it may not need any, or nobody may come."""
    if street.covered:
        return "not_needed", "tunnel"
    if not street.ours:
        return "not_covered", "keeper"
    if not street.reachable:
        return "unreachable", "no_way"
    if depth is None:
        return "not_needed", "no_depth"
    over = depth.limit_cm is not None and depth.low_cm >= depth.limit_cm
    return ("not_covered", "over_limit") if over else ("not_needed", "")


def _worked(runs: Iterable[TurRun], since: datetime) -> tuple[Worked, dict[str, datetime]]:
    """Of each street that runs are about its state and run, and when it was last done."""
    worked: Worked = {}
    last: dict[str, datetime] = {}
    for run in runs:
        if run.state in ENDED and run.ended_at is not None and run.ended_at < since and not run.asked:
            continue
        for segment in run.segments:
            _note_done(run, segment, last)
            state = _of_run(run, segment)
            if state is None or (segment in worked and ORDER.index(worked[segment][0]) <= ORDER.index(state)):
                continue
            worked[segment] = (state, run.key)
    return worked, last


def _of_run(run: TurRun, segment: str) -> StreetState | None:
    """What one run says of a street; None where it says nothing: broken off before it came there, and asked no more."""
    done = segment in run.done or run.state == "done"
    if run.out:
        return "doing_done" if done else "doing_left"
    if done:
        return "done"
    return "left" if run.asked or run.state not in ENDED else None


def _note_done(run: TurRun, segment: str, last: dict[str, datetime]) -> None:
    at = run.done.get(segment) or (run.ended_at if segment in run.done or run.state == "done" else None)
    if at is not None and (segment not in last or last[segment] < at):
        last[segment] = at


def _uncared(not_cared: Iterable[LeftAlone]) -> dict[str, tuple[UncaredState, str]]:
    """By street; a kind that is not known is taken as not covered: never as not needed."""
    found: dict[str, tuple[UncaredState, str]] = {}
    for one in not_cared:
        for segment in one.segments:
            found.setdefault(segment, (KINDS.get(one.kind, "not_covered"), one.why))
    return found


def metres(streets: Sequence[StreetGiven], found: Sequence[StreetNow], states: Collection[StreetState]) -> float:
    """How long the streets of some states are together [m]."""
    return sum(s.length_m for s, one in zip(streets, found, strict=True) if one.state in states)
