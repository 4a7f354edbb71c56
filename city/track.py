"""A line that was drawn on a map or recorded on the way, and its points as the matching wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from city.entities import Point
from city.geo import local_xy
from city.network import Floats, Ints


@dataclass(frozen=True)
class Line:
    """One unbroken line in driving order. ``serve``: whether it was driven with work, None where nobody says.

    ``drawn``: between two points it runs straight, as on a map; a recorded one says nothing of what lies between.
    """

    points: tuple[Point, ...]
    serve: bool | None = None
    drawn: bool = True


@dataclass(frozen=True)
class Positions:
    """Points at even distances. ``xy`` (n, 2) [m]; ``lon``, ``lat`` (n,) [°]; ``line`` (n,) which line each is of,
    ``point`` (n,) which point of it, or the one before; ``gone`` (n,) metres along the lines up to each, leaps from
    line to line not counted."""

    xy: Floats
    lon: Floats
    lat: Floats
    line: Ints
    point: Ints
    gone: Floats


def positions(lines: Sequence[Line], origin: Point, *, step_m: float = 20.0, least_m: float = 12.0) -> Positions:
    """The points of lines: drawn ones have one at least every ``step_m``, recorded ones none nearer than ``least_m`` to
    the one before, so that noise at a halt is no movement."""
    even = [_drawn(line, origin, step_m) if line.drawn else _thinned(line, origin, least_m) for line in lines]
    table = np.concatenate([*even, np.zeros((0, 4))])
    line = np.repeat(np.arange(len(lines)), [len(part) for part in even])
    before = np.concatenate([[0.0], np.cumsum([part[-1, 2] for part in even])])
    xy = np.column_stack(local_xy(table[:, 0], table[:, 1], origin))
    return Positions(xy, table[:, 0], table[:, 1], line, table[:, 3].astype(np.int64), table[:, 2] + before[line])


def _drawn(line: Line, origin: Point, step_m: float, *, sharp_deg: float = 30.0) -> Floats:
    """(n, 4) longitude, latitude, metres along a line and its point there or before, at even steps and at its sharp
    corners."""
    points = np.array(line.points, float)
    leg = np.diff(np.column_stack(local_xy(points[:, 0], points[:, 1], origin)), axis=0)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*leg.T))])
    turn = np.diff(np.arctan2(leg[:, 1], leg[:, 0]))
    sharp = np.abs((turn + np.pi) % (2.0 * np.pi) - np.pi) > np.radians(sharp_deg)
    parts = max(1, int(np.ceil(length[-1] / step_m)))
    at = np.unique(np.concatenate([np.linspace(0.0, length[-1], parts + 1), length[1:-1][sharp]]))
    point = np.searchsorted(length, at, side="right") - 1
    return np.column_stack([np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1]), at, point])


def _thinned(line: Line, origin: Point, least_m: float) -> Floats:
    """(n, 4) longitude, latitude, metres so far and number of the points that are far enough from the one kept before;
    the last one always."""
    points = np.array(line.points, float)
    xy = np.column_stack(local_xy(points[:, 0], points[:, 1], origin))
    kept = [0]
    for at in range(1, len(xy)):
        if np.hypot(*(xy[at] - xy[kept[-1]])) >= least_m:
            kept.append(at)
    if kept[-1] != len(xy) - 1:
        kept.append(len(xy) - 1)
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy[kept], axis=0).T))])
    return np.column_stack([points[kept], gone, kept])
