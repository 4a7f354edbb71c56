"""What a waste room needs, and what is known of each of its vessels."""

from __future__ import annotations

from dataclasses import dataclass

from city.catalogue.message import Message
from city.entities import Room, Vessel
from city.plan import Reason, RoomBasis
from models.fill.chance import FillState
from planner.thresholds.limits import Limits


@dataclass(frozen=True)
class RoomNeed:
    """One room and fraction: must it be visited, what would a visit be worth, what is loaded, and why.

    ``views`` are all its vessels of the fraction, ``vessels`` those that a visit empties, ``litres`` what they hold.
    ``probability`` is that of overflow of the fullest vessel before the next possible visit, NaN-free; ``blind``
    where no vessel has a level that is believed; ``doubts`` names the sensors that are not, each with why. ``prize`` is
    what a visit saves [kr], where it need not be today. ``waits``: it is likely to overflow, and no truck comes today.
    """

    room: Room
    fraction: str
    views: tuple[VesselView, ...]
    vessels: tuple[Vessel, ...]
    must: bool
    probability: float
    prize: float
    litres: float
    score: float
    blind: bool
    waits: bool
    doubts: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    basis: RoomBasis
    flip: Message


@dataclass(frozen=True)
class VesselView:
    """What is known of one vessel now: of its level, the probability that it overflows before the next possible visit,
    ``wait_days`` from now; how long ago it was emptied, where that is known, and for how long a sensor has ``watched``
    it [days]. ``doubt``: why its sensor decides nothing (``no_sensor``, ``silent``, or the sensor's own). ``due`` where
    its age or its calendar asks for it, ``shut`` where no truck comes to it on this day.
    """

    vessel: Vessel
    state: FillState | None
    probability: float | None
    wait_days: float
    age_days: float | None
    watched_days: float = 0.0
    doubt: str = ""
    due: bool = False
    shut: bool = False

    @property
    def chance(self) -> float:
        """The probability that counts: 0 where the sensor is not believed, and calendar and age decide."""
        return 0.0 if self.doubt or self.probability is None else self.probability

    @property
    def waited_days(self) -> float:
        """How long it has waited at least [days]."""
        return self.watched_days if self.age_days is None else self.age_days

    @property
    def litres(self) -> float:
        """What it holds; most of it where no level is believed."""
        share = 0.8 if self.state is None or self.doubt else min(1.2, max(0.1, self.state.level_pct / 100.0))
        return self.vessel.litres * share


def max_age_days(rules: Limits, vessel: Vessel) -> float:
    """How long a vessel may go without being emptied [days]."""
    return vessel.max_age_days or rules.value("waste.max_age_days", vessel.fraction)
