"""Distances and bearings on the ellipsoid, and a flat local picture of a town. Degrees in, metres out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
Floats = npt.NDArray[np.float64]


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance between two (lon, lat) points [m]."""
    return float(GEOD.inv(a[0], a[1], b[0], b[1])[2])


def local_xy(lon: npt.ArrayLike, lat: npt.ArrayLike, origin: tuple[float, float]) -> tuple[Floats, Floats]:
    """Equirectangular metres east and north of ``origin``: within 0.1 % over a municipality."""
    metres_per_degree = 111_195.0
    x = (np.asarray(lon, float) - origin[0]) * metres_per_degree * np.cos(np.radians(origin[1]))
    y = (np.asarray(lat, float) - origin[1]) * metres_per_degree
    return x, y


def middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The vertex mean of a line: good enough to say where it is."""
    return math.fsum(p[0] for p in points) / len(points), math.fsum(p[1] for p in points) / len(points)


def bbox(points: Iterable[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, south, east, north. Raises ValueError on no points."""
    array = np.array(list(points), float)
    if array.size == 0:
        raise ValueError("no points")
    west, south = array.min(axis=0)
    east, north = array.max(axis=0)
    return float(west), float(south), float(east), float(north)
