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

    ``probability`` is that of overflow of the fullest vessel before the next possible visit, NaN-free; ``blind``
    where no vessel has a level that is believed; ``doubts`` names the sensors that are not, each with why.
    """

    room: Room
    fraction: str
    vessels: tuple[Vessel, ...]
    must: bool
    probability: float
    prize: float
    litres: float
    score: float
    blind: bool
    doubts: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    basis: RoomBasis
    flip: Message


@dataclass(frozen=True)
class VesselView:
    """What is known of one vessel now: of its level, the probability that it overflows before the next possible visit,
    a day ``after_next`` and three days ``later``; how long ago it was emptied, where that is known, and for how long a
    sensor has ``watched`` it [days]. ``doubt``: why its sensor decides nothing (``no_sensor``, ``silent``, or the
    sensor's own). ``due`` where its age or its calendar asks for it.
    """

    vessel: Vessel
    state: FillState | None
    probability: float | None
    after_next: float | None
    later: float | None
    age_days: float | None
    watched_days: float = 0.0
    doubt: str = ""
    due: bool = False

    @property
    def chance(self) -> float:
        """The probability that counts: 0 where the sensor is not believed, and calendar and age decide."""
        return 0.0 if self.doubt or self.probability is None else self.probability

    @property
    def waited_days(self) -> float:
        """How long it has waited at least [days]."""
        return self.watched_days if self.age_days is None else self.age_days


def max_age_days(rules: Limits, vessel: Vessel) -> float:
    """How long a vessel may go without being emptied [days]."""
    return vessel.max_age_days or rules.value("waste.max_age_days", vessel.fraction)
