"""Files that a city writes by hand: fleet (TOML), rooms with vessels, buildings and calendar (CSV)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

import msgspec
import psycopg

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.entities import Building, CalendarDay, CallOut, Contractor, Dataset, Depot, Room, RosterTurn, Vehicle, Vessel
from city.errors import ImportRefused
from city.tables import check_cell, rows_of, unreadable
from store import calls, facts, roads
from store.connect import Connection
from store.refusal import refusal

Importer = Callable[[Connection, Path, datetime], Message]
"""Says what was taken in."""
HELP = message("error.file.see_imports")


@dataclass(frozen=True)
class FleetFile:
    """A fleet file: tables ``[[depot]]``, ``[[contractor]]``, ``[[vehicle]]``, ``[[turn]]``, ``[[call]]``."""

    depot: tuple[Depot, ...] = ()
    contractor: tuple[Contractor, ...] = ()
    vehicle: tuple[Vehicle, ...] = ()
    turn: tuple[RosterTurn, ...] = ()
    call: tuple[CallOut, ...] = ()


@dataclass(frozen=True)
class RoomRow:
    """One line of a rooms file: a vessel with the room that it stands in."""

    room: str
    name: str
    lon: float
    lat: float
    vessel: str
    fraction: str
    litres: float
    device: str | None = None
    max_age_days: float | None = None
    last_emptied: datetime | None = None
    kind: str = field(default="room")


def import_fleet(connection: Connection, file: Path, at: datetime) -> Message:
    """Takes in a fleet. Raises ImportRefused naming the table and field."""
    fleet = _fleet(file)
    depots = {depot.id for depot in fleet.depot} | {depot.id for depot in facts.depots(connection)}
    for vehicle in fleet.vehicle:
        if vehicle.depot not in depots:
            problem = message("error.file.no_depot", vehicle=vehicle.id, depot=vehicle.depot)
            raise ImportRefused(file, problem, HELP)
    with _transaction(connection, file):
        facts.save_fleet(connection, fleet.depot, fleet.contractor, fleet.vehicle)
        facts.save_roster(connection, fleet.turn)
        calls.replace_lists(connection, fleet.call)
    counts = [
        message("cli.count.depots", n=len(fleet.depot)),
        message("cli.count.contractors", n=len(fleet.contractor)),
        message("cli.count.vehicles", n=len(fleet.vehicle)),
    ]
    return _listed(*counts, *([message("cli.count.on_call", n=len(fleet.call))] if fleet.call else []))


def import_rooms(connection: Connection, file: Path, at: datetime) -> Message:
    """Takes in waste rooms and their vessels, a line a vessel. Raises ImportRefused naming line and column."""
    rows = rows_of(file, RoomRow)
    rooms = {row.room: Room(row.room, row.name, row.lon, row.lat, row.kind) for row in rows}
    vessels = [Vessel(r.vessel, r.room, r.fraction, r.litres, r.device, r.max_age_days, r.last_emptied) for r in rows]
    with _transaction(connection, file):
        _own_dataset(connection, file, at)
        roads.save_rooms(connection, file.name, list(rooms.values()))
        facts.save_vessels(connection, vessels)
    return _listed(message("cli.count.rooms", n=len(rooms)), message("cli.count.vessels", n=len(vessels)))


def import_buildings(connection: Connection, file: Path, at: datetime) -> Message:
    """Takes in heated buildings. Raises ImportRefused naming line and column."""
    rows = rows_of(file, Building)
    with _transaction(connection, file):
        _own_dataset(connection, file, at)
        roads.save_buildings(connection, file.name, rows)
        for row in rows:
            if row.device:
                facts.set_building_device(connection, row.id, row.device, simulated=row.simulated)
    return message("cli.count.buildings", n=len(rows))


def import_calendar(connection: Connection, file: Path, at: datetime) -> Message:
    """Takes in days of calendars. Raises ImportRefused naming line and column."""
    rows = rows_of(file, CalendarDay)
    with _transaction(connection, file):
        facts.save_calendar(connection, rows)
    calendars = message("cli.count.calendars", n=len({row.calendar for row in rows}))
    return message("cli.count.days", n=len(rows), calendars=calendars)


def _listed(*counts: Message) -> Message:
    return message("format.part", part=counts)


IMPORTERS: dict[str, Importer] = {
    "fleet": import_fleet,
    "rooms": import_rooms,
    "buildings": import_buildings,
    "calendar": import_calendar,
}


def _fleet(file: Path) -> FleetFile:
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(file, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(file, message("error.file.no_toml", problem=in_our_words(error)), HELP) from error
    unknown = set(tree) - {part.name for part in fields(FleetFile)}
    if unknown:
        raise ImportRefused(file, message("error.file.unknown_table", table=min(unknown)), HELP)
    try:
        fleet = msgspec.convert(tree, FleetFile)
    except msgspec.ValidationError as error:
        raise ImportRefused(file, in_our_words(error), HELP) from error
    for part in fields(FleetFile):
        for number, row in enumerate(getattr(fleet, part.name), start=1):
            where = message("error.file.in_table", table=part.name, number=str(number))
            for column in fields(row):
                check_cell(getattr(row, column.name), column.name, file, where)
    return fleet


@contextmanager
def _transaction(connection: Connection, file: Path) -> Iterator[None]:
    """All of a file or nothing. Raises ImportRefused where the schema refuses a row."""
    try:
        with connection.transaction():
            yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise ImportRefused(file, refusal(error), HELP) from error


def _own_dataset(connection: Connection, file: Path, at: datetime) -> None:
    own = Dataset(file.name, str(file.name), "own data", "the municipality")
    roads.save_dataset(connection, own, at)
