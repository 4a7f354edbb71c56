"""Who can drive, from where, and from when: turns, running orders, and the next free vehicle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from city.network import StreetNetwork
from city.things import Vehicle
from city.words import Network
from planner.routes.drive import NOT_FOR_SMALL
from planner.snapshot import Snapshot


@dataclass(frozen=True)
class Assignment:
    """A vehicle's time on one piece of work."""

    vehicle: Vehicle
    starts_at: datetime
    ready_by: datetime


@dataclass
class Fleet:
    """The vehicles of a snapshot with the time from which each is free, and the node that each starts from."""

    vehicles: list[Vehicle]
    free_from: dict[str, datetime]
    homes: dict[str, int] = field(default_factory=dict)

    def choose(self, network: Network) -> Vehicle | None:
        """The vehicle of a network that is free first; None where there is none."""
        able = [v for v in self.vehicles if v.network == network]
        return min(able, key=lambda v: (self.free_from[v.id], v.id), default=None)

    def home(self, vehicle: Vehicle) -> int:
        """The node that a vehicle starts from."""
        return self.homes[vehicle.id]

    def assign(self, vehicle: Vehicle, earliest: datetime, lasts: timedelta) -> Assignment:
        """Books a vehicle from when it is free and the work may begin."""
        starts_at = max(earliest, self.free_from[vehicle.id]).replace(second=0, microsecond=0)
        ready_by = starts_at + timedelta(minutes=-(-lasts.total_seconds() // 60))
        self.free_from[vehicle.id] = ready_by
        return Assignment(vehicle, starts_at, ready_by)


def fleet_of(snapshot: Snapshot, network: StreetNetwork) -> Fleet:
    """The fleet that can be planned. A vehicle without a known turn is taken as manned, and the plan says so."""
    places = {depot.id: (depot.lon, depot.lat) for depot in snapshot.depots}
    able = [v for v in snapshot.vehicles if v.depot in places]
    free = {v.id: _free_from(snapshot, v) for v in able}
    manned = [v for v in able if free[v.id] is not None]
    nodes = {kind: _start_nodes(network, kind) for kind in ("street", "cycle")}
    homes = {v.id: network.nearest_node(places[v.depot], nodes[v.network]) for v in manned if nodes[v.network].any()}
    return Fleet(
        [v for v in manned if v.id in homes], {v.id: when for v in manned if (when := free[v.id]) is not None}, homes
    )


def _free_from(snapshot: Snapshot, vehicle: Vehicle) -> datetime | None:
    """From when a vehicle is manned and not out; None where its turns are known and none is left."""
    turns = [turn for turn in snapshot.roster if turn.vehicle == vehicle.id]
    left = [turn for turn in turns if turn.ends_at > snapshot.at]
    if turns and not left:
        return None
    manned = max(snapshot.at, min(turn.starts_at for turn in left)) if left else snapshot.at
    busy = [item.ready_by for item in snapshot.running if item.vehicle == vehicle.id and item.ready_by]
    return max([manned, *busy])


def _start_nodes(network: StreetNetwork, kind: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(n_nodes,) whether a depot's vehicle may start there: on the largest part, on ways that it may drive."""
    able = np.array(
        [
            segment.reachable
            and (segment.network == "street" if kind == "street" else segment.highway not in NOT_FOR_SMALL)
            for segment in network.segments
        ],
        bool,
    )
    marked = np.zeros(network.n_nodes, bool)
    if len(able):
        arcs = able[network.arc_segment]
        marked[network.arc_from[arcs]] = True
    return marked
