"""What the day page asks of the database: few statements, each for one part of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from city.entities import OrderEvent
from city.vocabulary import Domain, Mode
from store.connect import Connection
from store.orders import OrderNow
from store.pages import PlanHead
from store.plans import RunProblem
from store.readings import NewestTimes
from store.rows import select
from store.sql import query
from store.weather import NewestIssue


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


def orders_with_events(
    connection: Connection, domain: Domain, since: datetime, *, until: datetime | None = None, limit: int = 1000
) -> tuple[OrderWithEvents, ...]:
    """The orders of a domain made since a time, newest first, each with its history; as they stood at ``until`` where
    that is given: state, vehicle and contractor of then."""
    parameters = {"domain": domain, "since": since, "until": until, "limit": limit}
    return select(connection, query("daypage", "orders_with_events"), parameters, OrderWithEvents)
