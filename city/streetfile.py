"""Streets as a GeoJSON file that a person can read and write."""

from __future__ import annotations

from pathlib import Path

import msgspec

from city.catalogue.message import message
from city.entities import Segment
from city.errors import ImportRefused
from city.folderhead import SEE_DOCS
from city.tables import checked


def segments_in(file: Path) -> tuple[Segment, ...]:
    """The segments of a file, LineStrings with the fields of a segment as properties; none where there is no file.

    Raises ImportRefused naming the feature and what is wrong with it.
    """
    if not file.is_file():
        return ()
    try:
        features = msgspec.json.decode(file.read_bytes())["features"]
        rows = [{**part["properties"], "geometry": part["geometry"]["coordinates"]} for part in features]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ImportRefused(file, message("error.bundle.no_geojson", said=str(error)), SEE_DOCS) from error
    return tuple(checked(row, Segment, file, f"feature {number}") for number, row in enumerate(rows))
