"""Where streets come from: an OpenStreetMap extract, or the Swedish road database NVDB as a GeoPackage."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from city.entities import Dataset
from city.settings import StreetRules
from ingest.coordinates import system
from ingest.roads.cut import cut
from ingest.roads.nvdb import read_nvdb
from ingest.roads.osm import read_extract
from ingest.roads.source import RoadSource

GEOPACKAGE = (".gpkg", ".zip")


def read_source(file: Path, crs: str | None, at: datetime, rules: StreetRules) -> RoadSource:
    """Reads a file by its ending; ``at`` is the time of the import, ``rules`` say where streets of some kinds belong.

    Raises ImportRefused.
    """
    if crs is not None:
        system(file, crs)
    if file.suffix.lower() in GEOPACKAGE:
        return read_nvdb(file, crs, at)
    extract = read_extract(file, rules)
    name = f"OpenStreetMap extract {file.name}"
    licence, attribution = "ODbL 1.0", "© OpenStreetMap contributors"
    origin = Dataset("OpenStreetMap", name, licence, attribution, extract.data_date)
    left_out = frozenset(f"osm/{way.id}" for way in extract.left)
    return RoadSource(extract, cut(extract), origin, left_out=left_out, drawn=True)
