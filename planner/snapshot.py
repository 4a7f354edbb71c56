"""One snapshot of all that a plan is made from. A plan is a function of this value and of the code."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from city.entities import (
    Building,
    CalendarDay,
    Contractor,
    Depot,
    Device,
    Forecast,
    GivenOrder,
    Reading,
    Room,
    RosterTurn,
    Segment,
    SegmentRelief,
    Threshold,
    Treatment,
    TurnBan,
    Vehicle,
    Vessel,
)
from city.observation import Observation
from city.plan import Intervention, canonical_hash, intervention_key
from city.upkeep import Place, SeasonWork, WorkRequest
from city.version import code_version
from city.vocabulary import Domain, Mode

NOT_HASHED = frozenset({"previous"})
"""What stands in a snapshot but decides nothing: the plan that will be superseded."""


@dataclass(frozen=True, slots=True)
class PlannerParams:
    """Settings that decide something, with their defaults; the same in a folder written by hand."""

    horizon_h: int = 24
    tur_minutes: float = 90.0
    cost_per_h: float = 1100.0
    currency: str = "kr"
    round_iterations: int = 1500
    tur_iterations: int = 50


@dataclass(frozen=True)
class Snapshot:
    """The inputs of one plan of one domain. Tables that a domain does not need stay empty.

    ``asked`` names the turer that the plan before asks for and that nobody has driven since.
    """

    domain: Domain
    at: datetime
    service_day: date
    slot: str
    mode: Mode = "assist"
    time_zone: str = "Europe/Stockholm"
    seed: int = 1
    simulated: bool = False
    previous: str | None = None
    asked: tuple[str, ...] = ()
    params: PlannerParams = PlannerParams()
    thresholds: tuple[Threshold, ...] = ()
    segments: tuple[Segment, ...] = ()
    turns: tuple[TurnBan, ...] = ()
    relief: tuple[SegmentRelief, ...] = ()
    places: tuple[Place, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    devices: tuple[Device, ...] = ()
    readings: tuple[Reading, ...] = ()
    rooms: tuple[Room, ...] = ()
    vessels: tuple[Vessel, ...] = ()
    buildings: tuple[Building, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    depots: tuple[Depot, ...] = ()
    contractors: tuple[Contractor, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    roster: tuple[RosterTurn, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    observations: tuple[Observation, ...] = ()
    season: tuple[SeasonWork, ...] = ()
    requests: tuple[WorkRequest, ...] = ()
    orders: tuple[GivenOrder, ...] = ()
    running: tuple[Intervention, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def inputs_hash(self) -> str:
        """SHA-256 of the snapshot in canonical form with the version of the code, as hex."""
        parts = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in NOT_HASHED
        }
        return canonical_hash(parts | {"code_version": code_version()})


def next_run(snapshot: Snapshot, target: str) -> int:
    """Which run of a target the next one of this service day is: 1, or one more than are done."""
    day = intervention_key(snapshot.domain, target, snapshot.service_day, 0).removesuffix("0")
    return 1 + sum(order.state == "done" and order.key.startswith(day) for order in snapshot.orders)
