"""What a heating plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from city.entities import Building, CalendarDay
from city.vocabulary import Domain
from planner.snapshot import Snapshot, Wants


@dataclass(frozen=True, kw_only=True)
class HeatingSnapshot(Snapshot):
    """The buildings of the city and their days."""

    domain: ClassVar[Domain] = "heating"
    wants: ClassVar[Wants] = Wants(
        quantities=("indoor_temperature", "air_temperature"),
        look_back=timedelta(days=14),
        only_mean=("air_temperature",),
    )

    buildings: tuple[Building, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
