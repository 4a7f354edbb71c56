"""Places to clear for themselves: bus stops, crossings, car parks, school yards; which, when, and in which pieces.

A place has the snow of its nearest street, but a plough on that street does not clear it: it was cleared when somebody
did it, or saw it so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Threshold
from city.geo import local_xy
from city.nearby import Nearby
from city.serviceday import local_instant
from city.upkeep import Place
from city.vocabulary import CLEAR, READINGS
from models.snow import Hindcast
from planner.routes.sectors import bisect, plannable
from planner.snow.criteria import is_school_day
from planner.snow.depths import DEPTH
from planner.snow.need import Needs
from planner.snow.rule import Ints, hundredths, limit_hundredths
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fallen_since, on_the_ground
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
WORK_MIN = {"bus_stop": 4.0, "crossing": 2.0}
"""Minutes of work at a place of one kind [min]: a choice of ours."""


@dataclass(frozen=True)
class PlaceNeed:
    """What one place needs: as ``Need`` of a street, by the depth of the segment at row ``segment``."""

    place: Place
    segment: int
    minutes: float
    depth_cm: float
    low_cm: float
    high_cm: float
    limit: Threshold
    over_cm: float
    peak_at: datetime
    from_when: datetime
    deadline: datetime


@dataclass(frozen=True)
class Piece:
    """A part of the town whose places one vehicle clears in a go: ``places`` are rows of the snapshot's places."""

    id: str
    title: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class DuePlaces:
    """The pieces of the town, what the places of each that are due need, and how many places lie far from any
    street."""

    due: tuple[tuple[Piece, tuple[PlaceNeed, ...]], ...]
    astray: int


def places_asked(snapshot: SnowSnapshot, needs: Needs, behind: Hindcast) -> DuePlaces:
    """Which places are to be cleared. Those of a running order are its own."""
    rows = nearest_streets(snapshot)
    wanted = planned(snapshot, needs.service.rules)
    astray, rows = int((wanted & (rows < 0)).sum()), np.where(wanted, rows, -1)
    held = {item.target for item in snapshot.running}
    pieces = [piece for piece in cut_places(snapshot, rows) if piece.id not in held]
    if not pieces:
        return DuePlaces((), astray)
    depths = _depths(snapshot, needs, behind, rows)
    found = [(piece, tuple(_needed(snapshot, needs, piece, rows, depths))) for piece in pieces]
    return DuePlaces(tuple(one for one in found if one[1]), astray)


def planned(snapshot: SnowSnapshot, rules: Limits) -> Bools:
    """(n_places,) whether a place is of a kind that the city wants planned (``snow.places``)."""
    wanted = {row.scope for row in rules.rows if row.key == "snow.places" and row.text == "plan"}
    return np.array([place.kind in wanted for place in snapshot.places], bool)


def nearest_streets(snapshot: SnowSnapshot, *, near_m: float = 60.0) -> Ints:
    """(n_places,) the row of the nearest street or cycle way that is planned, -1 where none is within ``near_m``."""
    found = np.full(len(snapshot.places), -1, np.int64)
    ours = np.array([plannable(segment) for segment in snapshot.segments], bool)
    if not len(found) or not ours.any():
        return found
    origin = snapshot.places[0].lon, snapshot.places[0].lat
    near = Nearby(snapshot.segments, ours, origin).near(_xy(snapshot.places), near_m)
    for i, (first, end) in enumerate(zip(near.at, near.at[1:], strict=False)):
        if first < end:
            found[i] = near.segment[first + int(near.away_m[first:end].argmin())]
    return found


def minutes_at(place: Place, *, m2_per_min: float = 150.0, usual_m2: float = 1500.0, least_min: float = 5.0) -> float:
    """Minutes of work at a place: by its kind, of car parks and yards by their area (``usual_m2`` where it is not
    known). Choices of ours."""
    fixed = WORK_MIN.get(place.kind)
    return fixed if fixed is not None else max(least_min, (place.area_m2 or usual_m2) / m2_per_min)


def cut_places(snapshot: SnowSnapshot, rows: Ints, *, way_min: float = 1.5) -> list[Piece]:
    """The pieces of at most about ``tur_minutes``, with ``way_min`` to each place: of the places and the streets alone,
    so that a piece is the same every night."""
    inside = np.flatnonzero(rows >= 0)
    if not len(inside):
        return []
    work = np.array([minutes_at(snapshot.places[i]) + way_min for i in inside])
    parts = bisect(inside, work, _xy([snapshot.places[i] for i in inside]), snapshot.params.tur_minutes)
    return [
        Piece(f"H-{number}", _title(snapshot, part), tuple(int(i) for i in part))
        for number, part in enumerate(parts, start=1)
    ]


def _title(snapshot: SnowSnapshot, part: Sequence[int] | Ints) -> str:
    """The name that most of its places have."""
    names = Counter(snapshot.places[int(i)].name for i in part)
    del names[""]
    return min(names, key=lambda name: (-names[name], name)) if names else ""


def _xy(places: Sequence[Place]) -> npt.NDArray[np.float64]:
    """(n, 2) metres from the first."""
    lon, lat = np.array([(place.lon, place.lat) for place in places], float).T
    return np.column_stack(local_xy(lon, lat, (float(lon[0]), float(lat[0]))))


def _depths(snapshot: SnowSnapshot, needs: Needs, behind: Hindcast, rows: Ints) -> Floats:
    """(3, n_places, n_hours) low, mid and high depth at each place [cm]: that of its street, and what lies there now
    more or less than on the street."""
    left_cm = needs.service.rules.value("snow.left_after_plough_cm")
    street = on_the_ground(snapshot, left_cm, behind)
    unploughed = on_the_ground(replace(snapshot, treatments=()), left_cm, behind)
    own = unploughed[rows]
    for i, done_at in _cleared(snapshot, rows).items():
        own[i] = min(own[i], left_cm + fallen_since(snapshot, behind.depth_cm[rows[i]], done_at))
    more = own - street[rows]
    ahead = needs.ahead
    curves = np.stack([state.depth_cm[rows] for state in (ahead.low, ahead.mid, ahead.high)])
    depths: Floats = np.maximum(0.0, curves + more[None, :, None])
    return depths


def _cleared(snapshot: SnowSnapshot, rows: Ints) -> dict[int, datetime]:
    """When each place was cleared last; not where somebody has measured its street since."""
    done = {one.segment: one.done_at for one in snapshot.treatments if one.action == CLEAR}
    looked = {
        street: observation.at
        for observation in sorted(snapshot.observations, key=lambda observation: observation.at)
        if observation.quantity == DEPTH and observation.holds(snapshot.at)
        for street in observation.segments
    }
    found = {}
    for i, place in enumerate(snapshot.places):
        at = done.get(place.id)
        if at is not None and rows[i] >= 0:
            seen = looked.get(snapshot.segments[rows[i]].id)
            if seen is None or seen <= at:
                found[i] = at
    return found


def _needed(snapshot: SnowSnapshot, needs: Needs, piece: Piece, rows: Ints, depths: Floats) -> list[PlaceNeed]:
    """The places of a piece that are over their limits; school yards on school days alone."""
    rules, school = needs.service.rules, is_school_day(snapshot)
    asked = piece.id in snapshot.asked
    made = [
        _need(snapshot, needs, rules, (snapshot.places[i], int(rows[i])), depths[:, i], asked)
        for i in piece.places
        if school or snapshot.places[i].kind != "school_yard"
    ]
    return [need for need in made if need is not None]


def _need(
    snapshot: SnowSnapshot, needs: Needs, rules: Limits, at: tuple[Place, int], depth: Floats, asked: bool
) -> PlaceNeed | None:
    place, row = at
    limit = rules.usual_row("snow.place_start_cm", place.kind)
    start_cm = rules.usual("snow.place_start_cm", place.kind)
    less = rules.usual("snow.hysteresis_cm") if asked else 0.0
    reading = READINGS.index(rules.word("snow.decide_by", "*", READINGS))
    curve = hundredths(depth[reading]).astype(np.int64)
    over = _held(curve >= limit_hundredths(start_cm - less), max(1, round(rules.value("snow.hold_h"))))
    if not over.any():
        return None
    peak = int(curve.argmax())
    from_when = needs.groups.hour(int(over.argmax()))
    return PlaceNeed(
        place=place,
        segment=row,
        minutes=round(minutes_at(place), 1),
        depth_cm=float(depth[1, peak]),
        low_cm=float(depth[0, peak]),
        high_cm=float(depth[2, peak]),
        limit=limit,
        over_cm=float(curve[peak]) / 100.0 - (start_cm - less),
        peak_at=needs.weather.hour_start(peak + 1),
        from_when=from_when,
        deadline=_deadline(snapshot, rules, place, from_when),
    )


def _held(over: Bools, hours: int) -> Bools:
    """(n_hours,) whether each hour and those after it, so many in all, are over."""
    return np.array([over[i : i + hours].all() for i in range(len(over) - hours + 1)], bool)


def _deadline(
    snapshot: SnowSnapshot, rules: Limits, place: Place, from_when: datetime, *, within_h: float = 24.0
) -> datetime:
    """The next time of the clock of its kind; ``within_h`` hours where that has none."""
    row = rules.usual_row("snow.place_done_by", place.kind)
    clock = Limits((row,)).clock(row.key, row.scope)
    local = from_when.astimezone(snapshot.zone).date()
    days = (local, local + timedelta(days=1))
    times = [] if clock is None else [local_instant(day, clock, snapshot.zone) for day in days]
    return next((at for at in times if at >= from_when), from_when + timedelta(hours=within_h))
