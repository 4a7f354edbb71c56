"""Rounds to places, by PyVRP: the only module that knows it. Waste trucks and small ploughs are planned by it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt
import pyvrp
from pyvrp.stop import MaxIterations

Table = npt.NDArray[np.float64]
FAR = 10_000_000


@dataclass(frozen=True)
class Client:
    """One place to come to: what is loaded there, seconds of work, and what coming is worth; None where it must be
    visited. What is loaded and what a round carries are in the same units, whole numbers of which are counted."""

    loads: tuple[float, ...] = (0.0,)
    service_s: float = 0.0
    prize: float | None = None


@dataclass(frozen=True)
class RoundVehicle:
    """One vehicle: ``start`` and ``end`` are numbers of ends, ``unloads`` of one where it may unload on the way.

    ``capacity`` is of each unit of the loads, None unlimited, and so is ``longest_s``, all that it may take from its
    start to its end.
    ``per_m``, ``per_s`` and ``used`` are whole prices of a metre, a second, and of leaving at all, in the unit of the
    prizes.
    """

    start: int = 0
    end: int = 0
    unloads: int | None = None
    capacity: tuple[float | None, ...] = (None,)
    per_m: int = 0
    per_s: int = 1
    used: int = 0
    longest_s: float | None = None


@dataclass(frozen=True)
class Tour:
    """What one vehicle does: ``stops`` are numbers of clients in order, None where it unloads on the way.

    ``metres`` and ``seconds``, in whole numbers of each leg, are those from its start to its end, without the work
    there.
    """

    vehicle: int
    stops: tuple[int | None, ...]
    metres: int
    seconds: int


def find_tours(
    clients: Sequence[Client],
    ends_s: Sequence[float],
    vehicles: Sequence[RoundVehicle],
    metres: Table,
    seconds: Table,
    *,
    iterations: int,
    seed: int,
) -> list[Tour] | None:
    """Tours that visit every client that must be, and those whose prize pays for the way; None where the best that is
    found breaks a rule, by the solver's own word.

    ``metres`` and ``seconds`` are (n, n) over the ends and then the clients; inf where there is no way. ``ends_s`` is
    the work at each end [s], such as unloading. Stops by ``iterations``, so the same input gives the same tours.
    """
    model = _model(clients, ends_s, vehicles, metres, seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = model.solve(MaxIterations(iterations), seed=seed, display=False, collect_stats=False).best
    return [_tour(route) for route in best.routes()] if best.is_feasible() else None


def _model(
    clients: Sequence[Client], ends_s: Sequence[float], vehicles: Sequence[RoundVehicle], metres: Table, seconds: Table
) -> pyvrp.Model:
    """What is loaded is rounded up and a capacity down, so that no whole number hides an overload."""
    model = pyvrp.Model()
    places = [model.add_location(0, 0) for _ in range(len(ends_s) + len(clients))]
    depots = [model.add_depot(place, service_duration=round(s)) for s, place in zip(ends_s, places, strict=False)]
    for client, place in zip(clients, places[len(ends_s) :], strict=True):
        model.add_client(
            place,
            pickup=[ceil(load) for load in client.loads],
            service_duration=round(client.service_s),
            required=client.prize is None,
            prize=round(client.prize or 0.0),
        )
    for vehicle in vehicles:
        model.add_vehicle_type(
            1,
            capacity=[floor(most) if most else FAR for most in vehicle.capacity],
            start_depot=depots[vehicle.start],
            end_depot=depots[vehicle.end],
            reload_depots=[] if vehicle.unloads is None else [depots[vehicle.unloads]],
            fixed_cost=vehicle.used,
            unit_distance_cost=vehicle.per_m,
            unit_duration_cost=vehicle.per_s,
            shift_duration=FAR if vehicle.longest_s is None else max(0, floor(vehicle.longest_s)),
        )
    for i, origin in enumerate(places):
        for j, target in enumerate(places):
            if i != j:
                model.add_edge(origin, target, _whole(metres[i, j]), _whole(seconds[i, j]))
    return model


def _whole(value: float) -> int:
    return round(value) if np.isfinite(value) else FAR


def _tour(route: pyvrp.Route) -> Tour:
    between = list(route)[1:-1]
    stops = tuple(activity.idx if activity.is_client() else None for activity in between)
    return Tour(route.vehicle_type(), stops, route.distance(), route.duration())
