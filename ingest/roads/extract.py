"""What an OpenStreetMap extract holds of a town, before streets are cut from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import osmium

from city.entities import Point
from city.vocabulary import Network
from ingest.roads.networks import LeftBecause

Box = tuple[float, float, float, float]
"""West, south, east, north [°]."""
Item = osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation


@dataclass(frozen=True, slots=True)
class Way:
    """A way of the street or the cycle network as the file has it: ``nodes`` are ids in drawing order."""

    id: int
    network: Network
    tags: Mapping[str, str]
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeftWay:
    """A way in no network: a street or cycle way of the town left out ``because``, or None: another kind of way.

    ``by`` is the tag that leaves it out, or that says what it is (``highway=track``).
    """

    id: int
    name: str
    because: LeftBecause | None
    by: str
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SpotHeight:
    """A node whose elevation somebody wrote down [m]."""

    lon: float
    lat: float
    elevation_m: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A node, way or relation that a place is made of. ``rings`` are its lines of node ids, or its one node.

    ``members`` are the outer ways of a relation, still to be looked up.
    """

    kind: Literal["node", "way", "relation"]
    id: int
    tags: Mapping[str, str]
    rings: tuple[tuple[int, ...], ...] = ()
    members: tuple[int, ...] = ()
    place: Point | None = None

    @property
    def source_id(self) -> str:
        return f"osm/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A turn restriction as the file has it: ``members`` are (kind n or w, role, id)."""

    id: int
    tags: Mapping[str, str]
    members: tuple[tuple[str, str, int], ...]

    def ways(self, role: str) -> tuple[int, ...]:
        """The ways of a role."""
        return tuple(number for kind, of, number in self.members if kind == "w" and of == role)


@dataclass
class Extract:
    """What was read. ``positions`` holds (lon, lat) of every node of a way or shape that the file has.

    ``box`` is the extent that the file says it has, ``barriers`` by node the tag by which it stops lorries.
    """

    file: Path
    ways: list[Way] = field(default_factory=list)
    positions: dict[int, Point] = field(default_factory=dict)
    spot_heights: list[SpotHeight] = field(default_factory=list)
    rooms: list[Shape] = field(default_factory=list)
    schools: list[Shape] = field(default_factory=list)
    buildings: list[Shape] = field(default_factory=list)
    stops: list[Shape] = field(default_factory=list)
    crossings: list[Shape] = field(default_factory=list)
    car_parks: list[Shape] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    left: list[LeftWay] = field(default_factory=list)
    barriers: dict[int, str] = field(default_factory=dict)
    box: Box | None = None
    data_date: date | None = None
