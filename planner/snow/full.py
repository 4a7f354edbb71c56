"""The full call-out: what it costs to send everybody everywhere. One figure of the town, the same at any hour.

It follows from the streets, their turer, the depots, the fleet (whoever is absent or busy) and the prices alone, so
that a saving is held against the same figure all night, whatever runs, is done or is added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from city.entities import Vehicle
from city.vocabulary import Network
from planner.fleet import depot_nodes, prices_of
from planner.routes.sectors import Tur, service_minutes
from planner.snow.cache import Streets
from planner.snow.snapshot import SnowSnapshot


@dataclass(frozen=True)
class Empty:
    """How long a whole tur drives and turns without work between its first street and its last: ``share`` of the work,
    ``street_min`` for each street [min], and ``gaps`` times the way between the parts that it falls into.

    Fitted to the whole turer of five towns as the search drives them (docs/snow.md).
    """

    share: float
    street_min: float = 0.0
    gaps: float = 0.0


EMPTY: Mapping[Network, Empty] = {"street": Empty(0.28, street_min=0.12), "cycle": Empty(0.62, gaps=1.8)}


def full_cost(snapshot: SnowSnapshot, minutes_of: Mapping[Network, float]) -> float:
    """The cost of the full call-out: the minutes of each network (``full_minutes``), shared by all its vehicles.

    Where a network has no vehicle its minutes cost the usual price.
    """
    prices, cost = prices_of(snapshot), 0.0
    for network, minutes in minutes_of.items():
        crew = _crew(snapshot, network)
        cost += sum(prices.of(v, [minutes / len(crew)]) for v in crew)
    return cost


def full_minutes(
    snapshot: SnowSnapshot,
    streets: Streets,
    turer: Sequence[Tur],
    work_kmh: Mapping[Network, float],
    *,
    empty: Mapping[Network, Empty] = EMPTY,
) -> dict[Network, float]:
    """Minutes of the full call-out by network [min]: of each tur its work at the fleet's speed, the way there from the
    nearest depot and home along the streets, and what it drives ``empty`` between its own.

    A tur that no depot leads to has no way there.
    """
    minutes: defaultdict[Network, float] = defaultdict(float)
    for tur in turer:
        work = sum(service_minutes(snapshot.segments[i], work_kmh[tur.network]) for i in tur.segments)
        inside = inside_minutes(snapshot, streets, tur, work, empty[tur.network])
        minutes[tur.network] += work + inside + stem_minutes(snapshot, streets, tur)
    return dict(minutes)


def inside_minutes(snapshot: SnowSnapshot, streets: Streets, tur: Tur, work: float, empty: Empty) -> float:
    """What a tur with so much ``work`` [min] drives and turns without work, once there [min]."""
    between = streets.gaps_m(tur) / (_drive_kmh(snapshot, tur.network) / 3.6) / 60.0 if empty.gaps else 0.0
    return empty.share * work + empty.street_min * len(tur.segments) + empty.gaps * between


def stem_minutes(snapshot: SnowSnapshot, streets: Streets, tur: Tur) -> float:
    """From the nearest depot to the nearest end of a tur's streets and back [min]; 0 where no way leads there."""
    homes = depot_nodes(snapshot.vehicles, snapshot.depots, streets.network, tur.network)
    away = streets.there_and_back_s(tur.network, homes, _drive_kmh(snapshot, tur.network))
    ends = {node for i in tur.segments for node in streets.ends_of(i)}
    nearest = float(np.min(away[sorted(ends)], initial=np.inf))
    return nearest / 60.0 if np.isfinite(nearest) else 0.0


def _drive_kmh(snapshot: SnowSnapshot, network: Network) -> float:
    """The slowest of a network's vehicles where it does not work [km/h]."""
    return min(vehicle.drive_kmh for vehicle in _crew(snapshot, network))


def _crew(snapshot: SnowSnapshot, network: Network) -> list[Vehicle]:
    """All vehicles of a network, else one that nobody knows."""
    return [v for v in snapshot.vehicles if v.network == network] or [Vehicle("", "snow", "", network)]
