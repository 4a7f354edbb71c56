"""CSV files of frozen rows, in both directions: what a person writes in a spreadsheet is checked by the row's types.

An empty cell is missing where the column may be; ``|`` separates the items of a list; columns with a default may
be left out; unknown columns are passed over, or refused (``known_only``).
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

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.clock import aware
from city.errors import BadValue, ImportRefused, Sentence, as_message
from city.meant import meant

T = TypeVar("T")


def rows_of(file: Path, kind: type[T]) -> tuple[T, ...]:
    """The rows of a CSV file. Raises ImportRefused naming line and column, and what must stand there."""
    return tuple(checked(typed(cells, kind), kind, file, at_line(number)) for number, cells in numbered(file))


def at_line(number: int) -> Message:
    """Where in a file: a line, from 1 on."""
    return message("error.file.at_line", line=str(number))


def numbered(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column of each row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, restval="", strict=True)
            if reader.fieldnames is None:
                raise ImportRefused(file, message("error.file.empty"), message("error.file.begin_with_columns"))
            for cells in reader:
                yield reader.line_num, cells
    except OSError as error:
        raise unreadable(file, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        problem = message("error.file.no_csv", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.file.save_as_csv")) from error


def known_only(file: Path, kind: type) -> Iterator[tuple[int, dict[str, str]]]:
    """``numbered`` of a file that holds nothing but columns of ``kind``.

    Raises ImportRefused naming a column that there is not and the nearest that there is, and the line that has more
    cells than columns: 1,5 without quotes moves all that follows.
    """
    known = tuple(typing.get_type_hints(kind))
    for number, cells in numbered(file):
        for name in cells:
            if name is not None and name.strip() and name not in known:
                problem = message("error.file.unknown_column", where=at_line(1), name=name)
                raise ImportRefused(file, problem, nearest(name, known))
        beyond = [cell for cell in typing.cast("dict[None, list[str]]", cells).get(None, []) if cell.strip()]
        if beyond:
            n = len([name for name in cells if name is not None])
            problem = message("error.file.too_many_cells", where=at_line(number), n=n, cell=beyond[0][:40])
            raise ImportRefused(file, problem, message("error.file.quote_cells"))
        yield number, cells


def known_rows(file: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
    """Line and row of a file that holds nothing but columns of ``kind``, as ``known_only`` says."""
    for number, cells in known_only(file, kind):
        yield number, checked(typed(cells, kind), kind, file, at_line(number))


def nearest(name: str, known: Sequence[str]) -> Message:
    """The way out of a name that there is not: the one that may have been meant, else all that there are."""
    near = meant(name, known, n=1)
    return message("error.file.meant", word=near[0]) if near else message("error.file.one_of", words=tuple(known))


def unreadable(file: Path, error: OSError) -> ImportRefused:
    """The refusal of a file that the system does not give."""
    problem = in_our_words(error) if error.strerror else message("error.file.unreadable")
    return ImportRefused(file, problem, message("error.file.check_path"))


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


def checked(value: object, kind: type[T], file: Path, where: Sentence) -> T:
    """A value as ``kind``, times aware and numbers finite. Raises ImportRefused naming the place in the file."""
    try:
        row = msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _at(file, where, in_our_words(error)) from error
    for name in getattr(kind, "__dataclass_fields__", ()):
        check_cell(getattr(row, name), name, file, where)
    return row


def check_cell(value: object, name: str, file: Path, where: Sentence) -> None:
    """Refuses what a type lets through: a time without offset, and NaN or infinity for a number."""
    try:
        if isinstance(value, datetime):
            aware(value, name)
        if isinstance(value, float) and not math.isfinite(value):
            raise BadValue(message("error.value.no_number", name=name, value=str(value)))
    except BadValue as error:
        raise _at(file, where, error.message) from error


def _at(file: Path, where: Sentence, problem: Message) -> ImportRefused:
    """The refusal of a file for what stands at one place of it."""
    placed = message("error.file.placed", where=as_message(where), problem=problem)
    return ImportRefused(file, placed, message("error.file.see_tables"))


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
