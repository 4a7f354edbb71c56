"""The parts of a route as a file gives them, whatever its format: lines, names, what was left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from city.entities import Point
from city.track import Line
from city.vocabulary import RouteClass

HELP = "see docs/imports.md"


class BadFeature(ValueError):
    """A feature that cannot be used: which field is wrong, how, and the way out."""


@dataclass(frozen=True)
class Part:
    """One usable feature: its lines and what it says of the route that it belongs to."""

    lines: tuple[Line, ...]
    route: str | None = None
    vehicle: str | None = None
    route_class: RouteClass | None = None
    order: float | None = None


@dataclass(frozen=True)
class Read:
    """The usable parts of a file, in its order, and a line for each feature that was refused."""

    parts: tuple[Part, ...]
    refused: tuple[str, ...]


def sifted(what: str, features: Sequence[object], make: Callable[[object], Part]) -> Read:
    """Makes the part of each feature; one that is bad costs one line and none of its neighbours."""
    parts, refused = [], []
    for number, feature in enumerate(features, start=1):
        try:
            parts.append(make(feature))
        except BadFeature as error:
            refused.append(f"{what} {number}: {error}")
    return Read(tuple(parts), tuple(refused))


def named(text: str) -> str | None:
    """A name as it can be stored and printed: one line, without what does not print; None where nothing is left."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) or None


def line_of(points: Iterable[tuple[float, float]], serve: bool | None, where: str, *, drawn: bool) -> Line:
    """A line of (lon, lat) points. Raises BadFeature naming the first point that is no place on earth."""
    checked = tuple(_checked(point, f"{where}, point {number}") for number, point in enumerate(points, start=1))
    if len(set(checked)) < 2:
        raise BadFeature(f"{where}: has no two points that differ; a line needs them")
    return Line(checked, serve, drawn)


def _checked(point: Point, where: str) -> Point:
    lon, lat = point
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadFeature(f"{where}: is ({lon:g}, {lat:g}), which is no place; leave the point out")
    if abs(lon) > 180.0 or abs(lat) > 180.0:
        words = "are metres and not degrees (SWEREF 99 or UTM?); export it in WGS 84 (EPSG:4326)"
        raise BadFeature(f"{where}: the coordinates ({lon:.0f}, {lat:.0f}) {words}")
    if abs(lat) > 90.0:
        raise BadFeature(f"{where}: the latitude is {lat:g}; are longitude and latitude swapped? GeoJSON has lon, lat")
    return lon, lat
