"""Where and when loose snow may drift: a risk that is told. No depth of drifts is computed, and nothing moves by it.

What the land beside a street holds counts, not what the plough left on it. Snow that thawed since it fell is crusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Line = Floats | Sequence[tuple[float, float]]
"""A street by its points (k, 2), metres east and north."""


def drift_hours(air_c: Floats, wind_m_s: Floats, *, from_m_s: float = 7.7, under_c: float = -1.0) -> Bools:
    """(n_hours,) in which dry snow that lies loose is carried away; an hour without air or wind is none.

    ``from_m_s`` at 10 m is the mean threshold for dry snow of 16 prairie stations, most between 4 and 11 (Li and
    Pomeroy 1997, J. Appl. Meteorol. 36, 205); wet snow needs 9.9 in the mean. ``under_c`` is unconfirmed.
    """
    return np.asarray((wind_m_s >= from_m_s) & (air_c < under_c))


def loose_cm(old_cm: Floats, rise_cm: Floats, thaws: Bools) -> Floats:
    """(n, n_hours) loose snow at the end of each hour [cm]: ``old_cm`` (n,) that lay before and what came since,
    ``rise_cm`` (n, n_hours), none after an hour that thaws (n, n_hours)."""
    now, out = np.asarray(old_cm, float), np.empty(rise_cm.shape)
    for hour in range(rise_cm.shape[1]):
        now = np.where(thaws[:, hour], 0.0, now + np.maximum(0.0, rise_cm[:, hour]))
        out[:, hour] = now
    return out


def open_sides(lines: Sequence[Line], shelters: Sequence[Line], horizon: Floats, *, hill: float = 0.05) -> Bools:
    """(n,) whether a line lies open to one of its sides: for some 300 m no shelter, and no land that stands higher than
    ``hill`` [rad] (3°) over it.

    ``shelters`` are the streets of the town: where streets are, houses are; nothing is known of woods. ``horizon``
    (n, 36) [rad] from north over east, NaN where no terrain is known. Both distances and the angle are design choices.
    """
    if not len(lines):
        return np.zeros(0, bool)
    ends = np.array([(line[0], line[-1]) for line in lines], float)
    along = ends[:, 1] - ends[:, 0]
    along /= np.maximum(1e-9, np.hypot(along[:, :1], along[:, 1:]))
    middles = np.array([np.mean(line, axis=0) for line in lines])
    tree = cKDTree(_dense(shelters) if len(shelters) else np.full((1, 2), np.inf))
    found = np.zeros(len(lines), bool)
    for side in (-1.0, 1.0):
        away = side * np.column_stack([along[:, 1], -along[:, 0]])
        found |= _free(tree, middles, away) & ~(_hill(horizon, away) > hill)
    return found


def _free(tree: cKDTree, middles: Floats, away: Floats, *, reaches_m: Sequence[float] = (100.0, 200.0)) -> Bools:
    """(n,) whether nothing of the tree lies in a cone of 45° or so to one side: circles of three quarters of their
    distance, so that the street itself is in none."""
    free = np.ones(len(middles), bool)
    for reach in reaches_m:
        near, _ = tree.query(middles + reach * away)
        free &= near > 0.75 * reach
    return free


def _hill(horizon: Floats, away: Floats) -> Floats:
    """(n,) mean angle of the land within 45° of a direction [rad]; NaN where it is not known."""
    azimuth = np.degrees(np.arctan2(away[:, 0], away[:, 1]))
    bins = (np.round(azimuth / 10.0)[:, None].astype(np.int64) + np.arange(-4, 5)) % horizon.shape[1]
    return np.asarray(np.take_along_axis(horizon, bins, axis=1).mean(axis=1))


def _dense(lines: Sequence[Line], *, every_m: float = 50.0) -> Floats:
    """Points along all lines (k, 2), none farther from the next than ``every_m``."""
    starts = np.array([point for line in lines for point in line[:-1]], float).reshape(-1, 2)
    stops = np.array([point for line in lines for point in line[1:]], float).reshape(-1, 2)
    pieces = np.maximum(1, np.ceil(np.hypot(*(stops - starts).T) / every_m)).astype(np.int64)
    row = np.repeat(np.arange(len(pieces)), pieces)
    first = np.cumsum(pieces) - pieces
    share = ((np.arange(len(row)) - first[row]) / pieces[row])[:, None]
    return np.concatenate([starts[row] * (1.0 - share) + stops[row] * share, stops])
