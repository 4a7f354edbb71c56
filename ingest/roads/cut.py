"""Cuts ways into segments, from junction to junction.

A way is cut at its ends, at every node that it shares with another kept way of EITHER network, at a node that it passes
twice, and where a barrier stops lorries. So a cycle plough finds the same node ids where a cycle way meets or crosses a
street, at the price of a few per cent more street segments than there are between street junctions alone; that smaller
number, which other tools give, is counted beside it. A part that ends where it began is cut once more at its middle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Point, Segment
from city.geo import GEOD
from ingest.roads import limits
from ingest.roads import tags as read
from ingest.roads.extract import Extract, Way

Piece = tuple[int, ...]
"""Node ids from junction to junction in drawing direction."""


@dataclass(frozen=True)
class Cut:
    """The segments of an extract and what was left out on the way.

    ``inclines`` gives by segment id the tagged incline [%], or +1 and -1 where only up or down was said;
    ``limits_refused`` counts widths and weights in the tags that were not understood.
    """

    segments: list[Segment]
    inclines: dict[str, float]
    dropped_ways: int
    clipped_ways: int
    street_count_between_junctions: int
    limits_refused: int = 0


def cut(extract: Extract) -> Cut:
    """The segments of both networks, ordered by way and along it, without terrain."""
    whole = [(way, _runs(way.nodes, extract.positions)) for way in extract.ways]
    drawn = [(way, _drawn(way, runs)) for way, runs in whole if _has_length(runs, extract.positions)]
    junctions = _junctions(run for _, runs in drawn for run in runs)
    junctions |= {node for way, _ in drawn if way.network == "street" for node in way.nodes if node in extract.barriers}
    pieces = [(way, piece) for way, runs in drawn for run in runs for piece in _pieces(run, junctions)]
    pieces = [(way, part) for way, piece in pieces for part in _unclosed(piece, extract.positions)]
    segments, inclines = _segments(pieces, extract.positions)
    return Cut(
        segments,
        inclines,
        dropped_ways=len(whole) - len(drawn),
        clipped_ways=sum(_clipped(way, extract.positions) for way, _ in drawn),
        street_count_between_junctions=_count_between_street_junctions(drawn),
        limits_refused=sum(limits.refused(way.tags) for way, _ in drawn),
    )


def _runs(nodes: Sequence[int], positions: dict[int, Point]) -> list[Piece]:
    """The stretches of a way whose nodes are in the file: a border cuts ways, sometimes more than once."""
    runs: list[list[int]] = [[]]
    for node in nodes:
        if node not in positions:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node:
            runs[-1].append(node)
    return [tuple(run) for run in runs if len(run) > 1]


def _drawn(way: Way, runs: list[Piece]) -> list[Piece]:
    """Runs in driving direction: ``oneway=-1`` turns the line round."""
    return [run[::-1] for run in runs] if read.direction(way.tags, way.network) == -1 else runs


def _has_length(runs: list[Piece], positions: dict[int, Point]) -> bool:
    return any(len({positions[node] for node in run}) > 1 for run in runs)


def _clipped(way: Way, positions: dict[int, Point]) -> bool:
    return any(node not in positions for node in way.nodes)


def _junctions(runs: Iterable[Piece]) -> set[int]:
    """Nodes met more than once: by two ways, or twice by one."""
    met: Counter[int] = Counter()
    for run in runs:
        met.update(run)
    return {node for node, times in met.items() if times > 1}


def _pieces(run: Piece, junctions: set[int]) -> Iterator[Piece]:
    start = 0
    for place in range(1, len(run)):
        if place == len(run) - 1 or run[place] in junctions:
            yield run[start : place + 1]
            start = place


def _count_between_street_junctions(drawn: list[tuple[Way, list[Piece]]]) -> int:
    runs = [run for way, runs in drawn if way.network == "street" for run in runs]
    junctions = _junctions(runs)
    return sum(1 for run in runs for _ in _pieces(run, junctions))


def _unclosed(piece: Piece, positions: dict[int, Point]) -> tuple[Piece, ...]:
    """A loop as two parts, cut at the vertex nearest to half its length, so that each has two different ends."""
    if piece[0] != piece[-1] or len(piece) < 3:
        return (piece,)
    line = np.array([positions[node] for node in piece])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    middle = 1 + int(np.abs(along[1:-1] - along[-1] / 2).argmin())
    return piece[: middle + 1], piece[middle:]


def _segments(pieces: list[tuple[Way, Piece]], positions: dict[int, Point]) -> tuple[list[Segment], dict[str, float]]:
    lines = [tuple(positions[node] for node in piece) for _, piece in pieces]
    lengths = line_lengths_m(lines)
    ids = _ids(pieces)
    facts: dict[int, dict[str, Any]] = {}
    segments, inclines = [], {}
    for (way, piece), line, length, name in zip(pieces, lines, lengths.tolist(), ids, strict=True):
        if way.id not in facts:
            facts[way.id] = _facts(way)
        segments.append(
            Segment(
                id=name,
                # Two junctions at one place: a coordinate has 7 decimals, so they are within a centimetre.
                length_m=max(round(length, 2), 0.01),
                from_node=piece[0],
                to_node=piece[-1],
                geometry=line,
                **facts[way.id],
            )
        )
        incline = read.incline_pct(way.tags) if "incline" in way.tags else None
        if incline is not None:
            inclines[name] = -incline if read.direction(way.tags, way.network) == -1 else incline
    return segments, inclines


def _ids(pieces: list[tuple[Way, Piece]]) -> list[str]:
    """``osm/way/from-to``, with /2, /3 ... where one way goes the same way between two junctions again."""
    seen: Counter[str] = Counter()
    ids = []
    for way, piece in pieces:
        name = f"osm/{way.id}/{piece[0]}-{piece[-1]}"
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}/{seen[name]}")
    return ids


def way_of(segment: Segment) -> int:
    """The way that a segment was cut from."""
    return int(segment.id.split("/")[1])


def _facts(way: Way) -> dict[str, Any]:
    """What all segments of a way have in common."""
    tags, kind = way.tags, way.network
    return {
        "name": read.name(tags),
        "network": kind,
        "route_class": read.route_class(tags, kind),
        "highway": tags.get("highway", ""),
        "keeper": read.keeper(tags, kind),
        "oneway": read.direction(tags, kind) != 0,
        "lanes": read.lanes(tags),
        "width_m": read.width_m(tags),
        "surface": read.surface(tags),
        "bridge": read.crosses(tags, "bridge"),
        "tunnel": read.crosses(tags, "tunnel"),
        "speed_kmh": read.speed_kmh(tags, kind),
        "max_width_m": limits.max_width_m(tags),
        "max_weight_t": limits.max_weight_t(tags),
    }


def line_lengths_m(lines: Sequence[Sequence[Point]]) -> npt.NDArray[np.float64]:
    """(n_lines,) lengths on the ellipsoid [m], all in one call. Each line has two points or more."""
    if not lines:
        return np.zeros(0)
    starts = np.cumsum([0] + [len(line) for line in lines])
    points = np.array([point for line in lines for point in line], float)
    steps = GEOD.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])[2]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    lengths: npt.NDArray[np.float64] = along[starts[1:] - 1] - along[starts[:-1]]
    return lengths
