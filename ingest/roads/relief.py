"""The shape of the land round each street: sky view, horizons, slope, aspect and height over the surroundings.

One point stands for a segment, the middle of its line. Horizons are read along 36 rays at distances that grow with
themselves, so that near ground counts finely and far hills still count. A terrain model holds no houses and no woods:
in a town the real sky is smaller than this says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city.entities import Segment, SegmentRelief
from city.geo import middle
from ingest.roads.terrain import METRES_PER_DEGREE, ElevationSource, SpotHeights

Floats = npt.NDArray[np.float64]
AZIMUTHS = 36


@dataclass(frozen=True)
class Relief:
    """Per segment (n,), NaN where no terrain model reaches.

    ``sky`` 0 to 1, ``horizon`` (n, 36) [rad] from north over east, ``slope`` [rad], ``aspect`` the way it faces [rad
    from north], ``tpi_m`` height over the mean of the ground within 500 m, ``elevation_m``; ``source`` and
    ``resolution_m`` of the terrain model that gave it, "" and NaN where none did.
    """

    sky: Floats
    horizon: Floats
    slope: Floats
    aspect: Floats
    tpi_m: Floats
    elevation_m: Floats
    source: tuple[str, ...]
    resolution_m: Floats


def relief(
    segments: Sequence[Segment],
    sources: Sequence[ElevationSource],
    *,
    reach_m: float = 10_000.0,
    growth: float = 1.25,
    around_m: float = 500.0,
    eye_m: float = 1.0,
) -> Relief:
    """Terrain of each segment from the first source that knows its middle and is no set of spot heights.

    h(az) = max over distance of atan((z(d) - z0 - eye) / d); sky view = 1 - mean sin² h. Points of a ray that no
    source knows are passed over. Slope and aspect over two cells of the model. ``eye_m`` keeps noise of the model
    beside the road from shading it.
    """
    n = len(segments)
    middles = np.array([middle(s.geometry) for s in segments], float).reshape(-1, 2)
    lon, lat = middles[:, 0], middles[:, 1]
    grids = [source for source in sources if not isinstance(source, SpotHeights)]
    z0, which = _sampled(grids, lon, lat)
    cell = np.array([source.resolution_m for source in grids] + [np.nan])[which]
    known = np.flatnonzero(which >= 0)
    horizon, tpi = np.full((n, AZIMUTHS), np.nan), np.full(n, np.nan)
    slope, aspect = np.full(n, np.nan), np.full(n, np.nan)
    if len(known):
        at = lon[known], lat[known]
        distances = _distances(float(np.nanmin(cell)), reach_m, growth)
        laid = [_laid(source, *at, distances[-1]) for source in grids]
        horizon[known] = _horizons(laid, *at, z0[known] + eye_m, distances)
        tpi[known] = z0[known] - _mean_around(laid, *at, around_m)
        slope[known], aspect[known] = _slope(laid, *at, cell[known])
    names = tuple(grids[k].name if k >= 0 else "" for k in which.tolist())
    sky = 1.0 - np.mean(np.sin(horizon) ** 2, axis=1)
    return Relief(sky, horizon, slope, aspect, tpi, z0, names, cell)


def relief_rows(segments: Sequence[Segment], shape: Relief, *, digits: int = 4) -> list[SegmentRelief]:
    """The segments that a terrain model covers, as rows; angles to 0.006°, which its own error is far over."""
    known = np.flatnonzero(np.isfinite(shape.sky))
    horizon = np.round(shape.horizon, digits).tolist()
    sky = np.round(shape.sky, digits).tolist()
    return [
        SegmentRelief(
            segments[i].id, sky[i], tuple(horizon[i]), _said(shape.slope[i], digits), _said(shape.aspect[i], digits),
            _said(shape.tpi_m[i], 1), shape.source[i], round(float(shape.resolution_m[i]), 1),
        )
        for i in known.tolist()
    ]  # fmt: skip


def _said(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


@dataclass(frozen=True)
class _Laid:
    """A terrain model sampled once on a lattice of its own spacing in memory: rays read it a hundred times faster."""

    name: str
    resolution_m: float
    west: float
    south: float
    step_x: float
    step_y: float
    z: Floats

    def sample(self, lon: Floats, lat: Floats) -> Floats:
        """Bilinear between four lattice points, NaN where one of them is or outside."""
        x, y = (lon - self.west) / self.step_x, (lat - self.south) / self.step_y
        rows, columns = self.z.shape
        inside = (x >= 0) & (y >= 0) & (x < columns - 1) & (y < rows - 1)
        i, j = np.where(inside, x, 0).astype(np.int64), np.where(inside, y, 0).astype(np.int64)
        u, v = x - i, y - j
        low = (1 - u) * self.z[j, i] + u * self.z[j, i + 1]
        high = (1 - u) * self.z[j + 1, i] + u * self.z[j + 1, i + 1]
        return np.where(inside, (1 - v) * low + v * high, np.nan)


def _laid(source: ElevationSource, lon: Floats, lat: Floats, reach_m: float, most: int = 16_000_000) -> ElevationSource:
    """The source on a lattice round all points; the source itself where that would be more than ``most`` cells."""
    far = 1.02 * (reach_m + 3.0 * source.resolution_m) / METRES_PER_DEGREE
    squeeze = float(np.cos(np.radians(np.abs(lat).max())))
    west, east = lon.min() - far / squeeze, lon.max() + far / squeeze
    south, north = lat.min() - far, lat.max() + far
    step_y = source.resolution_m / METRES_PER_DEGREE
    step_x = step_y / squeeze
    columns, rows = int((east - west) / step_x) + 2, int((north - south) / step_y) + 2
    if columns * rows > most:
        return source
    x, y = np.meshgrid(west + step_x * np.arange(columns), south + step_y * np.arange(rows))
    z = source.sample(x.ravel(), y.ravel()).reshape(rows, columns)
    return _Laid(source.name, source.resolution_m, float(west), float(south), step_x, step_y, z)


def _sampled(sources: Sequence[ElevationSource], lon: Floats, lat: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Elevation (n,) [m] and the source of each (-1 = none)."""
    z, which = np.full(len(lon), np.nan), np.full(len(lon), -1, np.int64)
    for place, source in enumerate(sources):
        wanted = np.flatnonzero(np.isnan(z))
        if len(wanted):
            z[wanted] = source.sample(lon[wanted], lat[wanted])
            which[wanted[np.isfinite(z[wanted])]] = place
    return z, which


def _moved(lon: Floats, lat: Floats, azimuth: float, distance: float | Floats) -> tuple[Floats, Floats]:
    """Points ``distance`` [m] away towards ``azimuth`` [rad]."""
    north = np.cos(azimuth) * distance / METRES_PER_DEGREE
    east = np.sin(azimuth) * distance / (METRES_PER_DEGREE * np.cos(np.radians(lat)))
    return lon + east, lat + north


def _distances(cell_m: float, reach_m: float, growth: float) -> list[float]:
    """From one cell on, each a quarter farther than the one before, at least a cell."""
    found = [cell_m]
    while found[-1] < reach_m:
        found.append(max(found[-1] * growth, found[-1] + cell_m))
    return found


def _horizons(
    sources: Sequence[ElevationSource], lon: Floats, lat: Floats, eye: Floats, distances: Sequence[float]
) -> Floats:
    """(n, 36) horizon angles [rad], never under the level. All points of a ray are read at once."""
    out = np.zeros((len(lon), AZIMUTHS))
    away = np.repeat(distances, len(lon))
    for k in range(AZIMUTHS):
        x, y = _moved(np.tile(lon, len(distances)), np.tile(lat, len(distances)), 2.0 * np.pi * k / AZIMUTHS, away)
        z, _ = _sampled(sources, x, y)
        rise = np.arctan((z - np.tile(eye, len(distances))) / away).reshape(len(distances), -1)
        out[:, k] = np.maximum(0.0, np.where(np.isnan(rise), 0.0, rise).max(axis=0))
    return out


def _mean_around(sources: Sequence[ElevationSource], lon: Floats, lat: Floats, radius: float) -> Floats:
    """(n,) mean height of rings within ``radius`` [m], each ring by its area."""
    total, weight = np.zeros(len(lon)), np.zeros(len(lon))
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        for k in range(12):
            z, _ = _sampled(sources, *_moved(lon, lat, 2.0 * np.pi * k / 12, share * radius))
            total += np.where(np.isnan(z), 0.0, share * z)
            weight += np.where(np.isnan(z), 0.0, share)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def _slope(sources: Sequence[ElevationSource], lon: Floats, lat: Floats, cell: Floats) -> tuple[Floats, Floats]:
    """Slope and the way it faces [rad] by central differences over two cells; NaN at the border of a model."""
    half = np.pi / 2.0
    z = [_sampled(sources, *_moved(lon, lat, k * half, cell))[0] for k in range(4)]
    north, east = (z[0] - z[2]) / (2.0 * cell), (z[1] - z[3]) / (2.0 * cell)
    return np.arctan(np.hypot(north, east)), np.arctan2(-east, -north) % (2.0 * np.pi)
