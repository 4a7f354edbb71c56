"""Who can drive, from where, and from when: turns, running orders, daily rest, and the next free vehicle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from city.network import StreetNetwork
from city.things import RosterTurn, Vehicle
from city.words import CLOSED_TO_SMALL, Network
from planner.night.rest import Rota, rota
from planner.snapshot import Snapshot
from planner.thresholds import limits


@dataclass(frozen=True)
class Assignment:
    """A vehicle's time on one piece of work. ``turn_ends`` is when its turn is over; None where none is known."""

    vehicle: Vehicle
    starts_at: datetime
    ready_by: datetime
    turn_ends: datetime | None


@dataclass
class Fleet:
    """The vehicles of a snapshot with the time from which each is free, and the node that each starts from.

    ``turns`` are the known ones of each vehicle, in order; a vehicle without any is manned at all times. ``rota`` is
    what their crews have worked, and ``usual`` how long a tur is thought to take before its drive is known.
    """

    vehicles: list[Vehicle]
    free_from: dict[str, datetime]
    homes: dict[str, int] = field(default_factory=dict)
    turns: dict[str, list[RosterTurn]] = field(default_factory=dict)
    rota: Rota = field(default_factory=lambda: Rota(timedelta(0), timedelta(days=365)))
    usual: timedelta = timedelta(0)

    def choose(self, network: Network, earliest: datetime, left_out: Callable[[Vehicle], int]) -> Vehicle | None:
        """The vehicle of a network that leaves out least of the work (``left_out`` counts it), of those the one that
        can begin first, and then the one that is free first; None if none."""
        able = [v for v in self.vehicles if v.network == network and self._begins(v, earliest) is not None]

        def rank(v: Vehicle) -> tuple[int, str, datetime, str]:
            return left_out(v), str(self._begins(v, earliest)), self.free_from[v.id], v.id

        return min(able, key=rank, default=None)

    def home(self, vehicle: Vehicle) -> int:
        """The node that a vehicle starts from."""
        return self.homes[vehicle.id]

    def assign(self, vehicle: Vehicle, earliest: datetime, lasts: timedelta) -> Assignment:
        """Books a vehicle from when it is free and manned and the work may begin. ValueError where it never is."""
        begins = self._begins(vehicle, earliest, lasts) or self._begins(vehicle, earliest)
        if begins is None:
            raise ValueError(f"vehicle {vehicle.id} is not manned after {earliest.isoformat()}")
        starts_at = begins.replace(second=0, microsecond=0)
        ready_by = starts_at + timedelta(minutes=-(-lasts.total_seconds() // 60))
        self.free_from[vehicle.id] = ready_by
        self.rota.book(self.rota.crew(vehicle.id), starts_at, ready_by)
        ends = next((turn.ends_at for turn in self.turns.get(vehicle.id, []) if begins < turn.ends_at), None)
        return Assignment(vehicle, starts_at, ready_by, ends)

    def _begins(self, vehicle: Vehicle, earliest: datetime, lasts: timedelta | None = None) -> datetime | None:
        """When a vehicle can begin, with a crew that has rested; None where its turns are over before."""
        begins = self._manned(vehicle, max(earliest, self.free_from[vehicle.id]))
        if begins is None:
            return None
        rested = self.rota.earliest(vehicle.id, begins, self.usual if lasts is None else lasts)
        return begins if rested == begins else self._manned(vehicle, rested + timedelta(seconds=-rested.second % 60))

    def _manned(self, vehicle: Vehicle, begins: datetime) -> datetime | None:
        """The first time from ``begins`` on at which a vehicle is manned; None where its turns are over before."""
        turns = self.turns.get(vehicle.id)
        if turns is None:
            return begins
        return next((max(begins, turn.starts_at) for turn in turns if begins < turn.ends_at), None)


def fleet_of(snapshot: Snapshot, network: StreetNetwork, *, with_driving: float = 1.5) -> Fleet:
    """The fleet that can be planned. A vehicle without a known turn is taken as manned, and the plan says so.

    ``with_driving``: how much longer than its work a tur is thought to take, before its drive is known.
    """
    places = {depot.id: (depot.lon, depot.lat) for depot in snapshot.depots}
    able = [v for v in snapshot.vehicles if v.depot in places]
    nodes = {kind: _start_nodes(network, kind) for kind in ("street", "cycle")}
    homes = {v.id: network.nearest_node(places[v.depot], nodes[v.network]) for v in able if nodes[v.network].any()}
    turns: dict[str, list[RosterTurn]] = {}
    for turn in sorted(snapshot.roster, key=lambda turn: turn.starts_at):
        turns.setdefault(turn.vehicle, []).append(turn)
    free_from = {v.id: _free_from(snapshot, v) for v in able}
    usual = with_driving * timedelta(minutes=snapshot.knobs.tur_minutes)
    return Fleet([v for v in able if v.id in homes], free_from, homes, turns, rota_of(snapshot), usual)


def rota_of(snapshot: Snapshot) -> Rota:
    """What the crews of a snapshot have worked, and what is called out."""
    rules = limits(snapshot.thresholds)
    rest_h, most_h = rules.usual("snow.rest_h"), rules.usual("snow.most_hours")
    return rota(snapshot.roster, snapshot.orders, snapshot.at, rest_h, most_h, snapshot.running)


def _free_from(snapshot: Snapshot, vehicle: Vehicle) -> datetime:
    """From when a vehicle is not out on a running order."""
    busy = [item.ready_by for item in snapshot.running if item.vehicle == vehicle.id and item.ready_by]
    return max([snapshot.at, *busy])


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
