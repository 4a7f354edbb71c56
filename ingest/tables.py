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

from city.entities import Building, CalendarDay, CallOut, Contractor, Dataset, Depot, Room, RosterTurn, Vehicle, Vessel
from city.errors import ImportRefused
from city.tables import check_cell, rows_of
from store import calls, facts, roads
from store.connect import Connection

Importer = Callable[[Connection, Path, datetime], str]
HELP = "see docs/imports.md"


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


def import_fleet(connection: Connection, file: Path, at: datetime) -> str:
    """Takes in a fleet. Raises ImportRefused naming the table and field."""
    fleet = _fleet(file)
    depots = {depot.id for depot in fleet.depot} | {depot.id for depot in facts.depots(connection)}
    for vehicle in fleet.vehicle:
        if vehicle.depot not in depots:
            raise ImportRefused(file, f"vehicle {vehicle.id} has the depot {vehicle.depot}, which is not there", HELP)
    with _transaction(connection, file):
        facts.save_fleet(connection, fleet.depot, fleet.contractor, fleet.vehicle)
        facts.save_roster(connection, fleet.turn)
        calls.replace_lists(connection, fleet.call)
    said = f"{len(fleet.depot)} depots, {len(fleet.contractor)} contractors, {len(fleet.vehicle)} vehicles"
    return f"{said}, {len(fleet.call)} on call" if fleet.call else said


def import_rooms(connection: Connection, file: Path, at: datetime) -> str:
    """Takes in waste rooms and their vessels, a line a vessel. Raises ImportRefused naming line and column."""
    rows = rows_of(file, RoomRow)
    rooms = {row.room: Room(row.room, row.name, row.lon, row.lat, row.kind) for row in rows}
    vessels = [Vessel(r.vessel, r.room, r.fraction, r.litres, r.device, r.max_age_days, r.last_emptied) for r in rows]
    with _transaction(connection, file):
        _own_dataset(connection, file, at)
        roads.save_rooms(connection, file.name, list(rooms.values()))
        facts.save_vessels(connection, vessels)
    return f"{len(rooms)} rooms, {len(vessels)} vessels"


def import_buildings(connection: Connection, file: Path, at: datetime) -> str:
    """Takes in heated buildings. Raises ImportRefused naming line and column."""
    rows = rows_of(file, Building)
    with _transaction(connection, file):
        _own_dataset(connection, file, at)
        roads.save_buildings(connection, file.name, rows)
        for row in rows:
            if row.device:
                facts.set_building_device(connection, row.id, row.device, simulated=row.simulated)
    return f"{len(rows)} buildings"


def import_calendar(connection: Connection, file: Path, at: datetime) -> str:
    """Takes in days of calendars. Raises ImportRefused naming line and column."""
    rows = rows_of(file, CalendarDay)
    with _transaction(connection, file):
        facts.save_calendar(connection, rows)
    return f"{len(rows)} days of {len({row.calendar for row in rows})} calendars"


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
        raise ImportRefused(file, error.strerror or "cannot be read", "check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(file, f"is not TOML ({error})", HELP) from error
    unknown = set(tree) - {part.name for part in fields(FleetFile)}
    if unknown:
        raise ImportRefused(file, f"has an unknown table [[{sorted(unknown)[0]}]]", HELP)
    try:
        fleet = msgspec.convert(tree, FleetFile)
    except msgspec.ValidationError as error:
        raise ImportRefused(file, str(error), HELP) from error
    for part in fields(FleetFile):
        for number, row in enumerate(getattr(fleet, part.name), start=1):
            for column in fields(row):
                check_cell(getattr(row, column.name), column.name, file, f"[[{part.name}]] number {number}")
    return fleet


@contextmanager
def _transaction(connection: Connection, file: Path) -> Iterator[None]:
    """All of a file or nothing. Raises ImportRefused with the words of the database where the schema refuses a row."""
    try:
        with connection.transaction():
            yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        said = (error.diag.message_primary or str(error), error.diag.message_detail or "")
        raise ImportRefused(file, " ".join(" ".join(said).split()), HELP) from error


def _own_dataset(connection: Connection, file: Path, at: datetime) -> None:
    own = Dataset(file.name, str(file.name), "own data", "the municipality")
    roads.save_dataset(connection, own, at)
