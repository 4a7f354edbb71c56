"""Heights of a municipality: the Copernicus GLO-30 tiles (one degree each) that hold some of it.

Names and layout: https://copernicus-dem-30m.s3.amazonaws.com/readme.html. Where there is only sea there is no tile. It
is a model of the surface: roofs and trees are in it, so that grades between houses are rough.
"""

from __future__ import annotations

from math import ceil, floor
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.entities import Dataset
from ingest.opendata.border import Rings, touched
from ingest.opendata.fetch import MEGABYTE, Wanted
from ingest.opendata.place import Box

SOURCE = "Copernicus"
DATASET = "Copernicus DEM GLO-30"
LICENCE = "Copernicus DEM licence"
ATTRIBUTION = (
    "© DLR e.V. 2010–2014 and © Airbus Defence and Space GmbH 2014–2018, "
    "provided under COPERNICUS by the European Union and ESA; all rights reserved"
)


def tile_names(rings: Rings, box: Box) -> list[str]:
    """The tiles that hold some of a municipality, by the corner in the south-west."""
    west, south, east, north = box
    cells = [(lon, lat) for lat in range(floor(south), ceil(north)) for lon in range(floor(west), ceil(east))]
    return [_name(lon, lat) for lon, lat in cells if touched(rings, lon, lat, lon + 1, lat + 1)]


def _name(lon: int, lat: int) -> str:
    north, east = f"{'N' if lat >= 0 else 'S'}{abs(lat):02}_00", f"{'E' if lon >= 0 else 'W'}{abs(lon):03}_00"
    return f"Copernicus_DSM_COG_10_{north}_{east}_DEM"


def wanted_heights(url: str, name: str, folder: Path) -> Wanted:
    """What is asked for a tile; heights do not grow old."""
    address = f"{url.rstrip('/')}/{name}/{name}.tif"
    to, most = folder / f"{name}.tif", 500 * MEGABYTE
    return Wanted(SOURCE, address, to, most_bytes=most, may_lack=True, check=readable)


def readable(file: Path) -> Message | None:
    """What is wrong with a height file; None where it can be read to its end."""
    try:
        with rasterio.open(file, driver="GTiff") as data:
            data.read(1, window=Window(data.width - 1, data.height - 1, 1, 1))
    except RasterioError as error:
        return message("error.opendata.other_shape", problem=in_our_words(str(error).strip() or type(error).__name__))
    return None


def dataset(names: list[str]) -> Dataset:
    """Where the heights are from, as it is shown on the map and in exports."""
    return Dataset(DATASET, " ".join(names), LICENCE, ATTRIBUTION)
