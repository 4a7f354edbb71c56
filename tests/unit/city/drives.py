"""Towns and drives made by chance, and the positions that a receiver would record of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from city.entities import Point, Segment
from city.geo import local_xy
from city.network import StreetNetwork, build
from tests.unit.planner.snapshots import street

LON, LAT = 14.80, 56.87
M_LAT = 111_195.0
M_LON = M_LAT * float(np.cos(np.radians(LAT)))


def at(x: float, y: float) -> Point:
    """The place so many metres east and north of the town's corner."""
    return LON + x / M_LON, LAT + y / M_LAT


def line(key: str, a: int, b: int, *points: tuple[float, float], **fields: object) -> Segment:
    """A segment from node ``a`` to node ``b`` through points in metres."""
    length = sum(float(np.hypot(*np.subtract(p, q))) for p, q in zip(points[1:], points[:-1], strict=True))
    geometry = tuple(at(*point) for point in points)
    return replace(street(0, 1, key=key), from_node=a, to_node=b, length_m=length, geometry=geometry, **fields)  # type: ignore[arg-type]


def grid(chance: random.Random, size: int = 8, block_m: float = 110.0, oneway: float = 0.25) -> StreetNetwork:
    """Crooked blocks, a quarter of the streets one-way."""
    place = {
        (i, j): (block_m * i + chance.uniform(-25, 25), block_m * j + chance.uniform(-25, 25))
        for i in range(size)
        for j in range(size)
    }
    made = []
    for (i, j), here in place.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other in place:
                a, b = i * size + j, other[0] * size + other[1]
                ends = (here, place[other])
                if chance.random() < 0.5:
                    (a, b), ends = (b, a), ends[::-1]
                made.append(line(f"{a}-{b}", a, b, *ends, oneway=chance.random() < oneway))
    return build(made)


def wander(network: StreetNetwork, chance: random.Random, arcs: int) -> list[int]:
    """A legal drive by chance that turns round only where nothing else is left."""
    strong = network.strong_part
    inside = [a for a in range(network.n_arcs) if strong[network.arc_from[a]] == 0 == strong[network.arc_to[a]]]
    driven = [chance.choice(inside)]
    while len(driven) < arcs:
        leaving = [a for a in network.out_arcs[int(network.arc_to[driven[-1]])] if strong[network.arc_to[a]] == 0]
        onward = [a for a in leaving if network.arc_segment[a] != network.arc_segment[driven[-1]]]
        driven.append(chance.choice(onward or leaving))
    return driven


def outline(network: StreetNetwork, arcs: Sequence[int]) -> list[Point]:
    """The line of a drive."""
    points: list[Point] = []
    for arc in arcs:
        points += network.arc_points(arc)[1 if points else 0 :]
    return points


def recorded(
    points: Sequence[Point], chance: random.Random, noise_m: float, *, apart_m: tuple[float, float] = (10.0, 30.0)
) -> list[Point]:
    """A position every so many metres of a line, each off by Gaussian noise east and north."""
    x, y = local_xy([p[0] for p in points], [p[1] for p in points], (LON, LAT))
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    found, here = [], 0.0
    while here <= gone[-1]:
        east, north = np.interp(here, gone, x), np.interp(here, gone, y)
        found.append(at(east + chance.gauss(0.0, noise_m), north + chance.gauss(0.0, noise_m)))
        here += chance.uniform(*apart_m)
    return found


def alike(network: StreetNetwork, driven: Sequence[int], matched: Sequence[int]) -> float:
    """Share of the longer of two drives [by length] that stands in both in the same order."""
    best = np.zeros((len(driven) + 1, len(matched) + 1))
    for i, a in enumerate(driven, 1):
        for j, b in enumerate(matched, 1):
            same = best[i - 1, j - 1] + float(network.arc_m[a]) if a == b else 0.0
            best[i, j] = max(best[i - 1, j], best[i, j - 1], same)
    longer = max(float(network.arc_m[list(driven)].sum()), float(network.arc_m[list(matched)].sum()))
    return float(best[-1, -1]) / longer
