"""Waste rooms with their vessels, a line a vessel: CSV, or GeoJSON with a point a vessel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from city.catalogue.message import Message, message
from city.entities import Room, Vessel
from city.errors import ImportRefused
from city.vocabulary import FRACTIONS, WEEKDAYS
from ingest.registers.adoption import adopt_unknown, names_of, tied
from ingest.registers.asked import Asked
from ingest.registers.cells import Columns, ColumnWords, rows_as
from ingest.registers.difference import ListDifference, ListReport, ask_first, compare, once, store
from ingest.registers.positions import placed, town_of
from ingest.registers.sheet import SEE, read_sheet
from ingest.registers.taking import all_or_nothing, own_dataset, told
from store import registers
from store.connect import Connection

FRACTION_WORDS = ColumnWords(FRACTIONS, "fraction", open=True)
DAY_WORDS = ColumnWords(WEEKDAYS, "weekday", apart="|,;/+ ")
COLUMNS = Columns({"fraction": FRACTION_WORDS, "emptied_on": DAY_WORDS}, devices=frozenset({"device"}))


@dataclass(frozen=True)
class VesselRow:
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
    kind: str = "room"
    emptied_on: str = ""


def import_rooms(connection: Connection, file: Path, asked: Asked) -> ListReport:
    """Takes in waste rooms and their vessels. Raises ImportRefused naming line and column."""
    sheet = read_sheet(file, [column.name for column in fields(VesselRow)], empty_is_fine=asked.remove)
    rows = rows_as(sheet, VesselRow, file, asked.zone, COLUMNS) if sheet.rows else []
    town = town_of(registers.town_box(connection), asked.near)
    rows = placed(rows, file, asked, town, crs=sheet.crs)
    _check_emptied(rows, file, asked)
    rooms = _rooms(rows, file)
    vessels = once(_vessels(rows, names_of(connection)), lambda vessel: vessel.id, file)
    _check_sensors(vessels, file)
    silent = frozenset(column.name for column in fields(Vessel)) - set(sheet.columns) - {"id", "room", "simulated"}
    differences = _differences(connection, rooms, vessels, file.name, asked, silent)
    ask_first(differences, file, asked)
    with all_or_nothing(connection, file, asked):
        own_dataset(connection, file, asked)
        registers.unforget(connection, "room", [room.id for room in rooms])
        store(connection, differences, file.name, asked)
        named = [(vessel.device, f"vessel:{vessel.id}") for vessel in vessels if vessel.device]
        adopted = adopt_unknown(connection, named, file.name)
    notes = (*sheet.notes, *_unlike(vessels), *told(adopted))
    return ListReport(tuple(differences), asked.remove, asked.dry_run, notes, tuple(adopted))


def _check_emptied(rows: Sequence[tuple[Message, VesselRow]], file: Path, asked: Asked) -> None:
    for where, row in rows:
        if row.last_emptied is not None and row.last_emptied > asked.at + timedelta(minutes=5):
            problem = message("error.cell.not_yet", value=row.last_emptied.astimezone(asked.zone))
            cell = message("error.file.in_cell", where=where, column="last_emptied", problem=problem)
            raise ImportRefused(file, cell, SEE)


def _check_sensors(vessels: Sequence[Vessel], file: Path) -> None:
    """Raises ImportRefused where one sensor is said to measure two vessels."""
    of: dict[str, str] = {}
    for vessel in vessels:
        if vessel.device is not None and of.setdefault(vessel.device, vessel.id) != vessel.id:
            problem = message("error.file.sensor_twice", device=vessel.device, one=of[vessel.device], other=vessel.id)
            raise ImportRefused(file, problem, SEE)


def _rooms(rows: Sequence[tuple[Message, VesselRow]], file: Path) -> list[Room]:
    """The rooms of the lines. Raises ImportRefused where two lines say a room differently."""
    found: dict[str, Room] = {}
    for where, row in rows:
        room = Room(row.room, row.name, row.lon, row.lat, row.kind)
        if found.setdefault(row.room, room) != room:
            raise ImportRefused(file, message("error.file.room_differs", where=where, room=row.room), SEE)
    return list(found.values())


def _vessels(rows: Sequence[tuple[Message, VesselRow]], id_of: Callable[[str], str]) -> list[tuple[Message, Vessel]]:
    return [(where, _vessel(row, id_of)) for where, row in rows]


def _vessel(row: VesselRow, id_of: Callable[[str], str]) -> Vessel:
    device = None if row.device is None else id_of(row.device)
    days = tuple(name for name in WEEKDAYS if name in row.emptied_on.split("|"))
    vessel = Vessel(row.vessel, row.room, row.fraction, row.litres, device, row.max_age_days, row.last_emptied)
    return replace(vessel, emptied_on=days)


def _differences(
    connection: Connection,
    rooms: Sequence[Room],
    vessels: Sequence[Vessel],
    source: str,
    asked: Asked,
    silent: frozenset[str],
) -> list[ListDifference[Room] | ListDifference[Vessel]]:
    held_rooms = registers.held(connection, "room", Room, asked.at)
    held_vessels = registers.held(connection, "vessel", Vessel, asked.at)
    of_rooms = compare("room", lambda room: room.id, rooms, held_rooms, source)
    stays = tied(connection, "vessel", [(o.row.id, o.row.device, o.source) for o in held_vessels], source, asked.at)
    kept = [replace(v, device=v.device or stays.get(v.id)) for v in _emptied(vessels, held_vessels)]
    of_vessels = compare("vessel", lambda vessel: vessel.id, kept, held_vessels, source, silent=silent)
    return [of_rooms, of_vessels]


def _emptied(vessels: Sequence[Vessel], stored: Sequence[registers.Held[Vessel]]) -> list[Vessel]:
    """Vessels of which a file says no emptying keep the one that a file before said."""
    before = {one.row.id: one.row.last_emptied for one in stored}
    return [replace(v, last_emptied=v.last_emptied or before.get(v.id)) for v in vessels]


def _unlike(vessels: Sequence[Vessel]) -> tuple[Message, ...]:
    """That a fraction is none that we have a word for: a truck must name it the same."""
    unlike = sorted({vessel.fraction for vessel in vessels} - set(FRACTIONS))
    return (message("cli.list.own_fractions", names=tuple(unlike)),) if unlike else ()
