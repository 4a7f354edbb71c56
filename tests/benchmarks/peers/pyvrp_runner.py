"""PyVRP on the places of an arc-routing problem: each task is a required group of optional clients without a prize.

A refill is a reload depot. ``CpuSeconds`` is there because PyVRP's own limit counts wall time.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pyvrp

from tests.benchmarks.peers.places import Kind, Places, Tour


@dataclass
class CpuSeconds:
    """Stops after CPU seconds of this process since it was first asked, or at a cost that is enough."""

    seconds: float
    enough: float
    began: float = -1.0

    def __call__(self, best_cost: int) -> bool:
        if self.began < 0.0:
            self.began = time.process_time()
        return best_cost <= self.enough or time.process_time() - self.began >= self.seconds


def solve(places: Places, stop: Callable[[int], bool], seed: int) -> list[Tour]:
    """The tours of the best solution when ``stop``, which is given its cost, says so; possibly not feasible."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = pyvrp.solve(_data(places), stop, seed=seed, collect_stats=False, display=False).best
    place_of = [place for group in places.groups for place in group]
    depot_of = _depots(places)
    return [
        (route.vehicle_type(), tuple(place_of[step.idx] if step.is_client() else depot_of[step.idx] for step in visits))
        for route in best.routes()
        if (visits := list(route)[1:-1])
    ]


def _depots(places: Places) -> list[int]:
    """The places of the depots: start and end of each kind, then the refills."""
    return [place for kind in places.kinds for place in (kind.start, kind.end)] + list(places.refills)


def _data(places: Places) -> pyvrp.ProblemData:
    depots = _depots(places)
    reloads = list(range(2 * len(places.kinds), len(depots)))
    pairs = [group for group in places.groups if len(group) > 1]
    number_of = {place: number for number, group in enumerate(pairs) for place in group}
    clients = [
        pyvrp.Client(place, [int(places.demand[place])], required=place not in number_of, group=number_of.get(place))
        for group in places.groups
        for place in group
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(len(places.price))],
        clients,
        [pyvrp.Depot(place) for place in depots],
        [_vehicle_type(kind, number, reloads) for number, kind in enumerate(places.kinds)],
        [places.price],
        [places.ms],
        [pyvrp.ClientGroup(list(group)) for group in pairs],
    )


def _vehicle_type(kind: Kind, number: int, reloads: list[int]) -> pyvrp.VehicleType:
    return pyvrp.VehicleType(
        len(kind.vehicles),
        [kind.capacity],
        start_depot=2 * number,
        end_depot=2 * number + 1,
        shift_duration=kind.shift_ms,
        reload_depots=reloads,
    )
