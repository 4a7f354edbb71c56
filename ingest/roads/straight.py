"""Which segment goes on straight from the end of another, and how far along it a given distance leads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from city.entities import Point, Segment


class Continuations:
    """Walks out of a segment over its straightest continuations, turning at most ``turn_deg`` at each node."""

    def __init__(self, segments: Sequence[Segment], length_m: npt.NDArray[np.float64], turn_deg: float = 45.0) -> None:
        self._length = length_m.tolist()
        self._least = math.cos(math.radians(turn_deg))
        self._ends = [(s.from_node, s.to_node) for s in segments]
        self._out = [(_direction(s.geometry), _direction(s.geometry[::-1])) for s in segments]
        self._at: dict[int, list[tuple[int, int]]] = {}
        for i, ends in enumerate(self._ends):
            for side, node in enumerate(ends):
                self._at.setdefault(node, []).append((i, side))

    def walk(self, segment: int, side: int, wanted_m: float, hops: int = 24) -> tuple[int, float, float]:
        """Walks ``wanted_m`` out of the end ``side`` (0 = from, 1 = to) of a segment.

        Gives the segment reached, the place along it from its from-end [m], and how far the walk came [m]: less
        than wanted where the road turns or ends.
        """
        gone, been = 0.0, {segment}
        along = self._length[segment] if side == 1 else 0.0
        for _ in range(hops):
            following = self._next(segment, side, been)
            if gone >= wanted_m or following is None:
                break
            segment, entered = following
            been.add(segment)
            part = min(wanted_m - gone, self._length[segment])
            along = part if entered == 0 else self._length[segment] - part
            gone, side = gone + part, 1 - entered
        return segment, along, gone

    def _next(self, segment: int, side: int, been: set[int]) -> tuple[int, int] | None:
        """The straightest neighbour at an end and the end by which it is entered."""
        into = self._out[segment][side]
        best, found = self._least, None
        for other, entered in self._at[self._ends[segment][side]]:
            if other in been:
                continue
            on = self._out[other][entered]
            straightness = -(into[0] * on[0] + into[1] * on[1])
            if straightness >= best:
                best, found = straightness, (other, entered)
        return found


def _direction(line: Sequence[Point]) -> tuple[float, float]:
    """Unit vector from the first point of a line into it, east and north."""
    (lon, lat), (lon2, lat2) = line[0], line[1]
    x, y = (lon2 - lon) * math.cos(math.radians(lat)), lat2 - lat
    size = math.hypot(x, y)
    return (x / size, y / size) if size else (0.0, 0.0)
