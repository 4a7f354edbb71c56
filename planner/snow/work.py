"""The night's work: each tur that is asked for with its vehicle and its drive, and class 1 again before class 2."""

from __future__ import annotations

from collections.abc import Callable, Hashable, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from planner.fleet import Assignment, Fleet
from planner.routes.check import Refusal
from planner.routes.sectors import Tur
from planner.routes.tur import Drive
from planner.snow.cache import Streets
from planner.snow.drives import Drives, window_of
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot

FIRST_CLASS = "1"


@dataclass(frozen=True)
class TurWork:
    """A tur that is asked for. ``run`` counts how often within this plan, from 0."""

    tur: Tur
    needs: tuple[Need, ...]
    run: int = 0


@dataclass(frozen=True)
class DrivenTur:
    """Work with its vehicle and its drive."""

    tur: Tur
    needs: tuple[Need, ...]
    assignment: Assignment
    drive: Drive
    run: int = 0

    @property
    def deadline(self) -> datetime:
        """When the first of its streets must be done."""
        return window_of(self.needs).deadline

    @property
    def asked_from(self) -> datetime:
        """When the first of its streets may be begun."""
        return window_of(self.needs).earliest


@dataclass
class NightWork:
    """The turer of a night as they are driven, and those that the checker keeps out of the plan."""

    driven: list[DrivenTur] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def without_vehicle(self, due: Sequence[Tur]) -> int:
        """How many due turer nobody can drive."""
        return sum(self.has_no_vehicle(tur) for tur in due)

    def has_no_vehicle(self, tur: Tur) -> bool:
        """Whether nobody can drive a due tur."""
        return all(item.tur.id != tur.id for item in self.driven) and all(one.target != tur.id for one in self.refused)


def drive_all(
    snapshot: SnowSnapshot,
    streets: Streets,
    fleet: Fleet,
    due: Sequence[Tur],
    needs: Needs,
    known: MutableMapping[Hashable, Drive],
    executor: Executor | None = None,
    after_class_1: Callable[[], object] = lambda: None,
) -> NightWork:
    """Gives each due tur, most urgent first, to a vehicle, unless the checker finds fault with its drive. Where snow
    goes on, class 1 is driven again before class 2; what ``after_class_1`` books goes before class 2 too."""
    night, drives = NightWork(), Drives(snapshot, streets, fleet, known, executor)
    work = sorted((TurWork(tur, needs.of(tur)) for tur in due), key=_urgency)
    drives.ahead([(item.tur, item.needs) for item in work])
    first = [item for item in work if item.tur.route_class.endswith(FIRST_CLASS)]
    _drive(first, drives, night)
    again = [more for item in night.driven if (more := _again(needs, item)) is not None]
    drives.ahead([(item.tur, item.needs) for item in again])
    _drive(sorted(again, key=_urgency), drives, night)
    after_class_1()
    _drive(work[len(first) :], drives, night)
    return night


def _urgency(item: TurWork) -> tuple[str, datetime, str]:
    return item.tur.route_class[1], window_of(item.needs).earliest, item.tur.id


def _drive(work: Sequence[TurWork], drives: Drives, night: NightWork) -> None:
    for item in work:
        vehicle = drives.choose(item.tur, item.needs)
        if vehicle is None:
            continue
        drive = drives.checked(item.tur.id, item.needs, vehicle, item.run)
        if isinstance(drive, Refusal):
            night.refused.append(drive)
        else:
            assignment = drives.fleet.assign(vehicle, window_of(item.needs), timedelta(seconds=drive.seconds))
            night.driven.append(DrivenTur(item.tur, item.needs, assignment, drive, item.run))


def _again(needs: Needs, item: DrivenTur) -> TurWork | None:
    """The streets of a tur that are over their limits again after it was driven, by what falls from then on."""
    left_cm = needs.service.rules.value("snow.left_after_plough_cm")
    done = int(np.ceil((item.assignment.ready_by - needs.weather.start) / timedelta(hours=1))) - 1
    if not 0 <= done < needs.weather.hours - 1:
        return None
    served = [need for need in item.needs if not need.by_friction and need.segment not in item.drive.left_out]
    found = [more for need in served if (more := _over_again(needs, need, done, left_cm))]
    return TurWork(item.tur, tuple(found), item.run + 1) if found else None


def _over_again(needs: Needs, need: Need, done: int, left_cm: float) -> Need | None:
    """A street that was ploughed by the end of hour ``done``: when what has fallen since is over its limit."""
    i = need.segment
    depth = left_cm + np.maximum(0.0, needs.ahead.mid.depth_cm[i] - needs.ahead.mid.depth_cm[i, done])
    margin = np.where(np.arange(len(depth)) > done, depth - needs.limit[i] / 100.0, -np.inf)
    if margin.max() < 0.0:
        return None
    first, peak = int((margin >= 0.0).argmax()), int(margin.argmax())
    from_when = needs.groups.hour(first)
    fallen = needs.ahead.low.depth_cm[i, [done, peak]], needs.ahead.high.depth_cm[i, [done, peak]]
    low, high = (min(max(0.0, float(two[1] - two[0])) + left_cm, 1e3) for two in fallen)
    return replace(
        need,
        depth_cm=float(depth[peak]),
        low_cm=min(low, float(depth[peak])),
        high_cm=max(high, float(depth[peak])),
        over_cm=float(margin[peak]),
        peak_at=needs.weather.hour_start(peak + 1),
        from_when=from_when,
        deadline=needs.service.deadline(need.route_class, from_when),
    )
