"""Streets that are needed and that no intervention sees to: which, why, and by when they are needed.

Every street that a rule asks for is in an intervention or in one of these groups; so are streets of ours that no way
leads to and whose depth comes over their limits, and streets that get slippery and that nothing is spread on: no rule
asks for either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from city.catalogue.message import Message
from city.plan import Intervention
from city.vocabulary import PLANNED_KEEPERS, READINGS, ROUTE_CLASSES, Network, NotCaredKind, RouteClass
from planner.routes.sectors import Tur
from planner.snow.criteria import all_criteria
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot
from planner.snow.unspread import unspread
from planner.snow.work import DrivenTur, NightWork


@dataclass(frozen=True)
class Uncared:
    """Streets of one tur, or of a class where they are of none. ``needs`` are theirs; of streets that no rule asks
    for their rows with when each must be done. ``vehicle``: who leaves them out, or is out; ``refused``: what the
    checker found; ``gone``: when the first vehicle could be there, where nothing is left to do by then, and ``alone``
    from when to when they are over their limits or slippery before it. ``whole`` where nothing of a tur is driven;
    ``again`` where it is driven, and comes over its limits again with nobody to drive it once more; ``later`` where it
    is needed after the service day; ``cold`` where it is too cold for the salt that is spread there else."""

    target: str
    kind: NotCaredKind
    network: Network
    route_class: RouteClass
    needs: tuple[Need, ...]
    deadline: datetime
    tur: Tur | None = None
    held: Intervention | None = None
    vehicle: str | None = None
    refused: Message | None = None
    gone: datetime | None = None
    whole: bool = False
    cold: bool = False
    again: bool = False
    later: bool = False
    alone: tuple[datetime, datetime] | None = None

    @property
    def stuck(self) -> bool:
        """Whether it is a tur of which nothing can be driven though it is needed within the service day."""
        return self.whole and self.gone is None and not self.later


def turer_of(left: Iterable[Uncared]) -> frozenset[str]:
    """The turer that they are of."""
    return frozenset(one.target for one in left if one.tur is not None)


def uncared(
    snapshot: SnowSnapshot,
    turer: Sequence[Tur],
    needs: Needs,
    held: Mapping[str, Sequence[Intervention]],
    night: NightWork,
) -> list[Uncared]:
    """All of them, whole turer first. ``held`` are the orders that are under way, by tur."""
    found = [*_unreached(snapshot, needs), *_untreated(snapshot, needs)]
    for tur in turer:
        out = held.get(tur.id, ())
        if out or needs.asks(tur):
            found += _each_once(_beside(snapshot, tur, needs, out, night) if out else _of_tur(tur, night))
    found = [one if one.gone is None else replace(one, alone=_alone(needs, one.needs, one.gone)) for one in found]
    return sorted(found, key=lambda one: (not one.whole, one.route_class[1], one.deadline, one.target))


def _alone(needs: Needs, some: Sequence[Need], until: datetime) -> tuple[datetime, datetime] | None:
    """From when to when any of some streets is slippery or over its limit before an instant; None where none is."""
    hours: set[int] = set()
    for need in some:
        i = need.segment
        depth = needs.curves.depth[READINGS.index(needs.criteria_of(i).reading), i]
        bad = needs.asked.slippery[i] if need.by_friction else depth >= needs.limit[i]
        hours |= set(np.flatnonzero(bad).tolist())
    before = [
        hour
        for hour in hours
        if needs.groups.hour(hour) < until and needs.weather.hour_start(hour + 1) > needs.snapshot.at
    ]
    return (needs.groups.hour(min(before)), min(until, needs.groups.hour(max(before) + 1))) if before else None


def _each_once(found: Iterable[Uncared]) -> Iterator[Uncared]:
    """Each street once, by what it needs first."""
    seen: set[int] = set()
    for one in found:
        needs = tuple(need for need in one.needs if need.segment not in seen)
        seen.update(need.segment for need in needs)
        if needs:
            yield replace(one, needs=needs)


def _beside(
    snapshot: SnowSnapshot, tur: Tur, needs: Needs, held: Sequence[Intervention], night: NightWork
) -> Iterator[Uncared]:
    """What of a tur is in no order that is under way and in no drive beside it; and what nobody does after them."""
    names = {part.id for item in held if isinstance(item.segments, tuple) for part in item.segments}
    driven = {segment for item in night.driven if item.tur.id == tur.id for segment in item.drive.done_s}
    wanted = [need for need in needs.of(tur) if need.segment not in driven]
    missed = [need for need in wanted if snapshot.segments[need.segment].id not in names]
    yield from _some(tur, "not_covered", missed, held=held[-1])
    yield from _of_lost(tur, night, held[-1].vehicle or "")


def _of_tur(tur: Tur, night: NightWork) -> Iterator[Uncared]:
    """What of a tur nobody sees to; nothing where it is driven whole."""
    driven = [item for item in night.driven if item.tur.id == tur.id and not item.again]
    going = next((item.assignment.vehicle.id for item in driven if item.drive.traversals), None)
    yield from _of_drives(tur, driven)
    yield from _of_lost(tur, night, going)


def _of_drives(tur: Tur, driven: Sequence[DrivenTur]) -> Iterator[Uncared]:
    """What the drives of a tur leave out; all of one that goes nowhere."""
    whole = not any(item.drive.traversals for item in driven)
    for item in driven:
        left = set(item.drive.left_out)
        missed = [need for need in item.needs if need.segment in left]
        if item.drive.traversals:
            yield from _some(tur, "left_out", missed, vehicle=item.assignment.vehicle.id)
        else:
            yield from _some(tur, "unreachable", item.needs, whole=whole)


def _of_lost(tur: Tur, night: NightWork, going: str | None) -> Iterator[Uncared]:
    """The works of a tur that nobody does, cause by cause, by what is needed first: for the first time, once more, and
    the next night. What is gone by then hides nothing that is not. ``going`` is who drives it; None where nobody."""
    mine = [one for one in night.lost if one.tur.id == tur.id]
    causes = {(one.later, one.again, one.why == "gone", one.why) for one in mine}
    refused = {one.target: one.why for one in night.refused}
    for later, again, _, cause in sorted(causes):
        lost = [one for one in mine if (one.why, one.again, one.later) == (cause, again, later)]
        part = going is not None and cause != "no_vehicle"
        yield from _some(
            tur,
            "left_out" if part or cause == "refused" else "no_vehicle",
            [need for one in lost for need in one.needs],
            vehicle=going,
            refused=refused.get(tur.id) if cause == "refused" else None,
            gone=min((one.at for one in lost if one.at), default=None),
            whole=going is None,
            again=again,
            later=later,
        )


def _some(
    tur: Tur,
    kind: NotCaredKind,
    needs: Sequence[Need],
    *,
    held: Intervention | None = None,
    vehicle: str | None = None,
    refused: Message | None = None,
    gone: datetime | None = None,
    whole: bool = False,
    again: bool = False,
    later: bool = False,
) -> Iterator[Uncared]:
    if needs:
        until, every = min(need.deadline for need in needs), tuple(needs)
        yield Uncared(
            tur.id, kind, tur.network, tur.route_class, every, until, tur, held, vehicle, refused, gone, whole,
            again=again, later=later,
        )  # fmt: skip


def _unreached(snapshot: SnowSnapshot, needs: Needs) -> Iterable[Uncared]:
    """Streets of ours under the sky that hang together with nothing and come over their limits, by class."""
    lost = [
        row
        for row, segment in enumerate(snapshot.segments)
        if not segment.reachable and segment.keeper in PLANNED_KEEPERS and not segment.tunnel
    ]
    if not lost:
        return
    own = all_criteria(needs.service.rules, needs.service.classes)
    by_class: defaultdict[tuple[Network, RouteClass], list[tuple[Need, datetime]]] = defaultdict(list)
    for row in lost:
        route_class = ROUTE_CLASSES[needs.service.served_as[row]]
        over = needs.curves.depth[READINGS.index(own[route_class].reading), row] >= needs.limit[row]
        if over.any():
            begins = needs.groups.hour(int(np.argmax(over)))
            until = needs.service.deadline(route_class, begins)
            by_class[snapshot.segments[row].network, route_class].append((needs[row], until))
    for (network, route_class), some in sorted(by_class.items()):
        yield Uncared(
            route_class, "unreachable", network, route_class, tuple(n for n, _ in some), min(at for _, at in some)
        )


def _untreated(snapshot: SnowSnapshot, needs: Needs) -> Iterator[Uncared]:
    """Streets that get slippery and that nothing is spread on, by class and cause."""
    by_class: defaultdict[tuple[Network, RouteClass, bool], list[Need]] = defaultdict(list)
    for one in unspread(needs):
        by_class[snapshot.segments[one.need.segment].network, one.need.route_class, one.cold].append(one.need)
    for (network, route_class, cold), some in sorted(by_class.items()):
        until = min(need.deadline for need in some)
        yield Uncared(route_class, "untreated", network, route_class, tuple(some), until, cold=cold)
