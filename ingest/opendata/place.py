"""Which municipality a name means: Nominatim's answer as an area with its country, time zone and point.

Shape of the answer: https://nominatim.org/release-docs/latest/api/Output/ (jsonv2 with polygon_geojson).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.entities import Point
from city.errors import NotFound, SourceUnavailable
from city.geo import bbox, distance_m
from ingest.opendata.fetch import MEGABYTE, Fetcher, Wanted

SOURCE = "Nominatim"
TOWNS = frozenset({"municipality", "city", "town", "village", "borough", "suburb"})
"""What Nominatim calls what may have a street department of its own, in ``addresstype``."""
_ZONE = re.compile(r"([+-]\d{4,6})([+-]\d{5,7})")
Box = tuple[float, float, float, float]
"""West, south, east, north [°]."""


class Hit(msgspec.Struct):
    """One place of an answer; numbers come as texts."""

    lat: float
    lon: float
    display_name: str
    boundingbox: tuple[float, float, float, float]
    osm_type: str = ""
    osm_id: int | str = ""
    category: str = ""
    type: str = ""
    addresstype: str = ""
    name: str | None = None
    address: dict[str, Any] = {}
    geojson: dict[str, Any] = {}

    @property
    def rings(self) -> tuple[tuple[Point, ...], ...]:
        """The closed lines of its area, holes too; () where it has none."""
        parts = self.geojson.get("coordinates", [])
        polygons = {"Polygon": [parts], "MultiPolygon": parts}.get(str(self.geojson.get("type")), [])
        return tuple(_closed(ring) for polygon in polygons for ring in polygon if len(ring) > 2)


@dataclass(frozen=True)
class TownArea:
    """A municipality: its point, its box, and the ``rings`` of its border by the even-odd rule; ``zones`` are the time
    zones of its country, the likeliest first.

    ``drawn`` is False where no border is known and the box stands for it.
    """

    id: str
    name: str
    said: str
    country: str
    zones: tuple[str, ...]
    lon: float
    lat: float
    box: Box
    rings: tuple[tuple[Point, ...], ...]
    drawn: bool


def wanted_place(url: str, name: str, country: str | None, folder: Path, keep_days: float) -> Wanted:
    """What is asked for a name, in a country (two letters) where one is given."""
    query = {
        "q": name,
        "format": "jsonv2",
        "polygon_geojson": "1",
        "polygon_threshold": "0.0003",
        "addressdetails": "1",
        "limit": "10",
    }
    if country:
        query["countrycodes"] = country.lower()
    kept = hashlib.sha256(f"{url}\n{sorted(query.items())}".encode()).hexdigest()[:12]
    to = folder / f"place-{_slug(name)}-{kept}.json"
    return Wanted(SOURCE, url, to, query, fresh_days=keep_days, most_bytes=50 * MEGABYTE, check=_no_list)


def find_town(fetcher: Fetcher, wanted: Wanted, name: str, pick: int | None) -> TownArea:
    """The municipality of a name; ``pick`` chooses from 1 where several have it.

    Raises NotFound where none has it, or several and nobody chose; SourceUnavailable.
    """
    fetcher.fetch(wanted)
    hits = _towns(_hits(wanted.to))
    if not hits:
        wanted.to.unlink()  # somebody may draw it tomorrow
        raise NotFound(message("error.opendata.no_place", name=name))
    if pick is None and len(hits) > 1:
        raise NotFound(message("error.opendata.several", name=name, places=_listed(hits)))
    chosen = 1 if pick is None else pick
    if chosen > len(hits):
        raise NotFound(message("error.opendata.no_pick", n=len(hits), pick=str(chosen), places=_listed(hits)))
    return _town(hits[chosen - 1], name)


def _listed(hits: Sequence[Hit]) -> tuple[Message, ...]:
    return tuple(
        message("cli.init.hit", number=str(number), name=hit.display_name) for number, hit in enumerate(hits, start=1)
    )


def _no_list(file: Path) -> Message | None:
    try:
        _hits(file)
    except SourceUnavailable as error:
        return error.problem
    return None


def _hits(file: Path) -> list[Hit]:
    """The places of an answer; one of another shape, such as a postcode without a place, is none of them."""
    try:
        found = msgspec.convert(msgspec.json.decode(file.read_bytes()), list[dict[str, Any]])
        return [hit for one in found if (hit := _hit(one)) is not None]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = message("error.opendata.other_shape", problem=in_our_words(error))
        raise SourceUnavailable(SOURCE, said) from error


def _hit(told: dict[str, Any]) -> Hit | None:
    try:
        return msgspec.convert(told, Hit, strict=False)
    except msgspec.ValidationError:
        return None


def _closed(ring: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """The points of a ring, the first again at its end."""
    points = tuple((float(point[0]), float(point[1])) for point in ring)
    return points if points[0] == points[-1] else (*points, points[0])


def _towns(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that can be a municipality: borders of one before borders of anything, these before points."""
    bordered = [hit for hit in hits if hit.rings]
    borders = [hit for hit in bordered if hit.category == "boundary" and hit.type == "administrative"]
    towns = [hit for hit in borders if hit.addresstype in TOWNS]
    points = [hit for hit in hits if hit.category in {"place", "boundary"}]
    return next((found for found in (towns, borders, bordered, points) if found), [])


def _town(hit: Hit, name: str) -> TownArea:
    south, north, west, east = hit.boundingbox
    box = bbox(point for ring in hit.rings for point in ring) if hit.rings else (west, south, east, north)
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    called, country = hit.name or name, str(hit.address.get("country_code", "")).upper()
    return TownArea(
        id=f"{_slug(called)}-{hit.osm_type[:1]}{hit.osm_id}",
        name=called,
        said=hit.display_name,
        country=country,
        zones=time_zones(country, (hit.lon, hit.lat)),
        lon=round(hit.lon, 5),
        lat=round(hit.lat, 5),
        box=box,
        rings=hit.rings or (corners,),
        drawn=bool(hit.rings),
    )


def time_zones(country: str, place: Point) -> tuple[str, ...]:
    """The zones of a country (zone.tab of the IANA database), that whose city is nearest first.

    Where there are several, the nearest city need not be in the same zone.
    """
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line.startswith(f"{country}\t")] if country else []
    return tuple(row[2] for row in sorted(rows, key=lambda row: distance_m(_degrees(row[1]), place)))


def _degrees(text: str) -> Point:
    """Longitude and latitude of '+5920+01803' or '+404251-0740023' (degrees, minutes, seconds)."""
    found = _ZONE.fullmatch(text)
    lat, lon = found.groups() if found else ("+0000", "+00000")
    return _angle(lon, 3), _angle(lat, 2)


def _angle(text: str, whole: int) -> float:
    digits = text[1:]
    size = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + int(digits[whole + 2 :] or 0) / 3600
    return -size if text[0] == "-" else size


def _slug(name: str) -> str:
    """A name as it may stand in a file's: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "place"
