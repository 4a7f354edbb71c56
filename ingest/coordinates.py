"""Coordinates of any reference system as degrees: the system is named, stated by the file, or guessed and then said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from city.catalogue.message import message
from city.errors import ImportRefused

Floats = npt.NDArray[np.float64]


def system(file: Path, crs: str) -> CRS:
    """The reference system of a name such as EPSG:3006. Raises ImportRefused where there is none of that name."""
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise ImportRefused(file, message("error.crs.unknown", crs=crs), message("error.crs.give")) from error


def system_of(x: Floats, y: Floats) -> CRS | None:
    """What the numbers alone say: degrees, or SWEREF 99 TM; None where they are neither."""
    if _within(x, -180.0, 180.0) and _within(y, -90.0, 90.0):
        return CRS.from_epsg(4326)
    if _within(x, 200_000.0, 1_000_000.0) and _within(y, 6_000_000.0, 7_800_000.0):
        return CRS.from_epsg(3006)
    return None


def degrees(x: Floats, y: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Longitude and latitude [°] of east and north coordinates, whatever the order of the system's axes."""
    if crs.equals(CRS.from_epsg(4326)):
        return x, y
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def system_name(crs: CRS) -> str:
    """EPSG:3006 (SWEREF99 TM), or the name alone."""
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def _within(values: Floats, low: float, high: float) -> bool:
    return bool(len(values)) and bool(np.all((values >= low) & (values <= high)))
