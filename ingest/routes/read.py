"""A file of routes as lines in driving order: GeoJSON or GPX by its name. A bad feature costs one line."""

from __future__ import annotations

from pathlib import Path

from city.catalogue.message import message
from city.errors import ImportRefused
from city.tables import unreadable
from ingest.coordinates import system
from ingest.routes.parts import Read


def read(file: Path, crs: str | None = None) -> Read:
    """Reads a file; ``crs`` is the reference system of GeoJSON that is not in degrees, as GPX always is.

    Raises ImportRefused where it is neither GeoJSON nor GPX, or nothing of it can be read.
    """
    from ingest.routes import geojson, gpx

    kinds = {".geojson": geojson.read, ".json": geojson.read, ".gpx": gpx.read}
    reader = kinds.get(file.suffix.lower())
    if reader is None:
        raise ImportRefused(file, message("error.routes.no_format"), message("error.routes.export_either"))
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    if reader is gpx.read:
        if crs is not None:
            raise ImportRefused(file, message("error.routes.gpx_system"), message("error.routes.leave_crs"))
        return gpx.read(file, content)
    return geojson.read(file, content, system(file, crs) if crs else None)
