"""What a crew says of a stop of its round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.vocabulary import StopOutcome


@dataclass(frozen=True, slots=True)
class VesselSaid:
    """What a crew says of a vessel at a stop: what became of it, how full it was [%], what it weighed [kg]."""

    vessel: str
    outcome: StopOutcome = "emptied"
    level_pct: float | None = None
    kg: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left in it."""
        return self.outcome in {"emptied", "empty"}


@dataclass(frozen=True, slots=True)
class StopSaid:
    """What a crew says of a stop: a room and its vessels; one that is not named was not emptied."""

    room: str
    vessels: tuple[VesselSaid, ...]
    at: datetime | None = None
