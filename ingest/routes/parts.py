"""The parts of a route as a file gives them, whatever its format: lines, names, what was left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from city.catalogue.message import Message, message
from city.entities import Point
from city.errors import BadValue
from city.track import Line
from city.vocabulary import RouteClass

HELP = message("error.file.see_imports")


class BadFeature(BadValue):
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
    refused: tuple[Message, ...]


def sifted(
    features: Sequence[object], make: Callable[[object], Part], placed: Callable[[str, Message], Message]
) -> Read:
    """Makes the part of each feature; one that is bad costs one line and none of its neighbours. ``placed`` says a
    problem with the number of the feature, from 1 on."""
    parts, refused = [], []
    for number, feature in enumerate(features, start=1):
        try:
            parts.append(make(feature))
        except BadFeature as error:
            refused.append(placed(str(number), error.message))
    return Read(tuple(parts), tuple(refused))


def named(text: str) -> str | None:
    """A name as it can be stored and printed: one line, without what does not print; None where nothing is left."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) or None


def line_of(points: Iterable[tuple[float, float]], serve: bool | None, where: str | Message, *, drawn: bool) -> Line:
    """A line of (lon, lat) points. Raises BadFeature naming the first point that is no place on earth."""
    checked = tuple(_checked(point, point_of(where, number)) for number, point in enumerate(points, start=1))
    if len(set(checked)) < 2:
        raise BadFeature(message("error.routes.no_two_points", where=where))
    return Line(checked, serve, drawn)


def point_of(where: str | Message, number: int) -> Message:
    """Where a point stands: its number in a line, from 1 on."""
    return message("error.routes.point", where=where, number=str(number))


def _checked(point: Point, where: Message) -> Point:
    lon, lat = point
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _nowhere("error.routes.no_place", where, f"{lon:g}", f"{lat:g}")
    if abs(lon) > 180.0 or abs(lat) > 180.0:
        raise _nowhere("error.routes.metres", where, f"{lon:.0f}", f"{lat:.0f}")
    if abs(lat) > 90.0:
        raise BadFeature(message("error.routes.latitude", where=where, lat=f"{lat:g}"))
    return lon, lat


def _nowhere(key: str, where: Message, lon: str, lat: str) -> BadFeature:
    """The refusal of a point, with its numbers as they stand in the file."""
    return BadFeature(message(key, where=where, lon=lon, lat=lat))
