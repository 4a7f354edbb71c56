"""Reads lines with their attributes out of a GeoPackage (OGC 12-128r19): SQLite, with WKB behind a small header."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ImportRefused
from city.tables import unreadable

Floats = npt.NDArray[np.float64]
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_LINE, _LINES = 2, 5


@dataclass(frozen=True)
class Layer:
    """A table of features: its geometry column, its other columns, and its reference system (None: not stated)."""

    table: str
    geometry: str
    columns: tuple[str, ...]
    crs: str | None


class GeoPackage:
    """An open file: its layers, and the rows of each."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file, self._connection = file, connection
        self.layers = tuple(self._layers())

    def _layers(self) -> Iterator[Layer]:
        sql = (
            "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, g.srs_id "
            "FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s USING (srs_id) ORDER BY g.table_name"
        )
        for table, geometry, organisation, code, srs in self._connection.execute(sql).fetchall():
            columns = tuple(row[1] for row in self._connection.execute(f"PRAGMA table_info({_quoted(table)})"))
            stated = organisation and code and srs not in (0, -1)
            yield Layer(table, geometry, columns, f"{organisation}:{code}".upper() if stated else None)

    def rows(self, layer: Layer, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The wanted columns of all rows, in the order of the file."""
        wanted = ", ".join(map(_quoted, columns))
        sql = f"SELECT {wanted} FROM {_quoted(layer.table)} ORDER BY rowid"  # noqa: S608 - quoted names of the file
        for row in self._connection.execute(sql):  # noqa: UP028 - a cursor closes itself after its file otherwise
            yield row

    def changed(self) -> date | None:
        """The day on which its contents were changed last."""
        row = self._connection.execute("SELECT max(last_change) FROM gpkg_contents").fetchone()
        try:
            return date.fromisoformat(str(row[0])[:10])
        except ValueError:
            return None


@contextmanager
def opened(file: Path) -> Iterator[GeoPackage]:
    """Opens a .gpkg, or the one in a .zip, for reading. Raises ImportRefused, also while it is read."""
    if not file.is_file():
        raise ImportRefused(file, message("error.roads.no_file"), message("error.file.check_path"))
    if file.stat().st_size == 0:
        raise ImportRefused(file, message("error.file.empty"), message("error.file.fetch_again"))
    with tempfile.TemporaryDirectory() as folder:
        inner = _unpacked(file, Path(folder)) if file.suffix.lower() == ".zip" else file
        connection = sqlite3.connect(f"{inner.resolve().as_uri()}?mode=ro", uri=True)
        try:
            yield GeoPackage(file, connection)
        except sqlite3.Error as error:
            problem = message("error.nvdb.no_package", problem=in_our_words(error))
            raise ImportRefused(file, problem, message("error.nvdb.give")) from error
        finally:
            connection.close()


def _unpacked(file: Path, folder: Path) -> Path:
    """The one GeoPackage of a zip, out of it."""
    try:
        with zipfile.ZipFile(file) as archive:
            inside = sorted(name for name in archive.namelist() if name.lower().endswith(".gpkg"))
            if len(inside) != 1:
                problem = message("error.nvdb.zip", n=len(inside))
                raise ImportRefused(file, problem, message("error.nvdb.give"))
            return Path(archive.extract(inside[0], folder))
    except (zipfile.BadZipFile, EOFError) as error:
        problem = message("error.nvdb.no_package", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.nvdb.give")) from error
    except OSError as error:
        raise unreadable(file, error) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def lines_of(blob: bytes | None) -> list[Floats]:
    """The lines of a geometry as (n, 2) east and north; none where it is empty or no line. Raises ValueError."""
    if not blob or blob[:2] != b"GP":
        return []
    flags = blob[3]
    if flags & 0b10000:
        return []
    kind = (flags >> 1) & 0b111
    if kind >= len(_ENVELOPE_BYTES):
        raise ValueError(f"envelope {kind}")
    try:
        return _wkb(memoryview(blob), 8 + _ENVELOPE_BYTES[kind])[0]
    except (struct.error, IndexError) as error:
        raise ValueError(str(error)) from error


def _wkb(blob: memoryview, at: int) -> tuple[list[Floats], int]:
    """The lines of a WKB geometry that begins at a byte, and where it ends."""
    order = "<" if blob[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", blob, at + 1)
    kind = (code & 0x0FFFFFFF) % 1000
    thousands = (code & 0x0FFFFFFF) // 1000
    axes = 2 + (thousands in (1, 3) or bool(code & 0x80000000)) + (thousands in (2, 3) or bool(code & 0x40000000))
    if kind == _LINE:
        (n,) = struct.unpack_from(f"{order}I", blob, at + 5)
        if at + 9 + n * axes * 8 > len(blob):
            raise ValueError("breaks off")
        points = np.frombuffer(blob, f"{order}f8", n * axes, at + 9).reshape(n, axes)[:, :2].astype(np.float64)
        return ([points] if n > 1 else []), at + 9 + n * axes * 8
    if kind != _LINES:
        return [], len(blob)
    (parts,) = struct.unpack_from(f"{order}I", blob, at + 5)
    lines, end = list[Floats](), at + 9
    for _ in range(parts):
        found, end = _wkb(blob, end)
        lines += found
    return lines, end
