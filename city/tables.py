"""CSV files of frozen rows, in both directions: what a person writes in a spreadsheet is checked by the row's types.

An empty cell is missing where the column may be; ``|`` separates the items of a list; columns with a default may
be left out; unknown columns are passed over.
"""

from __future__ import annotations

import csv
import math
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from city.clock import aware
from city.errors import ImportRefused

T = TypeVar("T")


def rows_of(file: Path, kind: type[T]) -> tuple[T, ...]:
    """The rows of a CSV file. Raises ImportRefused naming line and column, and what must stand there."""
    return tuple(checked(typed(cells, kind), kind, file, f"line {number}") for number, cells in numbered(file))


def numbered(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of each row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restval="", strict=True)
            if reader.fieldnames is None:
                raise ImportRefused(file, "is empty", "begin it with a line of column names")
            for cells in reader:
                yield reader.line_num, cells
    except OSError as error:
        raise ImportRefused(file, error.strerror or "cannot be read", "check the path") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImportRefused(file, f"is not CSV in UTF-8 ({error})", "save it as CSV, comma separated, UTF-8") from error


def typed(cells: dict[str, str], kind: type) -> dict[str, Any]:
    """Cells as the columns want them, still to be checked."""
    hints = typing.get_type_hints(kind)
    out: dict[str, Any] = {}
    for name, cell in cells.items():
        hint = hints.get(name)
        if hint is None:
            continue
        if cell == "" and hint is not str:
            if _optional(hint):
                out[name] = None
            continue
        out[name] = cell.split("|") if typing.get_origin(hint) is tuple else cell
    return out


def checked(value: object, kind: type[T], file: Path, where: str) -> T:
    """A value as ``kind``, times aware and numbers finite. Raises ImportRefused naming the place in the file."""
    try:
        row = msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ImportRefused(file, f"{where}: {error}", "see docs/bundles.md and docs/imports.md") from error
    for name in getattr(kind, "__dataclass_fields__", ()):
        check_cell(getattr(row, name), name, file, where)
    return row


def check_cell(value: object, name: str, file: Path, where: str) -> None:
    """Refuses what a type lets through: a time without offset, and NaN or infinity for a number."""
    try:
        if isinstance(value, datetime):
            aware(value, name)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} is {value}, which is no number; leave it empty where it is not known")
    except ValueError as error:
        raise ImportRefused(file, f"{where}: {error}", "see docs/bundles.md and docs/imports.md") from error


def write(file: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Writes rows so that ``rows_of`` gives them again, to the last digit."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row[name]) for name in columns] for row in rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case tuple() | list():
            return "|".join(map(str, value))
        case float():
            return repr(value)
    return str(value)


def _optional(hint: object) -> bool:
    return isinstance(hint, types.UnionType) and type(None) in hint.__args__
