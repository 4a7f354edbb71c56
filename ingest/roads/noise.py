"""How noisy the heights of a source are, told from the source itself at the streets.

The second difference along both axes, kernel (1, -2, 1) x (1, -2, 1), is 0 on every plane and nearly so on smooth land,
and sees noise that differs from cell to cell (Immerkær 1996, Fast noise variance estimation). It is taken at a spacing
of one cell and of two: land grows with the spacing, such noise hardly does. Noise that neighbouring cells share, as of
forests and roofs in a surface model, is land to it and stays unseen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.roads.terrain import METRES_PER_DEGREE, ElevationSource

Floats = npt.NDArray[np.float64]
KERNEL = (1.0, -2.0, 1.0)
NEAR, FAR = 1.466, 2.600
"""Median size of the difference at one cell and at two for noise of 1 m, read between cells (bilinear, simulated)."""
SAMPLE = 0.67
"""Standard deviation of what is read between cells of 1 m of noise."""


def noise_m(
    source: ElevationSource,
    lon: Floats,
    lat: Floats,
    *,
    runs: int = 40,
    run: int = 50,
    least: int = 20,
    growth: float = 8.0,
) -> float:
    """Standard deviation of the noise of a source's cells [m], from up to ``runs`` x ``run`` of the points (n,) [°].

    ``growth`` is by how much the squared difference of land grows from one cell to two: 16 where it is smooth, about
    13 in hills, less than 8 in rock. 0.0 where fewer than ``least`` points have all their neighbours.
    """
    chosen = _spread(len(lon), runs, run)
    near, far = _differences(source, lon[chosen], lat[chosen])
    if min(len(near), len(far)) < least:
        return 0.0
    squares = np.median(np.abs(near)) ** 2, np.median(np.abs(far)) ** 2
    square = (growth * squares[0] - squares[1]) / (growth * NEAR**2 - FAR**2)
    return float(np.sqrt(max(square, 0.0)))


def least_run_m(noise: float, *, error_pct: float = 3.0, sigmas: float = 3.0) -> float:
    """How long a stretch must be for the noise at its two ends to make no more than ``error_pct`` of its grade [m]."""
    return float(sigmas * np.sqrt(2.0) * SAMPLE * noise / (error_pct / 100.0))


def _spread(n: int, runs: int, run: int) -> npt.NDArray[np.int64]:
    """Indices of runs of neighbouring points spread over all: neighbours lie in one block of a raster file."""
    if n <= runs * run:
        return np.arange(n)
    starts = np.linspace(0, n - run, runs).astype(np.int64)
    return np.unique((starts[:, None] + np.arange(run)).ravel())


def _differences(source: ElevationSource, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The differences [m] at a spacing of one cell and of two, of the points that have all neighbours."""
    north = source.resolution_m / METRES_PER_DEGREE
    east = north / np.cos(np.radians(lat))
    steps = [(scale, i, j) for scale in (1, 2) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    lons = np.concatenate([lon + scale * i * east for scale, i, _ in steps])
    lats = np.concatenate([lat + scale * j * north for scale, _, j in steps])
    weights = np.array([KERNEL[i + 1] * KERNEL[j + 1] for _, i, j in steps])
    z = source.sample(lons, lats).reshape(len(steps), len(lon)) * weights[:, None]
    near, far = z[:9].sum(axis=0), z[9:].sum(axis=0)
    return near[np.isfinite(near)], far[np.isfinite(far)]
