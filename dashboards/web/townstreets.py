"""What the map keeps of the streets between two requests: what is fixed of them, and how deep the snow lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from city.entities import Segment
from city.outlook import OutlookFrame
from city.vocabulary import PLANNED_KEEPERS, RouteClass
from planner.night.streets import StreetDepth, StreetGiven, StreetNow
from store.outlook import DepthRow

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TownStreets:
    """The streets in the order of ``/api/v1/segments.json``, with what that order says of each; the ``stamp`` is of the
    import that they are of."""

    given: tuple[StreetGiven, ...]
    names: tuple[str, ...]
    classes: tuple[RouteClass, ...]
    stamp: str


def town_streets(segments: Sequence[Segment], stamp: str) -> TownStreets:
    """What the map needs of some segments, in their order."""
    given = [StreetGiven(s.id, s.length_m, s.reachable, s.keeper in PLANNED_KEEPERS, s.tunnel) for s in segments]
    return TownStreets(tuple(given), tuple(s.name for s in segments), tuple(s.route_class for s in segments), stamp)


def hour_of(frame: OutlookFrame | None, now: datetime) -> int | None:
    """The place of the hour of an outlook that ends next; None where it has none."""
    hour = -1 if frame is None else max(0, math.ceil((now - frame.first_hour) / HOUR))
    return hour if frame is not None and 0 <= hour < frame.hours else None


def depths_at(frame: OutlookFrame, hour: int, rows: Iterable[DepthRow]) -> dict[str, StreetDepth]:
    """The snow of each street of which it is known, with when its limit is reached."""
    return {
        row.segment: StreetDepth(
            row.now_cm,
            row.now_cm if row.low_cm is None else row.low_cm,
            row.limit_cm,
            None if row.first is None else frame.first_hour + (hour + row.first) * HOUR,
        )
        for row in rows
        if row.now_cm is not None
    }


class KeptStreets:
    """How the streets stand, and what is encoded of that, by language: kept until one of them stands otherwise."""

    def __init__(self) -> None:
        self._stamp = ""
        self._streets: tuple[StreetNow, ...] = ()
        self._encoded: dict[str, bytes] = {}
        self._lock = Lock()

    def get(self, stamp: str, make: Callable[[], Sequence[StreetNow]]) -> tuple[StreetNow, ...]:
        """The streets for a stamp; made once, however many ask at the same time."""
        with self._lock:
            if self._stamp != stamp:
                self._streets, self._stamp, self._encoded = tuple(make()), stamp, {}
            return self._streets

    def encoded(self, streets: tuple[StreetNow, ...], what: str, make: Callable[[], bytes]) -> bytes:
        """What is encoded of some streets; made anew where they are not the kept ones any more."""
        with self._lock:
            if streets is not self._streets:
                return make()
            if what not in self._encoded:
                self._encoded[what] = make()
            return self._encoded[what]
