"""History from a file: readings as CSV, one a line (``device,quantity,time,value``) or one column a quantity.

It may be long: it is read and stored batch by batch, in one transaction. A reading that a device sent itself is never
changed by a file; one that differs is kept beside it and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from city.catalogue.message import Message, message
from city.catalogue.words import Words as Spoken
from city.errors import BadValue, ImportRefused
from city.quantities import KNOWN, out_of_range, quantity
from city.tables import at_line
from ingest.registers.adoption import names_of
from ingest.registers.asked import Asked
from ingest.registers.cells import instant, number, text, word
from ingest.registers.devices import QUANTITIES
from ingest.registers.sheet import SEE, cells_of, columns_of, content_of, meant, numbered_cells, text_of
from ingest.registers.taking import all_or_nothing
from store import history, ingest, registers
from store.connect import Connection
from store.history import Moved, ReadingFile

LONG = ("device", "quantity", "unit", "time", "value")
BATCH = 20_000


@dataclass(frozen=True)
class FileReading:
    """One value of a file."""

    device: str
    quantity: str
    time: datetime
    value: float


@dataclass(frozen=True)
class ReadingsReport:
    """What an import of history did, or would do; ``gone`` are readings that the file held before and holds no more."""

    moved: Moved
    series: int
    gone: int
    removed: bool
    dry_run: bool
    notes: tuple[Message, ...] = ()
    adopted: tuple[str, ...] = ()

    def said(self) -> Iterator[Message]:
        """Line by line, for a person."""
        counts = [
            message(f"cli.list.{what}", n=n)
            for what, n in (
                ("added", self.moved.added),
                ("changed", self.moved.changed),
                ("unchanged", self.moved.unchanged),
            )
            if n
        ]
        if self.gone:
            counts.append(message("cli.list.removed" if self.removed else "cli.list.gone", n=self.gone))
        yield message("cli.list.readings", n=self.series, counts=tuple(counts) or ("0",))
        if self.moved.differs:
            yield message("cli.list.differs", n=self.moved.differs)
        yield from self.notes
        if self.dry_run:
            yield message("cli.list.nothing_stored")

    def as_dict(self, words: Spoken) -> dict[str, Any]:
        """For ``--json``, its notes in a language."""
        return {
            "added": self.moved.added,
            "changed": self.moved.changed,
            "unchanged": self.moved.unchanged,
            "differs": self.moved.differs,
            "gone": 0 if self.removed else self.gone,
            "removed": self.gone if self.removed else 0,
            "series": self.series,
            "dry_run": self.dry_run,
            "notes": [words.say(note) for note in self.notes],
        }


def import_readings(connection: Connection, file: Path, asked: Asked) -> ReadingsReport:
    """Takes in history. Raises ImportRefused naming line and column; nothing is stored then."""
    said, notes = text_of(file, content_of(file))
    moved, seen = Moved(), _Seen()
    with all_or_nothing(connection, file, asked):
        ingest.make_stage(connection)
        mark = history.stamp(connection, asked.at)
        earlier = history.files(connection, file.name)
        for batch in _batches(_readings(connection, file, said, asked)):
            rows = [(seen.meet(connection, where, row, file), row.time, row.value, mark) for where, row in batch]
            moved += history.move(connection, rows)
        if seen.first is None or seen.last is None:
            raise ImportRefused(file, message("error.file.no_rows"), SEE)
        gone = history.count_left(connection, earlier)
        if asked.remove:
            history.drop_left(connection, earlier)
        history.note_file(connection, ReadingFile(file.name, mark, tuple(seen.series.values()), seen.first, seen.last))
    return ReadingsReport(moved, len(seen.series), gone, asked.remove, asked.dry_run, notes)


class _Seen:
    """The series of a file, the span of its times, and each of its values by time, so that none stands twice."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, str], int] = {}
        self.values: dict[int, dict[datetime, float]] = {}
        self.first: datetime | None = None
        self.last: datetime | None = None

    def meet(self, connection: Connection, where: Message, row: FileReading, file: Path) -> int:
        """The series of a reading. Raises ImportRefused where the file says another value of the same moment."""
        key = (row.device, row.quantity)
        if key not in self.series:
            known = ingest.series_of(connection, [row.device])
            if key not in known:
                known = ingest.make_series(connection, {key: quantity(row.quantity).unit})
            self.series[key] = known[key]
        said = self.values.setdefault(self.series[key], {})
        if said.setdefault(row.time, row.value) != row.value:
            problem = message("error.file.two_values", where=where, device=row.device, quantity=row.quantity)
            raise ImportRefused(file, problem, SEE)
        self.first = row.time if self.first is None else min(self.first, row.time)
        self.last = row.time if self.last is None else max(self.last, row.time)
        return self.series[key]


def _batches(rows: Iterator[tuple[Message, FileReading]]) -> Iterator[list[tuple[Message, FileReading]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _readings(connection: Connection, file: Path, said: str, asked: Asked) -> Iterator[tuple[Message, FileReading]]:
    """The values of a file, one by one, each checked."""
    known = [*LONG, *KNOWN]
    lines = numbered_cells(file, said, known)
    line, head = next(lines, (0, []))
    columns = columns_of(file, head, known, at_line(line), range(len(head)))
    wide = [name for name in columns if name in KNOWN]
    for needed in ("device", "time", *(() if wide else ("quantity", "value"))):
        if needed not in columns:
            problem = message("error.file.no_column", name=needed)
            raise ImportRefused(file, problem, message("error.file.columns_are", names=tuple(columns)))
    id_of, taken = names_of(connection), {one.id for one in registers.heard_devices(connection) if one.adopted}
    for number_, cells in lines:
        where, row = at_line(number_), cells_of(file, columns, cells, number_)
        device = id_of(row.get("device", ""))
        if device not in taken:
            problem = message("error.device.unknown", where=where, device=device)
            way_out = message("error.device.adopt_or_meant", hint=meant(device, sorted(taken) or ["–"]), device=device)
            raise ImportRefused(file, problem, way_out)
        for name, cell, column in _values(row, wide):
            yield (
                where,
                _reading(file, where, (device, name, row.get("time", ""), cell), column, asked, row.get("unit")),
            )


def _values(row: dict[str, str], wide: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Quantity, cell and column of each value of a line."""
    if not wide:
        yield row.get("quantity", ""), row.get("value", ""), "value"
    for name in wide:
        if row.get(name):
            yield name, row[name], name


def _reading(
    file: Path, where: Message, said: tuple[str, str, str, str], column: str, asked: Asked, unit: str | None
) -> FileReading:
    """A reading. Raises ImportRefused naming the column."""
    device, name, time, cell = said
    at = "quantity"
    try:
        name = word(name, QUANTITIES) if name else text(name)
        at = "unit"
        _check_unit(name, unit)
        at = "time"
        when = _past(time, asked)
        at = column
        value = number(cell)
        wrong = out_of_range(name, value)
        if wrong is not None:
            raise BadValue(wrong)
    except BadValue as error:
        problem = message("error.file.in_cell", where=where, column=at, problem=error.message)
        raise ImportRefused(file, problem, SEE) from error
    return FileReading(device, name, when, value)


def _check_unit(name: str, unit: str | None) -> None:
    known = quantity(name).unit
    if unit and name in KNOWN and unit != known:
        raise BadValue(message("error.cell.other_unit", unit=unit, known=known))


def _past(cell: str, asked: Asked) -> datetime:
    when = instant(cell, asked.zone)
    if when > asked.at + timedelta(minutes=5):
        raise BadValue(message("error.cell.not_yet", value=when.astimezone(asked.zone)))
    return when
