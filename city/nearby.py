"""Positions and the segments near them: how far each is, and where along it its nearest point lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.entities import Point, Segment
from city.geo import local_xy
from city.network import Floats, Ints


@dataclass(frozen=True)
class Near:
    """The segments near each of n positions, each segment once; position i has ``at[i]`` to ``at[i + 1]``.

    ``at`` (n + 1,); ``segment`` (n_found,) indices; ``away_m`` (n_found,) distance [m]; ``share`` (n_found,) where the
    nearest point lies, from 0 at the segment's beginning to 1 at its end.
    """

    at: Ints
    segment: Ints
    away_m: Floats
    share: Floats


class Nearby:
    """An index of the segments that ``wanted`` (n_segments,) marks. Metres are those of the flat picture round
    ``origin``."""

    def __init__(
        self, segments: Sequence[Segment], wanted: npt.NDArray[np.bool_], origin: Point, *, spacing_m: float = 20.0
    ) -> None:
        self.origin, self._spacing_m = origin, spacing_m
        chosen = np.flatnonzero(wanted)
        self._of, self._a, self._b, self._share = _pieces(segments, chosen, origin)
        length = np.hypot(*(self._b - self._a).T)
        parts = np.maximum(1, np.ceil(length / spacing_m)).astype(int)
        self._piece = np.repeat(np.arange(len(parts)), parts)
        nth = np.arange(len(self._piece)) - np.repeat(np.cumsum(parts) - parts, parts)
        where = ((nth + 0.5) / parts[self._piece])[:, None]
        samples = self._a[self._piece] + where * (self._b - self._a)[self._piece]
        self._tree = cKDTree(samples) if len(samples) else None

    def near(self, xy: Floats, reach_m: float) -> Near:
        """What lies within ``reach_m`` of (n, 2) positions [m east and north of the origin]."""
        position, piece = self._pairs(xy, reach_m)
        along = self._b[piece] - self._a[piece]
        squared = np.maximum((along**2).sum(axis=1), 1e-12)
        t = np.clip(((xy[position] - self._a[piece]) * along).sum(axis=1) / squared, 0.0, 1.0)
        away = np.hypot(*(self._a[piece] + t[:, None] * along - xy[position]).T)
        segment = self._of[piece]
        order = np.lexsort((away, segment, position))
        order = order[away[order] <= reach_m]
        first = np.ones(len(order), bool)
        first[1:] = np.diff(position[order]).astype(bool) | np.diff(segment[order]).astype(bool)
        kept = order[first]
        low, high = self._share[piece[kept]].T
        at = np.searchsorted(position[kept], np.arange(len(xy) + 1))
        return Near(at, segment[kept], away[kept], low + t[kept] * (high - low))

    def _pairs(self, xy: Floats, reach_m: float) -> tuple[Ints, Ints]:
        """(n_pairs,) positions and the straight pieces that may be within reach of them."""
        if self._tree is None or not len(xy):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        found = self._tree.query_ball_point(xy, reach_m + 0.5 * self._spacing_m)
        position = np.repeat(np.arange(len(xy)), [len(one) for one in found])
        samples = np.array([sample for one in found for sample in one], np.int64)
        pairs = np.unique(np.column_stack([position, self._piece[samples]]), axis=0)
        return pairs[:, 0], pairs[:, 1]


def _pieces(segments: Sequence[Segment], chosen: Ints, origin: Point) -> tuple[Ints, Floats, Floats, Floats]:
    """The straight pieces of the chosen segments: segment, beginning and end [m], (n, 2) shares at both ends."""
    sizes = np.array([len(segments[i].geometry) for i in chosen], np.int64)
    points = np.array([point for i in chosen for point in segments[i].geometry], float).reshape(-1, 2)
    xy = np.column_stack(local_xy(points[:, 0], points[:, 1], origin))
    of = np.repeat(chosen, sizes)
    inner = of[1:] == of[:-1]
    step = np.where(inner, np.hypot(*np.diff(xy, axis=0).T), 0.0) if len(xy) else np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(step)])[: len(xy)]
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    last = np.repeat(np.cumsum(sizes) - 1, sizes)
    share = (total - total[first]) / np.maximum(total[last] - total[first], 1e-9) if len(xy) else total
    keep = np.flatnonzero(inner)
    return of[keep], xy[keep], xy[keep + 1], np.column_stack([share[keep], share[keep + 1]])
