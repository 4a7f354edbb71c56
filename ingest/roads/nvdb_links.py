"""Links of NVDB: cut where what is said of them changes, and joined where they meet.

What is said holds between two measures of an element; layers overlap and leave small gaps, so that of several values
of a stretch the one that covers most of it counts. Ends that lie within half a metre of another link are joined to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.catalogue.message import message
from city.entities import Point
from city.errors import ImportRefused
from city.geo import local_xy
from ingest.roads.nvdb_words import TOPICS, Values, directions

Floats = npt.NDArray[np.float64]
Degrees = Callable[[Floats, Floats], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Stretch:
    """A part of an element between two measures: its line (n, 2) in the file's coordinates, and what is said of it."""

    element: str
    start: float
    end: float
    line: Floats
    said: Values


@dataclass(frozen=True)
class LinkValue:
    """Something that is said of an element between two measures."""

    element: str
    start: float
    end: float
    topic: str
    value: Any


def stretches(base: Sequence[Stretch], said: Sequence[LinkValue], *, least_m: float = 1.0) -> list[Stretch]:
    """The network cut where what is said of it changes, in pieces of at least ``least_m``."""
    by_element: defaultdict[str, list[LinkValue]] = defaultdict(list)
    for one in said:
        by_element[one.element].append(one)
    return [piece for link in base for piece in _cut(link, by_element.get(link.element, []), least_m)]


def _cut(link: Stretch, said: Sequence[LinkValue], least_m: float) -> Iterator[Stretch]:
    here = [one for one in said if one.end > link.start and one.start < link.end]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(link.line, axis=0).T))])
    length, span = float(along[-1]), link.end - link.start
    if not here or length <= 0 or span <= 0:
        yield Stretch(link.element, link.start, link.end, link.line, dict(link.said) | _values(link, here))
        return
    wanted = sorted({(m - link.start) / span * length for one in here for m in (one.start, one.end)})
    marks = [0.0]
    for mark in wanted:
        if mark - marks[-1] >= least_m and length - mark >= least_m:
            marks.append(mark)
    for first, last in pairwise([*marks, length]):
        start, end = link.start + first / length * span, link.start + last / length * span
        piece = Stretch(link.element, start, end, _between(link.line, along, first, last), link.said)
        yield Stretch(piece.element, start, end, piece.line, dict(link.said) | _values(piece, here))


def _between(line: Floats, along: Floats, first: float, last: float) -> Floats:
    """The part of a line between two distances along it."""
    inner = (along > first) & (along < last)
    ends = [[float(np.interp(at, along, line[:, axis])) for axis in (0, 1)] for at in (first, last)]
    return np.vstack([ends[0], line[inner], ends[1]])


def _values(piece: Stretch, said: Sequence[LinkValue]) -> dict[tuple[str, int], Any]:
    """Of each topic the value that covers most of a piece, and at least half of it."""
    covered: defaultdict[tuple[str, int], dict[Any, float]] = defaultdict(dict)
    span = piece.end - piece.start
    for one in said:
        overlap = min(one.end, piece.end) - max(one.start, piece.start)
        if overlap <= 0 and span > 0:
            continue
        for key, value in _keyed(one):
            covered[key][value] = covered[key].get(value, 0.0) + overlap
    most = {key: max(values.items(), key=lambda found: found[1]) for key, values in covered.items()}
    return {key: value for key, (value, overlap) in most.items() if span <= 0 or overlap >= 0.5 * span}


def _keyed(one: LinkValue) -> Iterator[tuple[tuple[str, int], Any]]:
    """What is said, by topic and direction."""
    if not TOPICS[one.topic].direction:
        yield (one.topic, 0), one.value
        return
    along, back = directions(one.value)
    if along:
        yield (one.topic, 0), True
    if back:
        yield (one.topic, 1), True


@dataclass(frozen=True)
class Nodes:
    """Lines as nodes, which meet where they have one in common; ``positions`` (lon, lat) [°]."""

    lines: list[tuple[int, ...]]
    positions: Mapping[int, Point]


def nodes_of(lines: Sequence[Floats], to_degrees: Degrees, file: Path, *, near_m: float = 0.5) -> Nodes:
    """Vertices as nodes: those at one place, to about a decimetre, are one.

    Raises ImportRefused where one is no place on Earth.
    """
    if not lines:
        return Nodes([], {})
    points = np.concatenate(lines)
    lon, lat = to_degrees(points[:, 0], points[:, 1])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and (abs(lon) <= 180).all() and (abs(lat) <= 90).all()):
        raise ImportRefused(file, message("error.crs.does_not_fit"), message("error.crs.give"))
    keys = (np.round((lat + 90.0) * 1e6).astype(np.int64) << 29) | np.round((lon + 180.0) * 1e6).astype(np.int64)
    first = np.cumsum([0] + [len(line) for line in lines])
    origin = float(lon[0]), float(lat[0])
    xy = np.column_stack(local_xy(lon, lat, origin))
    keys = _joined_at_vertices(keys, xy, first, near_m)
    places = dict(zip(keys.tolist(), zip(lon.round(7).tolist(), lat.round(7).tolist(), strict=True), strict=True))
    found = [keys[a:b].tolist() for a, b in pairwise(first.tolist())]
    _join_within_lines(found, keys, xy, first, near_m)
    return Nodes([tuple(line) for line in found], places)


def _ends(first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.unique(np.concatenate([first[:-1], first[1:] - 1]))


def _loose(keys: npt.NDArray[np.int64], first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The ends whose node no other vertex shares."""
    known, counts = np.unique(keys, return_counts=True)
    ends = _ends(first)
    alone: npt.NDArray[np.bool_] = counts[np.searchsorted(known, keys[ends])] == 1
    return ends[alone]


def _joined_at_vertices(
    keys: npt.NDArray[np.int64], xy: Floats, first: npt.NDArray[np.int64], near_m: float
) -> npt.NDArray[np.int64]:
    """Loose ends take the node of the nearest vertex of another line, where one is near."""
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    out, tree = keys.copy(), cKDTree(xy)
    for end in _loose(keys, first).tolist():
        near = [p for p in tree.query_ball_point(xy[end], near_m) if owner[p] != owner[end]]
        if near:
            best = min(near, key=lambda p: float(np.hypot(*(xy[p] - xy[end]))))
            out[end] = out[best]
    return out


def _join_within_lines(
    found: list[list[int]],
    keys: npt.NDArray[np.int64],
    xy: Floats,
    first: npt.NDArray[np.int64],
    near_m: float,
    step_m: float = 10.0,
) -> None:
    """Loose ends that lie on another line become a vertex of it."""
    loose = _loose(keys, first)
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    legs = np.flatnonzero(owner[:-1] == owner[1:])
    if not len(loose) or not len(legs):
        return
    counts = np.maximum(1, np.ceil(np.hypot(*(xy[legs + 1] - xy[legs]).T) / step_m)).astype(int)
    leg = np.repeat(legs, counts)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5) / np.repeat(counts, counts)
    tree = cKDTree(xy[leg] + share[:, None] * (xy[leg + 1] - xy[leg]))
    added: defaultdict[int, list[tuple[int, float, int]]] = defaultdict(list)
    for end, near in zip(loose.tolist(), tree.query_ball_point(xy[loose], step_m / 2 + near_m), strict=True):
        others = {int(leg[p]) for p in near if owner[leg[p]] != owner[end]}
        measured = [(*_beside(xy[end], xy[at], xy[at + 1]), at) for at in others]
        if (best := min(measured, default=None)) is not None and best[0] <= near_m:
            line = int(owner[best[2]])
            added[line].append((best[2] - int(first[line]), best[1], int(keys[end])))
    for line, places in added.items():
        for at, _, key in sorted(places, reverse=True):
            found[line].insert(at + 1, key)


def _beside(point: Floats, a: Floats, b: Floats) -> tuple[float, float]:
    """How far a point lies from a leg [m], and where along it, 0 to 1."""
    leg = b - a
    square = float(leg @ leg)
    share = min(1.0, max(0.0, float((point - a) @ leg) / square)) if square else 0.0
    return float(np.hypot(*(point - a - share * leg))), share
