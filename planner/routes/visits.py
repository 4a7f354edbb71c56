"""One vehicle's round to places and home again: the order by PyVRP, the ways between by the cheapest that it may drive.

A place is visited at the nearest end of a street that the vehicle gets to and home again from. Banned turns and the
time of turning round count, at the places too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.arcstates import ArcGraph
from city.entities import Point
from city.geo import local_xy
from city.network import Floats, Ints, StreetNetwork
from city.shortest import EdgePlace, Rates, between, way
from planner.routes.reach import Bools
from planner.routes.rounds import Client, RoundVehicle, find_tours

TENTHS = 10.0
"""The solver counts in whole numbers: tenths of a second."""


@dataclass(frozen=True)
class Visit:
    """``order`` are indices into the places that were asked for; driving alone takes ``seconds`` [s] over ``metres``
    [m], from home along ``arcs`` and home again; ``after`` says how many of them come before each place of the order.
    """

    order: tuple[int, ...]
    arcs: tuple[int, ...]
    after: tuple[int, ...]
    seconds: float
    metres: float


class Roundtrips:
    """The ways of one kind of vehicle from its ``home`` node and back.

    ``cost`` (n_arcs,) [s], inf where it may not drive; ``able`` (n_arcs,) the arcs that it gets to, and from each to
    every other and home.
    """

    def __init__(self, network: StreetNetwork, graph: ArcGraph, cost: Floats, able: Bools, home: int) -> None:
        self.network, self.graph, self.cost, self.home = network, graph, cost, home
        self._nodes = np.union1d(network.arc_to[able], [home])
        self._origin = float(network.lon[home]), float(network.lat[home])
        self._tree = cKDTree(self._xy(network.lon[self._nodes], network.lat[self._nodes]))

    def visit(self, places: Sequence[Point], *, iterations: int, seed: int) -> Visit | None:
        """A round to all of these places, in an order that depends on them alone, searched for ``iterations``; None
        where the solver's best breaks a rule."""
        lons, lats = np.array(places, float).reshape(-1, 2).T
        node_of = self._nodes[self._tree.query(self._xy(lons, lats))[1]]
        stops = np.setdiff1d(node_of, [self.home])
        arrivals = _Arrivals(self, stops)
        order = arrivals.order(iterations, seed)
        if order is None:
            return None
        legs = arrivals.legs(order)
        arcs = [arc for leg in legs for arc in leg]
        there = self._there(places, node_of, [self.home, *stops[order].tolist()], legs)
        return Visit(
            order=tuple(place for place, _ in there),
            arcs=tuple(arcs),
            after=tuple(driven for _, driven in there),
            seconds=float(self.cost[arcs].sum()) + sum(self.graph.turn(*two) for two in pairwise(arcs)),
            metres=float(self.network.arc_m[arcs].sum()),
        )

    def rates(self) -> Rates:
        """What driving costs: seconds."""
        return Rates(self.cost, self.cost, price_per_s=1.0)

    def _there(
        self, places: Sequence[Point], node_of: Ints, stops: Sequence[int], legs: Sequence[Sequence[int]]
    ) -> list[tuple[int, int]]:
        """The places in visiting order, each with the arcs driven before; those of one stop by where they lie."""
        driven = np.cumsum([0, *(len(leg) for leg in legs)]).tolist()
        return [
            (place, before)
            for stop, before in zip(stops, driven, strict=False)
            for place in sorted(np.flatnonzero(node_of == stop).tolist(), key=lambda i: places[i])
        ]

    def _xy(self, lon: Floats, lat: Floats) -> npt.NDArray[np.floating[Any]]:
        return np.column_stack(local_xy(lon, lat, self._origin))


class _Arrivals:
    """The arcs by which one may come home (the first) and to each of some stops, and the seconds from each to each."""

    def __init__(self, trips: Roundtrips, stops: Ints) -> None:
        self.trips = trips
        open_arcs = np.isfinite(trips.cost)
        nodes = [trips.home, *stops.tolist()]
        into = [[arc for arc in trips.graph.arriving[node] if open_arcs[arc]] for node in nodes]
        self.arcs = [arc for some in into for arc in some]
        self._begins = np.cumsum([0, *(len(some) for some in into)])
        away = [EdgePlace(arc=arc) for arc in self.arcs[self._begins[1] :]]
        sources = [EdgePlace(node=trips.home), *away]
        # always by the hierarchy of the graph, which the turer have made already
        _, seconds = between(trips.graph, trips.rates(), sources, self.arcs, worth_an_order=0.0)
        self._seconds = seconds.astype(float) + trips.cost[self.arcs]

    def order(self, iterations: int, seed: int) -> list[int] | None:
        """The stops, counted from 0, in the order of the shortest round that is found."""
        n = len(self._begins) - 2
        if not n:
            return []
        rows = [0, *(self._rows(stop).start for stop in range(n))]
        least = np.minimum.reduceat(np.minimum.reduceat(self._seconds, rows, axis=0), self._begins[:-1], axis=1)
        table = TENTHS * least
        tours = find_tours([Client()] * n, [0.0], [RoundVehicle()], table, table, iterations=iterations, seed=seed)
        return None if tours is None else [stop for tour in tours for stop in tour.stops if stop is not None]

    def legs(self, order: Sequence[int]) -> list[list[int]]:
        """The arcs from home to each stop of the order and home again: those of the cheapest round, whichever ways one
        comes to the stops by."""
        if not order:
            return []
        home = slice(0, int(self._begins[1]))
        columns = [*(self._columns(stop) for stop in order), home]
        so_far, came = self._seconds[:1, columns[0]], []
        for stop, onward in zip(order, columns[1:], strict=True):
            whole = so_far.T + self._seconds[self._rows(stop), onward]
            came.append(whole.argmin(axis=0))
            so_far = whole.min(axis=0)[None, :]
        at = int(so_far.argmin())
        by = [self.arcs[home.start + at]]
        for own, before in zip(reversed(columns[:-1]), reversed(came), strict=True):
            at = int(before[at])
            by.append(self.arcs[own.start + at])
        return self._driven(by[::-1])

    def _driven(self, by: Sequence[int]) -> list[list[int]]:
        """The way to the end of each of these arcs, from home and then from one to the next."""
        graph, rates = self.trips.graph, self.trips.rates()
        sources = [EdgePlace(node=self.trips.home), *(EdgePlace(arc=arc) for arc in by)]
        return [[*way(graph, rates, source, arc), arc] for source, arc in zip(sources, by, strict=False)]

    def _columns(self, stop: int) -> slice:
        return slice(int(self._begins[stop + 1]), int(self._begins[stop + 2]))

    def _rows(self, stop: int) -> slice:
        """Where a way goes on from a stop: the first row is home, which is left once."""
        less = int(self._begins[1]) - 1
        return slice(int(self._begins[stop + 1]) - less, int(self._begins[stop + 2]) - less)
