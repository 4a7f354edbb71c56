"""Spot heights from a file, a point a line: CSV or XYZ with whatever separator, decimal sign and order of columns.

Between the points the height is linear over triangles, within reach of a point; beyond there is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from city.catalogue.message import Message, message
from city.errors import ImportRefused
from city.tables import at_line, unreadable
from ingest.coordinates import degrees, system, system_name, system_of
from ingest.roads.extract import SpotHeight
from ingest.roads.terrain import METRES_PER_DEGREE, Box, SpotHeights, box_said, spot_height_source

Floats = npt.NDArray[np.float64]
SPOT_ENDINGS = (".csv", ".txt", ".xyz", ".tsv")
EAST = frozenset({"x", "e", "east", "easting", "ost", "lon", "long", "longitude", "longitud", "lng"})
NORTH = frozenset({"y", "n", "north", "northing", "nord", "norr", "lat", "latitude", "latitud"})
HEIGHT = frozenset({"z", "h", "hojd", "height", "elevation", "elev", "ele", "altitude", "alt", "rh2000", "moh"})
DEGREES = frozenset({"lon", "long", "longitude", "longitud", "lng", "lat", "latitude", "latitud"})
MISSING = frozenset({-9999.0, -99999.0, -32768.0, -32767.0})
"""What stands for no height in grids that were written as points."""


@dataclass(frozen=True)
class _Columns:
    """Where east, north and height stand in a line; ``named`` in degrees by their names."""

    east: int
    north: int
    height: int
    in_degrees: bool = False


def open_spots(
    file: Path, roads: Box, crs: str | None = None, *, reach_m: float = 250.0, most: int = 500_000
) -> SpotHeights:
    """The spot heights of a file that lie round the roads.

    ``crs`` is the reference system, where the columns are not named as degrees; without it the numbers must say it.
    Raises ImportRefused naming the line that is wrong, where there are fewer than three heights, and where none lies
    by the roads.
    """
    x, y, z, columns = _points(file)
    used, x, y = _placed(file, x, y, columns, crs)
    lon, lat = degrees(x, y, used)
    near = _near(lon, lat, roads, reach_m)
    if used.is_projected and not near.any():
        turned = degrees(y, x, used)
        if (near := _near(*turned, roads, reach_m)).any():
            lon, lat = turned
    if not near.any():
        raise _elsewhere(file, lon, lat, roads)
    if near.sum() > most:
        raise ImportRefused(file, message("error.spots.too_many", n=int(near.sum())), message("error.spots.make_grid"))
    rows = zip(lon[near].tolist(), lat[near].tolist(), z[near].tolist(), strict=True)
    source = spot_height_source([SpotHeight(*row) for row in rows], reach_m)
    if source is None:
        raise ImportRefused(file, message("error.spots.too_few", n=int(near.sum())), message("error.spots.give"))
    guessed = "" if crs or columns.in_degrees else system_name(used)
    return replace(source, name=file.name, guessed=guessed)


def _points(file: Path) -> tuple[Floats, Floats, Floats, _Columns]:
    """East, north and height of every line. Raises ImportRefused naming a line."""
    lines = list(_lines(file))
    if not lines:
        raise ImportRefused(file, message("error.file.empty"), message("error.spots.give"))
    split = _separator(lines[0][1])
    columns = _columns(file, lines[0][0], split(lines[0][1]))
    headed = not all(_number(cell) is not None for cell in split(lines[0][1])[:3])
    rows = [_row(file, number, split(text), columns) for number, text in (lines[1:] if headed else lines)]
    known = [row for row in rows if row is not None]
    if not known:
        raise ImportRefused(file, message("error.spots.too_few", n=0), message("error.spots.give"))
    x, y, z = np.array(known, float).T
    return x, y, z, columns


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers; numbers read alike in any of the encodings."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    if b"\x00" in content[:1000]:
        raise ImportRefused(file, message("error.spots.no_text"), message("error.spots.give"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


class _separator:  # noqa: N801 - called like a function
    """Splits a line as the first one wants: at semicolons, tabs, spaces or commas, in this order."""

    def __init__(self, line: str) -> None:
        words = line.split()
        spaced = len(words) >= 3 and not any(word.endswith(",") for word in words)
        self.sign = ";" if ";" in line else "\t" if "\t" in line else None if spaced else ","

    def __call__(self, line: str) -> list[str]:
        return [cell.strip().strip('"').strip() for cell in line.split(self.sign)]


def _columns(file: Path, number: int, cells: Sequence[str]) -> _Columns:
    """What the first line says of the columns; without names they are east, north, height."""
    if len(cells) < 3:
        raise _bad(file, number, message("error.spots.three"), at=None)
    if all(_number(cell) is not None for cell in cells[:3]):
        return _Columns(0, 1, 2)
    names = [_plain(cell) for cell in cells]
    places = [_place(names, known) for known in (EAST, NORTH, HEIGHT)]
    if None in places:
        raise _bad(file, number, message("error.spots.columns", names=tuple(cells)), at=None)
    east, north, height = (place for place in places if place is not None)
    return _Columns(east, north, height, in_degrees=names[east] in DEGREES and names[north] in DEGREES)


def _plain(name: str) -> str:
    """A column's name in small letters, without accents, units and signs."""
    letters = unicodedata.normalize("NFKD", re.sub(r"[\(\[].*", "", name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters.lower())


def _place(names: Sequence[str], known: frozenset[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)


def _row(file: Path, number: int, cells: Sequence[str], columns: _Columns) -> tuple[float, float, float] | None:
    """A line as numbers; None where it says that there is no height. Raises ImportRefused."""
    found = []
    for place in (columns.east, columns.north, columns.height):
        cell = cells[place] if place < len(cells) else ""
        value = _number(cell)
        if value is None:
            raise _bad(file, number, message("error.spots.no_number", cell=cell), at=place)
        found.append(value)
    east, north, height = found
    if height in MISSING:
        return None
    if not -500.0 < height < 9000.0:
        raise _bad(file, number, message("error.spots.no_height", height=f"{height:g}"), at=columns.height)
    return east, north, height


def _number(cell: str) -> float | None:
    """A finite number with a decimal point or comma; None where it is none."""
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _bad(file: Path, number: int, problem: Message, *, at: int | None) -> ImportRefused:
    """The refusal of a line; ``at`` is the column, from 0 on."""
    where = at_line(number) if at is None else message("error.spots.cell", line=str(number), column=str(at + 1))
    placed = message("error.file.placed", where=where, problem=problem)
    return ImportRefused(file, placed, message("error.spots.give"))


def _placed(file: Path, x: Floats, y: Floats, columns: _Columns, crs: str | None) -> tuple[CRS, Floats, Floats]:
    """The reference system, and east and north in it: an x that runs north, as geodesists write it, is turned."""
    if crs is None and columns.in_degrees:
        return CRS.from_epsg(4326), x, y
    used = system(file, crs) if crs else system_of(x, y)
    turned = system_of(y, x)
    if turned is not None and turned.is_projected and (used is None or used.is_projected) and system_of(x, y) is None:
        return used or turned, y, x
    if used is None:
        raise ImportRefused(file, message("error.terrain.no_system"), message("error.crs.give"))
    return used, x, y


def _near(lon: Floats, lat: Floats, roads: Box, reach_m: float) -> npt.NDArray[np.bool_]:
    """Which points lie in the roads' extent or so far round it that a triangle may reach in."""
    high = 4.0 * reach_m / METRES_PER_DEGREE
    wide = high / max(0.05, float(np.cos(np.radians((roads[1] + roads[3]) / 2.0))))
    inside = (lon >= roads[0] - wide) & (lon <= roads[2] + wide) & (lat >= roads[1] - high) & (lat <= roads[3] + high)
    return np.asarray(inside, bool)


def _elsewhere(file: Path, lon: Floats, lat: Floats, roads: Box) -> ImportRefused:
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return ImportRefused(file, message("error.crs.does_not_fit"), message("error.crs.give"))
    lon, lat = lon[known], lat[known]
    if _near(lat, lon, roads, 250.0).any():
        return ImportRefused(file, message("error.spots.swapped"), message("error.spots.swap"))
    box = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    problem = message("error.terrain.elsewhere", extent=box_said(box), roads=box_said(roads))
    return ImportRefused(file, problem, message("error.terrain.give"))
