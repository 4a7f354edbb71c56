"""What the sensors, meters and valves of buildings stand for: CSV, a line a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from city.catalogue.message import Message, message
from city.entities import Building
from city.errors import ImportRefused
from city.heatpoint import HeatPoint
from city.quantities import KNOWN
from city.vocabulary import HEAT_POINTS
from ingest.registers.adoption import adopt_unknown, names_of
from ingest.registers.asked import Asked
from ingest.registers.cells import Columns, ColumnWords, rows_as
from ingest.registers.difference import ListReport, ask_first, compare, once, store
from ingest.registers.sheet import SEE, meant, read_sheet
from ingest.registers.taking import all_or_nothing, told
from store import registers
from store.connect import Connection

READ = frozenset(name for name, one in KNOWN.items() if "heating" in one.readers)
"""The quantities that a heating plan reads."""
HOURS = (("opens", "closes"), ("after_school_opens", "after_school_closes"))
COLUMNS = Columns(
    {"point": ColumnWords(HEAT_POINTS, "point")},
    clocks=frozenset(name for pair in HOURS for name in pair),
    devices=frozenset({"device"}),
)


def import_points(connection: Connection, file: Path, asked: Asked) -> ListReport:
    """Takes in points of buildings. Raises ImportRefused naming line and column."""
    sheet = read_sheet(file, [column.name for column in fields(HeatPoint)], empty_is_fine=asked.remove)
    rows = rows_as(sheet, HeatPoint, file, asked.zone, COLUMNS) if sheet.rows else []
    id_of = names_of(connection)
    rows = [(where, replace(row, device=id_of(row.device))) for where, row in rows]
    _check(rows, file, sorted(one.row.id for one in registers.held(connection, "building", Building, asked.at)))
    points = once(rows, name_of_point, file)
    stored = registers.held(connection, "point", HeatPoint, asked.at)
    difference = compare("point", name_of_point, points, stored, file.name)
    ask_first([difference], file, asked)
    with all_or_nothing(connection, file, asked):
        store(connection, [difference], file.name, asked)
        named = [(row.device, f"building:{row.building}") for row in points]
        adopted = adopt_unknown(connection, named, file.name)
    notes = (*sheet.notes, *told(adopted))
    return ListReport((difference,), asked.remove, asked.dry_run, notes, tuple(adopted))


def name_of_point(row: HeatPoint) -> str:
    """How a point is called: building, what it is, and its device."""
    return f"{row.building}/{row.point}/{row.device}"


def _check(rows: Sequence[tuple[Message, HeatPoint]], file: Path, buildings: list[str]) -> None:
    """Raises ImportRefused for a building that is not there, a quantity that no plan reads, and hours that end before
    they begin."""
    for where, row in rows:
        if row.quantity and row.quantity not in READ:
            problem = message("error.file.no_quantity", name=row.quantity, hint=meant(row.quantity, sorted(READ)))
            raise ImportRefused(
                file, message("error.file.in_cell", where=where, column="quantity", problem=problem), SEE
            )
        if row.building not in buildings:
            problem = message("error.file.no_building", name=row.building, hint=meant(row.building, buildings or ["–"]))
            cell = message("error.file.in_cell", where=where, column="building", problem=problem)
            raise ImportRefused(file, cell, SEE)
        for first, last in HOURS:
            opens, closes = getattr(row, first), getattr(row, last)
            if bool(opens) != bool(closes) or (opens and closes <= opens):
                problem = message("error.file.closes_first", where=where, opens=opens or "–", closes=closes or "–")
                raise ImportRefused(file, problem, SEE)
