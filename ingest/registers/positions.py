"""Where things lie: degrees, or another system that is stated. What is swapped, in metres or impossible is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pyproj import Transformer
from pyproj.exceptions import ProjError

from city.catalogue.message import Message, brief, message
from city.entities import Point
from city.errors import ImportRefused, NeedsYes
from city.geo import distance_m
from ingest.coordinates import system
from ingest.registers.asked import Asked
from ingest.registers.sheet import SEE

T = TypeVar("T")
Box = tuple[float, float, float, float]
"""West, south, east, north [°]."""


@dataclass(frozen=True)
class Town:
    """The box of the streets, or the point of the settings; None where neither is known."""

    box: Box | None

    def away_km(self, place: Point) -> float:
        """How far a place lies from the box [km]; 0 within it, and where none is known."""
        if self.box is None:
            return 0.0
        west, south, east, north = self.box
        near = (min(max(place[0], west), east), min(max(place[1], south), north))
        return distance_m(place, near) / 1000


def town_of(box: Box | None, near: Point | None) -> Town:
    """The town as far as it is known."""
    return Town(box if box is not None or near is None else (*near, *near))


def placed(
    rows: Sequence[tuple[Message, T]], file: Path, asked: Asked, town: Town, *, crs: str | None = None
) -> list[tuple[Message, T]]:
    """Rows with ``lon`` and ``lat`` in degrees. Raises ImportRefused naming the line, NeedsYes for what is far away."""
    to_degrees = transformer(file, asked.crs or crs)
    return [(where, _placed(row, where, file, asked, town, to_degrees)) for where, row in rows]


def transformer(file: Path, crs: str | None) -> Transformer | None:
    """From a stated system to degrees; None where the file is in degrees. Raises ImportRefused."""
    return None if crs is None else Transformer.from_crs(system(file, crs), "EPSG:4326", always_xy=True)


def _placed(row: T, where: Message, file: Path, asked: Asked, town: Town, to_degrees: Transformer | None) -> T:
    lon, lat = getattr(row, "lon"), getattr(row, "lat")  # noqa: B009 - any row with a place
    if lon is None or lat is None:
        if lon is not lat:
            raise ImportRefused(file, message("error.place.half", where=where), SEE)
        return row
    said = (lon, lat)
    if to_degrees is not None:
        lon, lat = _transformed(to_degrees, said)
    wrong = impossible(lon, lat, said, town, stated=to_degrees is not None)
    if wrong is not None:
        raise ImportRefused(file, message("error.file.placed", where=where, problem=wrong), SEE)
    away = town.away_km((lon, lat))
    if away > 50.0 and not asked.yes:
        raise NeedsYes(file, message("error.file.placed", where=where, problem=message("error.place.far", km=away)))
    return replace(row, lon=lon, lat=lat)  # type: ignore[type-var]


def _transformed(to_degrees: Transformer, said: Point) -> Point:
    try:
        lon, lat = to_degrees.transform(*said)
    except ProjError:
        return math.inf, math.inf
    return round(float(lon), 7), round(float(lat), 7)


def impossible(lon: float, lat: float, said: Point, town: Town, *, stated: bool) -> Message | None:
    """Why a place cannot be meant: outside the earth, in metres, or longitude and latitude swapped; None where it can.

    ``said`` is how the file has it, ``stated`` whether in a system of its own.
    """
    both = {"lon": brief(said[0]), "lat": brief(said[1])}
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0) or (lon, lat) == (0.0, 0.0):
        if stated:
            return message("error.place.outside_crs", **both)
        if max(abs(lon), abs(lat)) > 1000.0:
            return message("error.place.metres", **both)
        return message("error.place.swapped" if _swapped(lon, lat, town) else "error.place.no_place", **both)
    if not stated and town.away_km((lon, lat)) > 50.0 and _swapped(lon, lat, town):
        return message("error.place.swapped", **both)
    return None


def _swapped(lon: float, lat: float, town: Town) -> bool:
    """Whether the place would be near the town the other way round."""
    there: Any = town.box
    return there is not None and abs(lon) <= 90.0 and abs(lat) <= 180.0 and town.away_km((lat, lon)) < 50.0
