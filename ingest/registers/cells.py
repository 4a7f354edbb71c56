"""What stands in a cell, as its column wants it: numbers and times as people write them, words that are known.

A decimal comma is one; ``8.00`` and ``8`` are a time of day; a time without an offset is the municipality's.
"""

from __future__ import annotations

import difflib
import math
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, brief, message
from city.catalogue.written import written
from city.errors import BadValue, ImportRefused
from ingest.registers.bounds import BOUNDS, TEXT_LENGTH
from ingest.registers.sheet import SEE, Row, Sheet, meant

T = TypeVar("T")
_CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[.:]([0-5]\d))?(?:[.:]00)?")


@dataclass(frozen=True)
class ColumnWords:
    """What a column of words may hold: ``known`` ones, and what people write for those of a ``family``; ``open``: an
    unlike one is taken as it is; ``apart``: what parts several of them."""

    known: tuple[str, ...]
    family: str
    open: bool = False
    apart: str = "|"

    @property
    def said(self) -> Mapping[str, str]:
        """Our word by each that people write for it."""
        return written(self.family)


@dataclass(frozen=True)
class Columns:
    """How a kind of row is read: its words by column, its columns of times of day, radios and sensors."""

    words: Mapping[str, ColumnWords]
    clocks: frozenset[str] = frozenset()
    euis: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()


def rows_as(sheet: Sheet, kind: type[T], file: Path, zone: ZoneInfo, columns: Columns) -> list[tuple[Message, T]]:
    """Each row of a sheet with its place. Raises ImportRefused naming line and column, and what must stand there."""
    wanted = fields(cast(Any, kind))
    for column in wanted:
        if _needed(column) and column.name not in sheet.columns:
            problem = message("error.file.no_column", name=column.name)
            raise ImportRefused(file, problem, message("error.file.columns_are", names=sheet.columns))
    hints = typing.get_type_hints(kind)
    return [(row.where, _row(row, kind, wanted, hints, file, zone, columns)) for row in sheet.rows]


def _needed(column: Field[Any]) -> bool:
    return column.default is MISSING and column.default_factory is MISSING


def _row(
    row: Row,
    kind: type[T],
    wanted: Sequence[Field[Any]],
    hints: Mapping[str, Any],
    file: Path,
    zone: ZoneInfo,
    columns: Columns,
) -> T:
    values = {}
    for column in wanted:
        cell = row.cells.get(column.name, "")
        if not cell and not _needed(column):
            continue
        try:
            values[column.name] = value_of(cell, column.name, hints[column.name], zone, columns)
        except BadValue as error:
            raise ImportRefused(
                file, message("error.file.in_cell", where=row.where, column=column.name, problem=error.message), SEE
            ) from error
    return kind(**values)


def value_of(cell: str, name: str, hint: object, zone: ZoneInfo, columns: Columns) -> object:
    """A cell as its column wants it. Raises BadValue."""
    if not cell:
        raise BadValue(message("error.cell.empty"))
    if name in columns.words:
        parts = re.split(f"[{columns.words[name].apart}]+", cell.strip())
        return "|".join(word(part, columns.words[name]) for part in parts)
    if name in columns.clocks:
        return clock(cell)
    if name in columns.euis:
        return eui(cell)
    if name in columns.devices:
        return device_name(cell)
    return _typed(cell, name, hint, zone)


def _typed(cell: str, name: str, hint: object, zone: ZoneInfo) -> object:
    """A cell as the type of its column wants it. Raises BadValue."""
    kinds = set(typing.get_args(hint)) if isinstance(hint, types.UnionType) else {hint}
    if bool in kinds:
        return _truth(cell)
    if float in kinds:
        return bounded(number(cell), name)
    if datetime in kinds:
        return instant(cell, zone)
    return day(cell) if date in kinds else text(cell)


def text(cell: str) -> str:
    """A name. Raises BadValue for one that is too long, or holds signs that nobody can see."""
    if len(cell) > TEXT_LENGTH:
        raise BadValue(message("error.cell.too_long", n=len(cell), limit=TEXT_LENGTH))
    if not cell.isprintable():
        raise BadValue(message("error.cell.unseen", value=ascii(cell)[:40]))
    return cell


def number(cell: str) -> float:
    """A number with a decimal point or comma, blanks between thousands. Raises BadValue."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", cell).replace("\N{MINUS SIGN}", "-")
    if "," in plain and "." in plain:
        thousands = min(",", ".", key=plain.rindex)
        plain = plain.replace(thousands, "")
    try:
        value = float(plain.replace(",", "."))
    except ValueError as error:
        raise BadValue(message("error.cell.no_number", value=cell[:40])) from error
    if not math.isfinite(value):
        raise BadValue(message("error.cell.no_number", value=cell[:40]))
    return value


def bounded(value: float, name: str) -> float:
    """A number that its column may hold. Raises BadValue saying what may stand there."""
    bound = BOUNDS.get(name)
    if bound is not None and not bound.low <= value <= bound.high:
        said = {"value": brief(value), "low": brief(bound.low), "high": brief(bound.high), "unit": bound.unit}
        raise BadValue(message("error.cell.out_of_range", **said))
    return value


def clock(cell: str) -> str:
    """A time of day as ``HH:MM``: 8, 8.00, 08:00 and 08:00:00 are one. Raises BadValue."""
    found = _CLOCK.fullmatch(cell)
    if found is None:
        raise BadValue(message("error.cell.no_clock", value=cell[:40]))
    return f"{int(found[1]):02}:{found[2] or '00'}"


def instant(cell: str, zone: ZoneInfo) -> datetime:
    """A time; without an offset that of the municipality's clocks. Raises BadValue where it is none, or two."""
    try:
        said = datetime.fromisoformat(cell)
    except ValueError as error:
        raise BadValue(message("error.cell.no_time", value=cell[:40])) from error
    if not 2000 <= said.year < 2200:
        raise BadValue(message("error.cell.no_time", value=cell[:40]))
    if said.tzinfo is not None:
        return said.astimezone(UTC)
    early, late = (said.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        raise BadValue(message("error.cell.two_times", value=cell[:40]))
    return early


def day(cell: str) -> date:
    """A day, written 2026-11-24 or 20261124. Raises BadValue."""
    try:
        found = date.fromisoformat(cell)
    except ValueError as error:
        raise BadValue(message("error.cell.no_day", value=cell[:40])) from error
    if not 2000 <= found.year < 2200:
        raise BadValue(message("error.cell.no_day", value=cell[:40]))
    return found


def eui(cell: str) -> str:
    """The name that a radio has: sixteen hexadecimal digits, in small letters. Raises BadValue."""
    plain = re.sub(r"[-:.\s]", "", cell).lower()
    if not re.fullmatch(r"[0-9a-f]{16}", plain):
        raise BadValue(message("error.cell.no_eui", value=cell[:40]))
    return plain


def device_name(cell: str) -> str:
    """The name under which a sensor is heard. Raises BadValue for one that no message can have."""
    if not re.fullmatch(r"[^+#/]{1,100}", cell) or not cell.isprintable() or cell != cell.strip():
        raise BadValue(message("error.reading.device_name", device=ascii(cell[:40]).strip("'")))
    return cell


def word(cell: str, words: ColumnWords) -> str:
    """A word that its column may hold. Raises BadValue with the one that may have been meant."""
    plain = cell.strip().lower()
    if plain in words.known:
        return plain
    if plain in words.said:
        return words.said[plain]
    near = difflib.get_close_matches(plain, [*words.known, *words.said], 1, 0.7)
    if words.open and not near:
        return text(cell)
    hint = message("error.file.meant", word=words.said.get(near[0], near[0])) if near else meant(plain, words.known)
    raise BadValue(message("error.cell.no_word", value=cell[:40], hint=hint))


def _truth(cell: str) -> bool:
    plain = cell.lower()
    if plain in {"true", "1", "ja", "yes", "sant"}:
        return True
    if plain in {"false", "0", "nej", "no", "falskt"}:
        return False
    raise BadValue(message("error.cell.no_truth", value=cell[:40]))
