"""What the day page asks of the database: few statements, each for one part of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from city.entities import ForecastStep, OrderEvent
from city.observation import Observation
from city.vocabulary import Domain, Mode
from store.connect import Connection
from store.orders import OrderNow
from store.pages import PlanHead
from store.plans import RunProblem
from store.readings import NewestTimes
from store.rows import select
from store.sql import query
from store.weather import NewestIssue

MEASURED = ("snow_depth", "road_temperature", "air_temperature")
"""What the strip of the day shows of the hours behind."""


@dataclass(frozen=True)
class DayFrame:
    """What frames the day page of a domain: the ``live`` plans, those ``shown`` for a day or a time, the service days
    that have plans (newest first), and the newest run that failed and was not made good."""

    live: tuple[PlanHead, ...]
    shown: tuple[PlanHead, ...]
    days: tuple[date, ...]
    problem: RunProblem | None


@dataclass(frozen=True)
class Newest:
    """How fresh the data are, and the newest forecast."""

    data: NewestTimes
    issue: NewestIssue | None


@dataclass(frozen=True)
class Names:
    """What rows name beside the plan: kinds of devices, contractors and litres of vessels by id, and streets where
    wanted."""

    devices: dict[str, str]
    contractors: dict[str, str]
    litres: dict[str, float]
    streets: tuple[str, ...]


@dataclass(frozen=True)
class LastTreated:
    """When the streets of an intervention were last treated, and how."""

    key: str
    at: datetime
    action: str


@dataclass(frozen=True)
class IssueSteps:
    """One issue of a forecast with its steps."""

    provider: str
    issued_at: datetime
    steps: tuple[ForecastStep, ...]


@dataclass(frozen=True)
class MeasuredNear:
    """What the nearest sensor of a quantity measured: quarters of an hour with their means."""

    quantity: str
    name: str
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True)
class Background:
    """What lies behind the rows of a plan: last treatments, the newest issues of the forecast, what was measured, what
    people saw and still holds, and names of streets by id."""

    treated: tuple[LastTreated, ...]
    issues: tuple[IssueSteps, ...]
    measured: tuple[MeasuredNear, ...]
    observations: tuple[Observation, ...]
    streets: dict[str, str]


@dataclass(frozen=True)
class OrderWithEvents(OrderNow):
    """An order with its present state and its history, oldest first."""

    events: tuple[OrderEvent, ...]


def day_frame(
    connection: Connection, mode: Mode, domain: Domain, day: date | None = None, at: datetime | None = None
) -> DayFrame:
    """The frame of a domain's day page."""
    parameters = {"mode": mode, "domain": domain, "day": day, "at": at}
    return select(connection, query("daypage", "day_frame"), parameters, DayFrame)[0]


def newest(connection: Connection, now: datetime) -> Newest:
    """How fresh data and forecast are."""
    return select(connection, query("daypage", "newest"), {"now": now}, Newest)[0]


def names(connection: Connection, *, streets: bool) -> Names:
    """The names of things; those of ``streets`` only where they are wanted."""
    return select(connection, query("daypage", "names"), {"streets": streets}, Names)[0]


def background(
    connection: Connection,
    work: Sequence[tuple[str, str]],
    named: Sequence[str],
    place: tuple[float, float],
    since: datetime,
    at: datetime,
) -> Background:
    """What was known ``at`` a time. ``work`` are (key, segment) pairs, ``named`` the segments whose names are wanted;
    ``place`` (lon, lat) is where sensors are asked for, from ``since`` on."""
    parameters = {
        "keys": [key for key, _ in work],
        "segments": [segment for _, segment in work],
        "named": list(named),
        "quantities": list(MEASURED),
        "lon": place[0],
        "lat": place[1],
        "since": since,
        "at": at,
    }
    return select(connection, query("daypage", "background"), parameters, Background)[0]


def orders_with_events(
    connection: Connection, domain: Domain, since: datetime, *, until: datetime | None = None, limit: int = 1000
) -> tuple[OrderWithEvents, ...]:
    """The orders of a domain made since a time, newest first, each with its history; as they stood at ``until`` where
    that is given: state, vehicle and contractor of then."""
    parameters = {"domain": domain, "since": since, "until": until, "limit": limit}
    return select(connection, query("daypage", "orders_with_events"), parameters, OrderWithEvents)
