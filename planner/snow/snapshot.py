"""What a snow plan is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from city.entities import Building, CalendarDay, DepthHour, Device, Segment, SegmentRelief, Treatment, TurnBan
from city.manning import Absence, RosterTurn
from city.observation import Observation
from city.upkeep import Place, SeasonWork, WorkRequest
from city.vocabulary import Domain
from planner.snapshot import Snapshot, Wants
from planner.snow.depths import DepthSensor, depth_sensors


@dataclass(frozen=True, kw_only=True)
class SnowSnapshot(Snapshot):
    """``asked`` names the turer that the plan before asks for and that nobody has driven since; ``old_depths`` is what
    lay at the town's sensors, hour by hour, so that snow of before a plough is told from snow since."""

    domain: ClassVar[Domain] = "snow"
    wants: ClassVar[Wants] = Wants(
        quantities=("snow_depth", "air_temperature", "road_temperature", "friction"),
        look_back=timedelta(hours=24),
        past_issues=True,
        devices=("snow", "road_weather"),
        holidays=True,
    )

    asked: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    turns: tuple[TurnBan, ...] = ()
    relief: tuple[SegmentRelief, ...] = ()
    places: tuple[Place, ...] = ()
    devices: tuple[Device, ...] = ()
    buildings: tuple[Building, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    roster: tuple[RosterTurn, ...] = ()
    absences: tuple[Absence, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    old_depths: tuple[DepthHour, ...] = ()
    observations: tuple[Observation, ...] = ()
    season: tuple[SeasonWork, ...] = ()
    requests: tuple[WorkRequest, ...] = ()

    @cached_property
    def depth_sensors(self) -> tuple[DepthSensor, ...]:
        """What the placed sensors of snow depth that are not silent can tell, by name."""
        return depth_sensors(self.at, self.devices, self.readings, self.forecasts)
