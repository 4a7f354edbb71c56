"""Waste rounds: one adapter around PyVRP, the only module that knows it.

Places are stops, a truck starts at its depot, may tip at the disposal site in between, and tips there at the end.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvrp
from pyvrp.stop import MaxIterations

FAR = 10_000_000
TIP_S = 600.0
"""How long a truck takes to tip [s]."""
OF_A_KRONA = 1000
"""The solver counts in whole numbers: thousandths of a krona."""


@dataclass(frozen=True)
class Client:
    """One room: litres to load, seconds of work, and what coming is worth [kr]; None where it must be visited."""

    litres: float
    service_s: float
    prize: float | None


@dataclass(frozen=True)
class Truck:
    """One truck and its capacity [l]; None is unlimited."""

    id: str
    capacity_l: float | None


@dataclass(frozen=True)
class Round:
    """One truck's round: ``stops`` are indices into the wishes in order, None where it tips."""

    truck: str
    stops: tuple[int | None, ...]
    metres: float
    seconds: float


def plan_rounds(
    wishes: Sequence[Client],
    trucks: Sequence[Truck],
    metres: npt.NDArray[np.float64],
    seconds: npt.NDArray[np.float64],
    *,
    iterations: int,
    seed: int,
    tip_s: float = TIP_S,
    kr_per_km: float = 15.0,
    kr_per_h: float = 900.0,
) -> list[Round]:
    """Rounds that visit every wish that must be, and those whose prize pays for the way.

    No wish may be larger than the largest truck: the solver would overload one.

    ``metres`` and ``seconds`` are (2 + n, 2 + n): row 0 the depot, row 1 the disposal site, then the wishes; inf
    where there is no way. Stops by ``iterations``, so the same input gives the same rounds.
    """
    if not wishes or not trucks:
        return []
    model = _model(wishes, trucks, metres, seconds, tip_s, (kr_per_km, kr_per_h))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = model.solve(MaxIterations(iterations), seed=seed, display=False, collect_stats=False).best
    return [_round(route, trucks[route.vehicle_type()].id, metres, seconds, tip_s) for route in best.routes()]


def _model(
    wishes: Sequence[Client],
    trucks: Sequence[Truck],
    metres: npt.NDArray[np.float64],
    seconds: npt.NDArray[np.float64],
    tip_s: float,
    prices: tuple[float, float],
) -> pyvrp.Model:
    model = pyvrp.Model()
    places = [model.add_location(0, 0) for _ in range(len(wishes) + 2)]
    depot = model.add_depot(places[0])
    disposal = model.add_depot(places[1], service_duration=round(tip_s))
    for wish, place in zip(wishes, places[2:], strict=True):
        model.add_client(
            place,
            pickup=round(wish.litres),
            service_duration=round(wish.service_s),
            required=wish.prize is None,
            prize=round((wish.prize or 0.0) * OF_A_KRONA),
        )
    for truck in trucks:
        model.add_vehicle_type(
            1,
            capacity=round(truck.capacity_l) if truck.capacity_l else FAR,
            start_depot=depot,
            end_depot=disposal,
            reload_depots=[disposal],
            fixed_cost=100 * OF_A_KRONA,
            unit_distance_cost=round(prices[0] * OF_A_KRONA / 1000),
            unit_duration_cost=round(prices[1] * OF_A_KRONA / 3600),
            name=truck.id,
        )
    for i, origin in enumerate(places):
        for j, target in enumerate(places):
            if i != j:
                model.add_edge(origin, target, _whole(metres[i, j]), _whole(seconds[i, j]))
    return model


def _whole(value: float) -> int:
    return round(value) if np.isfinite(value) else FAR


def _round(
    route: pyvrp.Route,
    truck: str,
    metres: npt.NDArray[np.float64],
    seconds: npt.NDArray[np.float64],
    tip_s: float,
) -> Round:
    """The stops of a route, with the last tipping and the way home from the disposal site added."""
    stops = tuple(activity.idx if activity.is_client() else None for activity in list(route)[1:])
    return Round(truck, stops, route.distance() + float(metres[1, 0]), route.duration() + tip_s + float(seconds[1, 0]))
