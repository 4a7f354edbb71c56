"""What the map keeps of the streets between two requests: what is fixed of them, and how deep the snow lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Segment
from city.outlook import OutlookFrame, Series
from city.vocabulary import PLANNED_KEEPERS, RouteClass
from planner.night.streets import StreetDepth, StreetGiven

Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TownStreets:
    """The streets in the order of ``/api/v1/segments.json``, with what that order says of each."""

    given: tuple[StreetGiven, ...]
    names: tuple[str, ...]
    classes: tuple[RouteClass, ...]


def town_streets(segments: Sequence[Segment]) -> TownStreets:
    """What the map needs of some segments, in their order."""
    given = [StreetGiven(s.id, s.length_m, s.reachable, s.keeper in PLANNED_KEEPERS, s.tunnel) for s in segments]
    return TownStreets(tuple(given), tuple(s.name for s in segments), tuple(s.route_class for s in segments))


@dataclass(frozen=True)
class DepthHours:
    """Snow hour by hour: ``mid`` and ``low`` (n, n_hours) [cm], NaN where unknown, and the row of each segment."""

    frame: OutlookFrame | None
    rows: Mapping[str, int]
    mid: Floats
    low: Floats

    def at(self, now: datetime, town: TownStreets, limits: Mapping[RouteClass, float]) -> dict[str, StreetDepth]:
        """The snow of each street in the hour of ``now``, with the ``limits`` by class [cm] and when they are reached.

        Nothing where no hour of the outlook holds ``now``.
        """
        hour = -1 if self.frame is None else max(0, math.ceil((now - self.frame.first_hour) / HOUR))
        if self.frame is None or hour >= self.frame.hours or not self.rows:
            return {}
        found: dict[str, StreetDepth] = {}
        ahead = self.mid[:, hour:]
        first = {limit: _first_over(ahead, limit) for limit in set(limits.values())}
        for street, kind in zip(town.given, town.classes, strict=True):
            row = self.rows.get(street.id)
            if row is None or math.isnan(self.mid[row, hour]):
                continue
            limit = limits.get(kind)
            k = -1 if limit is None else int(first[limit][row])
            when = None if k < 0 else self.frame.first_hour + (hour + k) * HOUR
            found[street.id] = StreetDepth(float(self.mid[row, hour]), float(self.low[row, hour]), limit, when)
        return found


def depth_hours(frame: OutlookFrame | None, rows: Sequence[tuple[str, Series, Series]]) -> DepthHours:
    """The depths of an outlook as arrays."""
    hours = 0 if frame is None else frame.hours
    mid, low = (np.array([row[k] for row in rows], float).reshape(len(rows), hours) for k in (1, 2))
    return DepthHours(frame, {row[0]: n for n, row in enumerate(rows)}, mid, low)


def _first_over(depth: Floats, limit: float) -> npt.NDArray[np.int64]:
    """(n,) the first hour in which a depth reaches a limit, -1 where in none."""
    over = depth >= limit
    return np.where(over.any(axis=1), over.argmax(axis=1), -1)
