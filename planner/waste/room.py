"""What a waste room needs, and what is known of each of its vessels."""

from __future__ import annotations

from dataclasses import dataclass

from city.catalogue.message import Message
from city.entities import Room, Vessel
from city.plan import Reason, RoomBasis
from models.fill import FillState
from planner.thresholds.limits import Limits


@dataclass(frozen=True)
class RoomNeed:
    """One room and fraction: must it be visited, what would a visit be worth, what is loaded, and why.

    ``probability`` is that of overflow of the fullest vessel before the next possible visit, NaN-free; ``blind``
    where no vessel has a fresh level.
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
    reasons: tuple[Reason, ...]
    basis: RoomBasis
    flip: Message


@dataclass(frozen=True)
class VesselView:
    """What is known of one vessel now."""

    vessel: Vessel
    state: FillState | None
    probability: float | None
    after_next: float | None
    age_days: float | None
    due: bool


def max_age_days(rules: Limits, vessel: Vessel) -> float:
    """How long a vessel may go without being emptied [days]."""
    return vessel.max_age_days or rules.value("waste.max_age_days", vessel.fraction)
