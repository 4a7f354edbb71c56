"""Tables of prices and seconds between everything that a route can hold, for each kind of vehicle.

Rows and columns are *places*: the traversals of all tasks in order, then one for each vehicle's start, then one for
each vehicle's end. The service of a traversal belongs to the way that leads to it, so that a route costs the sum of its
entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city.shortest import EdgePlace, Table, arrivals, between
from planner.routes.problem import Problem, RouteVehicle

FAR = np.float32(1e12)
"""Price of a way that does not exist; finite, so that sums of it can still be compared."""


@dataclass(frozen=True)
class Tables:
    """``price``, ``seconds`` (n_kinds, 1 or 2, n_places, n_places): directly, and by way of the best refill where
    there are refills.

    ``by_refill`` (n_kinds, n_places, n_places) which refill that is, -1 for none; ``work_s`` (n_kinds, n_places) [s];
    ``first`` (n_tasks + 1,) the first place of each task; ``kind_of`` (n_vehicles,); ``arc_of`` (n_traversals,).
    """

    price: Table
    seconds: Table
    by_refill: npt.NDArray[np.int16]
    work_s: Table
    first: npt.NDArray[np.int64]
    kind_of: npt.NDArray[np.int64]
    arc_of: npt.NDArray[np.int64]


def tables(problem: Problem) -> Tables:
    """The tables of a problem. Memory: 8 to 18 bytes x (2 x tasks + 2 x vehicles) squared for each kind of vehicle."""
    kinds, kind_of = _kinds(problem)
    first = np.concatenate([[0], np.cumsum([len(task.arcs) for task in problem.tasks])]).astype(np.int64)
    arc_of = np.array([arc for task in problem.tasks for arc in task.arcs], np.int64)
    n = len(arc_of) + 2 * len(problem.vehicles)
    layers = 2 if problem.refills else 1
    price = np.full((len(kinds), layers, n, n), FAR, np.float32)
    seconds = np.full((len(kinds), layers, n, n), FAR, np.float32)
    by_refill = np.full((len(kinds), n, n) if problem.refills else (len(kinds), 1, 1), -1, np.int16)
    work_s = np.zeros((len(kinds), n), np.float32)
    for kind, vehicle in enumerate(kinds):
        own = np.flatnonzero(kind_of == kind)
        filler = _Filler(problem, vehicle, arc_of, own)
        filler.direct(price[kind, 0], seconds[kind, 0])
        if problem.refills:
            filler.by_way_of_refills(price[kind], seconds[kind], by_refill[kind])
        filler.add_work(price[kind], seconds[kind], work_s[kind])
    return Tables(price, seconds, by_refill, work_s, first, kind_of, arc_of)


def _kinds(problem: Problem) -> tuple[list[RouteVehicle], npt.NDArray[np.int64]]:
    """One vehicle of each kind (same profile and prices), and the kind of each vehicle."""
    keys: dict[tuple[str, float, float], int] = {}
    kinds: list[RouteVehicle] = []
    kind_of = []
    for vehicle in problem.vehicles:
        key = (vehicle.profile, vehicle.price_per_m, vehicle.price_per_s)
        if key not in keys:
            keys[key] = len(kinds)
            kinds.append(vehicle)
        kind_of.append(keys[key])
    return kinds, np.array(kind_of, np.int64)


def start_of(vehicle: RouteVehicle) -> EdgePlace:
    """Where a vehicle begins: on its way at the end of an arc, or standing at a node."""
    return EdgePlace(arc=vehicle.start_arc) if vehicle.start_arc >= 0 else EdgePlace(node=vehicle.start)


class _Filler:
    """Fills the tables of one kind of vehicle."""

    def __init__(
        self, problem: Problem, kind: RouteVehicle, arc_of: npt.NDArray[np.int64], own: npt.NDArray[np.int64]
    ) -> None:
        self.problem, self.kind, self.own = problem, kind, own
        self.rates = problem.rates(kind)
        self.arc_of, self.n = arc_of, len(arc_of)
        self.fleet = [problem.vehicles[v] for v in own]
        self.starts = self.n + own
        self.ends = self.n + len(problem.vehicles) + own
        self.sources = [
            *(EdgePlace(arc=arc) for arc in arc_of.tolist()),
            *(start_of(vehicle) for vehicle in self.fleet),
        ]
        self.rows = np.concatenate([np.arange(self.n), self.starts])
        self.columns = self._wanted()
        self.reach = between(problem.graph, self.rates, self.sources, list(self.columns))
        self.ready: dict[int, tuple[Table, Table]] = {}

    def _wanted(self) -> dict[int, int]:
        """Column of each arc whose beginning must be reached: all traversals, and what leads to refills and ends."""
        nodes = {vehicle.end_node for vehicle in self.fleet if vehicle.end == "node"}
        nodes |= {refill.node for refill in self.problem.refills}
        arcs = [*self.arc_of.tolist(), *(arc for node in sorted(nodes) for arc in self.problem.graph.arriving[node])]
        return {arc: at for at, arc in enumerate(dict.fromkeys(arcs))}

    def _reached(self, arcs: list[int]) -> tuple[Table, Table]:
        """(n_rows, len(arcs)) price and seconds to the beginning of arcs, inf where there is no way."""
        at = [self.columns[arc] for arc in arcs]
        return self.reach[0][:, at], self.reach[1][:, at]

    def direct(self, price: Table, seconds: Table) -> None:
        """Ways from task to task, from starts to tasks, and from everywhere to the ends."""
        to_price, to_seconds = self._reached(self.arc_of.tolist())
        price[self.rows[:, None], np.arange(self.n)] = np.where(np.isfinite(to_price), to_price, FAR)
        seconds[self.rows[:, None], np.arange(self.n)] = np.where(np.isfinite(to_price), to_seconds, FAR)
        for end, vehicle in zip(self.ends.tolist(), self.fleet, strict=True):
            price[self.rows, end], seconds[self.rows, end] = self._to_end(vehicle)

    def _to_end(self, vehicle: RouteVehicle) -> tuple[Table, Table]:
        """(n_rows,) to the end of a route: a node, the nearest refill, or nowhere."""
        if vehicle.end == "open":
            return np.zeros(len(self.rows), np.float32), np.zeros(len(self.rows), np.float32)
        if vehicle.end == "node":
            return self._to_node(vehicle.end_node)
        ways = [self._to_node(refill.node) for refill in self.problem.refills]
        extra = np.array([refill.seconds for refill in self.problem.refills], np.float32)
        prices = np.stack([way[0] for way in ways]) + (extra * self.kind.price_per_s)[:, None]
        times = np.stack([way[1] for way in ways]) + extra[:, None]
        pick = prices.argmin(axis=0)
        return prices[pick, np.arange(len(self.rows))], times[pick, np.arange(len(self.rows))]

    def _to_node(self, node: int) -> tuple[Table, Table]:
        """(n_rows,) price and seconds to a node by the best arc to arrive by."""
        if node not in self.ready:
            price, seconds, _ = self._arrivals(node)
            self.ready[node] = _best_arrival(price, seconds)
        return self.ready[node]

    def _arrivals(self, node: int) -> tuple[Table, Table, list[int]]:
        """(n_ways, n_rows) to a node by each arc that leads there, the last one being those that stand there."""
        graph, rates = self.problem.graph, self.rates
        arcs = list(graph.arriving[node])
        price, seconds = self._reached(arcs)
        price = (price + rates.price[arcs]).T.astype(np.float32)
        seconds = (seconds + rates.seconds[arcs]).T.astype(np.float32)
        here = np.full(len(self.sources), np.inf, np.float32)
        for row, source in enumerate(self.sources):
            if source.arc >= 0 and graph.arc_to[source.arc] == node:
                price[arcs.index(source.arc), row] = seconds[arcs.index(source.arc), row] = 0.0
            elif source.arc < 0 and source.node == node:
                here[row] = 0.0
        return np.vstack([price, here]), np.vstack([seconds, np.where(here == 0.0, 0.0, np.inf)]), [*arcs, -1]

    def by_way_of_refills(self, price: Table, seconds: Table, which: npt.NDArray[np.int16]) -> None:
        """The second layer: from place to place by way of the refill that costs least, turning rules obeyed there
        too."""
        columns = np.concatenate([np.arange(self.n), self.ends])
        for number, refill in enumerate(self.problem.refills):
            to_price, to_seconds, arcs = self._arrivals(refill.node)
            price_here = refill.seconds * self.kind.price_per_s
            for way, arc in enumerate(arcs):
                on_price, on_seconds = self._onward(arc, refill.node)
                total = to_price[way][:, None] + on_price[None, :] + np.float32(price_here)
                block = np.ix_(self.rows, columns)
                better = total < price[1][block]
                time = to_seconds[way][:, None] + on_seconds[None, :] + np.float32(refill.seconds)
                price[1][block] = np.where(better, total, price[1][block])
                seconds[1][block] = np.where(better, time, seconds[1][block])
                which[block] = np.where(better, number, which[block])

    def _onward(self, arc: int, node: int) -> tuple[Table, Table]:
        """(n_traversals + n_ends,) from a refill, reached by an arc, to the beginning of every task and to the ends."""
        source = EdgePlace(arc=arc) if arc >= 0 else EdgePlace(node=node)
        price, seconds = between(self.problem.graph, self.rates, [source], self.arc_of.tolist())
        ends = [self._end_from(source, vehicle) for vehicle in self.fleet]
        return (
            np.concatenate([price[0], np.array([end[0] for end in ends], np.float32)]),
            np.concatenate([seconds[0], np.array([end[1] for end in ends], np.float32)]),
        )

    def _end_from(self, source: EdgePlace, vehicle: RouteVehicle) -> tuple[float, float]:
        if vehicle.end == "open":
            return 0.0, 0.0
        nodes = [vehicle.end_node] if vehicle.end == "node" else [refill.node for refill in self.problem.refills]
        ways = [way[1:] for node in nodes for way in arrivals(self.problem.graph, self.rates, source, node)]
        return min(ways, default=(float(FAR), float(FAR)))

    def add_work(self, price: Table, seconds: Table, work_s: Table) -> None:
        """Adds the service of each traversal to the ways that lead to it, and the price of leaving at all."""
        work_price = self.problem.work_price(self.kind)[self.arc_of]
        work_time = self.problem.profile(self.kind).work_seconds[self.arc_of]
        able = np.isfinite(work_price)
        price[:, :, : self.n] += np.where(able, work_price, FAR).astype(np.float32)
        seconds[:, :, : self.n] += np.where(able, work_time, FAR).astype(np.float32)
        work_s[: self.n] = np.where(able, work_time, 0.0)
        for row, vehicle in zip(self.starts.tolist(), self.fleet, strict=True):
            price[:, row, : self.n] += np.float32(vehicle.price_used)
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            price[0, start, end] = seconds[0, start, end] = 0.0


def _best_arrival(price: Table, seconds: Table) -> tuple[Table, Table]:
    """(n_rows,) the cheapest of the (n_ways, n_rows) ways, FAR where none is there."""
    pick, rows = price.argmin(axis=0), np.arange(price.shape[1])
    there = np.isfinite(price[pick, rows])
    return np.where(there, price[pick, rows], FAR), np.where(there, seconds[pick, rows], FAR)
