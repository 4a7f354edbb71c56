"""Where the trucks of a fraction start and tip, and the way between all places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import floor

import numpy as np

from city.absence import Absent, absent_until, first_gap
from city.entities import Depot, Point, Vehicle
from city.network import StreetNetwork
from city.serviceday import local_instant
from planner.routes.problem import Profile
from planner.routes.profiles import profile
from planner.waste.room import RoomNeed
from planner.waste.snapshot import WasteSnapshot

Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
SHIFT_BEGINS = time(6, 0)
SHORTEST = timedelta(minutes=30)
"""A truck that is in service for less than this in one piece is not asked."""


@dataclass(frozen=True)
class Site:
    """Where the trucks of one fraction start and tip, and the tables of the way between all places.

    ``metres`` and ``seconds`` (n, n) and ``nodes`` (n,): the ``depots`` of the trucks, by id, then the disposal site,
    then the rooms in the order of ``needs``.
    """

    needs: tuple[RoomNeed, ...]
    trucks: tuple[Vehicle, ...]
    depots: tuple[str, ...]
    nodes: tuple[int, ...]
    metres: Table
    seconds: Table
    how: Profile

    @property
    def disposal(self) -> int:
        """The row of the disposal site."""
        return len(self.depots)

    def most_l(self, kg_per_l: float) -> float:
        """What the largest of its trucks holds [l] of what weighs so much; rounds count whole litres."""
        return max(holds_l(truck, kg_per_l) for truck in self.trucks)

    def only(self, needs: Mapping[int, RoomNeed]) -> Site:
        """The site with these of its rooms, each by its number, and what a visit to each would be now."""
        first = self.disposal + 1
        rows = [*range(first), *(first + number for number in needs)]
        return replace(
            self,
            needs=tuple(needs.values()),
            nodes=tuple(self.nodes[row] for row in rows),
            metres=self.metres[np.ix_(rows, rows)],
            seconds=self.seconds[np.ix_(rows, rows)],
        )

    def row(self, stop: int | None) -> int:
        """The row of a stop: a number of ``needs``, or None for the disposal site."""
        return self.disposal if stop is None else self.disposal + 1 + stop


def site_of(
    snapshot: WasteSnapshot, network: StreetNetwork, fraction: str, needs: Sequence[RoomNeed], used: set[str | None]
) -> Site | None:
    """The site of a fraction with the trucks that may fetch it; idle ones where there are any, else those of ``used``
    that are not on a running order, after their rounds. None without truck, depot or street."""
    trucks = tuple(v for v in snapshot.vehicles if not v.fractions or fraction in v.fractions)
    homes = {depot.id: depot for depot in snapshot.depots}
    trucks = tuple(truck for truck in trucks if truck.depot in homes)
    if not trucks:
        return None
    busy = {item.vehicle for item in snapshot.running}
    free = tuple(truck for truck in trucks if truck.id not in busy)
    free = _in_service(snapshot, free)
    free = tuple(truck for truck in free if truck.id not in used) or free
    if not free:
        return None
    depots = [homes[name] for name in dict.fromkeys(truck.depot for truck in free)]
    disposal = next((d for d in snapshot.depots if d.kind == "disposal"), depots[0])
    how = profile(network, _largest(free))
    if not np.isfinite(how.seconds).any():
        return None
    return _tables(network, tuple(needs), free, depots, disposal, how)


def holds_l(truck: Vehicle, kg_per_l: float) -> float:
    """What a truck holds [l] of what weighs so much; inf where nothing is said of it."""
    by_room = float(floor(truck.capacity_l)) if truck.capacity_l else np.inf
    by_weight = floor(truck.capacity_kg) / kg_per_l if truck.capacity_kg and kg_per_l > 0.0 else np.inf
    return min(by_room, by_weight)


def shift_begins(snapshot: WasteSnapshot) -> datetime:
    """From when trucks drive: the begin of the day's shift, or now."""
    return max(snapshot.at, local_instant(snapshot.service_day, SHIFT_BEGINS, snapshot.zone))


def shift_ends(snapshot: WasteSnapshot, hours: float) -> datetime:
    """When the day's shift of so many hours is over; a plan that is made later in the day has less of it. One that is
    made after it asks for a shift of its own."""
    ends = local_instant(snapshot.service_day, SHIFT_BEGINS, snapshot.zone) + timedelta(hours=hours)
    return snapshot.at + timedelta(hours=hours) if snapshot.at >= ends else ends


def absent_trucks(snapshot: WasteSnapshot) -> dict[str, list[Absent]]:
    """When each truck is out of service; without an end where that lasts to the end of the service day."""
    return absent_until(snapshot.absences, day_ends(snapshot))


def day_ends(snapshot: WasteSnapshot) -> datetime:
    """The end of the service day."""
    return local_instant(snapshot.service_day + timedelta(days=1), time(0, 0), snapshot.zone)


def _in_service(snapshot: WasteSnapshot, trucks: tuple[Vehicle, ...]) -> tuple[Vehicle, ...]:
    """The trucks that are in service all day; where there is none, those that are for a part of it."""
    absent, begins = absent_trucks(snapshot), shift_begins(snapshot)
    whole = tuple(truck for truck in trucks if all(end and end <= begins for _, end in absent.get(truck.id, [])))
    return whole or tuple(truck for truck in trucks if first_gap(absent[truck.id], begins, SHORTEST) is not None)


def _largest(trucks: Sequence[Vehicle]) -> Vehicle:
    """The first truck, as wide and heavy as any: rounds of a fraction use streets that are open to all its trucks."""
    width_m = max((truck.width_m for truck in trucks if truck.width_m is not None), default=None)
    weight_t = max((truck.weight_t for truck in trucks if truck.weight_t is not None), default=None)
    return replace(trucks[0], network="street", width_m=width_m, weight_t=weight_t)


def _tables(
    network: StreetNetwork,
    needs: tuple[RoomNeed, ...],
    trucks: tuple[Vehicle, ...],
    depots: Sequence[Depot],
    disposal: Depot,
    how: Profile,
) -> Site:
    """Distances over the streets between the nodes nearest to each place."""
    places = [(end.lon, end.lat) for end in (*depots, disposal)] + [(need.room.lon, need.room.lat) for need in needs]
    nodes, metres, seconds = ways_between(network, how, places)
    return Site(needs, trucks, tuple(depot.id for depot in depots), nodes, metres, seconds, how)


def ways_between(network: StreetNetwork, how: Profile, places: Sequence[Point]) -> tuple[tuple[int, ...], Table, Table]:
    """The node of the largest drivable part that is nearest to each place (n,), and the metres and seconds between
    them, (n, n); inf where there is no way."""
    drivable = np.zeros(network.n_nodes, bool)
    open_arcs = np.isfinite(how.seconds)
    main, part = network.arc_from[open_arcs], network.parts(how.seconds)
    drivable[main] = part[main] == np.bincount(part[main]).argmax()
    nodes = tuple(network.nearest_node(place, drivable) for place in places)
    metres = network.travel(nodes, nodes, np.where(open_arcs, network.arc_m, np.inf))
    return nodes, metres, network.travel(nodes, nodes, how.seconds)
