"""Who can drive, from where, and from when: turns, running orders, daily rest, and the next free vehicle."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import numpy as np

from city.absence import Absent, absent_until
from city.entities import Contractor, Depot, GivenOrder, Threshold, Vehicle
from city.manning import Absence, RosterTurn
from city.network import StreetNetwork
from city.plan import Intervention
from city.vocabulary import CLOSED_TO_SMALL, ON_THE_WAY, Network
from planner.night.prices import Prices
from planner.night.rest import Rota, rota
from planner.snapshot import PlannerParams
from planner.thresholds.limits import limits

Held = tuple[datetime, datetime, str]
"""From when to when a vehicle is called out for a tur, and which."""


@dataclass(frozen=True)
class TimeWindow:
    """When a piece of work may begin, and by when it must be done."""

    earliest: datetime
    deadline: datetime


@dataclass(frozen=True)
class Assignment:
    """A vehicle's time on one piece of work, ``what``. ``turn_ends`` is when its turn is over; None where none is
    known."""

    vehicle: Vehicle
    starts_at: datetime
    ready_by: datetime
    turn_ends: datetime | None
    what: str = ""

    @property
    def minutes(self) -> float:
        """How long it takes [min]."""
        return (self.ready_by - self.starts_at) / timedelta(minutes=1)


@dataclass(frozen=True)
class Delay:
    """Why a vehicle begins later than the work may: what it is kept by ``until`` it begins. ``what`` is the work that
    it is busy with, ``idle`` a vehicle that could begin before and does not get to ``less`` of the streets."""

    vehicle: str
    cause: Literal["busy", "absent", "unmanned", "call", "rest"]
    until: datetime
    what: str = ""
    idle: str = ""
    less: int = 0


@dataclass
class Fleet:
    """The vehicles of a snapshot, what each is booked for (in order), and the node that each starts from.

    ``turns`` are the known ones of each vehicle, in order; a vehicle without any is manned at all times. ``rota`` is
    what their crews have worked; ``call_lead`` how long a vehicle that is not out takes from the call to the wheel, and
    ``rolls`` when it is there if it is called at once. ``absent`` are the spans in which a vehicle is out of service,
    in whole minutes; one without an end lasts longer than the plan looks ahead. ``held`` is what each vehicle
    is called out for already.
    """

    vehicles: list[Vehicle]
    free_from: dict[str, datetime]
    homes: dict[str, int] = field(default_factory=dict)
    turns: dict[str, list[RosterTurn]] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    rota: Rota = field(default_factory=lambda: Rota(timedelta(0), timedelta(days=365)))
    booked: dict[str, list[Assignment]] = field(default_factory=dict)
    absent: dict[str, list[Absent]] = field(default_factory=dict)
    call_lead: Mapping[str, timedelta] = field(default_factory=dict)
    rolls: Mapping[str, datetime] = field(default_factory=dict)
    held: Mapping[str, Sequence[Held]] = field(default_factory=dict)

    def choose(
        self,
        network: Network,
        wish: TimeWindow,
        lasts: Callable[[Vehicle], timedelta],
        left_out: Callable[[Vehicle], int],
    ) -> Vehicle | None:
        """The vehicle of a network that leaves out least of the work (``left_out`` counts it); of those one that is
        done in time, else the least late; then the cheapest, a new call-out with its least hours counted; then the
        one that can begin first. None if none."""
        able = [v for v in self.vehicles if v.network == network and v.id in self.homes]
        ranked = [
            (left_out(v), *self._rank(v, wish, begins, lasts(v)), v.id)
            for v in able
            if (begins := self.begins(v, wish.earliest, lasts(v))) is not None
        ]
        chosen = min(ranked, default=None)
        return None if chosen is None else next(v for v in able if v.id == chosen[-1])

    def home(self, vehicle: Vehicle) -> int:
        """The node that a vehicle starts from."""
        return self.homes[vehicle.id]

    def lead_of(self, vehicle: str | None) -> timedelta:
        """How long a vehicle takes from the call to the wheel; nothing where it is out."""
        return self.call_lead.get(vehicle or "", timedelta(0))

    def assign(self, vehicle: Vehicle, wish: TimeWindow, lasts: timedelta, what: str = "") -> Assignment:
        """Books a vehicle into its first gap from when the work may begin. ValueError where it is never manned."""
        begins = self.begins(vehicle, wish.earliest, lasts) or self._however_long(vehicle, wish.earliest, lasts)
        if begins is None:
            raise ValueError(f"vehicle {vehicle.id} is not manned after {wish.earliest.isoformat()}")
        starts_at = begins.replace(second=0, microsecond=0)
        ready_by = starts_at + timedelta(minutes=-(-lasts.total_seconds() // 60))
        self.rota.book(self.rota.crew(vehicle.id), starts_at, ready_by)
        ends = next((turn.ends_at for turn in self.turns.get(vehicle.id, []) if begins < turn.ends_at), None)
        made = Assignment(vehicle, starts_at, ready_by, ends, what)
        insort(self.booked.setdefault(vehicle.id, []), made, key=lambda one: one.starts_at)
        return made

    def delay(
        self, vehicle: Vehicle, earliest: datetime, lasts: timedelta, less_able: Mapping[str, int] | None = None
    ) -> Delay | None:
        """What keeps a vehicle, before it is booked, from beginning work when it might; None where nothing does.
        ``less_able`` vehicles are named where they could begin before: they leave out so many streets more."""
        begins = self.begins(vehicle, earliest, lasts) or self._however_long(vehicle, earliest, lasts)
        if begins is None or begins < earliest + timedelta(minutes=1):
            return None
        kept = self._kept_until(vehicle, begins)
        for other in self.vehicles:
            if (
                other.id in (less_able or {})
                and (at := self.begins(other, earliest, lasts)) is not None
                and at < begins
            ):
                return replace(kept, idle=other.id, less=(less_able or {})[other.id])
        return kept

    def _kept_until(self, vehicle: Vehicle, begins: datetime) -> Delay:
        """What of all that a vehicle is kept by ends as it begins."""
        known = Delay(vehicle.id, "rest", begins)
        work = next((one for one in self.booked.get(vehicle.id, []) if one.ready_by == begins), None)
        if work is not None:
            return replace(known, cause="busy", what=work.what)
        held = next((what for _, ends, what in self.held.get(vehicle.id, ()) if ends == begins), None)
        if held is not None:
            return replace(known, cause="busy", what=held)
        if any(ends == begins for _, ends in self.absent.get(vehicle.id, [])):
            return replace(known, cause="absent")
        if self.free_from[vehicle.id] == begins:
            return replace(known, cause="call")
        if any(turn.starts_at == begins for turn in self.turns.get(vehicle.id, [])):
            return replace(known, cause="unmanned")
        return known

    def begins(self, vehicle: Vehicle, earliest: datetime, lasts: timedelta) -> datetime | None:
        """When a vehicle can begin work that takes so long, between what it is booked for, with a crew that has rested;
        None where its turns are over before."""
        at = max(earliest, self.free_from[vehicle.id])
        for starts_at, ready_by in self._taken(vehicle):
            begins = self._rested(vehicle, at, lasts)
            if begins is None or begins + lasts <= starts_at:
                return begins
            if ready_by is None:
                return None
            at = max(at, ready_by)
        return self._rested(vehicle, at, lasts)

    def _taken(self, vehicle: Vehicle) -> list[Absent]:
        """What a vehicle is booked and called out for, and when it is out of service, by when that begins."""
        booked: list[Absent] = [(work.starts_at, work.ready_by) for work in self.booked.get(vehicle.id, [])]
        booked += [(begins, ends) for begins, ends, _ in self.held.get(vehicle.id, ())]
        return sorted([*booked, *self.absent.get(vehicle.id, [])], key=lambda span: span[0])

    def _however_long(self, vehicle: Vehicle, earliest: datetime, lasts: timedelta) -> datetime | None:
        """The first time at which a vehicle is manned and free, however long the work then lasts, but for when it is
        out of service."""
        at = self.begins(vehicle, earliest, timedelta(0))
        for starts_at, ends_at in self.absent.get(vehicle.id, []):
            if at is not None and at + lasts > starts_at and (ends_at is None or at < ends_at):
                at = None if ends_at is None else self.begins(vehicle, ends_at, timedelta(0))
        return at

    def _rested(self, vehicle: Vehicle, at: datetime, lasts: timedelta) -> datetime | None:
        """The first time from ``at`` on at which a vehicle is manned and its crew may do work that takes so long."""
        manned = self._manned(vehicle, at)
        if manned is None:
            return None
        rested = self.rota.earliest(vehicle.id, manned, lasts)
        return manned if rested == manned else self._manned(vehicle, rested + timedelta(seconds=-rested.second % 60))

    def _manned(self, vehicle: Vehicle, at: datetime) -> datetime | None:
        """The first time from ``at`` on at which a vehicle is manned; None where its turns are over."""
        turns = self.turns.get(vehicle.id)
        if turns is None:
            return at
        return next((max(at, turn.starts_at) for turn in turns if at < turn.ends_at), None)

    def _rank(
        self, vehicle: Vehicle, wish: TimeWindow, begins: datetime, lasts: timedelta
    ) -> tuple[float, float, datetime, datetime]:
        """Minutes late, what it adds to the cost, when it begins, and when it was free."""
        late = max(0.0, (begins + lasts - wish.deadline) / timedelta(minutes=1))
        before = [a.minutes for a in self.booked.get(vehicle.id, [])]
        added = self.prices.of(vehicle, [*before, lasts / timedelta(minutes=1)]) - self.prices.of(vehicle, before)
        return round(late, 3), round(added, 2), begins, self.free_from[vehicle.id]

    def latest_starts(self, deadlines: Mapping[Assignment, datetime]) -> dict[Assignment, datetime]:
        """When each booking must begin at the latest so that it, and what its vehicle is booked for after it, is done
        in time, within the turn and the hours of the crew and before the vehicle is out of service; its planned start
        where it is late as it is."""
        found: dict[Assignment, datetime] = {}
        for bookings in self.booked.values():
            after: datetime | None = None
            for one in reversed(bookings):
                ends = [deadlines[one], *self._bounds(one), *([] if after is None else [after])]
                after = found[one] = max(one.starts_at, min(ends) - (one.ready_by - one.starts_at))
        return found

    def _bounds(self, one: Assignment) -> Iterator[datetime]:
        """When a booking must be done by its turn, its crew and its vehicle; nothing where it is beyond that as it
        is."""
        vehicle = one.vehicle.id
        ends = [begins for begins, _ in self.absent.get(vehicle, [])]
        ends += [begins for begins, _, _ in self.held.get(vehicle, ())]
        worked = self.rota.worked.get(self.rota.crew(vehicle))
        ends += [] if one.turn_ends is None else [one.turn_ends]
        ends += [] if worked is None or one.starts_at < worked[0] else [worked[0] + self.rota.most]
        yield from (at for at in ends if at >= one.ready_by)


class Manned(Protocol):
    """A snapshot that knows who mans which vehicle when."""

    @property
    def at(self) -> datetime: ...

    @property
    def params(self) -> PlannerParams: ...

    @property
    def thresholds(self) -> tuple[Threshold, ...]: ...

    @property
    def depots(self) -> tuple[Depot, ...]: ...

    @property
    def contractors(self) -> tuple[Contractor, ...]: ...

    @property
    def vehicles(self) -> tuple[Vehicle, ...]: ...

    @property
    def roster(self) -> tuple[RosterTurn, ...]: ...

    @property
    def absences(self) -> tuple[Absence, ...]: ...

    @property
    def orders(self) -> tuple[GivenOrder, ...]: ...

    @property
    def running(self) -> tuple[Intervention, ...]: ...


def fleet_of(snapshot: Manned, network: StreetNetwork) -> Fleet:
    """The fleet that can be planned. A vehicle without a known turn is taken as manned, and the plan says so."""
    places = {depot.id: (depot.lon, depot.lat) for depot in snapshot.depots}
    able = [v for v in snapshot.vehicles if v.depot in places]
    nodes = {kind: _start_nodes(network, kind) for kind in ("street", "cycle")}
    homes = {v.id: network.nearest_node(places[v.depot], nodes[v.network]) for v in able if nodes[v.network].any()}
    turns: dict[str, list[RosterTurn]] = {}
    for turn in sorted(snapshot.roster, key=lambda turn: turn.starts_at):
        turns.setdefault(turn.vehicle, []).append(turn)
    lead = call_leads(snapshot)
    rolls = {v.id: _rolls(snapshot.at, lead[v.id]) for v in able}
    crew = [v for v in able if v.id in homes]
    prices, absent = prices_of(snapshot), absent_in(snapshot)
    rota, held = rota_of(snapshot), _held(snapshot)
    return Fleet(crew, rolls, homes, turns, prices, rota, absent=absent, call_lead=lead, rolls=rolls, held=held)


def absent_in(snapshot: Manned) -> dict[str, list[Absent]]:
    """When each vehicle is out of service within a plan."""
    return absent_until(snapshot.absences, snapshot.at + timedelta(hours=snapshot.params.horizon_h))


def call_leads(snapshot: Manned) -> dict[str, timedelta]:
    """How long each vehicle takes from the call to the wheel (``snow.call_lead_min`` of its network): nothing where it
    is out, or its driver has acknowledged."""
    rules = limits(snapshot.thresholds)
    out = {order.vehicle for order in snapshot.orders if order.state in ON_THE_WAY}
    minutes = {v.network: rules.usual("snow.call_lead_min", v.network) for v in snapshot.vehicles}
    return {v.id: timedelta(minutes=0 if v.id in out else minutes[v.network]) for v in snapshot.vehicles}


def depot_nodes(
    vehicles: Sequence[Vehicle], depots: Sequence[Depot], network: StreetNetwork, clears: Network
) -> list[int]:
    """The nodes from which vehicles of a network start, whether they can be sent or not; those of all depots where
    none is known."""
    able = _start_nodes(network, clears)
    used = {vehicle.depot for vehicle in vehicles if vehicle.network == clears}
    places = [(d.lon, d.lat) for d in depots if d.id in used] or [(d.lon, d.lat) for d in depots]
    return sorted({network.nearest_node(at, able) for at in places}) if able.any() else []


def prices_of(snapshot: Manned) -> Prices:
    """The prices of a snapshot's contractors."""
    return Prices(snapshot.params.cost_per_h, {c.id: c for c in snapshot.contractors})


def rota_of(snapshot: Manned) -> Rota:
    """What the crews of a snapshot have worked, and what is called out."""
    rules = limits(snapshot.thresholds)
    rest_h, most_h = rules.usual("snow.rest_h"), rules.usual("snow.most_hours")
    return rota(snapshot.roster, snapshot.orders, snapshot.at, rest_h, most_h, snapshot.running)


def _rolls(at: datetime, lead: timedelta) -> datetime:
    """When a vehicle is at the wheel that is called at an instant: at a whole minute, where it must be called."""
    then = at + lead
    return then + timedelta(seconds=-then.second % 60, microseconds=-then.microsecond) if lead else then


def _held(snapshot: Manned) -> dict[str, list[Held]]:
    """What each vehicle is called out for, from when to when: what is begun from now."""
    begun = {order.key for order in snapshot.orders if order.state == "started"}
    held: dict[str, list[Held]] = {}
    for item in snapshot.running:
        if item.vehicle and item.ready_by:
            begins = snapshot.at if item.key in begun or item.starts_at is None else item.starts_at
            held.setdefault(item.vehicle, []).append((min(begins, item.ready_by), item.ready_by, item.target))
    return held


def _start_nodes(network: StreetNetwork, kind: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(n_nodes,) whether a depot's vehicle may start there: on the largest part, on ways that it may drive."""
    able = np.array(
        [
            segment.reachable
            and (segment.network == "street" if kind == "street" else segment.highway not in CLOSED_TO_SMALL)
            for segment in network.segments
        ],
        bool,
    )
    marked = np.zeros(network.n_nodes, bool)
    if len(able):
        arcs = able[network.arc_segment]
        marked[network.arc_from[arcs]] = True
    return marked
