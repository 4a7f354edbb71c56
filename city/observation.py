"""What people saw: a row that goes before sensors and model for a stated time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What an officer or a driver saw, which overrules the model on these streets from ``at`` until ``until``.

    ``quantity`` is ``snow_depth`` [cm], or ``slippery`` (1 it is, 0 it is not). ``who`` is a role or a vehicle.
    """

    id: str
    segments: tuple[str, ...]
    quantity: str
    value: float
    at: datetime
    until: datetime
    who: str
    why: str

    def holds(self, at: datetime) -> bool:
        """Whether it is known at a time and its time is not out."""
        return self.at <= at < self.until
