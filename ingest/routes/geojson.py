"""Routes from GeoJSON (RFC 7946): LineString and MultiLineString features, several of which may make one route."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from city.errors import ImportRefused
from city.vocabulary import RouteClass
from ingest.routes.parts import HELP, BadFeature, Part, Read, line_of, named, sifted


class FeatureProperties(msgspec.Struct, frozen=True):
    """What a feature may say: the route by ``route`` or ``name``, who drives it, its class, whether it is worked, and
    its turn among the features of its route."""

    route: str | int | None = None
    name: str | int | None = None
    vehicle: str | int | None = None
    route_class: RouteClass | None = msgspec.field(name="class", default=None)
    serve: bool | None = None
    order: float | None = None


class Geometry(msgspec.Struct, frozen=True):
    """Type and coordinates, which are looked at only where the type is a line."""

    type: str
    coordinates: Any = None


class Feature(msgspec.Struct, frozen=True):
    """One feature of a collection."""

    geometry: Geometry | None = None
    properties: FeatureProperties | None = None


def read(file: Path, content: bytes) -> Read:
    """The parts of a feature collection, or of a single feature or line. Raises ImportRefused where it is none.

    Python's reader takes the first step because it lets NaN pass: what holds one is then named and its neighbours stay.
    """
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(file, f"is not JSON ({error})", "export the routes again as GeoJSON") from error
    kind = tree.get("type") if isinstance(tree, dict) else None
    if kind == "Feature":
        tree = {"features": [tree]}
    elif kind in ("LineString", "MultiLineString"):
        tree = {"features": [{"geometry": tree}]}
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list) or not features:
        raise ImportRefused(file, "holds no features of GeoJSON", HELP)
    return sifted("feature", features, _part)


def _part(raw: object) -> Part:
    try:
        feature = msgspec.convert(raw, Feature)
    except msgspec.ValidationError as error:
        raise BadFeature(f"{error}; {HELP}") from error
    said = feature.properties or FeatureProperties()
    lines = [line_of(points, said.serve, where, drawn=True) for where, points in _coordinates(feature.geometry)]
    name = said.route if said.route is not None else said.name
    return Part(tuple(lines), _text(name), _text(said.vehicle), said.route_class, said.order)


def _text(value: str | int | None) -> str | None:
    """A name or number as text; None where there is none, or an empty one."""
    return None if value is None else named(str(value))


def _coordinates(geometry: Geometry | None) -> list[tuple[str, list[tuple[float, float]]]]:
    """The lines of a geometry, each with where it stands."""
    if geometry is None or geometry.type not in ("LineString", "MultiLineString"):
        kind = "none" if geometry is None else geometry.type
        raise BadFeature(f"geometry: is {kind}; a route is a LineString or a MultiLineString")
    shape = list[list[float]] if geometry.type == "LineString" else list[list[list[float]]]
    try:
        found: Any = msgspec.convert(geometry.coordinates, shape)
    except msgspec.ValidationError as error:
        raise BadFeature(f"geometry.coordinates: {error}") from error
    lines = [found] if geometry.type == "LineString" else found
    if any(len(point) < 2 for line in lines for point in line):
        raise BadFeature("geometry.coordinates: a point has no latitude; each is [longitude, latitude]")
    return [
        ("geometry" if len(lines) == 1 else f"geometry, line {number}", [(point[0], point[1]) for point in line])
        for number, line in enumerate(lines, start=1)
    ]
