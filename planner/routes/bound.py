"""A lower bound on any plan: what must be served, and the cheapest way to make every crossing even.

A drive enters each node as often as it leaves it, its two ends aside. So at each node where an odd number of tasks
meet, some road is driven once more; the cheapest set of roads that does this for all of them is a minimum-weight
matching of the odd nodes (Edmonds, Johnson 1973). One-way rules, turns and capacities are ignored, so that no plan
can be cheaper. Where drives may end elsewhere than they begin, their starts and ends may stay odd at no price. Where
all drives begin and end at one depot without refilling, at least as many as the demand asks for leave it: it is
matched that often (Golden, Wong 1981).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import rustworkx
from scipy.sparse import csr_matrix

from city.network import Floats
from city.shortest import apart
from planner.routes.problem import Problem

_GRAIN = 1 << 24
"""Whole numbers that the dearest pair is split into for the matching; the rounding is taken off the bound."""


@dataclass(frozen=True)
class Bound:
    """``cost``: no plan is cheaper, in the unit of the objective. ``work_s``: no plan takes less time in all [s].

    ``shifts_s``: what the vehicles have together.
    """

    cost: float
    work_s: float
    shifts_s: float

    @property
    def possible(self) -> bool:
        """Whether the fleet's time is at least the least that is needed; if not, no plan can be feasible."""
        return self.work_s <= self.shifts_s * (1 + 1e-9)

    @property
    def overtime_s(self) -> float:
        """No plan has less overtime than this [s]."""
        return max(0.0, self.work_s - self.shifts_s)


def lower_bound(problem: Problem) -> Bound:
    """The bound of a problem, for price and for time. The cheapest and the fastest vehicle stand for all."""
    fleet = problem.vehicles
    price = np.min([problem.rates(vehicle).price for vehicle in fleet], axis=0)
    work = np.min([problem.work_price(vehicle) for vehicle in fleet], axis=0)
    seconds = np.min([problem.profile(vehicle).seconds for vehicle in fleet], axis=0)
    work_s = np.min([problem.profile(vehicle).work_seconds for vehicle in fleet], axis=0)
    shifts = sum(vehicle.shift_s for vehicle in fleet)
    time_s = _least(problem, seconds, work_s) if math.isfinite(shifts) else 0.0
    return Bound(_least(problem, price, work), time_s, shifts)


def least_metres(problem: Problem) -> float:
    """The parity bound in metres alone: no drives do the work in fewer, whatever a second is worth [m]."""
    fleet = tuple(replace(vehicle, price_per_m=1.0, price_per_s=0.0, price_used=0.0) for vehicle in problem.vehicles)
    return lower_bound(replace(problem, vehicles=fleet)).cost


def _least(problem: Problem, price: Floats, work: Floats) -> float:
    """Service of all tasks, and the cheapest roads that make all but the free nodes even."""
    graph = problem.graph
    service = sum(float(work[list(task.arcs)].min()) for task in problem.tasks)
    degree: Counter[int] = Counter()
    for task in problem.tasks:
        degree[int(graph.arc_from[task.arcs[0]])] += 1
        degree[int(graph.arc_to[task.arcs[0]])] += 1
    odd = sorted(node for node, count in degree.items() if count % 2)
    free = _free_ends(problem)
    if free is None:  # an open end may be anywhere
        return service
    depot, copies = _depot_copies(problem, degree)
    if depot >= 0:
        odd = sorted([node for node in odd if node != depot] + [depot] * copies)
        free = set()
    net = roads(problem, price)
    out_and_back = max(_cheapest_at(problem, price, depot), 2.0 * _to_work(net, depot, sorted(degree)))
    return service + _matched(net, odd, free, depot, out_and_back)


def _free_ends(problem: Problem) -> set[int] | None:
    """Nodes that may stay odd: the two ends of drives that do not return to where they began. None: any node."""
    free: set[int] = set()
    for vehicle in problem.vehicles:
        if vehicle.end == "open":
            return None
        start = int(problem.graph.arc_to[vehicle.start_arc]) if vehicle.start_arc >= 0 else vehicle.start
        ends = {vehicle.end_node} if vehicle.end == "node" else {refill.node for refill in problem.refills}
        if ends != {start}:
            free |= {start} | ends
    return free


def _depot_copies(problem: Problem, degree: Counter[int]) -> tuple[int, int]:
    """The only depot, and how often at least a drive without work must reach or leave it; (-1, 0) where there are
    several."""
    places = {(vehicle.start, vehicle.end_node) for vehicle in problem.vehicles}
    plain = all(vehicle.end == "node" and vehicle.start_arc < 0 for vehicle in problem.vehicles)
    capacity = max(vehicle.capacity for vehicle in problem.vehicles)
    if problem.refills or not plain or len(places) != 1 or len(set(next(iter(places)))) != 1:
        return -1, 0
    depot = problem.vehicles[0].start
    demand = sum(task.demand for task in problem.tasks)
    routes = max(1, math.ceil(demand / capacity - 1e-9)) if math.isfinite(capacity) else 1
    missing = 2 * routes - degree[depot]
    return depot, missing if missing > 0 else degree[depot] % 2


def roads(problem: Problem, price: Floats) -> csr_matrix:
    """(n_nodes, n_nodes) cheapest road between neighbouring nodes, whichever way it may be driven, from either side."""
    graph, n = problem.graph, len(problem.graph.nodes)
    usable = np.flatnonzero(np.isfinite(price) & (graph.arc_from != graph.arc_to))
    tail, head = graph.arc_from[usable], graph.arc_to[usable]
    pair, cost = np.minimum(tail, head) * n + np.maximum(tail, head), price[usable]
    order = np.argsort(pair, kind="stable")
    pairs, first = np.unique(pair[order], return_index=True)
    cheapest = np.minimum.reduceat(cost[order], first) if len(pairs) else cost
    low, high = np.divmod(pairs, n)
    both = np.concatenate([low, high]), np.concatenate([high, low])
    return csr_matrix((np.concatenate([cheapest, cheapest]), both), shape=(n, n))


def _cheapest_at(problem: Problem, price: Floats, depot: int) -> float:
    """Twice the cheapest road at the depot: what a drive out and back in costs at the least."""
    at = (problem.graph.arc_from == depot) | (problem.graph.arc_to == depot)
    return 2.0 * float(price[at].min()) if depot >= 0 and at.any() else 0.0


def _to_work(roads: csr_matrix, depot: int, ends: list[int]) -> float:
    """The cheapest way from the depot to any end of a task: every drive takes it, out and home."""
    if depot < 0 or not ends:
        return 0.0
    nearest = float(apart(roads, [depot], ends).min())
    return nearest if math.isfinite(nearest) else 0.0


def _matched(roads: csr_matrix, odd: list[int], free: set[int], depot: int, out_and_back: float) -> float:
    """Price of the cheapest perfect matching of ``odd``, each pair also by way of the free ends; rounded down."""
    if not odd:
        return 0.0
    pairs = apart(roads, odd, odd)
    if free:
        out = apart(roads, odd, sorted(free)).min(axis=1)
        pairs = np.minimum(pairs, out[:, None] + out[None, :])
        if len(odd) % 2:
            pairs = np.block([[pairs, out[:, None]], [out[None, :], np.zeros((1, 1))]])
    elif len(odd) % 2:
        return 0.0  # a road network that is not connected, or an odd number of depot visits: no claim
    if depot >= 0:
        at = [index for index, node in enumerate(odd) if node == depot]
        pairs[np.ix_(at, at)] = out_and_back
    return _matching(pairs)


def _matching(pairs: Floats) -> float:
    """Minimum-weight perfect matching of a complete graph; prices that are not whole are rounded down to whole
    grains."""
    n = len(pairs)
    real = np.isfinite(pairs)
    largest = float(pairs[real].max(initial=0.0))
    integral = largest < _GRAIN and bool((pairs[real] == np.round(pairs[real])).all())
    grain = 1.0 if integral else max(1e-9, largest / _GRAIN)
    whole = np.where(real, np.floor(np.where(real, pairs, 0.0) / grain), 0).astype(np.int64)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    rows, columns = np.nonzero(np.triu(real, 1))
    graph.add_edges_from([(int(a), int(b), int(whole[a, b])) for a, b in zip(rows, columns, strict=True)])
    most = int(whole.max(initial=0)) + 1
    found = rustworkx.max_weight_matching(
        graph, max_cardinality=True, weight_fn=lambda weight: most - weight, default_weight=1
    )
    return float(sum(int(whole[a, b]) for a, b in found)) * grain
