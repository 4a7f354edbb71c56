"""Snow haulage and grit sweeping: started by a rule or asked for by a person, driven after all snow work of the night.

How much snow lies beside a street is not measured: each ploughing of the season counts as the depth at which its class
is cleared, and what melts is not taken off. It is an estimate, and said so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from city.upkeep import WorkRequest
from city.vocabulary import RouteClass, WorkKind
from planner.fleet import Assignment, Delay, Fleet
from planner.routes.check import Refusal
from planner.routes.sectors import Tur, passes, plannable
from planner.routes.tur import Drive
from planner.snow.cache import Streets
from planner.snow.drives import Drives, window_of
from planner.snow.need import Need, Needs
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import day_of

LETTER: dict[WorkKind, str] = {"haul": "B", "sweep": "S"}
WORK_KMH: dict[WorkKind, float] = {"haul": 2.0, "sweep": 6.0}
"""How fast a vehicle loads snow and sweeps [km/h]: guesses of ours."""
HAULED: tuple[RouteClass, ...] = ("P1",)
"""The classes whose snow the rule has driven away; a person may ask for any."""


@dataclass(frozen=True)
class Extra:
    """Haulage or sweeping on a tur: ``segments`` are rows, ``by_rule`` those that the rule asks for."""

    kind: WorkKind
    tur: Tur
    segments: tuple[int, ...]
    by_rule: tuple[int, ...]
    requests: tuple[WorkRequest, ...]

    @property
    def id(self) -> str:
        """Its name, the same every night."""
        return f"{LETTER[self.kind]}-{self.tur.id}"


@dataclass(frozen=True)
class ExtraAsked:
    """What is due, and how many segments that somebody asked for are of no tur."""

    due: tuple[Extra, ...]
    astray: int


@dataclass(frozen=True)
class DrivenExtra:
    """An extra piece of work with its vehicle and its drive."""

    extra: Extra
    needs: tuple[Need, ...]
    assignment: Assignment
    drive: Drive
    delay: Delay | None = None

    @property
    def begins(self) -> datetime:
        """From when it may be begun."""
        return window_of(self.needs).earliest

    @property
    def deadline(self) -> datetime:
        """When it must be done."""
        return window_of(self.needs).deadline


def extra_asked(snapshot: SnowSnapshot, turer: Sequence[Tur], needs: Needs) -> ExtraAsked:
    """What the rules and people ask for; what is out already is its own."""
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    held, found = {item.target for item in snapshot.running}, []
    for kind in LETTER:
        by_rule = frozenset(to_haul(snapshot, needs) if kind == "haul" else to_sweep(snapshot, needs))
        requests = [
            request
            for request in snapshot.requests
            if request.kind == kind and request.at <= snapshot.at < request.until
        ]
        wanted = {request.id: {index[name] for name in request.segments if name in index} for request in requests}
        every = by_rule.union(*wanted.values())
        for tur in turer if every else ():
            own = tuple(i for i in tur.segments if i in every)
            here = tuple(request for request in requests if wanted[request.id] & set(own))
            if own:
                found.append(Extra(kind, tur, own, tuple(i for i in own if i in by_rule), here))
    asked = {name for request in snapshot.requests for name in request.segments}
    astray = sum(name not in index or not plannable(snapshot.segments[index[name]]) for name in asked)
    return ExtraAsked(tuple(one for one in found if one.id not in held), astray)


def piled_cm(snapshot: SnowSnapshot, needs: Needs, row: int) -> float:
    """About how much snow was ploughed off a street since it was last driven away [cm]."""
    name, kind = snapshot.segments[row].id, snapshot.segments[row].route_class
    ploughed = next((one.ploughed for one in snapshot.season if one.segment == name), 0)
    return ploughed * needs.service.rules.value("snow.start_dry_cm", kind)


def to_haul(snapshot: SnowSnapshot, needs: Needs) -> Iterator[int]:
    """The rows of the streets whose banks have passed ``snow.haul_at_cm``; none once it is time to sweep, as nobody
    counts what melts."""
    if in_sweeping_season(snapshot, needs):
        return
    rules = needs.service.rules
    ploughed = {one.segment: one.ploughed for one in snapshot.season}
    limit = {kind: rules.usual("snow.haul_at_cm", kind) for kind in HAULED}
    start = {kind: rules.usual("snow.start_dry_cm", kind) for kind in HAULED}
    for i, segment in enumerate(snapshot.segments):
        kind, times = segment.route_class, ploughed.get(segment.id, 0)
        if times and kind in limit and plannable(segment) and times * start[kind] >= limit[kind]:
            yield i


def to_sweep(snapshot: SnowSnapshot, needs: Needs) -> Iterator[int]:
    """The rows of the streets that were sanded since they were last swept, once spring is here."""
    if not in_sweeping_season(snapshot, needs) or frost_ahead(snapshot, needs):
        return
    sanded = {one.segment for one in snapshot.season if one.sanded}
    for i, segment in enumerate(snapshot.segments):
        if segment.id in sanded and plannable(segment):
            yield i


def in_sweeping_season(snapshot: SnowSnapshot, needs: Needs, *, until: tuple[int, int] = (9, 30)) -> bool:
    """Whether the day is from ``snow.sweep_from`` to ``until`` (month, day)."""
    row = needs.service.rules.usual_row("snow.sweep_from")
    today = snapshot.at.astimezone(snapshot.zone)
    return day_of(row.text or "", f"threshold {row.key}") <= (today.month, today.day) <= until


def frost_ahead(snapshot: SnowSnapshot, needs: Needs, *, frost_c: float = 0.0) -> bool:
    """Whether any hour of the horizon is forecast at ``frost_c`` [°C] or under. An hour without a forecast may be."""
    weather = needs.weather
    return not snapshot.forecasts or weather.missing_hours > 0 or bool((weather.temp_c <= frost_c).any())


class ExtraWork:
    """What is asked for beside the snow work, and, once ``drive`` has booked vehicles for it, what is driven, how much
    nobody can drive, and what the checker keeps out of the plan."""

    def __init__(self, snapshot: SnowSnapshot, streets: Streets, fleet: Fleet, asked: ExtraAsked, needs: Needs) -> None:
        self.snapshot, self.streets, self.fleet, self.asked, self.needs = snapshot, streets, fleet, asked, needs
        self.driven: list[DrivenExtra] = []
        self.refused: list[Refusal] = []
        self.unmanned = 0

    def drive(self, known: MutableMapping[Hashable, Drive], executor: Executor | None = None) -> None:
        """Gives each piece to a vehicle, from when all that is booked before it is done."""
        begins = self._all_done()
        for kind in LETTER:
            work = [(one, self._wanted(one, begins)) for one in self.asked.due if one.kind == kind]
            if work:
                drives = Drives(self.snapshot, self.streets, self._slowed(WORK_KMH[kind]), known, executor)
                drives.ahead([(one.tur, wanted) for one, wanted in work])
                for one, wanted in work:
                    self._book(drives, one, wanted)

    def _book(self, drives: Drives, extra: Extra, wanted: tuple[Need, ...]) -> None:
        vehicle = drives.choose(extra.tur, wanted)
        drive = None if vehicle is None else drives.checked(extra.id, wanted, vehicle)
        if isinstance(drive, Refusal):
            self.refused.append(drive)
        elif vehicle is None or drive is None or not drive.traversals:
            self.unmanned += 1
        else:
            lasts = timedelta(seconds=drive.seconds)
            delay = self.fleet.delay(vehicle, window_of(wanted).earliest, lasts)
            assignment = self.fleet.assign(vehicle, window_of(wanted), lasts, extra.id)
            self.driven.append(DrivenExtra(extra, wanted, assignment, drive, delay))

    def _slowed(self, kmh: float) -> Fleet:
        """The same fleet with the same bookings, at the speed of this work."""
        return replace(self.fleet, vehicles=[replace(v, work_kmh=kmh) for v in self.fleet.vehicles])

    def _all_done(self) -> datetime:
        booked = [one.ready_by for each in self.fleet.booked.values() for one in each]
        running = [item.ready_by for item in self.snapshot.running if item.ready_by]
        return max([self.snapshot.at, *booked, *running])

    def _wanted(self, extra: Extra, begins: datetime, *, within_h: float = 48.0) -> tuple[Need, ...]:
        """The segments as needs of the drives, to be done ``within_h`` hours, or by when somebody requests."""
        until = min((request.until for request in extra.requests), default=begins + timedelta(hours=within_h))
        return tuple(
            replace(
                self.needs[i],
                needed=True,
                by_friction=False,
                passes=passes(self.snapshot.segments[i]),
                from_when=begins,
                begins=begins,
                deadline=max(until, begins),
            )
            for i in extra.segments
        )


def lowest_c(needs: Needs) -> float:
    """The lowest temperature of the forecast's horizon [°C]."""
    return float(np.min(needs.weather.temp_c))
