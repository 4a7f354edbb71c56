"""Waste baskets, containers and schools of an extract, as rooms and buildings.

Rooms come without vessels: how many bins stand there, and of what size, the map does not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from city.catalogue.message import message
from city.catalogue.words import Words
from city.entities import Building, Point, Room, Segment
from city.geo import GEOD, distance_m, local_xy
from ingest.roads.extract import Extract, Shape
from ingest.roads.osm import SCHOOLS

ROOM_KIND = {"waste_basket": "basket", "waste_disposal": "container", "recycling": "recycling"}

NAMES = ("name", "official_name", "short_name", "alt_name", "loc_name")
"""The tags that name a place, the usual one first."""


def rooms(extract: Extract, segments: Sequence[Segment] = (), near_m: float = 100.0) -> list[Room]:
    """Places of vessels as rooms of kind basket, container or recycling, ordered by id.

    One without a name of its own is called after the nearest named street within ``near_m``, as '' says little
    to a driver; far from any it stays ''.
    """
    found = [(shape, place_of(shape, extract.positions)) for shape in extract.rooms]
    placed = [(shape, place) for shape, place in found if place is not None]
    streets = street_names([place for _, place in placed], segments, near_m)
    made = [
        Room(shape.source_id, name_of(shape) or street, place[0], place[1], ROOM_KIND[shape.tags["amenity"]])
        for (shape, place), street in zip(placed, streets, strict=True)
    ]
    return _numbered(sorted(made, key=lambda room: room.id))


def _numbered(rooms: Sequence[Room]) -> list[Room]:
    """Rooms of one name get a number each, in the order of their ids, so that stops can be told apart."""
    count = Counter(room.name for room in rooms)
    seen: Counter[str] = Counter()
    told = []
    for room in rooms:
        seen[room.name] += 1
        several = count[room.name] > 1 and room.name
        told.append(replace(room, name=f"{room.name} {seen[room.name]}") if several else room)
    return told


def schools(
    extract: Extract, segments: Sequence[Segment] = (), spoken: Words | None = None, near_m: float = 250.0
) -> list[Building]:
    """Schools and kindergartens, one building a school, ordered by id.

    One that the map gives no name is called in words after its address, else the nearest named street within
    ``near_m``, else its number in the map; '' only where there are no words.

    The grounds of a school (amenity=school) and the school buildings on them are one; its area [m²] is the sum of
    the footprints on the grounds, never the yard. A school that is only a point lends its name to the school
    building it stands in. ``area_m2`` is None where no footprint is drawn.
    """
    outlines = [outline(shape, extract.positions) for shape in extract.schools]
    known = [one for one in outlines if one is not None]
    areas = sorted((o for o in known if o.is_grounds and o.ring), key=lambda o: -o.area_m2)
    others = [outline(shape, extract.positions) for shape in extract.buildings] if areas else []
    footprints = [o for o in (*known, *others) if o is not None and o.is_building and o.ring]
    made, taken = [], set()
    for area in areas:
        if area.id in taken:
            continue
        inside = [o for o in footprints if o.id not in taken and o.id != area.id and area.contains(o.place)]
        points = [o for o in known if o.id != area.id and area.contains(o.place)]
        taken |= {o.id for o in (*inside, *points)} | {area.id}
        made.append(_school(area, inside, points))
    for single in sorted((o for o in known if o.id not in taken), key=lambda o: -o.area_m2):
        if single.id not in taken:
            points = [o for o in known if o.id != single.id and o.id not in taken and single.contains(o.place)]
            taken |= {o.id for o in points} | {single.id}
            made.append(_school(single, [single] if single.ring else [], points))
    found = sorted(made, key=lambda school: school.building.id)
    return [school.building for school in found] if spoken is None else _called(found, segments, spoken, near_m)


@dataclass(frozen=True)
class School:
    """A school with the address that the map has for it, or ''."""

    building: Building
    address: str


def _called(found: Sequence[School], segments: Sequence[Segment], spoken: Words, near_m: float) -> list[Building]:
    """The schools, those without a name of their own called after where they are; several at one place numbered."""
    unnamed = [school for school in found if not school.building.name]
    streets = street_names([(school.building.lon, school.building.lat) for school in unnamed], segments, near_m)
    names = {
        school.building.id: _place_name(school, street, spoken) for school, street in zip(unnamed, streets, strict=True)
    }
    count, seen = Counter(names.values()), Counter[str]()
    told = []
    for school in found:
        name = names.get(school.building.id)
        if name is not None:
            seen[name] += 1
            name = f"{name} ({seen[name]})" if count[name] > 1 else name
        told.append(school.building if name is None else replace(school.building, name=name))
    return told


def _place_name(school: School, street: str, spoken: Words) -> str:
    kind = school.building.kind
    if school.address:
        return spoken.say(message(f"unnamed.{kind}.address", address=school.address))
    if street:
        return spoken.say(message(f"unnamed.{kind}.street", street=street))
    return spoken.say(message(f"unnamed.{kind}.number", id=school.building.id))


@dataclass(frozen=True)
class Outline:
    """A shape with its place; ``ring`` is its closed line of (lon, lat), () where it has none."""

    shape: Shape
    place: Point
    ring: tuple[Point, ...]
    area_m2: float

    @property
    def id(self) -> str:
        return self.shape.source_id

    @property
    def is_building(self) -> bool:
        return self.shape.tags.get("building", "no") != "no"

    @property
    def is_grounds(self) -> bool:
        return self.shape.tags.get("amenity") in SCHOOLS and not self.is_building

    def contains(self, place: Point) -> bool:
        """Whether a place lies inside the ring (even-odd rule)."""
        inside = False
        for (x1, y1), (x2, y2) in zip(self.ring, self.ring[1:], strict=False):
            if (y1 > place[1]) != (y2 > place[1]) and place[0] < x1 + (place[1] - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
        return inside


def _school(main: Outline, footprints: Sequence[Outline], others: Iterable[Outline]) -> School:
    """One building of a school: at its largest footprint, with the first name and address that any part of it has."""
    largest = max(footprints, key=lambda o: o.area_m2, default=main)
    area = sum(o.area_m2 for o in footprints)
    parts = [main, *sorted(others, key=lambda o: o.id), *footprints]
    name = next((name_of(part.shape) for part in parts if name_of(part.shape)), "")
    address = next((found for part in parts if (found := _address(part.shape))), "")
    area_m2 = round(area, 1) if area else None
    return School(Building(main.id, name, *largest.place, kind=_kind(main.shape), area_m2=area_m2), address)


def _address(shape: Shape) -> str:
    """Street and number of a shape as its tags have them, or ''."""
    street = shape.tags.get("addr:street") or shape.tags.get("addr:place") or ""
    number = shape.tags.get("addr:housenumber", "") if street else ""
    return f"{street} {number}".replace("\x00", "").strip()


def _kind(shape: Shape) -> str:
    return next(tag for tag in (shape.tags.get("amenity"), shape.tags.get("building")) if tag in SCHOOLS)


def name_of(shape: Shape) -> str:
    """The name that a shape has of its own, or ''."""
    found = (shape.tags.get(key, "").replace("\x00", "").strip() for key in NAMES)
    return next((name for name in found if name), "")


def outline(shape: Shape, positions: Mapping[int, Point]) -> Outline | None:
    """A shape with its place and its ring; None where the extract has no part of it."""
    place = place_of(shape, positions)
    if place is None:
        return None
    ring = _ring(shape, positions)
    return Outline(shape, place, ring, _area_m2(ring))


def _area_m2(ring: Sequence[Point]) -> float:
    if not ring:
        return 0.0
    lons, lats = zip(*ring, strict=True)
    return abs(float(GEOD.polygon_area_perimeter(lons, lats)[0]))


def place_of(shape: Shape, positions: Mapping[int, Point]) -> Point | None:
    """Where a shape is: its point, the centre of its area, or the middle of what the extract has of it."""
    if shape.place is not None:
        return shape.place
    ring = _ring(shape, positions)
    if ring:
        return _centre(ring)
    points = [positions[node] for part in shape.rings for node in part if node in positions]
    if not points:
        return None
    lon, lat = np.mean(points, axis=0).tolist()
    return lon, lat


def _ring(shape: Shape, positions: Mapping[int, Point]) -> tuple[Point, ...]:
    """The largest closed line of a shape that lies whole in the extract; ways of a relation are joined."""
    whole = [ring for ring in shape.rings if all(node in positions for node in ring)]
    closed = [ring for ring in _joined(whole) if len(ring) > 3 and ring[0] == ring[-1]]
    longest = max(closed, key=len, default=())
    return tuple(positions[node] for node in longest)


def _joined(lines: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Lines put together end to end where they share end nodes."""
    rest, rings = [line for line in lines if line], []
    while rest:
        ring = rest.pop(0)
        while ring[0] != ring[-1]:
            following = next((line for line in rest if ring[-1] in (line[0], line[-1])), None)
            if following is None:
                break
            rest.remove(following)
            ring += following[1:] if following[0] == ring[-1] else following[-2::-1]
        rings.append(ring)
    return rings


def _centre(ring: Sequence[Point]) -> Point:
    """Centre of gravity of a closed ring; its vertex mean where the ring has no area."""
    lon, lat = np.array(ring, float).T
    x, y = lon - lon[0], lat - lat[0]
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    if abs(cross.sum()) < 1e-15:
        return float(lon.mean()), float(lat.mean())
    share = 3.0 * cross.sum()
    return (
        float(lon[0] + ((x[:-1] + x[1:]) * cross).sum() / share),
        float(lat[0] + ((y[:-1] + y[1:]) * cross).sum() / share),
    )


def street_names(places: Sequence[Point], segments: Sequence[Segment], near_m: float) -> list[str]:
    """For each place the name of the nearest vertex of a named street within ``near_m``, or ''."""
    named = [(point, s.name) for s in segments if s.name for point in s.geometry]
    if not named or not places:
        return [""] * len(places)
    origin = places[0]
    tree = cKDTree(flat([point for point, _ in named], origin))
    _, nearest = tree.query(flat(places, origin))
    return [
        named[i][1] if distance_m(place, named[i][0]) <= near_m else ""
        for place, i in zip(places, nearest.tolist(), strict=True)
    ]


def flat(points: Sequence[Point], origin: Point) -> npt.NDArray[np.float64]:
    """(n, 2) metres east and north of ``origin``."""
    lon, lat = np.array(points, float).T
    return np.column_stack(local_xy(lon, lat, origin))
