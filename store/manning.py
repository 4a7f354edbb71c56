"""What the manning departs in until a time, and vehicles that are chosen by hand: rows that are only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from city.entities import Vehicle
from city.manning import Absence, CrewChange, RosterTurn
from city.vocabulary import UNDER_WAY, Domain, Mode, OrderState
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


@dataclass(frozen=True)
class CrewNews:
    """A change of a vehicle that became known, or was taken back (``ended``)."""

    id: str
    vehicle: str
    ended: bool


@dataclass(frozen=True)
class HeldOrder:
    """An order under way with the vehicle that holds it, and when that is planned to be on it."""

    id: str
    vehicle: str
    domain: Domain
    target: str
    key: str
    state: OrderState
    state_at: datetime
    starts_at: datetime | None
    ready_by: datetime | None


@dataclass(frozen=True)
class FleetFrame:
    """All that binds the vehicles of a service: whose they are (``names`` of contractors by id), turns, absences,
    orders under way, keys that are ``done``, and the vehicles that were ``chosen`` by key."""

    vehicles: tuple[Vehicle, ...]
    names: dict[str, str]
    turns: tuple[RosterTurn, ...]
    absences: tuple[Absence, ...]
    held: tuple[HeldOrder, ...]
    done: tuple[str, ...]
    chosen: dict[str, str]


def fleet_frame(
    connection: Connection, domain: Domain, keys: Sequence[str], at: datetime, back: timedelta, ahead: timedelta
) -> FleetFrame:
    """The frame of a service's vehicles at a time: orders from ``back`` before it, turns to ``ahead`` after it. Of the
    vehicles alone what tells which work they can do."""
    parameters = {"domain": domain, "keys": list(keys), "at": at, "since": at - back, "before": at + ahead}
    states = {"states": sorted(UNDER_WAY)}
    return select(connection, query("manning", "fleet_frame"), parameters | states, FleetFrame)[0]


def changes(connection: Connection, at: datetime) -> tuple[CrewChange, ...]:
    """The changes that are not over at a time, as they were known then, by when they begin; some may begin later."""
    return select(connection, query("manning", "changes"), {"at": at}, CrewChange)


def absences(
    connection: Connection, domain: Domain, at: datetime, *, ahead: timedelta = timedelta(hours=72)
) -> tuple[Absence, ...]:
    """When vehicles of a domain are out of service from ``at`` on, as it was known then. Who is out from later than
    ``ahead`` on concerns no plan and no call of now."""
    parameters = {"domain": domain, "at": at, "before": at + ahead}
    return select(connection, query("manning", "absences"), parameters, Absence)


def add_change(connection: Connection, change: CrewChange) -> None:
    """Notes a change."""
    connection.execute(query("manning", "add_change"), columns(change))


def end_change(connection: Connection, change_id: str, at: datetime, who: str) -> str | None:
    """Takes a change back and gives its vehicle; None where there is none of that id."""
    row = connection.execute(query("manning", "end_change"), {"id": change_id, "at": at, "who": who}).fetchone()
    return None if row is None else str(row[0])


def news(connection: Connection, domain: Domain, day: date, mode: Mode, now: datetime) -> tuple[CrewNews, ...]:
    """The vehicles out of service that would change the newest plan of a service day, which does not know of them yet,
    oldest first: their work is not called out, or they are back."""
    parameters = {"domain": domain, "day": day, "mode": mode, "now": now}
    return select(connection, query("manning", "news"), parameters, CrewNews)


def choices(connection: Connection, keys: Sequence[str], at: datetime) -> dict[str, str]:
    """The vehicle that somebody wants for each of these interventions, where one is wanted, as it was known then."""
    rows = connection.execute(query("manning", "choices"), {"keys": list(keys), "at": at})
    return {str(key): str(vehicle) for key, vehicle in rows if vehicle is not None}


def add_choice(connection: Connection, key: str, vehicle: str | None, at: datetime, who: str) -> None:
    """Notes the vehicle that is wanted for an intervention; None is that of the plan again."""
    connection.execute(query("manning", "add_choice"), {"key": key, "vehicle": vehicle, "at": at, "who": who})


def held_orders(connection: Connection, since: datetime) -> tuple[HeldOrder, ...]:
    """The orders under way that were made since a time and have a vehicle, by their planned start."""
    parameters = {"since": since, "states": sorted(UNDER_WAY)}
    return select(connection, query("manning", "out_on"), parameters, HeldOrder)
