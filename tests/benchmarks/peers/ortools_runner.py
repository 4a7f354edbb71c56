"""OR-Tools on the places of an arc-routing problem: run with its own interpreter.

Usage: PYTHON ortools_runner.py PLACES.npz CPU_SECONDS ENOUGH > TOURS.json

Each task is a disjunction of its places; a refill is an optional place at which the load dimension has slack, as in
OR-Tools' own example of reloading. Guided local search from PARALLEL_CHEAPEST_INSERTION, and from PATH_CHEAPEST_ARC
where there are refills, as the former finds no first solution there. The time limit of OR-Tools is wall time: the stop
is a custom limit that reads the CPU time of the process at each 256th call. A cost of ENOUGH ends the search too.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # type: ignore[import-not-found]


def main(file: str, seconds: float, enough: float) -> None:
    given = np.load(file)
    copied, place_of = _copied(given)
    starts, ends = given["starts"].tolist(), given["ends"].tolist()
    manager = pywrapcp.RoutingIndexManager(len(place_of), len(starts), starts, ends)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(_of(given["price"], place_of)))
    _visits(model, manager, given, copied)
    _load(model, manager, given, place_of, copied)
    if given["ms"].any():
        transit = model.RegisterTransitMatrix(_of(given["ms"], place_of))
        model.AddDimensionWithVehicleCapacity(transit, 0, given["shifts_ms"].tolist(), True, "time")
    found = _searched(model, bool(copied), _Stop(model, seconds, enough))
    print(json.dumps([] if found is None else _tours(model, manager, found, place_of)))


@dataclass
class _Stop:
    """Ends the search after CPU seconds from now, or at a cost that is enough."""

    model: Any
    seconds: float
    enough: float
    calls: int = 0
    reached: bool = False

    def __post_init__(self) -> None:
        self.until = time.process_time() + self.seconds

    def see(self) -> None:
        """Called at each solution."""
        self.reached = self.reached or self.model.CostVar().Max() <= self.enough

    def due(self) -> bool:
        """Called all the time."""
        self.calls += 1
        return self.reached or (self.calls % 256 == 0 and time.process_time() >= self.until)


def _copied(given: Any) -> tuple[list[int], list[int]]:
    """The nodes that are refills, each as often as it may be needed; and the place of every node."""
    n, often = len(given["price"]), int(np.ceil(given["demand"][given["groups"][:, 0]].sum() / given["loads"].max()))
    copies = np.repeat(given["refills"], often).tolist()
    return list(range(n, n + len(copies))), [*range(n), *copies]


def _of(table: Any, place_of: list[int]) -> list[list[int]]:
    copied: list[list[int]] = table[np.ix_(place_of, place_of)].tolist()
    return copied


def _visits(model: Any, manager: Any, given: Any, copied: list[int]) -> None:
    """Exactly one place of each group; refills at will; places that are neither are never visited."""
    for group in given["groups"].tolist():
        model.AddDisjunction([manager.NodeToIndex(place) for place in group if place >= 0])
    for node in copied:
        model.AddDisjunction([manager.NodeToIndex(node)], 0)
    used = {*given["groups"].ravel().tolist(), *given["starts"].tolist(), *given["ends"].tolist(), *copied}
    for place in sorted(set(range(manager.GetNumberOfNodes())) - used):
        index = manager.NodeToIndex(place)
        model.AddDisjunction([index], 0)
        model.ActiveVar(index).SetValue(0)


def _load(model: Any, manager: Any, given: Any, place_of: list[int], copied: list[int]) -> None:
    """What has been spread since the last refill, which takes off as much as there is."""
    most = int(given["loads"].max())
    spread = given["demand"][place_of]
    spread[copied] = -most
    transit = model.RegisterUnaryTransitVector(spread.tolist())
    model.AddDimensionWithVehicleCapacity(transit, most if copied else 0, given["loads"].tolist(), True, "load")
    if copied:
        load = model.GetDimensionOrDie("load")
        for place in given["groups"].ravel().tolist():
            if place >= 0:
                load.SlackVar(manager.NodeToIndex(place)).SetValue(0)


def _searched(model: Any, refills: bool, stop: _Stop) -> Any:
    """The best solution, None where there is none."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    first = strategies.PATH_CHEAPEST_ARC if refills else strategies.PARALLEL_CHEAPEST_INSERTION
    parameters.first_solution_strategy = first
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    model.CloseModelWithParameters(parameters)
    model.AddAtSolutionCallback(stop.see)
    model.AddSearchMonitor(model.solver().CustomLimit(stop.due))
    return model.SolveWithParameters(parameters)


def _tours(model: Any, manager: Any, found: Any, place_of: list[int]) -> list[tuple[int, list[int]]]:
    """The vehicles, each with the places it visits."""
    return [(number, _tour(model, manager, found, number, place_of)) for number in range(model.vehicles())]


def _tour(model: Any, manager: Any, found: Any, number: int, place_of: list[int]) -> list[int]:
    visited, index = [], found.Value(model.NextVar(model.Start(number)))
    while not model.IsEnd(index):
        visited.append(place_of[manager.IndexToNode(index)])
        index = found.Value(model.NextVar(index))
    return visited


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
