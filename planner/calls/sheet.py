"""The sheet before a call-out: one line a vehicle, who gets what, where and when, and what needs a look first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from city.call import CallChannel
from city.manning import Absence, CallOut
from city.plan import Intervention
from planner.calls.instead import CannotDrive, Instead
from planner.calls.lists import Busy, Crews, Place, engaged
from planner.night.choice import absent_during
from planner.night.report import clears
from planner.night.rest import Rota
from planner.night.sequence import Engaged, one_after_other

LookKind = Literal[
    "no_vehicle",
    "out",
    "no_list",
    "no_address",
    "no_line",
    "away",
    "busy",
    "after",
    "rest",
    "silent",
    "refused",
    "broken",
    "instead_out",
    "instead_refused",
    "instead_broken",
    "instead_silent",
    "instead_chosen",
    "none_free",
]
"""Why a line needs a look: no vehicle drives it; its vehicle is out of service then; no call-out list knows the
vehicle; the list has no address; its channel has no line while others have; everybody of the vehicle is away; it
holds other work then, or begins after that; its crew has not rested; it did not answer tonight; it said no to the
tur, or broke it off. ``instead_``: it is proposed in place of the vehicle that cannot, or was chosen there; no other
vehicle is free."""


INSTEAD: Mapping[CannotDrive, LookKind] = {
    "out": "instead_out",
    "refused": "instead_refused",
    "broken": "instead_broken",
    "silent": "instead_silent",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One reason to look. ``at`` is until when it is out, busy or rests, when it did not answer, or when another one is
    free; ``what`` the other tur (busy), who is away, the vehicle that cannot, or the one that is free first."""

    kind: LookKind
    at: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class SheetTur:
    """One tur of a line; ``run`` counts the drives of the same tur in a plan from 1; ``order`` is the order that it has
    already, which is only decided or unanswered; ``instead`` why another vehicle than its own is to drive it."""

    key: str
    target: str
    title: str
    starts_at: datetime | None
    ready_by: datetime | None
    deadline: datetime | None
    run: int = 1
    order: str | None = None
    instead: Instead | None = None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One vehicle: its turer in driving order and who is called for them. ``machine``: a line takes the message, else
    somebody rings ``address``; not ``callable``: nobody can be called, ``looks`` say why. ``changed``: the number is
    another than that of the list for now; ``chosen``: another vehicle than the plan's; ``planned``: when its first was
    to begin."""

    vehicle: str | None
    contractor: str | None
    turer: tuple[SheetTur, ...]
    who: str
    channel: CallChannel
    address: str
    starts_at: datetime | None
    ready_by: datetime | None
    machine: bool
    callable: bool
    looks: tuple[Look, ...] = ()
    changed: bool = False
    chosen: bool = False
    planned: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallSheet:
    """The lines, those that need a look first; ``vehicles``, ``turer`` count what can be called out, ``machine`` and
    ``by_hand`` vehicles by how; ``missing`` are keys that nobody can drive."""

    plan_id: str
    lines: tuple[SheetLine, ...]
    vehicles: int
    turer: int
    machine: int
    by_hand: int
    missing: tuple[str, ...]
    starts_at: datetime | None


@dataclass(frozen=True, slots=True)
class WantedTur:
    """One tur that is to be called out: its vehicle (None: nobody drives it) and whose that is, the order that it
    has already, whether somebody chose the vehicle, why it is another than its own, the work of its vehicle ``after``
    which it begins, later than planned, and when it was ``planned`` to begin where ``item`` is as it can be driven."""

    item: Intervention
    vehicle: str | None
    contractor: str | None
    order: str | None = None
    chosen: bool = False
    instead: Instead | None = None
    after: Engaged | None = None
    planned: datetime | None = None


@dataclass(frozen=True)
class CrewsKnown:
    """What is known of the crews: what they are ``busy`` with, what they have worked, which places did not answer
    tonight, with when, and when vehicles are out of service."""

    busy: Sequence[Busy] = ()
    rota: Rota | None = None
    silent: Mapping[Place, datetime] = field(default_factory=dict)
    absences: Sequence[Absence] = ()

    def out(self, own: Sequence[WantedTur]) -> Absence | None:
        """When the vehicle of some turer is out of service in the time of any of them."""
        found = (absent_during(self.absences, one.vehicle, one.item) for one in own if one.vehicle)
        return next((absent for absent in found if absent is not None), None)


def sheet(plan_id: str, wanted: Sequence[WantedTur], crews: Crews, known: CrewsKnown | None = None) -> CallSheet:
    """The sheet of what is wanted: one line a vehicle, its turer in driving order, those that need a look first."""
    known = known or CrewsKnown()
    groups: dict[str, list[WantedTur]] = {}
    for one in sorted(wanted, key=lambda one: (str(one.item.starts_at), one.item.key)):
        groups.setdefault(one.vehicle or f" {one.item.key}", []).append(one)
    lines = [_line(own, crews, known) for own in groups.values()]
    lines.sort(key=lambda line: (line.callable, not line.looks, str(line.starts_at), line.vehicle or ""))
    going = [line for line in lines if line.callable]
    return CallSheet(
        plan_id,
        tuple(lines),
        vehicles=len(going),
        turer=len({tur.target for line in going for tur in line.turer}),
        machine=sum(line.machine for line in going),
        by_hand=sum(not line.machine for line in going),
        missing=tuple(tur.key for line in lines if not line.callable for tur in line.turer),
        starts_at=min((line.starts_at for line in going if line.starts_at), default=None),
    )


def one_at_a_time(wanted: Sequence[WantedTur], busy: Sequence[Busy], now: datetime) -> list[WantedTur]:
    """What is wanted as each vehicle can drive it from now on: begun when it has nothing else, however it was
    planned."""
    keys = {one.item.key for one in wanted}
    own: dict[str, list[WantedTur]] = {}
    for one in sorted(wanted, key=lambda one: (str(one.item.starts_at), one.item.key)):
        own.setdefault(one.vehicle or f" {one.item.key}", []).append(one)
    return [
        replace(one, item=item, after=before, planned=one.item.starts_at)
        for vehicle, turer in own.items()
        for one, (item, before) in zip(
            turer, one_after_other([one.item for one in turer], engaged(busy, vehicle, keys, now), now), strict=True
        )
    ]


def run_of(key: str) -> int:
    """Which run of its tur an intervention's key names."""
    last = key.rpartition(":")[2]
    return int(last) if last.isdecimal() else 1


def _line(own: Sequence[WantedTur], crews: Crews, known: CrewsKnown) -> SheetLine:
    first = own[0]
    place = None if first.vehicle is None else crews.who(first.vehicle, clears(first.item), first.contractor)
    machine = place is not None and crews.machine(place)
    starts = min((o.item.starts_at for o in own if o.item.starts_at), default=None)
    ready = max((o.item.ready_by for o in own if o.item.ready_by), default=None)
    return SheetLine(
        vehicle=first.vehicle,
        contractor=first.contractor,
        turer=tuple(_tur(one) for one in own),
        who=place.who if place else "",
        channel=place.channel if place and machine else "by_hand",
        address=place.address if place else "",
        starts_at=starts,
        ready_by=ready,
        machine=machine,
        callable=first.vehicle is not None and known.out(own) is None,
        looks=tuple(_looks(own, place, crews, known)),
        changed=place is not None and crews.changed(place),
        chosen=any(one.chosen for one in own),
        planned=min((o.planned for o in own if o.planned), default=None),
    )


def _tur(one: WantedTur) -> SheetTur:
    item = one.item
    times = (item.starts_at, item.ready_by, item.deadline)
    return SheetTur(
        item.key, item.target, item.title, *times, run=run_of(item.key), order=one.order, instead=one.instead
    )


def _looks(own: Sequence[WantedTur], place: CallOut | None, crews: Crews, known: CrewsKnown) -> Iterator[Look]:
    first = own[0]
    if first.vehicle is None:
        yield Look("no_vehicle")
        return
    if (absent := known.out(own)) is not None:
        yield from (Look("out", absent.until_at), *_in_place_of(own))
        return
    yield from _in_place_of(own)
    if place is None:
        gone = crews.gone(first.vehicle, clears(first.item), first.contractor)
        yield Look("away", what=gone[0].who) if gone else Look("no_list")
    elif not place.address:
        yield Look("no_address")
    elif crews.lines and not crews.machine(place):
        yield Look("no_line", what=place.channel)
    if place is not None and (at := known.silent.get((place.vehicle, place.who))) is not None:
        yield Look("silent", at)
    yield from _hindered(first.vehicle, own, known)


def _in_place_of(own: Sequence[WantedTur]) -> list[Look]:
    """Which vehicles that cannot it drives for, or that no other is free."""
    found = [look for one in own if one.instead is not None for look in _why_other(one.instead)]
    return list(dict.fromkeys(found))


def _why_other(one: Instead) -> Iterator[Look]:
    if one.vehicle is None:
        if one.cause in {"refused", "broken"}:
            yield Look("refused" if one.cause == "refused" else "broken")
        if one.first is not None:
            yield Look("none_free", one.first_at, one.first)
    elif one.chosen:
        if one.vehicle != one.of:
            yield Look("instead_chosen", what=one.of)
    else:
        yield Look(INSTEAD[one.cause], what=one.of)


def _hindered(vehicle: str, own: Sequence[WantedTur], known: CrewsKnown) -> Iterator[Look]:
    """Other work of the vehicle at the time, and its crew's rest."""
    spans = [(o.item.starts_at, o.item.ready_by) for o in own if o.item.starts_at and o.item.ready_by]
    keys = {one.item.key for one in own}
    other = [b for b in known.busy if b.vehicle == vehicle and b.key not in keys]
    waits = max((one.after for one in own if one.after is not None), key=lambda held: held.ends, default=None)
    if waits is not None:
        yield Look("after", waits.ends, waits.what)
    clash = next((b for b in other if any(b.during(begins, ends) for begins, ends in spans)), None)
    if clash is not None:
        yield Look("busy", clash.ends, clash.what)
    if known.rota is not None and spans:
        begins, ends = min(s[0] for s in spans), max(s[1] for s in spans)
        rested = known.rota.earliest(vehicle, begins, ends - begins)
        if rested != begins:
            yield Look("rest", rested)
