"""Parts of the network that cannot be driven to and from, with what cuts each off and the way that would open it.

A part lies behind bollards; or it touches the rest by one-way streets that all lead in, or all lead out; or it ends at
the edge of the extract; or
a way that is closed, or of another kind, leads there: of several the one that a vehicle would most likely drive, which
is the shortest, a street or track before a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from city.entities import Point, Segment
from city.geo import local_xy
from city.network import build
from city.vocabulary import CLOSED_TO_SMALL, Network
from ingest.roads.barriers import ended_at_barriers
from ingest.roads.extract import Extract

CutOffCause = Literal["opened_by", "barred", "no_way_in", "no_way_out", "edge", "nothing"]
FERRY = "route=ferry"
LIKE_STREETS = frozenset({"highway=service", "highway=track", "highway=construction", "highway=proposed", FERRY})
KEPT, OPEN_WAY, ROUGH_WAY, LAST = 0.001, 1.0, 3.0, 1000.0
"""What a metre costs: on ways of the network, on closed ones, on tracks, and on ways that no such vehicle drives."""


METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class OpeningWay:
    """A way by its id and name, with the tag that closes it or says what it is."""

    way: str
    name: str
    by: str


@dataclass(frozen=True, slots=True)
class CutOffPart:
    """Segments of one network that hang together and not with the rest; ``names`` of the longest streets first.

    ``place`` is the first point of its first segment (lon, lat); ``ways`` are the one-way streets or those that would
    open it, from the rest to the part.
    """

    network: Network
    segments: int
    km: float
    names: tuple[str, ...]
    place: Point
    cause: CutOffCause
    ways: tuple[OpeningWay, ...] = ()


def cut_off_parts(segments: Sequence[Segment], extract: Extract) -> list[CutOffPart]:
    """The parts of both networks whose segments are not reachable, longest first."""
    found = [*_parts("street", segments, extract), *_parts("cycle", segments, extract)]
    return sorted(found, key=lambda part: (-part.km, part.place))


def _parts(network: Network, segments: Sequence[Segment], extract: Extract) -> Iterator[CutOffPart]:
    driven = [s for s in segments if (s.network == "street" if network == "street" else _small_may(s.highway))]
    whole = {s.id: s for s in driven}
    if network == "street":
        driven = ended_at_barriers(driven, extract.barriers)
    apart = [s for s in driven if s.network == network and not s.reachable]
    if not apart:
        return
    rest = _rest(driven)
    edge = _Edge(extract, driven)
    ways: _WaysBetween | None = None
    for part in _groups(apart, rest):
        barriers = _barriers([whole[s.id] for s in part], whole.values(), extract.barriers)
        if barriers and network == "street":
            yield _told(network, part, "barred", barriers)
            continue
        touching = [s for s in part if s.from_node in rest or s.to_node in rest]
        if touching and not edge.reached(part):
            yield _told(network, part, *_one_way(touching, rest))
            continue
        if not touching:
            ways = ways or _WaysBetween(network, extract, rest)
            opening, drivable = ways.to(part)
            if opening and (drivable or not edge.reached(part)):
                yield _told(network, part, "opened_by", opening)
                continue
        yield _told(network, part, "edge" if edge.reached(part) else "nothing", ())


def _small_may(highway: str) -> bool:
    return highway not in CLOSED_TO_SMALL


def _rest(driven: Sequence[Segment]) -> frozenset[int]:
    """The nodes of the largest part in which every node can be driven to from every other."""
    network = build(driven)
    return frozenset(network.node_ids[network.strong_part == 0].tolist())


def _groups(apart: Sequence[Segment], rest: frozenset[int]) -> list[list[Segment]]:
    """Segments that share nodes outside the rest, each in the order in which they came."""
    ends = [[node for node in (s.from_node, s.to_node) if node not in rest] for s in apart]
    index = {node: i for i, node in enumerate(dict.fromkeys(node for pair in ends for node in pair))}
    joined = np.array([[index[pair[0]], index[pair[-1]]] for pair in ends])
    graph = csr_matrix((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(len(index), len(index)))
    _, label = connected_components(graph, directed=False)
    groups: defaultdict[int, list[Segment]] = defaultdict(list)
    for segment, pair in zip(apart, ends, strict=True):
        groups[int(label[index[pair[0]]])].append(segment)
    return list(groups.values())


def _barriers(part: Sequence[Segment], all_: Iterable[Segment], barriers: Mapping[int, str]) -> tuple[OpeningWay, ...]:
    """The barriers between a part and other streets."""
    own = {s.id for s in part}
    ends = {node for s in part for node in (s.from_node, s.to_node) if node in barriers}
    others = {node for s in all_ if s.id not in own for node in (s.from_node, s.to_node)} if ends else set()
    return tuple(OpeningWay(str(node), "", barriers[node]) for node in sorted(ends & others))


def _one_way(touching: Sequence[Segment], rest: frozenset[int]) -> tuple[CutOffCause, tuple[OpeningWay, ...]]:
    ways = {_way(s): OpeningWay(_way(s), s.name, "oneway") for s in touching}
    leads_in = any(s.from_node in rest for s in touching)
    return ("no_way_out" if leads_in else "no_way_in"), tuple(ways.values())


def _way(segment: Segment) -> str:
    """The number of the way that a segment was cut from, as its source has it."""
    parts = segment.id.split("/")
    return parts[1] if len(parts) > 2 else segment.id


def _told(network: Network, part: Sequence[Segment], cause: CutOffCause, ways: tuple[OpeningWay, ...]) -> CutOffPart:
    length: defaultdict[str, float] = defaultdict(float)
    for segment in part:
        length[segment.name] += segment.length_m
    km = round(sum(length.values()) / 1000.0, 3)
    names = sorted((name for name in length if name), key=lambda name: (-length[name], name))
    return CutOffPart(network, len(part), km, tuple(names[:3]), part[0].geometry[0], cause, ways)


class _Edge:
    """Where the extract ends: nodes beside such as the file lacks, and places at the border of its extent."""

    def __init__(self, extract: Extract, driven: Sequence[Segment], near_m: float = 100.0) -> None:
        self._cut = {
            node
            for way in extract.ways
            for pair in pairwise(way.nodes)
            for node, other in (pair, pair[::-1])
            if other not in extract.positions
        }
        points = np.array([point for s in driven for point in s.geometry])
        west, south, east, north = extract.box or (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())
        lat_m, lon_m = METRES_PER_DEGREE, METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2.0)))
        self._inner = west + near_m / lon_m, south + near_m / lat_m, east - near_m / lon_m, north - near_m / lat_m

    def reached(self, part: Sequence[Segment]) -> bool:
        """Whether a part ends there."""
        ends = [end for s in part for end in ((s.from_node, s.geometry[0]), (s.to_node, s.geometry[-1]))]
        return any(node in self._cut or not self._inside(place) for node, place in ends)

    def _inside(self, place: Point) -> bool:
        west, south, east, north = self._inner
        return bool(west < place[0] < east and south < place[1] < north)


class _WaysBetween:
    """All ways of an extract as a graph of their nodes, with the cheapest way from the rest to every node."""

    def __init__(self, network: Network, extract: Extract, rest: frozenset[int]) -> None:
        self._of: dict[tuple[int, int], tuple[float, OpeningWay | None]] = {}
        for line, cost, way in _lines(network, extract):
            for pair in pairwise(line):
                key = (min(pair), max(pair))
                if set(key) <= extract.positions.keys() and cost < self._of.get(key, (np.inf, None))[0]:
                    self._of[key] = cost, way
        self._nodes = {node: i for i, node in enumerate(sorted({node for pair in self._of for node in pair}))}
        self._ids = list(self._nodes)
        sources = [self._nodes[node] for node in sorted(rest) if node in self._nodes]
        self._starts = bool(sources)
        if sources:
            self._cost, self._before = _cheapest(self._of, self._nodes, extract.positions, sources)

    def to(self, part: Sequence[Segment]) -> tuple[tuple[OpeningWay, ...], bool]:
        """The ways that lead from the rest to a part, () where none does, and whether its vehicles could drive them."""
        ends = {self._nodes[node] for s in part for node in (s.from_node, s.to_node) if node in self._nodes}
        if not ends or not self._starts:
            return (), False
        place = min(ends, key=lambda i: (float(self._cost[i]), i))
        found: dict[str, OpeningWay] = {}
        worst = 0.0
        while self._before[place] >= 0:
            before = int(self._before[place])
            pair = (self._ids[before], self._ids[place])
            cost, way = self._of[min(pair), max(pair)]
            worst = max(worst, cost)
            if way is not None:
                found[way.way] = way
            place = before
        return tuple(reversed(found.values())), worst < LAST


def _lines(network: Network, extract: Extract) -> Iterator[tuple[Sequence[int], float, OpeningWay | None]]:
    """The nodes of each way, what a metre on it costs, and the way itself where it is in no network of the vehicle."""
    for way in extract.ways:
        highway = f"highway={way.tags.get('highway', '')}"
        told = OpeningWay(str(way.id), way.tags.get("name", ""), highway)
        if network == "street":
            yield (way.nodes, KEPT, None) if way.network == "street" else (way.nodes, LAST, told)
        else:
            yield (way.nodes, KEPT, None) if _small_may(way.tags.get("highway", "")) else (way.nodes, ROUGH_WAY, told)
    for left in extract.left:
        if left.because is not None:
            cost = ROUGH_WAY if left.because in {"rough", "not_there"} else OPEN_WAY
        elif left.by in LIKE_STREETS or (network == "cycle" and left.by != "highway=steps"):
            cost = ROUGH_WAY
        else:
            cost = LAST
        yield left.nodes, cost, OpeningWay(str(left.id), left.name, left.by)


def _cheapest(
    edges: Mapping[tuple[int, int], tuple[float, OpeningWay | None]],
    nodes: Mapping[int, int],
    positions: Mapping[int, Point],
    sources: Iterable[int],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """(n_nodes,) cost from the nearest source and the node before, -1 at a source and where no way leads."""
    ends = np.array([[nodes[a], nodes[b]] for a, b in edges], np.int64).reshape(-1, 2)
    lon, lat = np.array([positions[node] for node in nodes], float).reshape(-1, 2).T
    x, y = local_xy(lon, lat, (float(lon.mean()), float(lat.mean())))
    metres = np.hypot(x[ends[:, 0]] - x[ends[:, 1]], y[ends[:, 0]] - y[ends[:, 1]])
    cost = (metres + 0.01) * np.array([cost for cost, _ in edges.values()])
    graph = csr_matrix((cost, (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes)))
    found, before, _ = dijkstra(graph, directed=False, indices=list(sources), return_predecessors=True, min_only=True)
    return found, np.where(before < 0, -1, before).astype(np.int64)
