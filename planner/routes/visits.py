"""The order in which one vehicle visits places and drives home again: the nearest next, then bettered on the network.

Banned turns are left aside here: the vehicles are small, and a place is reached from either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from city.entities import Point
from city.geo import local_xy
from city.network import Floats, Ints, StreetNetwork


@dataclass(frozen=True)
class Visit:
    """``order`` are indices into the places that were asked for; driving alone takes ``seconds`` [s] over ``metres``
    [m] along ``points``, from home and home again."""

    order: tuple[int, ...]
    seconds: float
    metres: float
    points: tuple[Point, ...]


class Roundtrips:
    """The ways of one kind of vehicle from its ``home`` node and back; ``cost`` (n_arcs,) [s], inf where it may not
    drive."""

    def __init__(self, network: StreetNetwork, cost: Floats, home: int) -> None:
        self.network, self.cost, self.home = network, cost, home
        self._matrix = network.matrix(cost)
        self._out, self._before = dijkstra(self._matrix, indices=home, return_predecessors=True)
        self._back, self._after = dijkstra(self._matrix.T.tocsr(), indices=home, return_predecessors=True)
        self._able = np.flatnonzero(np.isfinite(self._out) & np.isfinite(self._back))
        self._origin = float(network.lon[home]), float(network.lat[home])
        self._tree = cKDTree(self._xy(network.lon[self._able], network.lat[self._able]))

    def visit(self, places: Sequence[Point], *, reach_s: float = 900.0) -> Visit:
        """A round to all of these places, in an order that depends on them alone. Ways between them are first sought
        within ``reach_s`` of each."""
        lons, lats = np.array(places, float).reshape(-1, 2).T
        _, nearest = self._tree.query(self._xy(lons, lats))
        nodes = self._able[nearest]
        seconds, before = self._between(nodes, reach_s)
        order = _bettered(_nearest_next(seconds), seconds)
        way = self._way(nodes, before, order)
        arcs = [self.network.cheapest_arc(a, b, self.cost) for a, b in pairwise(way)]
        return Visit(
            tuple(i - 1 for i in order),
            _length(seconds, order),
            float(self.network.arc_m[arcs].sum()) if arcs else 0.0,
            self._points(arcs),
        )

    def _between(self, nodes: Ints, reach_s: float) -> tuple[Floats, Ints]:
        """(k + 1, k + 1) seconds between home and the places, home first; and the nodes before each, by place."""
        seconds, before = dijkstra(self._matrix, indices=nodes, return_predecessors=True, limit=reach_s)
        if not np.isfinite(seconds[:, nodes]).all():
            seconds, before = dijkstra(self._matrix, indices=nodes, return_predecessors=True)
        table = np.zeros((len(nodes) + 1, len(nodes) + 1))
        table[0, 1:], table[1:, 0], table[1:, 1:] = self._out[nodes], self._back[nodes], seconds[:, nodes]
        return table, before

    def _way(self, nodes: Ints, before: Ints, order: Sequence[int]) -> list[int]:
        """The nodes of a whole round."""
        stops = [int(nodes[i - 1]) for i in order]
        way = _traced(self._before, self.home, stops[0])
        for (i, _), (a, b) in zip(pairwise(order), pairwise(stops), strict=True):
            way += _traced(before[i - 1], a, b)[1:]
        return way + _traced(self._after, self.home, stops[-1])[::-1][1:]

    def _points(self, arcs: Sequence[int]) -> tuple[Point, ...]:
        points: list[Point] = []
        for arc in arcs:
            line = self.network.arc_points(arc)
            points += line[1:] if points and points[-1] == line[0] else line
        return tuple(points)

    def _xy(self, lon: Floats, lat: Floats) -> Floats:
        return np.column_stack(local_xy(lon, lat, self._origin))


def _traced(before: Ints, source: int, target: int) -> list[int]:
    """The nodes from a source to a target by the node before each."""
    way = [target]
    while way[-1] != source:
        way.append(int(before[way[-1]]))
    return way[::-1]


def _nearest_next(seconds: Floats) -> list[int]:
    """From home always to the nearest that is left; the first of equals."""
    left, order, here = list(range(1, len(seconds))), [], 0
    while left:
        here = min(left, key=lambda i: (seconds[here, i], i))
        left.remove(here)
        order.append(here)
    return order


def _bettered(order: list[int], seconds: Floats, *, rounds: int = 20) -> list[int]:
    """Turns stretches of the order round while that shortens it (2-opt), at most ``rounds`` times through."""
    best = _length(seconds, order)
    for _ in range(rounds):
        found = False
        for i in range(len(order) - 1):
            for j in range(i + 2, len(order) + 1):
                other = order[:i] + order[i:j][::-1] + order[j:]
                length = _length(seconds, other)
                if length < best - 1e-6:
                    order, best, found = other, length, True
        if not found:
            break
    return order


def _length(seconds: Floats, order: Sequence[int]) -> float:
    """From home through all and home again."""
    way = np.array([0, *order, 0])
    return float(seconds[way[:-1], way[1:]].sum())
