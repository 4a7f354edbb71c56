"""A small map of a tur as lines: its way in strong, the streets round it in thin, north up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from city.entities import Point
from city.plan import Intervention
from store import roads
from store.connect import Connection

WIDTH, HIGHEST, LOWEST, MARGIN = 490.0, 210.0, 110.0, 14.0
MOST_STREETS = 900
Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SmallMap:
    """Lines in a box of ``width`` by ``height``, y down: the ``way`` of a tur, ``others`` round it, ``arrows`` (x, y,
    angle [°]) along it, and ``dots`` where it begins and ends or stops."""

    width: float
    height: float
    way: Line
    others: tuple[Line, ...]
    arrows: tuple[tuple[float, float, float], ...]
    dots: Line


def small_map(connection: Connection, item: Intervention) -> SmallMap | None:
    """The map of an intervention; None where it has no line or stops."""
    way = _points(item)
    stops = [(stop.lon, stop.lat) for stop in item.stops] if isinstance(item.stops, tuple) else []
    if len(way) < 2 and len(stops) < 2:
        return None
    place, height, box = _projection([*way, *stops])
    inside = roads.segments_within(connection, *box)[:MOST_STREETS]
    line = tuple(place(point) for point in way)
    return SmallMap(
        width=WIDTH,
        height=height,
        way=line,
        others=tuple(tuple(place(point) for point in street.geometry) for street in inside),
        arrows=tuple(_arrows(line)),
        dots=tuple(place(point) for point in stops) or (line[0], line[-1]),
    )


def path_of(line: Sequence[tuple[float, float]]) -> str:
    """A line as the path of an SVG."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line)


def _points(item: Intervention) -> list[Point]:
    if not item.geometry or item.geometry["type"] != "LineString":
        return []
    return [(float(point[0]), float(point[1])) for point in item.geometry["coordinates"]]


def _projection(
    points: Sequence[Point],
) -> tuple[Callable[[Point], tuple[float, float]], float, tuple[Point, Point]]:
    """How a place stands in the box, how high that is, and what it shows [°]: as wide as the sheet, not too high."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    shrink = math.cos(math.radians((south + north) / 2))
    wide, tall = max(1e-5, (east - west) * shrink), max(1e-5, north - south)
    height = min(HIGHEST, max(LOWEST, (WIDTH - 2 * MARGIN) * tall / wide + 2 * MARGIN))
    scale = min((WIDTH - 2 * MARGIN) / wide, (height - 2 * MARGIN) / tall)
    left, top = (WIDTH - wide * scale) / 2, (height - tall * scale) / 2

    def place(point: Point) -> tuple[float, float]:
        return left + (point[0] - west) * shrink * scale, top + (north - point[1]) * scale

    side, up = left / scale / shrink, top / scale
    return place, height, ((west - side, south - up), (east + side, north + up))


def _arrows(line: Line, *, every: float = 130.0, most: int = 8) -> list[tuple[float, float, float]]:
    """Arrowheads along a line, one every so many units."""
    made: list[tuple[float, float, float]] = []
    gone, due = 0.0, every / 2
    for (ax, ay), (bx, by) in pairwise(line):
        length = math.hypot(bx - ax, by - ay)
        if length > 0 and gone + length >= due and len(made) < most:
            part = (due - gone) / length
            angle = math.degrees(math.atan2(by - ay, bx - ax))
            made.append((ax + (bx - ax) * part, ay + (by - ay) * part, angle))
            due += every
        gone += length
    return made
