"""Streets that a file no longer has, kept as parts of the network that it makes.

A street that stays is joined to the new ones where it was: at a node that is still an end of segments there, moved with
it, or at the vertex of a segment that no longer is cut there, which is then cut again. So ends meet, reach is counted
over all, and what cannot be joined any more is cut off and told as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.entities import Point, Segment, TurnBan
from city.geo import distance_m, local_xy
from ingest.roads.cut import line_lengths_m


@dataclass(frozen=True)
class Joined:
    """The segments of a file with those that stay; ``pieces`` gives by new id the segment that it is a piece of."""

    segments: list[Segment]
    pieces: Mapping[str, str]


def joined(made: Sequence[Segment], stay: Sequence[Segment], *, at_m: float = 2.0, moved_m: float = 50.0) -> Joined:
    """The network of a file together with the streets that stay, which carry no heights any more.

    An end is joined to its node wherever that has moved to within ``moved_m``, else to the vertex within ``at_m``.
    """
    if not stay:
        return Joined(list(made), {})
    ends = {node: point for s in made for node, point in _ends(s)}
    places = {node: point for s in stay for node, point in _ends(s) if node not in ends}
    cuts, alias = _cuts(made, places, at_m)
    pieces = list(_cut_again(made, cuts))
    joints = ends | {node: made[i].geometry[vertex] for i, at in cuts.items() for vertex, node in at.items()}
    told = {piece.id: whole for whole, piece in pieces if piece.id != whole}
    return Joined([*(piece for _, piece in pieces), *(_placed(s, joints, alias, moved_m) for s in stay)], told)


def _ends(segment: Segment) -> tuple[tuple[int, Point], tuple[int, Point]]:
    return (segment.from_node, segment.geometry[0]), (segment.to_node, segment.geometry[-1])


def _cuts(
    made: Sequence[Segment], places: Mapping[int, Point], at_m: float
) -> tuple[dict[int, dict[int, int]], dict[int, int]]:
    """Where segments are cut again: by segment and vertex the node that comes there; and nodes that fall on another."""
    inner = [(i, v) for i, s in enumerate(made) for v in range(1, len(s.geometry) - 1)]
    cuts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    alias: dict[int, int] = {}
    if not inner or not places:
        return cuts, alias
    points = [made[i].geometry[v] for i, v in inner]
    origin = points[0]
    tree, at = cKDTree(_flat(points, origin)), _flat(list(places.values()), origin)
    for node, away, place in zip(places, *tree.query(at), strict=True):
        if away <= at_m:
            segment, vertex = inner[int(place)]
            alias[node] = cuts[segment].setdefault(vertex, node)
    return cuts, alias


def _flat(points: Sequence[Point], origin: Point) -> npt.NDArray[np.float64]:
    """(n, 2) metres east and north of a point."""
    lon, lat = np.array(points, float).T
    return np.column_stack(local_xy(lon, lat, origin))


def _cut_again(made: Sequence[Segment], cuts: Mapping[int, Mapping[int, int]]) -> Iterator[tuple[str, Segment]]:
    """Each segment, or its pieces, with the id of the whole. A piece is called as one that was cut there at first."""
    taken = {s.id for i, s in enumerate(made) if i not in cuts}
    for place, whole in enumerate(made):
        if place not in cuts:
            yield whole.id, whole
            continue
        nodes = {0: whole.from_node, len(whole.geometry) - 1: whole.to_node} | dict(cuts[place])
        for first, last in pairwise(sorted(nodes)):
            yield whole.id, _piece(whole, first, last, nodes, taken)


def _piece(whole: Segment, first: int, last: int, nodes: Mapping[int, int], taken: set[str]) -> Segment:
    line = whole.geometry[first : last + 1]
    base = f"{'/'.join(whole.id.split('/')[:2])}/{nodes[first]}-{nodes[last]}"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}/{number}"
    taken.add(name)
    length = max(round(float(line_lengths_m([line])[0]), 2), 0.01)
    return replace(whole, id=name, geometry=line, length_m=length, from_node=nodes[first], to_node=nodes[last])


def _placed(segment: Segment, joints: Mapping[int, Point], alias: Mapping[int, int], moved_m: float) -> Segment:
    """A street that stays, its ends where their nodes are now; an end whose node is far off is joined to nothing."""
    line, nodes = list(segment.geometry), []
    for place, node in ((0, segment.from_node), (-1, segment.to_node)):
        joint = alias.get(node, node)
        point = joints.get(joint, line[place])
        near = distance_m(point, line[place]) <= moved_m
        line[place] = point if near else line[place]
        nodes.append(joint if near else -joint)
    length = max(round(float(line_lengths_m([line])[0]), 2), 0.01)
    moved = tuple(line) != segment.geometry
    return replace(
        segment,
        geometry=tuple(line),
        length_m=length if moved else segment.length_m,
        from_node=nodes[0],
        to_node=nodes[1],
        elevation_m=None,
        grade_pct=None,
        slope_source=None,
        dem_resolution_m=None,
    )


def bans_kept(before: Sequence[TurnBan], final: Sequence[Segment], stay: Sequence[str]) -> list[TurnBan]:
    """The banned turns from or to a street that stays, where both streets still meet at the node."""
    nodes = {s.id: {s.from_node, s.to_node} for s in final}
    old = frozenset(stay)
    return [
        ban
        for ban in before
        if {ban.from_segment, ban.to_segment} & old
        and ban.via_node in nodes.get(ban.from_segment, set()) & nodes.get(ban.to_segment, set())
    ]
