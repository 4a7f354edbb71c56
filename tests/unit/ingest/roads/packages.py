"""Makes small GeoPackages of the shape that NVDB is published in."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Line = Sequence[tuple[float, float]]


def wkb(line: Line, *, z: bool = False, many: bool = False) -> bytes:
    """A line, or several lines of which it is the one, with or without heights."""
    points = b"".join(struct.pack("<3d" if z else "<2d", *point, *([12.5] if z else [])) for point in line)
    one = b"\x01" + struct.pack("<II", 1002 if z else 2, len(line)) + points
    return b"\x01" + struct.pack("<II", 1005 if z else 5, 1) + one if many else one


def blob(line: Line, srs: int = 3006, *, envelope: bool = False, **shape: bool) -> bytes:
    """A geometry as a GeoPackage has it."""
    head = b"GP\x00" + bytes([0b1 | (0b10 if envelope else 0)]) + struct.pack("<i", srs)
    return head + (struct.pack("<4d", 0, 0, 0, 0) if envelope else b"") + wkb(line, **shape)


def package(file: Path, layers: Mapping[str, Sequence[Mapping[str, Any]]], srs: int = 3006) -> Path:
    """Writes a GeoPackage; each row of a layer has its columns and, as ``geom``, its geometry."""
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.executescript(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,"
            " organization_coordsys_id INTEGER, definition TEXT);"
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, last_change TEXT, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,"
            " srs_id INTEGER, z INTEGER, m INTEGER);"
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('SWEREF99 TM', 3006, 'EPSG', 3006, ''),"
            " ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined');"
        )
        for table, rows in layers.items():
            names = list(dict.fromkeys(name for row in rows for name in row))
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, {columns})')
            marks = ", ".join("?" for _ in names)
            connection.executemany(
                f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', [[row.get(n) for n in names] for row in rows]
            )
            connection.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'features', '2026-05-04T10:00:00Z', ?)", (table, srs)
            )
            connection.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'LINESTRING', ?, 0, 0)", (table, srs)
            )
    return file
