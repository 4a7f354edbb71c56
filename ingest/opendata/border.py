"""The border of a municipality: what lies inside it, and which cells of a grid it touches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from city.entities import Point

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rings = Sequence[Sequence[Point]]


def inside(rings: Rings, lon: Floats, lat: Floats) -> Flags:
    """Which of (n,) points lie inside closed rings, holes left out (even-odd rule)."""
    within = np.zeros(len(lon), bool)
    order = np.argsort(lat, kind="stable")
    sorted_lat = lat[order]
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            low, high = np.searchsorted(sorted_lat, (min(y1, y2), max(y1, y2)), side="left")
            if low == high:
                continue
            row = order[low:high]
            crossing = x1 + (lat[row] - y1) / (y2 - y1) * (x2 - x1)
            within[row] ^= lon[row] < crossing
    return within


def touched(rings: Rings, west: float, south: float, east: float, north: float, step: float = 0.003) -> bool:
    """Whether a box holds some of what lies inside the rings: some of their lines, or its own middle is inside."""
    middle = np.array([(west + east) / 2]), np.array([(south + north) / 2])
    if inside(rings, *middle)[0]:
        return True
    lines = np.concatenate([_points(ring, step) for ring in rings])
    across, up = lines[:, 0], lines[:, 1]
    near = (across >= west - step) & (across <= east + step) & (up >= south - step) & (up <= north + step)
    return bool(near.any())


def _points(ring: Sequence[Point], step: float) -> Floats:
    """Points along a ring, at most ``step`` apart [°]."""
    corners = np.asarray(ring, float)
    moves = np.diff(corners, axis=0)
    counts = np.maximum(1, np.ceil(np.abs(moves).max(axis=1) / step)).astype(int)
    parts = [
        corner + np.arange(n)[:, None] / n * move for corner, move, n in zip(corners[:-1], moves, counts, strict=True)
    ]
    return np.concatenate([*parts, corners[-1:]])
