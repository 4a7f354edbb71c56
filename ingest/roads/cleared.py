"""Bus stops, crossings, car parks and school yards of an extract: what is cleared beside streets and cycle ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from city.entities import Point, Segment
from city.upkeep import Place
from city.vocabulary import PlaceKind
from ingest.roads.extract import Extract, Shape
from ingest.roads.places import Outline, flat, name_of, outline, street_names


def places(
    extract: Extract, segments: Sequence[Segment] = (), *, same_m: float = 25.0, near_m: float = 100.0
) -> list[Place]:
    """The places of an extract, ordered by id.

    A platform within ``same_m`` of a bus stop is that stop drawn again. One without a name is called after the nearest
    named street within ``near_m``, else ''.
    """
    stops = _once(list(_made(extract, extract.stops, "bus_stop")), extract, same_m)
    found = [
        *stops,
        *_made(extract, extract.crossings, "crossing"),
        *_made(extract, extract.car_parks, "parking"),
        *_yards(extract),
    ]
    return sorted(_named(found, segments, near_m), key=lambda place: place.id)


def _made(extract: Extract, shapes: Iterable[Shape], kind: PlaceKind) -> Iterator[Place]:
    for shape in shapes:
        drawn = outline(shape, extract.positions)
        if drawn is not None:
            area = round(drawn.area_m2, 1) if kind == "parking" and drawn.area_m2 >= 1.0 else None
            yield Place(drawn.id, kind, name_of(shape), *drawn.place, area)


def _once(stops: Sequence[Place], extract: Extract, same_m: float) -> list[Place]:
    """Bus stops, and those platforms that lie beside none."""
    signs = {shape.source_id for shape in extract.stops if shape.tags.get("highway") == "bus_stop"}
    first, others = [s for s in stops if s.id in signs], [s for s in stops if s.id not in signs]
    if not first or not others:
        return list(stops)
    origin = _point(first[0])
    away, _ = cKDTree(flat([_point(s) for s in first], origin)).query(flat([_point(s) for s in others], origin))
    return first + [stop for stop, metres in zip(others, away, strict=True) if metres > same_m]


def _yards(extract: Extract) -> Iterator[Place]:
    """The grounds of schools without what is built on them. One that is only a point has no yard that is known."""
    known = [drawn for shape in extract.schools if (drawn := outline(shape, extract.positions))]
    grounds = [drawn for drawn in known if drawn.is_grounds and drawn.ring]
    if not grounds:
        return
    others = [drawn for shape in extract.buildings if (drawn := outline(shape, extract.positions))]
    built = [drawn for drawn in (*known, *others) if drawn.is_building and drawn.ring]
    if not built:
        yield from (_yard(one, []) for one in grounds)
        return
    tree = cKDTree(flat([drawn.place for drawn in built], grounds[0].place))
    for one in grounds:
        middle, reach = flat([one.place], grounds[0].place)[0], _reach_m(one)
        near = [built[i] for i in sorted(tree.query_ball_point(middle, reach))]
        yield _yard(one, [drawn for drawn in near if one.contains(drawn.place)])


def _yard(grounds: Outline, built: Sequence[Outline]) -> Place:
    area = max(1.0, grounds.area_m2 - sum(drawn.area_m2 for drawn in built))
    return Place(grounds.id, "school_yard", name_of(grounds.shape), *grounds.place, round(area, 1))


def _reach_m(grounds: Outline) -> float:
    """How far the farthest corner is from the middle [m]."""
    return float(np.hypot(*flat(grounds.ring, grounds.place).T).max())


def _named(found: Sequence[Place], segments: Sequence[Segment], near_m: float) -> list[Place]:
    streets = street_names([_point(place) for place in found], segments, near_m)
    return [place if place.name else replace(place, name=street) for place, street in zip(found, streets, strict=True)]


def _point(place: Place) -> Point:
    return place.lon, place.lat
