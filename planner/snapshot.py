"""One snapshot of all that a plan is made from. A plan is a function of this value and of the code.

Each service has a snapshot of its own, with the tables that it asks for (``planner/*/snapshot.py``): a table that is
empty has no rows, one that a service does not ask for is not there.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from city.entities import Contractor, Depot, Forecast, GivenOrder, Reading, Threshold, Vehicle
from city.plan import Intervention, canonical_hash, intervention_key
from city.serviceday import bounds
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


@dataclass(frozen=True, slots=True)
class Wants:
    """What a service asks the store for beside the rows of its tables.

    Readings of ``quantities`` over ``look_back``; of those in ``only_mean`` by the hour to the end, so that each hour
    counts alike. ``past_issues``: also what the forecasts of that time said of the hours until now. ``devices``: those
    of these kinds. ``networks``: streets of these. ``holidays``: the country's stand in the calendar.
    ``calendar_back``: days of calendars from so long before the service day.
    """

    quantities: tuple[str, ...]
    look_back: timedelta
    only_mean: tuple[str, ...] = ()
    past_issues: bool = False
    devices: tuple[str, ...] = ()
    networks: tuple[str, ...] = ("street", "cycle")
    holidays: bool = False
    calendar_back: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What every plan is made from, of whichever service."""

    domain: ClassVar[Domain]
    wants: ClassVar[Wants]

    at: datetime
    service_day: date
    slot: str
    mode: Mode = "assist"
    time_zone: str = "Europe/Stockholm"
    seed: int = 1
    simulated: bool = False
    previous: str | None = None
    params: PlannerParams = PlannerParams()
    thresholds: tuple[Threshold, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    readings: tuple[Reading, ...] = ()
    depots: tuple[Depot, ...] = ()
    contractors: tuple[Contractor, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    orders: tuple[GivenOrder, ...] = ()
    running: tuple[Intervention, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def day_ends(self) -> datetime:
        """When the service day is over."""
        return bounds(self.service_day, self.domain, self.zone)[1]

    @cached_property
    def inputs_hash(self) -> str:
        """SHA-256 of the snapshot in canonical form with the version of the code, as hex."""
        parts = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in NOT_HASHED
        }
        return canonical_hash(parts | {"domain": self.domain, "code_version": code_version()})


def next_run(snapshot: Snapshot, target: str) -> int:
    """Which run of a target the next one of this service day is: 1, or one more than are done."""
    day = intervention_key(snapshot.domain, target, snapshot.service_day, 0).removesuffix("0")
    return 1 + sum(order.state == "done" and order.key.startswith(day) for order in snapshot.orders)
