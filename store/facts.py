"""The city's things: devices, vessels, buildings, fleet, calendars. Reading and saving, a function a query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from city.entities import (
    Building,
    CalendarDay,
    Contractor,
    Depot,
    Device,
    Room,
    Treatment,
    Vehicle,
    Vessel,
    VesselEmptied,
)
from city.heatpoint import HeatPoint
from city.manning import RosterTurn
from city.vocabulary import Domain
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


def devices(connection: Connection) -> tuple[Device, ...]:
    """All adopted devices by id."""
    return select(connection, query("facts", "devices"), {}, Device)


def save_device(connection: Connection, device: Device, series: Iterable[tuple[str, str]]) -> None:
    """Takes in a device with its series (quantity, unit)."""
    connection.execute(query("facts", "save_device"), columns(device))
    for quantity, unit in series:
        connection.execute(query("facts", "save_series"), {"device": device.id, "quantity": quantity, "unit": unit})


def rooms(connection: Connection) -> tuple[Room, ...]:
    """All waste rooms by id."""
    return select(connection, query("facts", "rooms"), {}, Room)


def vessels(connection: Connection) -> tuple[Vessel, ...]:
    """All vessels by id."""
    return select(connection, query("facts", "vessels"), {}, Vessel)


def save_vessels(connection: Connection, rows: Iterable[Vessel]) -> None:
    """Takes in vessels, or corrects them."""
    with connection.cursor() as cursor:
        cursor.executemany(query("facts", "save_vessel"), [columns(row) for row in rows])


def emptyings(connection: Connection, since: datetime, at: datetime) -> tuple[VesselEmptied, ...]:
    """When vessels were emptied by orders after ``since`` until ``at``, by vessel and time."""
    return select(connection, query("facts", "emptyings"), {"since": since, "at": at}, VesselEmptied)


def mark_emptied(connection: Connection, vessel_ids: Iterable[str], at: datetime, order_id: str | None = None) -> None:
    """Notes that vessels were emptied at a time; by an order that can be taken back."""
    parameters = {"vessels": list(vessel_ids), "at": at, "order_id": order_id}
    connection.execute(query("facts", "mark_emptied"), parameters)


def unmark_vessels(connection: Connection, vessel_ids: Iterable[str], order_id: str) -> None:
    """Takes back what an order said before of these vessels, as something else is said of them now."""
    connection.execute(query("facts", "unmark_vessels"), {"vessels": list(vessel_ids), "order_id": order_id})


def unmark_emptied(connection: Connection, at: datetime, order_id: str) -> None:
    """Takes back that an order emptied vessels at a time."""
    connection.execute(query("facts", "unmark_emptied"), {"at": at, "order_id": order_id})


def buildings(connection: Connection) -> tuple[Building, ...]:
    """All buildings by id."""
    return select(connection, query("facts", "buildings"), {}, Building)


def heat_points(connection: Connection) -> tuple[HeatPoint, ...]:
    """What the sensors, meters and valves of all buildings stand for, by building."""
    return select(connection, query("facts", "heat_points"), {}, HeatPoint)


def set_building_device(connection: Connection, building: str, device: str, *, simulated: bool) -> None:
    """Says which device measures the indoor air of a building."""
    connection.execute(
        query("facts", "set_building_device"), {"id": building, "device": device, "simulated": simulated}
    )


def calendar_days(connection: Connection, first: date, last: date) -> tuple[CalendarDay, ...]:
    """What all calendars say of the days from first to last, both included."""
    return select(connection, query("facts", "calendar_days"), {"first": first, "last": last}, CalendarDay)


def save_calendar(connection: Connection, days: Iterable[CalendarDay]) -> None:
    """Takes in days of calendars; the newest word holds."""
    with connection.cursor() as cursor:
        cursor.executemany(query("facts", "save_calendar_day"), [columns(day) for day in days])


def depots(connection: Connection) -> tuple[Depot, ...]:
    """All depots and disposal sites by id."""
    return select(connection, query("facts", "depots"), {}, Depot)


def contractors(connection: Connection) -> tuple[Contractor, ...]:
    """All contractors by id."""
    return select(connection, query("facts", "contractors"), {}, Contractor)


def vehicles(connection: Connection, domain: Domain) -> tuple[Vehicle, ...]:
    """The fleet of one domain by id."""
    return select(connection, query("facts", "vehicles"), {"domain": domain}, Vehicle)


def save_fleet(
    connection: Connection,
    depots_: Iterable[Depot],
    contractors_: Iterable[Contractor],
    vehicles_: Iterable[Vehicle],
) -> None:
    """Takes in depots, contractors and vehicles, in this order."""
    with connection.cursor() as cursor:
        cursor.executemany(query("facts", "save_depot"), [columns(row) for row in depots_])
        cursor.executemany(query("facts", "save_contractor"), [columns(row) for row in contractors_])
        cursor.executemany(query("facts", "save_vehicle"), [columns(row) for row in vehicles_])


def roster(connection: Connection, start: datetime, end: datetime) -> tuple[RosterTurn, ...]:
    """The manned turns that touch a period."""
    return select(connection, query("facts", "roster"), {"start": start, "end": end}, RosterTurn)


def save_roster(connection: Connection, turns: Iterable[RosterTurn]) -> None:
    """Takes in manned turns; a turn that begins at the same time is replaced."""
    with connection.cursor() as cursor:
        cursor.executemany(query("facts", "save_turn"), [columns(turn) for turn in turns])


def last_ploughed(connection: Connection, since: datetime, until: datetime) -> tuple[Treatment, ...]:
    """The last time that each segment was ploughed in a period."""
    return select(connection, query("facts", "last_ploughed"), {"since": since, "until": until}, Treatment)


def treatments(connection: Connection, since: datetime) -> tuple[Treatment, ...]:
    """What was done to segments since a time, oldest first."""
    return select(connection, query("facts", "treatments"), {"since": since}, Treatment)
