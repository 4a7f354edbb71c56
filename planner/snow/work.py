"""The night's work: each tur that is asked for with its vehicle and its drive, and again where it goes on snowing:
class 1 before class 2 is driven at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from city.entities import Vehicle
from planner.fleet import Assignment, Delay, Fleet
from planner.routes.check import Refusal
from planner.routes.sectors import Tur
from planner.routes.tur import Drive
from planner.snow.again import FIRST_CLASS, after_the_fall, over_again
from planner.snow.cache import Streets
from planner.snow.drives import Drives, window_of
from planner.snow.need import Need, Needs
from planner.snow.runs import Served, SnowRun
from planner.snow.snapshot import SnowSnapshot
from planner.snow.works import treated_again, works_of

RUNS = 12
"""How often at most turer are driven again in a plan as it goes on snowing."""
TRIES = 4
"""How often a vehicle is chosen anew for a work as its drive, and what is still to be done then, become known."""


@dataclass(frozen=True)
class TurWork:
    """A work of a tur that is asked for; ``again`` where it was driven in this plan and came over its limits since, or
    what was spread gives out."""

    tur: Tur
    needs: tuple[Need, ...]
    again: bool = False


@dataclass(frozen=True)
class DrivenTur:
    """Work with its vehicle and its drive. ``run`` counts how often the tur is driven within this plan, from 0;
    ``delay`` is what kept its vehicle from beginning when it might."""

    tur: Tur
    needs: tuple[Need, ...]
    assignment: Assignment
    drive: Drive
    run: int = 0
    again: bool = False
    delay: Delay | None = None

    @property
    def deadline(self) -> datetime:
        """When the first of its streets must be done."""
        return window_of(self.needs).deadline

    @property
    def begins(self) -> datetime:
        """When there is something to do on the first of its streets."""
        return window_of(self.needs).earliest

    @property
    def asked_from(self) -> datetime:
        """When the rule lets the first of its streets be begun."""
        return min(need.from_when for need in self.needs)

    @property
    def as_run(self) -> SnowRun:
        """What it does, as work after it needs to know."""
        starts_at, done_s = self.assignment.starts_at, self.drive.done_s
        served = tuple(
            Served(
                need.segment, starts_at + timedelta(seconds=done_s[need.segment]), *need.action, not need.by_friction
            )
            for need in self.needs
            if need.segment in done_s
        )
        return SnowRun(self.tur, starts_at, self.assignment.ready_by, served)


@dataclass(frozen=True)
class LostWork:
    """Work, or a part of one, that nobody does: there is no vehicle; at the time at which the first could be there
    (``at``) there is nothing to do any more; or the checker refused its drive. ``again`` where it was driven in this
    plan before, ``later`` where it does not begin before the service day is over: who mans what then is not known."""

    tur: Tur
    needs: tuple[Need, ...]
    why: Literal["no_vehicle", "gone", "refused"]
    at: datetime | None = None
    again: bool = False
    later: bool = False


@dataclass
class NightWork:
    """The turer of a night as they are driven, those that the checker keeps out of the plan, all that is not done, and
    the runs that are ``out`` already."""

    driven: list[DrivenTur] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    lost: list[LostWork] = field(default_factory=list)
    out: list[SnowRun] = field(default_factory=list)

    def runs(self) -> dict[str, list[SnowRun]]:
        """All runs by tur, out and driven, each by when it begins."""
        found: dict[str, list[SnowRun]] = {}
        for run in sorted([*self.out, *(item.as_run for item in self.driven)], key=lambda run: run.starts_at):
            found.setdefault(run.tur.id, []).append(run)
        return found

    def ploughed_before(self, item: DrivenTur, segment: int) -> datetime | None:
        """When the run is done that ploughs a street before a drive of its tur; None where none does."""
        runs = [run for run in self.runs().get(item.tur.id, ()) if run.ready_by <= item.assignment.starts_at]
        ploughs = [run for run in runs if any(one.segment == segment and one.ploughs for one in run.served)]
        return max((run.ready_by for run in ploughs), default=None)

    def without_vehicle(self, due: Sequence[Tur]) -> int:
        """How many due turer nobody can drive."""
        return sum(self.has_no_vehicle(tur) for tur in due)

    def has_no_vehicle(self, tur: Tur) -> bool:
        """Whether nobody can drive a due tur."""
        stuck = any(one.tur.id == tur.id and one.why == "no_vehicle" and not one.later for one in self.lost)
        return stuck and all(item.tur.id != tur.id for item in self.driven)


def drive_all(
    snapshot: SnowSnapshot,
    streets: Streets,
    fleet: Fleet,
    due: Sequence[Tur],
    needs: Needs,
    known: MutableMapping[Hashable, Drive],
    executor: Executor | None = None,
    after_class_1: Callable[[], object] = lambda: None,
    held: Mapping[str, datetime] | None = None,
    out: Sequence[SnowRun] = (),
) -> NightWork:
    """Gives each work of the due turer, most urgent first, to a vehicle, unless the checker finds fault with its drive.
    Where snow goes on, class 1 is driven again before class 2; what ``after_class_1`` books goes before class 2 too.
    Then every tur is driven again as often as it comes over its limits before the service day is over, and last the
    turer on which salt or sand gives out.

    ``held`` are turer whose streets somebody is out to treat: until when. Of them what is to be ploughed after it is
    planned. ``out`` are the runs that are under way: their turer are driven again after them like those of this plan.
    """
    night, drives = NightWork(), Drives(snapshot, streets, fleet, known, executor)
    work = sorted(_asked(needs, due, held or {}), key=_urgency)
    drives.ahead([(item.tur, item.needs) for item in work])
    first = [item for item in work if item.tur.route_class.endswith(FIRST_CLASS)]
    night.out += [run for run in out if run.tur.route_class.endswith(FIRST_CLASS)]
    _drive(first, drives, needs, night)
    _drive_again(drives, needs, night)
    after_class_1()
    _drive(work[len(first) :], drives, needs, night)
    night.out += [run for run in out if run not in night.out]
    for _ in range(RUNS):
        if not _drive_again(drives, needs, night, snapshot.day_ends):
            break
    salted = [more for runs in night.runs().values() if (more := _treated_again(needs, runs)) is not None]
    drives.ahead([(item.tur, item.needs) for item in salted])
    _drive(sorted(salted, key=_urgency), drives, needs, night)
    return night


def _asked(needs: Needs, due: Sequence[Tur], held: Mapping[str, datetime]) -> list[TurWork]:
    """The works of all due turer; of those that are held what is to be ploughed once their treatment is over."""
    found = []
    for tur in due:
        until = held.get(tur.id)
        for work in works_of(needs, tur):
            if until is None:
                found.append(TurWork(tur, work))
            elif not all(need.by_friction for need in work):
                found.append(TurWork(tur, tuple(replace(need, begins=max(need.begins, until)) for need in work)))
    return found


def _urgency(item: TurWork) -> tuple[str, datetime, str]:
    return item.tur.route_class[1], window_of(item.needs).earliest, item.tur.id


def _drive(work: Sequence[TurWork], drives: Drives, needs: Needs, night: NightWork) -> None:
    for item in work:
        found = _settled(item, drives, needs, night)
        if found is not None:
            _book(*found, drives, needs, night)


def _settled(item: TurWork, drives: Drives, needs: Needs, night: NightWork) -> tuple[TurWork, Vehicle] | None:
    """The work as it is when its vehicle gets there, and that vehicle: where nothing is left to do on a street by then,
    it is left; what cannot be prevented in time is treated once it is slippery."""
    vehicle = drives.choose(item.tur, item.needs)
    for _ in range(TRIES):
        if vehicle is None:
            later = window_of(item.needs).earliest >= drives.snapshot.day_ends
            night.lost.append(LostWork(item.tur, item.needs, "no_vehicle", again=item.again, later=later))
            return None
        begins, ready = drives.expected(item.needs, vehicle)
        left = _left_then(item, needs, begins, ready)
        if len(left) < len(item.needs):
            kept = set(map(id, left))
            gone = tuple(need for need in item.needs if id(need) not in kept)
            night.lost.append(LostWork(item.tur, gone, "gone", begins))
        if not left:
            return None
        then = replace(item, needs=_prevented(left, needs, ready))
        other = drives.choose(item.tur, then.needs)
        if then == item and other == vehicle:
            break
        item, vehicle = then, other
    return None if vehicle is None else (item, vehicle)


def _left_then(item: TurWork, needs: Needs, begins: datetime, ready: datetime) -> tuple[Need, ...]:
    """The streets of a work on which there is something to do in its hours."""
    return item.needs if item.again else tuple(need for need in item.needs if needs.still(need, begins, ready))


def _prevented(work: tuple[Need, ...], needs: Needs, ready: datetime) -> tuple[Need, ...]:
    """The same where all is done before it gets slippery, else by the hours that are allowed then."""
    if all(ready <= need.deadline for need in work if need.ahead):
        return work
    return tuple(needs.once_slippery(need) if need.ahead else need for need in work)


def _book(item: TurWork, vehicle: Vehicle, drives: Drives, needs: Needs, night: NightWork) -> None:
    run = sum(one.tur.id == item.tur.id for one in night.driven)
    drive = drives.checked(item.tur.id, item.needs, vehicle, run)
    if isinstance(drive, Refusal):
        night.refused.append(drive)
        night.lost.append(LostWork(item.tur, item.needs, "refused", again=item.again))
        return
    window = window_of(item.needs)
    others = drives.less_able(item.needs, vehicle)
    delay = drives.fleet.delay(vehicle, window.earliest, timedelta(seconds=drive.seconds), others)
    assignment = drives.fleet.assign(vehicle, window, timedelta(seconds=drive.seconds), item.tur.id)
    wanted = tuple(needs.as_driven(need, assignment.starts_at) for need in item.needs)
    night.driven.append(DrivenTur(item.tur, wanted, assignment, drive, run, item.again, delay))


def _drive_again(drives: Drives, needs: Needs, night: NightWork, before: datetime | None = None) -> bool:
    """Drives each tur once more that comes over its limits again after its last run, where that is ``before`` an
    instant; whether any did."""
    stuck = {one.tur.id for one in night.lost if one.again}
    again = []
    for runs in (runs for name, runs in night.runs().items() if name not in stuck):
        tur, more = runs[0].tur, _after_those_out(over_again(needs, _last_done(runs), before), runs)
        waits = after_the_fall(needs, more)
        if more:
            again.append(TurWork(tur, more if drives.choose(tur, waits) is None else waits, again=True))
    drives.ahead([(item.tur, item.needs) for item in again])
    _drive(sorted(again, key=_urgency), drives, needs, night)
    return bool(again)


def _last_done(runs: Sequence[SnowRun]) -> list[tuple[int, datetime]]:
    """Each street of a tur that was ploughed, with when its last run was done; where that was reported, when it was."""
    last: dict[int, tuple[int, datetime]] = {}
    for run in sorted(runs, key=lambda run: run.ready_by):
        for one in run.served:
            if one.ploughs:
                last[one.segment] = one.segment, one.at if one.recorded else run.ready_by
    return list(last.values())


def _after_those_out(more: tuple[Need, ...], runs: Sequence[SnowRun]) -> tuple[Need, ...]:
    """A further run, begun when those are done that are out: streets that they have done may ask for it before."""
    ends = max((run.ready_by for run in runs if run.out), default=None)
    return more if ends is None else tuple(replace(need, begins=max(need.begins, ends)) for need in more)


def _treated_again(needs: Needs, runs: Sequence[SnowRun]) -> TurWork | None:
    """The next work of a tur whose last run spreads against slipperiness, by when that gives out."""
    last = runs[-1]
    if all(one.ploughs for one in last.served):
        return None
    work = treated_again(needs, [one for run in runs for one in run.served], last.ready_by)
    return TurWork(last.tur, work, again=True) if work else None
