"""The chosen tur beside the map: how far it is, who drives it and where it was last, why, and its streets in order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from city.entities import Point, Segment
from dashboards.pages.mapnow import MapNow, MapTur
from dashboards.pages.mapwords import by_vehicle
from dashboards.pages.rows import PlanRow
from dashboards.web.locale import NBSP, Locale
from store import roads
from store.connect import Connection
from store.positions import SeenVehicle

NEAR_DEG = 0.004
NEAR_M = 60.0
SHOWN = 5
"""How many streets of a tur are shown before one asks for all."""


@dataclass(frozen=True)
class PanelStreet:
    """One or several stretches of a name that follow each other: done, doing or left, and when or how far."""

    name: str
    swatch: str
    right: str


@dataclass(frozen=True)
class TurPanel:
    """``percent`` is how much is done, None where nobody can say; ``near`` are the streets round the one that is next,
    ``streets`` all of them where there are more."""

    row: PlanRow
    under: str
    percent: float | None
    done: str
    left: str
    status: str
    seen: str
    old: bool
    near: tuple[PanelStreet, ...]
    streets: tuple[PanelStreet, ...]
    n: int


def tur_panel(connection: Connection, shown: MapNow, key: str, locale: Locale) -> TurPanel | None:
    """The panel of a tur by its key; None where the map knows of none."""
    tur = next((tur for tur in shown.turer if tur.row.key == key), None)
    if tur is None:
        return None
    seen, streets = by_vehicle(shown).get(tur.order.id if tur.order else ""), _streets(tur, shown, locale)
    far, row = tur.far, tur.row
    known = far is not None and far.share is not None and (tur.run.out or bool(far.done))
    length = sum(shown.town.given[n].length_m for n in _rows_of(tur, shown))
    first = next((n for n, one in enumerate(streets) if one.swatch != "done"), len(streets))
    begin = max(0, min(first - 2, len(streets) - SHOWN))
    return TurPanel(
        row=row,
        under=", ".join(part for part in (row.under, locale.km(length) if length else "", row.action.lower()) if part),
        percent=round(100.0 * far.share, 1) if known and far and far.share is not None else None,
        done=locale.km(far.done_m) if known and far and far.done_m is not None else "",
        left=locale.km(far.left_m) if known and far and far.left_m is not None else "",
        status=row.status.second,
        seen=_seen(connection, seen, shown.at, locale) if seen else "",
        old=seen is not None and bool(far and far.feed == "silent"),
        near=tuple(streets[begin : begin + SHOWN]),
        streets=tuple(streets) if len(streets) > SHOWN else (),
        n=len(streets),
    )


def _rows_of(tur: MapTur, shown: MapNow) -> list[int]:
    place = {street.id: n for n, street in enumerate(shown.town.given)}
    return [place[name] for name in tur.run.segments if name in place]


def _streets(tur: MapTur, shown: MapNow, locale: Locale) -> list[PanelStreet]:
    """The streets in driving order, stretches of one name and state that follow each other as one."""
    done: Mapping[str, datetime | None] = tur.run.done
    rows = _rows_of(tur, shown)
    finished = tur.run.state == "done"

    def kind(n: int) -> tuple[str, bool]:
        return shown.town.names[n], finished or shown.town.given[n].id in done

    made = []
    for (name, is_done), group in groupby(rows, kind):
        stretches = list(group)
        made.append(_street(name, stretches, is_done, tur, shown, locale))
    return made


def _street(name: str, rows: Sequence[int], is_done: bool, tur: MapTur, shown: MapNow, locale: Locale) -> PanelStreet:
    given = shown.town.given
    if is_done:
        times = [at for n in rows if (at := tur.run.done.get(given[n].id)) is not None]
        right = locale.moment(max(times), shown.at) if times else ""
    else:
        right = _length(sum(given[n].length_m for n in rows), locale)
    swatch = "done" if is_done else ("doing" if tur.run.out else "left")
    return PanelStreet(name or locale.words("row.no_name"), swatch, right)


def _length(metres: float, locale: Locale) -> str:
    return locale.km(metres) if metres >= 1000 else f"{round(metres, -1):.0f}{NBSP}m"


def _seen(connection: Connection, seen: SeenVehicle, now: datetime, locale: Locale) -> str:
    """Where and when a vehicle was last seen, and how fast it drove then."""
    near = roads.segments_within(
        connection, (seen.lon - NEAR_DEG, seen.lat - NEAR_DEG / 2), (seen.lon + NEAR_DEG, seen.lat + NEAR_DEG / 2)
    )
    age = locale.age((now - seen.time).total_seconds())
    parts = [locale.words("map.seen", clock=locale.moment(seen.time, now), age=age), nearest_name(near, seen)]
    if seen.speed_kmh is not None:
        parts.append(f"{seen.speed_kmh:.0f}{NBSP}km/h")
    return ", ".join(part for part in parts if part)


def nearest_name(near: Sequence[Segment], seen: SeenVehicle, *, within_m: float = NEAR_M) -> str:
    """The name of the street nearest to a vehicle; empty where none is near or it has none."""
    best, name = within_m, ""
    for segment in near:
        points = [_metres(point, (seen.lon, seen.lat)) for point in segment.geometry]
        away = min((_to_line(a, b) for a, b in pairwise(points)), default=math.inf)
        if away < best:
            best, name = away, segment.name
    return name


def _metres(point: Point, origin: Point) -> Point:
    """East and north of an origin [m]: near enough over some hundred metres."""
    per_degree = 111_195.0
    east = (point[0] - origin[0]) * per_degree * math.cos(math.radians(origin[1]))
    return east, (point[1] - origin[1]) * per_degree


def _to_line(a: Point, b: Point) -> float:
    """How far the origin is from the line between two points [m]."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = -(a[0] * dx + a[1] * dy) / ((dx * dx + dy * dy) or 1.0)
    along = min(1.0, max(0.0, along))
    return math.hypot(a[0] + along * dx, a[1] + along * dy)
