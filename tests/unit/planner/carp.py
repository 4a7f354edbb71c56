"""Small arc-routing problems for tests, and what brute force says about them."""

from __future__ import annotations

import itertools
import math
import os
import random
from pathlib import Path

import numpy as np
import pytest

from city.arcstates import ArcGraph, from_arrays
from city.shortest import EdgePlace, arrivals, between
from planner.routes.problem import Problem, Profile, RouteVehicle, Task


def routing_data() -> Path:
    """The folder of benchmark instances; skips without it."""
    folder = Path(os.environ.get("DAGSPLAN_DATA", "/nowhere")) / "routing"
    if not folder.is_dir():
        pytest.skip("DAGSPLAN_DATA names no folder with routing/")
    return folder


def streets(
    edges: list[tuple[int, int, float]], oneways: list[tuple[int, int, float]] = (), **rules: object
) -> ArcGraph:  # type: ignore[assignment]
    """Two-way edges are the arcs 2 i and 2 i + 1, one-way ones follow."""
    n = 1 + max(max(u, v) for u, v, _ in [*edges, *oneways])
    arcs = [arc for u, v, c in edges for arc in ((u, v, c), (v, u, c))] + list(oneways)
    reverse = [at ^ 1 if at < 2 * len(edges) else -1 for at in range(len(arcs))]
    tails, heads, metres = zip(*arcs, strict=True)
    return from_arrays([str(node) for node in range(n)], tails, heads, metres, reverse, **rules)  # type: ignore[arg-type]


def still(graph: ArcGraph) -> Profile:
    """Driving and working at 10 m/s."""
    return Profile(graph.metres / 10.0, graph.metres / 10.0)


def random_problem(seed: int, tasks: int = 5, vehicles: int = 2, capacity: float = 8.0) -> Problem:
    """A small connected town with U-turns at some nodes only, one-way streets, and a home at node 0."""
    chance = random.Random(seed)
    n = 6
    edges = [(node, chance.randrange(node), float(chance.randint(1, 9))) for node in range(1, n)]
    edges += [(*sorted(chance.sample(range(n), 2)), float(chance.randint(1, 9))) for _ in range(3)]  # type: ignore[misc]
    edges = list({(min(u, v), max(u, v)): (u, v, c) for u, v, c in edges}.values())
    degree = [sum(node in edge[:2] for edge in edges) for node in range(n)]
    turning = [node for node in range(n) if degree[node] < 2 or chance.random() < 0.4]
    graph = streets(edges, turning=turning)
    picked = chance.sample(range(len(edges)), min(tasks, len(edges)))
    jobs = tuple(
        Task(f"t{at}", (2 * at, 2 * at + 1) if chance.random() < 0.8 else (2 * at,), float(chance.randint(1, 4)))
        for at in picked
    )
    fleet = tuple(RouteVehicle(f"v{number}", 0, capacity, end_node=0) for number in range(vehicles))
    return Problem("town", graph, jobs, fleet, profiles={"": still(graph)})


def cheapest(problem: Problem) -> float:
    """The least cost of any plan without refills: every split, order and direction; inf where none is feasible."""
    n = len(problem.tasks)
    vehicle = problem.vehicles[0]
    one: dict[frozenset[int], float] = {frozenset(): 0.0}
    for size in range(1, n + 1):
        for chosen in itertools.combinations(range(n), size):
            if sum(problem.tasks[t].demand for t in chosen) <= vehicle.capacity:
                one[frozenset(chosen)] = min(_route(problem, order) for order in itertools.permutations(chosen))
    best = {frozenset(): 0.0}
    for _ in problem.vehicles:
        best = {
            done | more: min([best[d] + one[m] for d in best for m in one if not d & m and d | m == done | more])
            for done in best
            for more in one
            if not done & more
        }
    return best.get(frozenset(range(n)), math.inf)


def _route(problem: Problem, order: tuple[int, ...]) -> float:
    """The least cost of one order, over all directions."""
    graph, rates = problem.graph, problem.rates(problem.vehicles[0])
    least = math.inf
    for arcs in itertools.product(*(problem.tasks[t].arcs for t in order)):
        cost, at = float(sum(graph.metres[arc] for arc in arcs)), EdgePlace(node=0)
        for arc in arcs:
            cost += float(between(graph, rates, [at], [arc])[0][0, 0])
            at = EdgePlace(arc=arc)
        least = min(least, cost + min((way[1] for way in arrivals(graph, rates, at, 0)), default=np.inf))
    return least
