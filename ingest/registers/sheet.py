"""A list as people save it: Excel's CSV of any language, our own exports, GeoJSON. Cells by column, each with its line.

Comma, semicolon, tab or bar between the cells; UTF-8 with or without a mark, UTF-16, or Windows' cp1252. Empty lines
and empty columns are passed over. An unknown column is refused: a misspelt one would be lost in silence.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.catalogue.written import written
from city.errors import ImportRefused
from city.tables import at_line, unreadable

SEPARATORS = ",;\t|"
SEE = message("error.file.see_imports")


@dataclass(frozen=True)
class Row:
    """The cells of one line by column; ``where`` says where in the file."""

    where: Message
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """The columns that a file has, its rows, the coordinate system that it states, and what was assumed."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    crs: str | None = None
    notes: tuple[Message, ...] = ()


def read_sheet(file: Path, known: Sequence[str], *, empty_is_fine: bool = False) -> Sheet:
    """A list whose columns are among ``known``. Raises ImportRefused naming line and column."""
    content = content_of(file)
    if file.suffix.lower() in {".geojson", ".json"}:
        sheet = _geojson(file, content, known)
    else:
        text, notes = text_of(file, content)
        sheet = _csv(file, text, known, notes)
    if not sheet.rows and not empty_is_fine:
        raise ImportRefused(file, message("error.file.no_rows"), SEE)
    return sheet


def content_of(file: Path) -> bytes:
    """The bytes of a file. Raises ImportRefused where there are none, or a whole workbook."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    if not content.strip():
        raise ImportRefused(file, message("error.file.empty"), message("error.file.begin_with_columns"))
    if content.startswith(b"PK\x03\x04"):
        raise ImportRefused(file, message("error.file.workbook"), message("error.file.save_as_csv"))
    return content


def text_of(file: Path, content: bytes) -> tuple[str, tuple[Message, ...]]:
    """The text of a file, and how it was read where that is not UTF-8. Raises ImportRefused for what is no text."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    notes: tuple[Message, ...] = ()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            problem = message("error.file.no_csv", problem=in_our_words(error))
            raise ImportRefused(file, problem, message("error.file.save_as_csv")) from error
        notes = (message("cli.list.read_as", encoding="Windows-1252"),)
    if "\x00" in text:
        problem = message("error.file.no_csv", problem=message("error.store.nul"))
        raise ImportRefused(file, problem, message("error.file.save_as_csv"))
    return text, notes


def _csv(file: Path, text: str, known: Sequence[str], notes: tuple[Message, ...]) -> Sheet:
    (line, head), *body = list(numbered_cells(file, text, known)) or [(0, [])]
    columns = columns_of(file, head, known, at_line(line), _filled(body))
    rows = tuple(Row(at_line(number), cells_of(file, columns, cells, number)) for number, cells in body)
    return Sheet(tuple(name for name in columns if name), rows, notes=notes)


def numbered_cells(file: Path, text: str, known: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not empty, the names of the columns first. Raises ImportRefused."""
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    skipped, said = _said_separator(first)
    if not skipped:
        lines.seek(0)
    separator = said or max(SEPARATORS, key=lambda mark: _fits(first, mark, known))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + skipped, cells
    except csv.Error as error:
        problem = message("error.file.no_csv", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.file.save_as_csv")) from error


def _said_separator(first: str) -> tuple[int, str]:
    """Excel's own ``sep=;`` line, where there is one: lines to pass over, and the separator."""
    mark = first.strip().strip('"')
    return (1, mark[4:5]) if mark.lower().startswith("sep=") and mark[4:5] else (0, "")


def _fits(first: str, separator: str, known: Sequence[str]) -> tuple[int, int]:
    names = [canonical(name.strip().strip('"')) for name in first.strip().split(separator)]
    return len(set(names) & set(known)), len(names)


def _filled(body: Sequence[tuple[int, Sequence[str]]]) -> set[int]:
    """The places of columns that hold something in some row."""
    return {place for _, cells in body for place, cell in enumerate(cells) if cell.strip()}


def canonical(name: str) -> str:
    """A column's name as we write it; without capitals, and with ``_`` for blanks."""
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return written("column").get(plain, written("quantity").get(plain, plain))


def columns_of(
    file: Path, head: Sequence[str], known: Collection[str], where: Message, filled: Collection[int]
) -> list[str]:
    """The columns of a head, '' for one without a name that holds nothing; ``filled`` are the places of those that
    hold something. Raises ImportRefused."""
    names: list[str] = []
    for place, raw in enumerate(head):
        said = raw.strip()
        name = said if said in known else canonical(said)
        if name not in known and (name or place in filled):
            problem = message("error.file.unknown_column", where=where, name=said or str(place + 1))
            raise ImportRefused(file, problem, meant(name, known))
        names.append(name)
    twice = [name for name, n in Counter(names).items() if n > 1 and name]
    if twice:
        raise ImportRefused(file, message("error.file.column_twice", where=where, name=twice[0]), SEE)
    return names


def meant(word: str, known: Collection[str]) -> Message:
    """The way out of an unknown word: the one that may have been meant, else all that there are."""
    near = difflib.get_close_matches(word.lower(), list(known), 1, 0.6)
    if near:
        return message("error.file.meant", word=near[0])
    return message("error.file.one_of", words=tuple(sorted(known)))


def cells_of(file: Path, columns: Sequence[str], cells: Sequence[str], number: int) -> dict[str, str]:
    """The cells of a line by column. Raises ImportRefused where there are more cells than columns."""
    beyond = [cell for cell in cells[len(columns) :] if cell.strip()]
    if beyond:
        problem = message("error.file.too_many_cells", where=at_line(number), n=len(columns), cell=beyond[0][:40])
        raise ImportRefused(file, problem, message("error.file.quote_cells"))
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return {name: cell.strip() for name, cell in zip(columns, padded, strict=False) if name}


def _geojson(file: Path, content: bytes, known: Sequence[str]) -> Sheet:
    """Points of a FeatureCollection (RFC 7946): properties are the columns, the point is ``lon`` and ``lat``."""
    text, _ = text_of(file, content)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(file, message("error.file.no_json", problem=in_our_words(error)), SEE) from error
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list):
        raise ImportRefused(file, message("error.file.no_features"), SEE)
    rows = [_feature(file, feature, number, known) for number, feature in enumerate(features, start=1)]
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return Sheet(tuple(columns), tuple(rows), crs=_stated_crs(tree))


def _feature(file: Path, feature: Any, number: int, known: Sequence[str]) -> Row:  # noqa: ANN401 - any JSON
    where = message("error.file.at_feature", number=str(number))
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    properties = feature.get("properties") if isinstance(feature, dict) else None
    place = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(place, list) or len(place) < 2 or not all(isinstance(part, int | float) for part in place[:2]):
        raise ImportRefused(file, message("error.file.no_point", where=where), SEE)
    cells = dict(_properties(file, properties or {}, where, known))
    return Row(where, cells | {"lon": repr(place[0]), "lat": repr(place[1])})


def _properties(
    file: Path, properties: Mapping[str, Any], where: Message, known: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for said, value in properties.items():
        name = said if said in known else canonical(said)
        if name not in known:
            raise ImportRefused(file, message("error.file.unknown_column", where=where, name=said), meant(name, known))
        if isinstance(value, list | dict):
            raise ImportRefused(file, message("error.file.no_cell", where=where, column=name), SEE)
        yield name, "" if value is None else str(value)


def _stated_crs(tree: Mapping[str, Any]) -> str | None:
    """The system that an older GeoJSON file names (2008), such as ``urn:ogc:def:crs:EPSG::3006``."""
    crs = tree.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    if not isinstance(name, str) or "CRS84" in name:
        return None
    return "EPSG:" + name.rsplit(":", 1)[-1] if "EPSG" in name else name
