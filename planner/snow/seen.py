"""What people and devices found of how slippery streets are, and until when that holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Treatment
from city.geo import local_xy, middle
from city.observation import Observation
from city.vocabulary import AGAINST_SLIP
from models.snow import Hindcast, SnowState
from models.weather import HourlyWeather
from planner.snow.action import melts_g_m2
from planner.snow.criteria import sanded_until
from planner.snow.rule import NONE, Hundredths, hundredths
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import FRICTION, fresh
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
RoadStates = tuple[Hindcast, SnowState]
"""The hours behind, and those ahead as the forecast stands."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class SlipSeen:
    """What was seen of streets ``hours`` ahead of which are known, with those behind.

    Ice that was seen is there whatever the model says: it holds until its own end, but for the hours of sand that was
    spread since, and not any more once salt was that could melt it: as much as is spread on ice, on a road that is not
    too cold for it. A dose that is not known is taken to be enough.
    """

    snapshot: SnowSnapshot
    rules: Limits
    weather: HourlyWeather
    hours: RoadStates

    @cached_property
    def told(self) -> Hundredths:
        """(n, n_hours) how slippery a person or a device says that it is [0.01]; -1 where neither does."""
        blank = hundredths(np.full((len(self.snapshot.segments), self.weather.hours), np.nan))
        return self.judged(self.measured_after(blank))

    @cached_property
    def known(self) -> Bools:
        """(n, n_hours) where a person or a device says that it is slippery, or how slippery, and not the model."""
        return np.asarray((self.told != NONE) | np.isfinite(self.measured(np.full(self.told.shape, np.nan))))

    def measured(self, friction: Floats, *, hours: int = 2) -> Floats:
        """Near a device that measured friction its figure holds for the first hours."""
        friction = friction.copy()
        for row, (value, _) in self._near.items():
            friction[row, :hours] = value
        return friction

    def measured_after(self, friction: Hundredths, *, hours: int = 2) -> Hundredths:
        """The same for a friction [0.01] that is not known where something was spread: a device knows better, unless
        what was spread in the hours in which a street is not salted again could melt what is there."""
        friction, rests = friction.copy(), self.rules.usual("snow.salt_again_h") * HOUR
        for row, (value, at) in self._near.items():
            known = slice(self._sanded(row, at - self._sand_lasts), hours)
            if not self._melted(row, at - rests):
                friction[row, known] = round(value * 100.0)
        return friction

    def judged(self, friction: Hundredths, *, slippery: float = 0.15) -> Hundredths:
        """What a person says of a street holds until the time that they gave: slippery, or not."""
        friction = friction.copy()
        for observation, row in self._said():
            hours = max(1, self._ahead(observation.until))
            if not observation.value:
                friction[row, :hours] = NONE
            elif not self._melted(row, observation.at):
                friction[row, self._sanded(row, observation.at) : hours] = round(slippery * 100.0)
        return friction

    def _said(self) -> Iterator[tuple[Observation, int]]:
        """What holds of what people say, each with a street."""
        for one in self.snapshot.observations:
            if one.quantity == "slippery" and one.holds(self.snapshot.at):
                yield from ((one, self._index[name]) for name in one.segments if name in self._index)

    def _melted(self, row: int, since: datetime) -> bool:
        """Whether what was spread on a street after an instant could melt ice."""
        enough = melts_g_m2(self.rules)
        salt = [one for one in self._spread[row] if one.done_at > since and "sand" not in one.action.split("_")]
        grams = [enough if one.g_m2 is None else one.g_m2 for one in salt if not self._too_cold(row, one.done_at)]
        return bool(grams) and round(sum(grams), 1) >= enough

    def _sanded(self, row: int, since: datetime) -> int:
        """The hour ahead in which the sand ends that was spread on a street after an instant."""
        sand = [one.done_at for one in self._spread[row] if one.done_at > since and "sand" in one.action.split("_")]
        return sanded_until(self.rules, self.weather.start, max(sand)) if sand else 0

    @property
    def _sand_lasts(self) -> timedelta:
        return self.rules.value("snow.treatment_lasts_h") * HOUR

    def _too_cold(self, row: int, at: datetime) -> bool:
        """Whether a street was too cold for salt in the hour of an instant; not where that is not known."""
        behind, mid = self.hours
        past = behind.surface_c
        hour = int((at - self.weather.start) // HOUR)
        if hour >= 0:
            surface_c = mid.surface_c[row, min(hour, self.weather.hours - 1)]
        elif past is not None and -hour <= past.shape[1]:
            surface_c = past[row, hour]
        else:
            return False
        return bool(surface_c < self.rules.value("snow.salt_lowest_c"))

    def _ahead(self, at: datetime) -> int:
        """The first hour ahead that begins at an instant or after it."""
        return max(0, int(np.ceil((at - self.weather.start) / HOUR)))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {segment.id: i for i, segment in enumerate(self.snapshot.segments)}

    @cached_property
    def _spread(self) -> defaultdict[int, list[Treatment]]:
        """What was spread on each street."""
        found: defaultdict[int, list[Treatment]] = defaultdict(list)
        for one in self.snapshot.treatments:
            if one.segment in self._index and AGAINST_SLIP & set(one.action.split("_")):
                found[self._index[one.segment]].append(one)
        return found

    @cached_property
    def _near(self) -> dict[int, tuple[float, datetime]]:
        """Of each street near a device: the friction that the nearest one measured, and when."""
        return _nearest(self.snapshot)


def _nearest(snapshot: SnowSnapshot, *, near_m: float = 200.0) -> dict[int, tuple[float, datetime]]:
    measured = fresh(snapshot, FRICTION)
    if not measured or not snapshot.segments:
        return {}
    middles = np.array([middle(s.geometry) for s in snapshot.segments])
    away = np.array([np.hypot(*local_xy(middles[:, 0], middles[:, 1], (lon, lat))) for _, lon, lat in measured])
    readings, nearest = [reading for reading, _, _ in measured], away.argmin(axis=0)
    rows = np.flatnonzero(away.min(axis=0) <= near_m)
    return {int(row): (readings[nearest[row]].value, readings[nearest[row]].time) for row in rows}
