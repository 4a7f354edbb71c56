"""The zones of a building and when each is used: from its points, its hours and its calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Building
from city.heatpoint import HeatPoint
from city.serviceday import local_instant
from planner.heating.snapshot import HeatingSnapshot

Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)
USUAL_HOURS = (time(8, 0), time(16, 0))
"""Of a building whose own hours cannot be read: one wrong row must not stop the others' plans."""
EVENING_ENDS = time(22, 0)


@dataclass(frozen=True)
class HeatZone:
    """A part of a building with a sensor of its own, ``device``; its hours are (opens, closes), local time, None where
    it is not used: on a school day, and on a day of after-school care alone."""

    name: str
    device: str | None
    hours: tuple[time, time]
    after_school: tuple[time, time] | None


def points_of(snapshot: HeatingSnapshot, building: Building, point: str) -> list[HeatPoint]:
    """The points of one kind of a building."""
    return [row for row in snapshot.points if row.building == building.id and row.point == point]


def zones_of(snapshot: HeatingSnapshot, building: Building) -> list[HeatZone]:
    """The zones of a building: those that its points name, else one with the building's own sensor."""
    own = hours_of(building) or USUAL_HOURS
    rows = points_of(snapshot, building, "zone_temperature")
    care = [span(row.after_school_opens, row.after_school_closes) for row in rows]
    known = any(hours is not None for hours in care)
    found = [
        HeatZone(row.zone or row.device, row.device, span(row.opens, row.closes) or own, hours if known else own)
        for row, hours in zip(rows, care, strict=True)
    ]
    return found or [HeatZone(building.name or building.id, building.device, own, own)]


def hours_of(building: Building) -> tuple[time, time] | None:
    """When a building opens and closes; None where what is stored says no such hours."""
    return span(building.opens, building.closes)


def span(opens: str, closes: str) -> tuple[time, time] | None:
    """From one local time to a later one of the day; None where the two say no such hours."""
    try:
        begin, end = time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError:
        return None
    return (begin, end) if begin < end else None


def kind_of(snapshot: HeatingSnapshot, building: Building, day: date) -> str | None:
    """What the building's calendar says of a day; None where it says nothing."""
    kinds = sorted(row.kind for row in snapshot.calendar if row.calendar == building.calendar and row.day == day)
    return kinds[0] if kinds else None


def usual_kind(day: date) -> str:
    """What a day is taken for of which no calendar says anything."""
    return "school" if day.weekday() < 5 else "closed"


def used(snapshot: HeatingSnapshot, building: Building, zone: HeatZone, day: date) -> tuple[datetime, datetime] | None:
    """From when to when a zone is used on a local day; None where it is not."""
    kind = kind_of(snapshot, building, day) or usual_kind(day)
    hours = {"closed": None, "fritids": zone.after_school}.get(kind, zone.hours)
    if hours is None:
        return None
    opens, closes = hours
    ends = max(closes, EVENING_ENDS) if kind == "evening" else closes
    return local_instant(day, opens, snapshot.zone), local_instant(day, ends, snapshot.zone)


def shares_used(spans: Iterable[tuple[datetime, datetime]], begin: datetime, hours: int) -> Floats:
    """(hours,) the share of each hour from ``begin`` on that lies in one of the spans."""
    out = np.zeros(hours)
    for start, end in spans:
        first, last = (start - begin) / HOUR, (end - begin) / HOUR
        index = np.arange(hours)
        out += np.clip(np.minimum(index + 1.0, last) - np.maximum(index, first), 0.0, 1.0)
    return np.minimum(out, 1.0)


def used_hours(
    snapshot: HeatingSnapshot, building: Building, zones: Sequence[HeatZone], begin: datetime, hours: int
) -> Floats:
    """(n_zones, hours) the share of each hour in which each zone is used."""
    first = begin.astimezone(snapshot.zone).date() - timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(hours // 24 + 4)]
    rows = []
    for zone in zones:
        spans = [used(snapshot, building, zone, day) for day in days]
        rows.append(shares_used([one for one in spans if one is not None], begin, hours))
    return np.array(rows)
