"""Heated buildings: CSV, or GeoJSON with a point a building."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from city.catalogue.message import Message, message
from city.entities import Building, CalendarDay
from city.errors import ImportRefused
from ingest.registers.adoption import adopt_unknown, names_of, tied
from ingest.registers.asked import Asked
from ingest.registers.cells import Columns, ColumnWords, rows_as
from ingest.registers.difference import ListReport, ask_first, compare, once, store
from ingest.registers.positions import placed, town_of
from ingest.registers.sheet import SEE, meant, read_sheet
from ingest.registers.taking import all_or_nothing, own_dataset, told
from store import registers
from store.connect import Connection

KINDS = (
    "school",
    "kindergarten",
    "gymnasium",
    "sports_hall",
    "library",
    "office",
    "care_home",
    "hall",
    "swimming_pool",
)
COLUMNS = Columns(
    {"kind": ColumnWords(KINDS, "building", open=True)},
    clocks=frozenset({"opens", "closes"}),
    devices=frozenset({"device"}),
)


def import_buildings(connection: Connection, file: Path, asked: Asked) -> ListReport:
    """Takes in heated buildings. Raises ImportRefused naming line and column."""
    known = [column.name for column in fields(Building)]
    sheet = read_sheet(file, known, empty_is_fine=asked.remove)
    rows = rows_as(sheet, Building, file, asked.zone, COLUMNS) if sheet.rows else []
    rows = placed(rows, file, asked, town_of(registers.town_box(connection), asked.near), crs=sheet.crs)
    id_of = names_of(connection)
    stored = registers.held(connection, "building", Building, asked.at)
    stays = tied(connection, "building", [(o.row.id, o.row.device, o.source) for o in stored], file.name, asked.at)
    rows = [(at, replace(row, device=id_of(row.device) if row.device else stays.get(row.id))) for at, row in rows]
    silent = frozenset(known) - set(sheet.columns) - {"id", "simulated"}
    before = {one.row.id: one.row for one in stored}
    _check_hours([(where, _with_hours(row, before.get(row.id), silent)) for where, row in rows], file)
    buildings = once(rows, lambda building: building.id, file)
    calendars = _calendars(connection, asked)
    _check_calendars(rows, file, calendars)
    difference = compare("building", lambda building: building.id, buildings, stored, file.name, silent=silent)
    ask_first([difference], file, asked)
    with all_or_nothing(connection, file, asked):
        own_dataset(connection, file, asked)
        registers.unforget(connection, "building", [building.id for building in buildings])
        store(connection, [difference], file.name, asked)
        named = [(row.device, f"building:{row.id}") for row in buildings if row.device]
        adopted = adopt_unknown(connection, named, file.name)
    notes = (*sheet.notes, *_without_days(buildings, calendars), *told(adopted))
    return ListReport((difference,), asked.remove, asked.dry_run, notes, tuple(adopted))


def _with_hours(row: Building, before: Building | None, silent: frozenset[str]) -> Building:
    """A row with the hours that stay where the file says nothing of them."""
    kept = {name: getattr(before, name) for name in ("opens", "closes") if before is not None and name in silent}
    return replace(row, **kept)


def _check_hours(rows: Sequence[tuple[Message, Building]], file: Path) -> None:
    for where, row in rows:
        if row.closes <= row.opens:
            problem = message("error.file.closes_first", where=where, opens=row.opens, closes=row.closes)
            raise ImportRefused(file, problem, SEE)


def _calendars(connection: Connection, asked: Asked) -> set[str]:
    """The calendars that have days."""
    return {one.row.calendar for one in registers.held(connection, "day", CalendarDay, asked.at)}


def _check_calendars(rows: Sequence[tuple[Message, Building]], file: Path, calendars: set[str]) -> None:
    """Raises ImportRefused for a calendar that is nearly one that is there."""
    known = calendars | {"school"}
    for where, row in rows:
        if row.calendar in known:
            continue
        hint = meant(row.calendar, known)
        if hint.key == "error.file.meant":
            problem = message("error.cell.no_word", value=row.calendar, hint=hint)
            cell = message("error.file.in_cell", where=where, column="calendar", problem=problem)
            raise ImportRefused(file, cell, SEE)


def _without_days(buildings: Sequence[Building], calendars: set[str]) -> tuple[Message, ...]:
    """That nothing is known of the days of a calendar."""
    unknown = sorted({building.calendar for building in buildings} - calendars)
    return (message("cli.list.calendar_empty", names=tuple(unknown)),) if unknown else ()
