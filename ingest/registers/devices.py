"""Sensors by a file: CSV or GeoJSON, a line a sensor, of which only ``id`` or ``eui`` must be filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from city.catalogue.message import Message, message
from city.errors import BadValue, ImportRefused
from city.quantities import KNOWN
from city.sensor import Sensor
from ingest.registers.adoption import adopt, names_of, placed_by, radio_taken, stand_of, stands_twice
from ingest.registers.asked import Asked
from ingest.registers.cells import Columns, ColumnWords, rows_as
from ingest.registers.difference import ListReport, ask_first, compare, once
from ingest.registers.positions import placed, town_of
from ingest.registers.sheet import SEE, read_sheet
from ingest.registers.taking import all_or_nothing
from store import registers
from store.connect import Connection

QUANTITIES = ColumnWords(tuple(KNOWN), "quantity", open=True)
COLUMNS = Columns({"quantity": QUANTITIES}, euis=frozenset({"eui"}), devices=frozenset({"id"}))


@dataclass(frozen=True)
class SensorRow:
    """One line of a file of sensors."""

    id: str | None = None
    eui: str | None = None
    name: str = ""
    model: str | None = None
    quantity: str | None = None
    lon: float | None = None
    lat: float | None = None
    mounting_m: float | None = None
    stands_for: str | None = None


def import_devices(connection: Connection, file: Path, asked: Asked) -> ListReport:
    """Takes sensors in. Raises ImportRefused naming line and column."""
    known = [column.name for column in fields(SensorRow)]
    sheet = read_sheet(file, known, empty_is_fine=asked.remove)
    rows = rows_as(sheet, SensorRow, file, asked.zone, COLUMNS) if sheet.rows else []
    rows = placed(rows, file, asked, town_of(registers.town_box(connection), asked.near), crs=sheet.crs)
    sensors = once(list(_sensors(connection, rows, file)), lambda sensor: sensor.id, file)
    if (taken := radio_taken(connection, sensors)) is not None:
        raise ImportRefused(file, taken, message("error.device.replace_instead"))
    silent = frozenset(known) - set(sheet.columns) - {"id"}
    stored = registers.held(connection, "device", Sensor, asked.at)
    difference = compare("device", lambda sensor: sensor.id, sensors, stored, file.name, silent=silent)
    going = [sensor.id for sensor in difference.gone] if asked.remove else []
    if (twice := stands_twice(connection, difference.rows, going)) is not None:
        raise ImportRefused(file, twice, message("error.device.replace_instead"))
    ask_first([difference], file, asked)
    with all_or_nothing(connection, file, asked):
        adopt(connection, difference.rows, file.name)
        if asked.remove:
            for sensor in difference.gone:
                registers.retire_device(connection, sensor.id, asked.at)
    heard = tuple(name for sensor in sensors for name in (sensor.id, sensor.eui) if name)
    return ListReport((difference,), asked.remove, asked.dry_run, (*sheet.notes, *_without_place(sensors)), heard)


def _sensors(
    connection: Connection, rows: Sequence[tuple[Message, SensorRow]], file: Path
) -> Iterator[tuple[Message, Sensor]]:
    id_of = names_of(connection)
    for where, row in rows:
        name = row.id or row.eui
        if name is None:
            raise ImportRefused(file, message("error.device.nameless", where=where), SEE)
        values = {column.name: getattr(row, column.name) for column in fields(row) if column.name != "id"}
        sensor = Sensor(id=id_of(name), **values)
        yield where, _standing(connection, sensor, where, file)


def _standing(connection: Connection, sensor: Sensor, where: Message, file: Path) -> Sensor:
    if sensor.stands_for is None:
        return replace(sensor, name=sensor.name or sensor.id)
    try:
        return placed_by(sensor, stand_of(connection, sensor.stands_for))
    except BadValue as error:
        cell = message("error.file.in_cell", where=where, column="stands_for", problem=error.message)
        raise ImportRefused(file, cell, SEE) from error


def _without_place(sensors: Sequence[Sensor]) -> tuple[Message, ...]:
    """That sensors of the street lie nowhere: no street is judged by them."""
    of_streets = {"snow_depth", "friction", "road_temperature"}
    lost = [s.id for s in sensors if s.lon is None and s.quantity in of_streets]
    return (message("cli.list.no_place", n=len(lost), names=tuple(lost[:5])),) if lost else ()
