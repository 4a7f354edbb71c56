"""A file of routes as lines in driving order: GeoJSON or GPX by its name. A bad feature costs one line."""

from __future__ import annotations

from pathlib import Path

from city.errors import ImportRefused
from ingest.routes.parts import Read


def read(file: Path) -> Read:
    """Reads a file. Raises ImportRefused where it is neither GeoJSON nor GPX, or nothing of it can be read."""
    from ingest.routes import geojson, gpx

    kinds = {".geojson": geojson.read, ".json": geojson.read, ".gpx": gpx.read}
    reader = kinds.get(file.suffix.lower())
    if reader is None:
        raise ImportRefused(file, "is neither .geojson, .json nor .gpx", "export the routes as GeoJSON or GPX")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ImportRefused(file, error.strerror or "cannot be read", "check the path") from error
    return reader(file, content)
