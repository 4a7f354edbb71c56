"""Routes from GeoJSON (RFC 7946): LineString and MultiLineString features, several of which may make one route."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from pyproj import CRS

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import ImportRefused
from city.vocabulary import RouteClass
from ingest.coordinates import degrees, system
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


def read(file: Path, content: bytes, crs: CRS | None = None) -> Read:
    """The parts of a feature collection, or of a single feature or line. Raises ImportRefused where it is none.

    ``crs`` is its reference system, where that is another than it says: by its ``crs`` member as older programs write
    it, else degrees.

    Python's reader takes the first step because it lets NaN pass: what holds one is then named and its neighbours stay.
    """
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        problem = message("error.routes.no_json", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.routes.export_geojson")) from error
    kind = tree.get("type") if isinstance(tree, dict) else None
    if kind == "Feature":
        tree = {"features": [tree]}
    elif kind in ("LineString", "MultiLineString"):
        tree = {"features": [{"geometry": tree}]}
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list) or not features:
        raise ImportRefused(file, message("error.routes.no_features"), HELP)
    crs = crs or _stated(file, tree)
    part = partial(_part, crs=crs)
    return sifted(features, part, lambda n, problem: message("error.routes.feature", number=n, problem=problem))


def _stated(file: Path, tree: dict[str, Any]) -> CRS | None:
    """The reference system of a ``crs`` member, which GeoJSON had before RFC 7946; None where that says degrees."""
    said = tree.get("crs")
    properties = said.get("properties") if isinstance(said, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or "CRS84" in name:
        return None
    return system(file, name)


def _part(raw: object, crs: CRS | None = None) -> Part:
    try:
        feature = msgspec.convert(raw, Feature)
    except msgspec.ValidationError as error:
        raise BadFeature(message("error.routes.helped", problem=in_our_words(error), help=HELP)) from error
    said = feature.properties or FeatureProperties()
    found = _coordinates(feature.geometry)
    lines = [line_of(_in_degrees(points, crs), said.serve, where, drawn=True) for where, points in found]
    name = said.route if said.route is not None else said.name
    return Part(tuple(lines), _text(name), _text(said.vehicle), said.route_class, said.order)


def _in_degrees(points: list[tuple[float, float]], crs: CRS | None) -> list[tuple[float, float]]:
    """Points of another reference system as longitude and latitude."""
    if crs is None or not points:
        return points
    x, y = np.array(points, float).T
    lon, lat = degrees(x, y, crs)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _text(value: str | int | None) -> str | None:
    """A name or number as text; None where there is none, or an empty one."""
    return None if value is None else named(str(value))


def _coordinates(geometry: Geometry | None) -> list[tuple[str | Message, list[tuple[float, float]]]]:
    """The lines of a geometry, each with where it stands."""
    if geometry is None or geometry.type not in ("LineString", "MultiLineString"):
        kind = "none" if geometry is None else geometry.type
        raise BadFeature(message("error.routes.no_line", kind=kind))
    shape = list[list[float]] if geometry.type == "LineString" else list[list[list[float]]]
    try:
        found: Any = msgspec.convert(geometry.coordinates, shape)
    except msgspec.ValidationError as error:
        raise BadFeature(message("error.routes.coordinates", problem=in_our_words(error))) from error
    lines = [found] if geometry.type == "LineString" else found
    if any(len(point) < 2 for line in lines for point in line):
        raise BadFeature(message("error.routes.no_latitude"))
    return [
        (_line(number if len(lines) > 1 else None), [(point[0], point[1]) for point in line])
        for number, line in enumerate(lines, start=1)
    ]


def _line(number: int | None) -> str | Message:
    """Where a line stands: in a geometry, as its one or with its number."""
    return "geometry" if number is None else message("error.routes.line", where="geometry", number=str(number))
