"""The borders between districts, searched again two districts at a time, with all but the tasks near the border frozen.

Pairs that have no district in common are searched side by side. No pass makes the plan worse.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from planner.routes.bound import roads
from planner.routes.encode import Route, Serve
from planner.routes.frozen import Frozen, freeze
from planner.routes.problem import Problem
from planner.routes.replan import CALM
from planner.routes.solve import Result, StopRule, solve
from planner.routes.worth import worth


@dataclass(frozen=True)
class Passed:
    """The routes after the passes, and what each pass found."""

    routes: tuple[Route, ...]
    results: tuple[Result, ...]


def at_borders(
    problem: Problem,
    groups: Sequence[Collection[int]],
    routes: Sequence[Route],
    stop: StopRule,
    executor: Executor,
    seed: int = 0,
    *,
    most: int = 400,
) -> Passed:
    """Searches both sides of every border until ``stop``: at most the ``most`` tasks nearest to it are loose.

    ``groups``: the vehicles of each district. Districts touch where a crossing is an end of tasks of both.
    """
    net = road_net(problem)
    of_vehicle = {route.vehicle: route for route in routes}
    results: list[Result] = []
    parts = [[task for vehicle in group for task in served(of_vehicle[vehicle])] for group in groups]
    for level in _levels(_shared(problem, parts)):
        frozen = [
            _border(problem, net, nodes, [of_vehicle[vehicle] for side in pair for vehicle in groups[side]], most)
            for pair, nodes in level
        ]
        found = list(executor.map(partial(_searched, stop=stop, seed=seed), frozen))
        for one, result in zip(frozen, found, strict=True):
            of_vehicle.update(_better(problem, of_vehicle, one, result))
        results += found
    return Passed(tuple(of_vehicle[vehicle] for vehicle in sorted(of_vehicle)), tuple(results))


def _searched(frozen: Frozen, stop: StopRule, seed: int) -> Result:
    return solve(frozen.problem, stop, seed, CALM, frozen.routes)


def ends_of(problem: Problem, task: int) -> tuple[int, int]:
    """The two nodes of a task."""
    arc = problem.tasks[task].arcs[0]
    return int(problem.graph.arc_from[arc]), int(problem.graph.arc_to[arc])


def road_net(problem: Problem) -> csr_matrix:
    """(n_nodes, n_nodes) the cheapest road between neighbouring nodes for the vehicle that drives it cheapest."""
    return roads(problem, np.min([problem.rates(vehicle).price for vehicle in problem.vehicles], axis=0))


def nearest_tasks(
    problem: Problem, net: csr_matrix, nodes: Collection[int], tasks: Collection[int], most: int
) -> list[int]:
    """At most ``most`` of ``tasks``, those that are nearest to any of the nodes by road, one-way rules aside."""
    apart = dijkstra(net, directed=False, indices=sorted(nodes), min_only=True)
    return sorted(tasks, key=lambda task: (float(apart[list(ends_of(problem, task))].min()), task))[:most]


def _shared(problem: Problem, parts: Sequence[Collection[int]]) -> dict[tuple[int, int], set[int]]:
    """The nodes that two districts have in common, for each two that have any."""
    homes: defaultdict[int, set[int]] = defaultdict(set)
    for number, tasks in enumerate(parts):
        for node in {node for task in tasks for node in ends_of(problem, task)}:
            homes[node].add(number)
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for node, numbers in homes.items():
        for pair in combinations(sorted(numbers), 2):
            found[pair].add(node)
    return dict(found)


def _levels(shared: dict[tuple[int, int], set[int]]) -> list[list[tuple[tuple[int, int], set[int]]]]:
    """All pairs, longest border first, in as few groups as a greedy choice finds in which no district stands twice."""
    levels: list[list[tuple[tuple[int, int], set[int]]]] = []
    for pair, nodes in sorted(shared.items(), key=lambda item: (-len(item[1]), item[0])):
        room = next((level for level in levels if not any(set(pair) & set(other) for other, _ in level)), None)
        if room is None:
            levels.append([(pair, nodes)])
        else:
            room.append((pair, nodes))
    return levels


def _border(problem: Problem, net: csr_matrix, nodes: Collection[int], routes: Sequence[Route], most: int) -> Frozen:
    """The problem of one border: those of the routes that serve a task near it."""
    near = set(nearest_tasks(problem, net, nodes, [task for route in routes for task in served(route)], most))
    own = [route for route in routes if not near.isdisjoint(served(route))]
    return freeze(problem, own or routes, near)


def served(route: Route) -> list[int]:
    """The tasks of a route in order."""
    return [step.task for step in route.steps if isinstance(step, Serve)]


def _better(problem: Problem, routes: dict[int, Route], frozen: Frozen, result: Result) -> dict[int, Route]:
    """The new routes where the whole drives are better by them than before, else the old ones."""
    old = [routes[vehicle] for vehicle in frozen.vehicles]
    new = frozen.thawed(result.routes)
    tasks = len({task for route in old for task in served(route)})
    best = min([old, list(new)], key=lambda some: worth(problem, some, tasks))
    return {route.vehicle: route for route in best}
