"""Work beside the ploughing of streets: places cleared for themselves, snow to drive away, grit to sweep up; and who
keeps a street."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from city.vocabulary import Keeper, PlaceKind, WorkKind


@dataclass(frozen=True, slots=True)
class Place:
    """A bus stop, a crossing, a car park or a school yard: cleared for itself, mostly by hand or by a small machine.

    ``area_m2`` is what is to be cleared of a car park or a yard; None where it is not drawn.
    """

    id: str
    kind: PlaceKind
    name: str
    lon: float
    lat: float
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
class SeasonWork:
    """How often a segment was ploughed this season since its snow was driven away, and sanded since it was swept."""

    segment: str
    ploughed: int
    sanded: int


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """Haulage or sweeping that a person asks for: ``segments`` are those where it is not done yet.

    ``who`` is a role or a vehicle.
    """

    id: str
    kind: WorkKind
    segments: tuple[str, ...]
    who: str
    why: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class KeeperRule:
    """A rule of who keeps the streets that fit all that it names; the first that fits counts.

    ``street`` is a name and ``highway`` a kind of street, in both * stands for anything; ``number`` a road's number,
    ``way`` the way of its source, ``segment`` an id; ``outline`` a polygon as lon, lat, lon, lat … [°] that the middle
    of the segment lies in.
    """

    id: str
    keeper: Keeper
    street: str | None = None
    highway: str | None = None
    number: str | None = None
    way: str | None = None
    segment: str | None = None
    outline: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class SegmentOrigin:
    """What the source of a segment says of it: the number of its road ('' where it has none), and its keeper."""

    segment: str
    number: str
    keeper: Keeper
