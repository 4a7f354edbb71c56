"""What is tried again: vessels of one fraction with what flowed into them each day, their places, and the fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.clean import DAY_S
from models.fill.inflow import Inflow
from planner.waste.rounds import TIP_S

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
MONDAY_S = 4 * DAY_S
"""A Monday, midnight, in seconds since 1970; days are counted from the Monday of the first week."""


@dataclass(frozen=True)
class CollectionFleet:
    """How many trucks there are, what each holds [l], None without limit, for how long it may be out [s], and what
    tipping takes [s]."""

    trucks: int
    capacity_l: float | None
    shift_s: float
    tip_s: float = TIP_S

    @property
    def most_l(self) -> float:
        """What a truck holds."""
        return float("inf") if not self.capacity_l else self.capacity_l


@dataclass(frozen=True)
class CollectionCase:
    """Vessels (n) of a ``fraction`` in rooms (m), and days (t), the first ``learned`` of which are only learned from.

    ``inflow`` (n, t) is the truth [% of capacity a day]; ``room`` (n,) the number of the room of each, ``litres`` and
    ``most_age`` [days] (n,); ``days`` on which weekdays a truck comes to each, Monday is 0; ``calendar`` on which the
    city's own calendar empties it, none where it has none. ``metres`` and ``seconds`` (m + 2, m + 2): the depot, the
    disposal site, the rooms; ``places`` (m, 2) east and north.
    """

    fraction: str
    names: tuple[str, ...]
    room: Ints
    litres: Floats
    most_age: Floats
    days: tuple[frozenset[int], ...]
    calendar: tuple[frozenset[int], ...]
    inflow: Floats
    first: date
    learned: int
    metres: Floats
    seconds: Floats
    places: Floats
    fleet: CollectionFleet
    free: frozenset[date] = frozenset()

    @property
    def n_rooms(self) -> int:
        """How many rooms."""
        return len(self.places)

    @property
    def beside(self) -> Floats:
        """(n,) how many vessels stand in the room of each, itself among them."""
        return np.bincount(self.room, minlength=self.n_rooms)[self.room].astype(float)

    def date_of(self, day: int) -> date:
        """The date of a day by its number."""
        return self.first + timedelta(days=day)

    def seconds_of(self, day: int) -> float:
        """Its beginning [s], on a clock that keeps weekdays and knows no summer time."""
        return MONDAY_S + DAY_S * (self.first.weekday() + day)


@dataclass(frozen=True)
class SensorFaults:
    """What the level sensors of a case add: noise of a reading [points], the share of mornings without one, and the
    highest level that they tell [%]."""

    noise_pct: float = 2.0
    missing: float = 0.06
    highest_pct: float = 105.0


@dataclass(frozen=True)
class SensedCase:
    """What the sensors tell of a case whatever the policy: the ``noise`` of each morning's level (n, t) [points],
    whether it was ``heard`` (n, t), and the inflow until each day as the readings have it, one curve a vessel."""

    noise: Floats
    heard: npt.NDArray[np.bool_]
    flowed: tuple[Inflow, ...]
    faults: SensorFaults


def sensed(case: CollectionCase, faults: SensorFaults, seed: int) -> SensedCase:
    """The same for every policy: what differs between two is what they decide."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, faults.noise_pct, case.inflow.shape)
    heard = rng.random(case.inflow.shape) >= faults.missing
    return SensedCase(noise, heard, tuple(_curves(case, faults, rng)), faults)


def _curves(case: CollectionCase, faults: SensorFaults, rng: np.random.Generator) -> Sequence[Inflow]:
    """The inflow of each vessel, with the noise of what its readings tell of a day."""
    n, days = case.inflow.shape
    seconds = np.array([case.seconds_of(day) for day in range(days + 1)])
    off = rng.normal(0.0, 0.5 * faults.noise_pct, (n, days + 1))
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(case.inflow, axis=1)], axis=1) + off
    rising = np.maximum.accumulate(total - total[:, :1], axis=1)
    known, brim = np.ones(days, bool), np.zeros(days, bool)
    return [Inflow(seconds, rising[row], known, brim) for row in range(n)]


def until(flowed: Inflow, day: int) -> Inflow:
    """The curve as it was known on the morning of a day."""
    return Inflow(flowed.seconds[: day + 1], flowed.total[: day + 1], flowed.known[:day], flowed.brim[:day])
