"""What a heating plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from city.entities import Building, CalendarDay
from city.heatpoint import HeatPoint
from city.vocabulary import Domain
from planner.snapshot import Snapshot, Wants


@dataclass(frozen=True, kw_only=True)
class HeatingSnapshot(Snapshot):
    """The buildings of the city and their days."""

    domain: ClassVar[Domain] = "heating"
    wants: ClassVar[Wants] = Wants(
        quantities=("indoor_temperature", "air_temperature", "heat_power", "heat_energy", "set_point", "ventilation"),
        look_back=timedelta(days=28),
        only_mean=("air_temperature", "heat_power"),
        past_issues=True,
        calendar_back=timedelta(days=29),
    )

    buildings: tuple[Building, ...] = ()
    points: tuple[HeatPoint, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
