"""The lists as files again, in the form that their imports take: for a backup, a spreadsheet, another system."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, cast

from city import tomltext
from city.entities import Building, CalendarDay, Room, Vessel
from city.heatpoint import HeatPoint
from city.sensor import Sensor
from ingest.registers.devices import SensorRow
from ingest.registers.fleet import TABLES
from ingest.registers.rooms import VesselRow
from store import history, registers
from store.connect import Connection
from store.registers import ListKind

KINDS = ("rooms", "buildings", "points", "fleet", "calendar", "devices", "readings")


def exported(connection: Connection, kind: str, at: datetime) -> Iterator[str]:
    """A list as the text of a file, part by part."""
    if kind == "fleet":
        yield from _fleet(connection, at)
    elif kind == "readings":
        yield from _readings(connection)
    else:
        columns, rows = TABLES_OF[kind](connection, at)
        yield _lines([columns, *([_cell(row[name]) for name in columns] for row in rows)])


def _rows(connection: Connection, kind: ListKind, rows_as: type, at: datetime) -> list[Any]:
    held: list[registers.Held[Any]] = registers.held(connection, kind, rows_as, at)
    return sorted((one.row for one in held), key=str)


Table = tuple[Sequence[str], Iterable[Mapping[str, Any]]]


def _rooms(connection: Connection, at: datetime) -> Table:
    """A line a vessel; a room without any has no line."""
    rooms = {room.id: room for room in _rows(connection, "room", Room, at)}
    rows = []
    for vessel in _rows(connection, "vessel", Vessel, at):
        room = rooms[vessel.room]
        held = {column.name: getattr(vessel, column.name) for column in fields(Vessel)}
        rows.append(held | {"room": room.id, "name": room.name, "lon": room.lon, "lat": room.lat, "kind": room.kind})
        rows[-1]["vessel"] = vessel.id
    return _names(VesselRow), rows


def _buildings(connection: Connection, at: datetime) -> Table:
    columns = [name for name in _names(Building) if name != "simulated"]
    return columns, [_as_dict(row) for row in _rows(connection, "building", Building, at)]


def _points(connection: Connection, at: datetime) -> Table:
    return _names(HeatPoint), [_as_dict(row) for row in _rows(connection, "point", HeatPoint, at)]


def _calendar(connection: Connection, at: datetime) -> Table:
    return _names(CalendarDay), [_as_dict(row) for row in _rows(connection, "day", CalendarDay, at)]


def _devices(connection: Connection, at: datetime) -> Table:
    return _names(SensorRow), [_as_dict(row) for row in _rows(connection, "device", Sensor, at)]


TABLES_OF: Mapping[str, Callable[[Connection, datetime], Table]] = {
    "rooms": _rooms,
    "buildings": _buildings,
    "points": _points,
    "calendar": _calendar,
    "devices": _devices,
}
"""The lists that are one table, by the word on the command line."""


def _fleet(connection: Connection, at: datetime) -> Iterator[str]:
    """As TOML, a table a row; what is left out or as usual is not written."""
    for name, rows_as in TABLES.items():
        usual = {column.name: column.default for column in fields(rows_as)}
        for row in _rows(connection, cast(ListKind, name), rows_as, at):
            held = [(column, value) for column, value in _as_dict(row).items() if value != usual[column]]
            lines = [f"{column} = {tomltext.value(value)}" for column, value in held if column != "simulated"]
            yield "\n".join([f"[[{name}]]", *lines]) + "\n\n"


def _readings(connection: Connection) -> Iterator[str]:
    """All readings, by device, quantity and time."""
    yield _lines([("device", "quantity", "unit", "time", "value")])
    for batch in history.all_readings(connection):
        yield _lines([(device, name, unit, at.isoformat(), repr(value)) for device, name, unit, at, value in batch])


def _names(rows_as: type) -> list[str]:
    return [column.name for column in fields(cast(Any, rows_as))]


def _as_dict(row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _names(type(row))}


def _lines(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "|".join(map(str, value))
    return repr(value) if isinstance(value, float) else str(value)
