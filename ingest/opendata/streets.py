"""The streets of a municipality from Overpass: one answer a tile, a smaller tile where one is too much for the server.

The answer is OpenStreetMap XML (https://dev.overpass-api.de/output_formats.html). A query that fails half-way is an
answer too, with status 200 and a ``remark``: such an answer is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from math import ceil, floor
from pathlib import Path

from city.catalogue.message import Message, message
from city.errors import ImportRefused, SourceUnavailable
from ingest.opendata.border import Rings, touched
from ingest.opendata.fetch import MEGABYTE, AskAgain, Fetcher, Wanted
from ingest.opendata.place import Box
from ingest.roads.osm import RESTRICTIONS, ROOM_AMENITIES, SCHOOLS
from ingest.roads.tags import ROUTE_CLASS, RULED_CLASS

SOURCE = "Overpass"
TILE_LAT, TILE_LON = 0.25, 0.5
SMALLEST_LAT = 0.02
CYCLE_AND_FOOT = ("cycleway", "path", "footway", "pedestrian", "track")
NEAR_SCHOOL_M = 150
"""Buildings so near the line of a school's grounds come along, for the school's floor area."""
_REMARK = re.compile(rb"<remark>\s*(.*?)\s*</remark>", re.S)
_TAIL = 4096


class TooMuch(SourceUnavailable):
    """A query was more than the server would work on: ask for less at a time."""


@dataclass(frozen=True)
class Tile:
    """A box that is asked for in one query."""

    box: Box

    @property
    def name(self) -> str:
        """Its box in ten-thousandths of a degree: the same box is the same file."""
        return "_".join(f"{round(edge * 1e4)}" for edge in self.box)

    @property
    def quarters(self) -> tuple[Tile, ...]:
        """The four tiles that it is made of."""
        west, south, east, north = self.box
        lon, lat = round((west + east) / 2, 4), round((south + north) / 2, 4)
        boxes = ((west, south, lon, lat), (lon, south, east, lat), (west, lat, lon, north), (lon, lat, east, north))
        return tuple(Tile(box) for box in boxes)


def tiles(rings: Rings, box: Box, margin: float = 0.002) -> list[Tile]:
    """The cells of a fixed grid that hold some of a municipality, cut to its box."""
    west, south, east, north = box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin
    found = []
    for row in range(floor(south / TILE_LAT), ceil(north / TILE_LAT)):
        for column in range(floor(west / TILE_LON), ceil(east / TILE_LON)):
            cell = (
                round(max(west, column * TILE_LON), 4),
                round(max(south, row * TILE_LAT), 4),
                round(min(east, (column + 1) * TILE_LON), 4),
                round(min(north, (row + 1) * TILE_LAT), 4),
            )
            if cell[0] < cell[2] and cell[1] < cell[3] and touched(rings, *cell):
                found.append(Tile(cell))
    return found


def query(tile: Tile, *, timeout_s: int = 180, most_bytes: int = 1_073_741_824) -> str:
    """Overpass QL for what the road importer reads: streets and ways, turn restrictions, stops, schools, waste places.

    Ways and relations come with all that they are made of, inside the tile or not.
    """
    west, south, east, north = tile.box
    highways, schools = _any(*dict.fromkeys((*ROUTE_CLASS, *RULED_CLASS, *CYCLE_AND_FOOT))), _any(*sorted(SCHOOLS))
    places = _any(*sorted(ROOM_AMENITIES), "parking")
    turns = "".join(f'rel["{key}"];' for key in RESTRICTIONS)
    return (
        f"[out:xml][timeout:{timeout_s}][maxsize:{most_bytes}][bbox:{south},{west},{north},{east}];"
        f'(nwr["amenity"~"{schools}"];wr["building"~"{schools}"];)->.schools;'
        f'(.schools;way["highway"~"{highways}"];node["highway"~"^(bus_stop|crossing)$"];'
        f'way["route"="ferry"];nwr["public_transport"="platform"];nwr["amenity"~"{places}"];{turns}'
        f'way["building"](around.schools:{NEAR_SCHOOL_M});node["ele"];);'
        "(._;>;);out body qt;"
    )


def _any(*values: str) -> str:
    return f"^({'|'.join(values)})$"


def wanted_tile(url: str, tile: Tile, folder: Path, keep_days: float) -> Wanted:
    """What is asked for a tile."""
    to, most = folder / f"osm-{tile.name}.osm", 1500 * MEGABYTE
    form = {"data": query(tile)}
    return Wanted(SOURCE, url, to, form=form, fresh_days=keep_days, most_bytes=most, check=whole_answer)


def fetch_tile(fetcher: Fetcher, tile: Tile, folder: Path) -> Iterator[Path]:
    """The files of a tile: its own, or those of its quarters where it is too much at once. Raises SourceUnavailable."""
    settings = fetcher.settings
    wanted = wanted_tile(settings.overpass_url, tile, folder, settings.keep_days)
    split = wanted.to.with_suffix(".split")
    if not split.exists() or fetcher.has(wanted):
        try:
            fetcher.fetch(wanted)
            split.unlink(missing_ok=True)
            yield wanted.to
            return
        except TooMuch as error:
            if tile.box[3] - tile.box[1] < SMALLEST_LAT:
                raise
            fetcher.tell(message("cli.init.too_much", problem=error.problem))
            split.touch()
    for quarter in tile.quarters:
        yield from fetch_tile(fetcher, quarter, folder)


def whole_answer(file: Path) -> Message | None:
    """What is wrong with an answer: no OpenStreetMap, or it ends early. Raises TooMuch where the server gave up."""
    with file.open("rb") as opened:
        head = opened.read(_TAIL)
        opened.seek(max(0, file.stat().st_size - _TAIL))
        tail = opened.read()
    remark = _REMARK.search(tail)
    if remark:
        said = message("error.opendata.remark", said=unescape(remark.group(1).decode("utf-8", "replace"))[:200])
        if b"timed out" in remark.group(1) or b"out of memory" in remark.group(1):
            raise TooMuch(SOURCE, said)
        raise AskAgain(said)
    if b"<osm" not in head:
        return message("error.opendata.no_map", start=head[:80].decode("utf-8", "replace").strip())
    return None if tail.rstrip().endswith(b"</osm>") else message("error.opendata.breaks_off")


def no_streets(name: str) -> ImportRefused:
    """That a municipality has no street in the map."""
    return ImportRefused(name, message("error.opendata.empty"), message("error.opendata.other_name"))
