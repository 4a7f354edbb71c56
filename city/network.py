"""The street network as a value: arrays of nodes and arcs, shortest paths, and what can be reached from where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from city.entities import Point, Segment
from city.geo import local_xy
from city.vocabulary import CLOSED_TO_SMALL, Network

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StreetNetwork:
    """Nodes and directed arcs. A two-way segment is two arcs, a one-way segment one.

    ``node_ids`` (n_nodes,), ``lon`` and ``lat`` (n_nodes,) [°]; ``arc_from``, ``arc_to`` (n_arcs,) node indices;
    ``arc_segment`` (n_arcs,) index into ``segments``; ``arc_forward`` (n_arcs,) whether in drawing direction;
    ``arc_m`` (n_arcs,) [m]; ``arc_speed`` (n_arcs,) [km/h].
    """

    segments: tuple[Segment, ...]
    node_ids: Ints
    lon: Floats
    lat: Floats
    arc_from: Ints
    arc_to: Ints
    arc_segment: Ints
    arc_forward: npt.NDArray[np.bool_]
    arc_m: Floats
    arc_speed: Floats

    @property
    def n_nodes(self) -> int:
        return len(self.node_ids)

    @property
    def n_arcs(self) -> int:
        return len(self.arc_from)

    @cached_property
    def out_arcs(self) -> tuple[tuple[int, ...], ...]:
        """For each node the arcs that leave it."""
        leaving: list[list[int]] = [[] for _ in range(self.n_nodes)]
        for arc, node in enumerate(self.arc_from.tolist()):
            leaving[node].append(arc)
        return tuple(tuple(arcs) for arcs in leaving)

    @cached_property
    def arcs_of(self) -> tuple[tuple[int, ...], ...]:
        """For each segment its arcs."""
        own: list[list[int]] = [[] for _ in self.segments]
        for arc, segment in enumerate(self.arc_segment.tolist()):
            own[segment].append(arc)
        return tuple(tuple(arcs) for arcs in own)

    @cached_property
    def strong_part(self) -> Ints:
        """(n_nodes,) label of the strongly connected part of each node; 0 is the largest."""
        return self.parts(np.ones(self.n_arcs))

    def parts(self, cost: Floats) -> Ints:
        """(n_nodes,) label of the part of each node that is strongly connected by arcs of finite ``cost``; 0 is the
        largest."""
        _, labels = connected_components(self.matrix(cost), directed=True, connection="strong")
        order = np.argsort(-np.bincount(labels), kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        ranked: Ints = rank[labels].astype(np.int64)
        return ranked

    def seconds(self, drive_kmh: float) -> Floats:
        """(n_arcs,) driving time of each arc at the posted speed, at most ``drive_kmh`` [s]."""
        return self.arc_m / (np.minimum(self.arc_speed, drive_kmh) / 3.6)

    def nearest_node(self, place: Point, among: npt.NDArray[np.bool_] | None = None) -> int:
        """Index of the node nearest to a (lon, lat) place, of those that ``among`` marks. ValueError if none."""
        away = self._away_m(place)
        if among is not None:
            away = np.where(among, away, np.inf)
        if not len(away) or not np.isfinite(away.min()):
            raise ValueError("the network has no node to start from")
        return int(away.argmin())

    def nearest_m(self, place: Point) -> float:
        """How far the nearest node is from a (lon, lat) place [m]; inf where there is none."""
        return float(self._away_m(place).min(initial=np.inf))

    def travel(self, sources: Sequence[int], targets: Sequence[int], cost: Floats) -> Floats:
        """(len(sources), len(targets)) cheapest cost between nodes; inf where there is no way."""
        if not len(sources):
            return np.zeros((0, len(targets)))
        table = dijkstra(self.matrix(cost), indices=np.asarray(sources))
        picked: Floats = np.atleast_2d(table)[:, np.asarray(targets, int)]
        return picked

    def metres_of(self, nodes: Ints) -> tuple[Floats, Floats]:
        """Where nodes lie [m], east and north of the first."""
        lon, lat = self.lon[nodes], self.lat[nodes]
        x, y = local_xy(lon, lat, (float(lon[0]), float(lat[0])))
        return x, y

    def reversed(self) -> StreetNetwork:
        """The same streets, each arc driven the other way: ways to a node are found as ways from it."""
        return replace(self, arc_from=self.arc_to, arc_to=self.arc_from, arc_forward=~self.arc_forward)

    def path(self, source: int, target: int, cost: Floats) -> list[int]:
        """The arcs of the cheapest way from one node to another. Raises ValueError where there is none."""
        if source == target:
            return []
        _, before = dijkstra(self.matrix(cost), indices=source, return_predecessors=True)
        nodes = [target]
        while nodes[-1] != source:
            previous = int(before[nodes[-1]])
            if previous < 0:
                raise ValueError(f"no way from node {self.node_ids[source]} to {self.node_ids[target]}")
            nodes.append(previous)
        nodes.reverse()
        return [self.cheapest_arc(a, b, cost) for a, b in pairwise(nodes)]

    def arc_points(self, arc: int) -> tuple[Point, ...]:
        """The (lon, lat) line of an arc in driving direction."""
        line = self.segments[int(self.arc_segment[arc])].geometry
        return line if self.arc_forward[arc] else line[::-1]

    def along(self, arcs: Iterable[int]) -> tuple[Point, ...]:
        """The (lon, lat) line of arcs that are driven one after the other."""
        points: list[Point] = []
        for arc in arcs:
            line = self.arc_points(arc)
            points += line[1:] if points and points[-1] == line[0] else line
        return tuple(points)

    def _away_m(self, place: Point) -> Floats:
        return np.hypot(*local_xy(self.lon, self.lat, place))

    def cheapest_arc(self, a: int, b: int, cost: Floats) -> int:
        """The cheapest arc from one node to the next."""
        return min((arc for arc in self.out_arcs[a] if self.arc_to[arc] == b), key=lambda arc: float(cost[arc]))

    def matrix(self, cost: Floats) -> csr_matrix:
        """Adjacency with the cheapest of parallel arcs; zero-cost arcs are kept as a hair above zero."""
        order = np.lexsort((cost, self.arc_to, self.arc_from))
        heads, tails, costs = self.arc_from[order], self.arc_to[order], np.maximum(cost[order], 1e-9)
        first = np.ones(len(order), bool)
        first[1:] = (heads[1:] != heads[:-1]) | (tails[1:] != tails[:-1])
        keep = first & np.isfinite(costs)
        return csr_matrix((costs[keep], (heads[keep], tails[keep])), shape=(self.n_nodes, self.n_nodes))


def build(segments: Sequence[Segment]) -> StreetNetwork:
    """The network of these segments. Each vehicle drives the part it is allowed on; see ``planner.routes``."""
    ends = np.array([(s.from_node, s.to_node) for s in segments], np.int64).reshape(-1, 2)
    node_ids, index = np.unique(ends, return_inverse=True)
    index = index.reshape(-1, 2)
    lon, lat = np.zeros(len(node_ids)), np.zeros(len(node_ids))
    for (start, end), segment in zip(index, segments, strict=True):
        lon[start], lat[start] = segment.geometry[0]
        lon[end], lat[end] = segment.geometry[-1]
    both = np.array([not s.oneway for s in segments], bool)
    which = np.arange(len(segments), dtype=np.int64)
    length = np.array([s.length_m for s in segments], float)
    speed = np.array([s.speed_kmh for s in segments], float)
    arc_segment = np.concatenate([which, which[both]])
    return StreetNetwork(
        segments=tuple(segments),
        node_ids=node_ids,
        lon=lon,
        lat=lat,
        arc_from=np.concatenate([index[:, 0], index[both, 1]]),
        arc_to=np.concatenate([index[:, 1], index[both, 0]]),
        arc_segment=arc_segment,
        arc_forward=np.concatenate([np.ones(len(segments), bool), np.zeros(int(both.sum()), bool)]),
        arc_m=length[arc_segment],
        arc_speed=speed[arc_segment],
    )


def gaps_m(x: Floats, y: Floats, links: Ints) -> float:
    """The least length [m] that joins all points (n,) [m] which ``links`` (k, 2) do not join already."""
    n = len(x)
    joined = csr_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n, n))
    _, part = connected_components(joined, directed=False)
    apart = np.where(part[:, None] == part, 0.0, np.hypot(x[:, None] - x, y[:, None] - y))
    best, length, inside = np.full(n, np.inf), 0.0, np.zeros(n, bool)
    at = 0
    while not inside.all():
        inside |= part == part[at]
        best = np.minimum(best, apart[part == part[at]].min(axis=0))
        best[inside] = np.inf
        at = int(best.argmin())
        length += float(best[at]) if np.isfinite(best[at]) else 0.0
    return length


def with_forbidden(network: StreetNetwork) -> StreetNetwork:
    """The same network in which one-way segments also have the arc that is forbidden: these stand from ``n_arcs`` on.

    For drives that were really driven: what somebody did is told, allowed or not.
    """
    oneway = np.array([segment.oneway for segment in network.segments], bool)
    legal = np.flatnonzero(oneway[network.arc_segment]) if len(oneway) else np.zeros(0, np.int64)
    return replace(
        network,
        arc_from=np.concatenate([network.arc_from, network.arc_to[legal]]),
        arc_to=np.concatenate([network.arc_to, network.arc_from[legal]]),
        arc_segment=np.concatenate([network.arc_segment, network.arc_segment[legal]]),
        arc_forward=np.concatenate([network.arc_forward, ~network.arc_forward[legal]]),
        arc_m=np.concatenate([network.arc_m, network.arc_m[legal]]),
        arc_speed=np.concatenate([network.arc_speed, network.arc_speed[legal]]),
    )


def open_to(
    segments: Sequence[Segment], clears: Network, width_m: float | None = None, weight_t: float | None = None
) -> npt.NDArray[np.bool_]:
    """(n_segments,) where a vehicle may drive: street vehicles keep off cycle ways, cycle-way ones off motorways.

    One of ``width_m`` and ``weight_t`` also keeps off what is closed to these; what is not known is open.
    """
    return np.array(
        [
            (s.network == "street" if clears == "street" else s.highway not in CLOSED_TO_SMALL)
            and not _over(width_m, s.max_width_m)
            and not _over(weight_t, s.max_weight_t)
            for s in segments
        ],
        bool,
    )


def _over(of_vehicle: float | None, most: float | None) -> bool:
    return of_vehicle is not None and most is not None and of_vehicle > most
