"""Two hundred files with one fault each, made by chance: each is taken right, or refused with its line, its field and a
way out; nothing of a refused one is stored, and what is there stays."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.errors import ImportRefused, NeedsYes
from ingest.registers.asked import Asked
from ingest.registers.importers import IMPORTERS
from store.connect import Connection
from tests.integration.test_registers import everything

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
ASKED = Asked(AT, ZoneInfo("Europe/Stockholm"), near=(14.8, 56.9))
NUMBERS = {"lon", "lat", "litres", "area_m2", "mounting_m", "max_age_days", "value"}
WORDS = {"fraction": "residul", "kind": "clozed", "quantity": "snow_dept", "calendar": "schol"}
WRONG_NUMBERS = {"lon": "999", "lat": "-95", "litres": "0", "area_m2": "-1", "mounting_m": "0", "max_age_days": "9999",
                 "value": "90000"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A file of a kind as cells."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self, separator: str = ",", comma: str = ".") -> str:
        """As CSV."""
        cells = [
            [
                cell.replace(".", comma) if name in NUMBERS else cell
                for name, cell in zip(self.columns, row, strict=False)
            ]
            + list(row[len(self.columns) :])
            for row in self.rows
        ]
        return "".join(separator.join(row) + "\n" for row in [self.columns, *cells])

    def changed(self, line: int, column: str, cell: str) -> Table:
        """With another cell."""
        row = list(self.rows[line])
        row[self.columns.index(column)] = cell
        return replace(self, rows=(*self.rows[:line], tuple(row), *self.rows[line + 1 :]))


def rooms(chance: random.Random) -> Table:
    rows = [
        (f"r-{n}", f"Åvägen {n}", f"{14.8 + n / 1e3:.4f}", "56.9", f"v-{n}", chance.choice(("residual", "food")), "660",
         "14", "2027-01-10T07:00:00+01:00")
        for n in range(chance.randint(2, 6))
    ]  # fmt: skip
    names = ("room", "name", "lon", "lat", "vessel", "fraction", "litres", "max_age_days", "last_emptied")
    return Table("rooms", names, tuple(rows))


def buildings(chance: random.Random) -> Table:
    rows = [
        (f"b-{n}", f"Örtens skola {n}", f"{14.8 + n / 1e3:.4f}", "56.9", "2400.5", "school", "08:00", "16:00")
        for n in range(chance.randint(2, 6))
    ]
    return Table("buildings", ("id", "name", "lon", "lat", "area_m2", "calendar", "opens", "closes"), tuple(rows))


def calendar(chance: random.Random) -> Table:
    kinds = ("school", "closed", "fritids")
    rows = [("Ås", f"2027-01-{n:02}", chance.choice(kinds)) for n in range(1, chance.randint(3, 20))]
    return Table("calendar", ("calendar", "day", "kind"), tuple(rows))


def devices(chance: random.Random) -> Table:
    rows = [
        (f"d-{n}", f"Å {n}", "snow_depth", f"{14.8 + n / 1e3:.4f}", "56.9", "4.5") for n in range(chance.randint(2, 6))
    ]
    return Table("devices", ("id", "name", "quantity", "lon", "lat", "mounting_m"), tuple(rows))


def readings(chance: random.Random) -> Table:
    rows = [("known", "snow_depth", f"2027-01-{n:02}T00:00:00Z", "4.5") for n in range(1, chance.randint(3, 10))]
    return Table("readings", ("device", "quantity", "time", "value"), tuple(rows))


MAKERS = (rooms, buildings, calendar, devices, readings)
File = tuple[str, bytes, bool]
"""What is wrong, the bytes, and whether it is to be taken as if nothing were."""


def faulty(table: Table, chance: random.Random) -> File:
    """The table with one fault of a kind that it can have."""
    return chance.choice(list(FAULTS.values()))(table, chance) or faulty(table, chance)


def written(table: Table, chance: random.Random) -> File:
    """Saved by another program."""
    separator = chance.choice(";\t|")
    encoding = chance.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16"))
    text = table.text(separator, chance.choice((".", ",")))
    return f"written with {separator!r} in {encoding}", text.encode(encoding), True


def torn(table: Table, chance: random.Random) -> File:
    content = bytearray(table.text().encode())
    content[chance.randrange(len(content))] = chance.choice((0x00, 0x81))
    return "a byte that is no text", bytes(content), False


def misnamed(table: Table, chance: random.Random) -> File:
    place = chance.randrange(len(table.columns))
    names = list(table.columns)
    names[place] = names[place][:-1] + "xq"
    return f"the column {names[place]}", replace(table, columns=tuple(names)).text().encode(), False


def misspelt(table: Table, chance: random.Random) -> File | None:
    columns = [name for name in table.columns if name in WORDS and (name, table.kind) != ("calendar", "calendar")]
    if not columns:
        return None
    column = chance.choice(columns)
    line = chance.randrange(len(table.rows))
    return f"{column} misspelt", table.changed(line, column, WORDS[column]).text().encode(), False


def out_of_bounds(table: Table, chance: random.Random) -> File | None:
    columns = [name for name in table.columns if name in WRONG_NUMBERS]
    if not columns:
        return None
    column, line = chance.choice(columns), chance.randrange(len(table.rows))
    return f"{column} out of bounds", table.changed(line, column, WRONG_NUMBERS[column]).text().encode(), False


def with_unit(table: Table, chance: random.Random) -> File | None:
    columns = [name for name in table.columns if name in NUMBERS]
    if not columns:
        return None
    column, line = chance.choice(columns), chance.randrange(len(table.rows))
    cell = table.rows[line][table.columns.index(column)] + chance.choice((" l", " m", "°", "kg"))
    return f"{column} with a unit", table.changed(line, column, cell).text().encode(), False


def swapped(table: Table, chance: random.Random) -> File | None:
    if "lon" not in table.columns:
        return None
    line = chance.randrange(len(table.rows))
    lon, lat = (table.rows[line][table.columns.index(name)] for name in ("lon", "lat"))
    return "swapped", table.changed(line, "lon", lat).changed(line, "lat", lon).text().encode(), False


def in_metres(table: Table, chance: random.Random) -> File | None:
    if "lon" not in table.columns:
        return None
    line = chance.randrange(len(table.rows))
    return "metres", table.changed(line, "lon", "487811").changed(line, "lat", "6306140").text().encode(), False


def doubled(table: Table, chance: random.Random) -> File:
    line = chance.randrange(len(table.rows))
    row = table.rows[line]
    if table.kind == "readings":
        row = (*row[:3], "9")
    return "a row twice", replace(table, rows=(*table.rows, row)).text().encode(), False


def beyond(table: Table, chance: random.Random) -> File:
    line = chance.randrange(len(table.rows))
    rows = (*table.rows[:line], (*table.rows[line], "more"), *table.rows[line + 1 :])
    return "a cell too many", replace(table, rows=rows).text().encode(), False


def empty(table: Table, chance: random.Random) -> File:
    line = chance.randrange(len(table.rows))
    return f"{table.columns[0]} empty", table.changed(line, table.columns[0], "").text().encode(), False


def untimely(table: Table, chance: random.Random) -> File | None:
    columns = [name for name in ("last_emptied", "opens", "day", "time") if name in table.columns]
    if not columns:
        return None
    line, cell = chance.randrange(len(table.rows)), chance.choice(("25:61", "2031-13-45", "soon", "24/12"))
    return f"{columns[0]} is no time", table.changed(line, columns[0], cell).text().encode(), False


FAULTS: dict[str, Callable[[Table, random.Random], File | None]] = {
    one.__name__: one
    for one in (
        written, torn, misnamed, misspelt, out_of_bounds, with_unit, swapped, in_metres, doubled, beyond, empty,
        untimely,
    )
}  # fmt: skip


def files(seed: int, n: int) -> Iterator[tuple[Table, File]]:
    chance = random.Random(seed)
    for _ in range(n):
        table = chance.choice(MAKERS)(chance)
        yield table, faulty(table, chance)


class _Undone(Exception):
    """Ends a look at what a file would have done."""


def stored_by(connection: Connection, table: Table, content: bytes, folder: Path) -> tuple[object, ...]:
    """All that is stored once a file is taken in; then it is not."""
    file = folder / f"{table.kind}.csv"
    file.write_bytes(content)
    try:
        with connection.transaction():
            IMPORTERS[table.kind](connection, file, ASKED)
            found = everything(connection)
            raise _Undone
    except _Undone:
        return found


@pytest.mark.parametrize("seed", range(4))
def test_a_file_with_one_fault_is_taken_right_or_refused_with_its_place(
    database: Connection, tmp_path: Path, seed: int
) -> None:
    known = tmp_path / "known.csv"
    known.write_text("id,lon,lat\nknown,14.8,56.9\n", encoding="utf-8")
    IMPORTERS["devices"](database, known, ASKED)
    before, met = everything(database), Counter[str]()
    for table, (fault, content, right) in files(seed, 50):
        met[fault.split()[0]] += 1
        if right:
            wanted = stored_by(database, table, table.text().encode(), tmp_path)
            assert stored_by(database, table, content, tmp_path) == wanted, (table.kind, fault)
            continue
        try:
            taken = stored_by(database, table, content, tmp_path)
        except ImportRefused as error:
            refused = error
        else:
            pytest.fail(f"{table.kind}, {fault}: taken as {taken}")
        said = refused.said(words("en"))
        assert everything(database) == before, (table.kind, fault)
        assert "\n" not in said
        assert "; " in said, said  # the way out
        assert any(place in said for place in ("line ", "is not CSV", "has no column")), said
        assert not isinstance(refused, NeedsYes), said
    assert len(met) > 8
