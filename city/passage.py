"""Where a vehicle has been with its work: what its positions say of streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """A street that a vehicle drove, whole, at a pace at which it can work; ``at`` is when it was last seen on it."""

    segment: str
    vehicle: str
    at: datetime


@dataclass(frozen=True)
class Track:
    """What positions say of an order: the newest one's time, and how often each street was passed ``until`` a time;
    ``passages`` is None as long as none are matched."""

    newest: datetime | None = None
    passages: Mapping[str, int] | None = None
    until: datetime | None = None
