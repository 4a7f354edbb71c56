"""What a vehicle is to drive: its turer as they stand, their streets or stops in driving order, and what is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from city.call import CallNow
from city.entities import OrderEvent, Point, Segment
from city.plan import Intervention, Plan, RoundStop, SegmentAction
from city.stopsaid import StopSaid
from city.vocabulary import UNDER_WAY, CallState
from planner.night.progress import Progress
from planner.night.report import item_of, progress_of
from store import calls, orders, pages, reports, roads
from store.connect import Connection
from store.orders import OrderNow

BACK = timedelta(hours=36)
"""An order that was made longer ago is of no shift that lasts."""
KEPT = timedelta(hours=3)
"""How long an order that ended is still shown to its driver: so that it can be looked at, and be taken back."""
WAITS: frozenset[CallState] = frozenset(
    {"made", "tried", "waits", "unsure", "sent", "delivered", "failed", "by_hand", "unanswered"}
)
"""States of a call that nobody has answered."""
PlanOf = Callable[[str], Plan | None]


@dataclass(frozen=True)
class DrivePart:
    """A street or place of a tur: what is done there, and from where to where it lies on the tur's line [m], None where
    the line does not show it. ``said`` is that the driver said it is done, ``driven`` that positions show it, ``later``
    that it was left for another time."""

    id: str
    street: Segment | None
    action: SegmentAction | None
    name: str
    from_m: float | None
    to_m: float | None
    said: bool
    driven: bool
    later: bool


@dataclass(frozen=True)
class DriveTur:
    """An order of a vehicle with what it is made of; ``line`` is the whole drive in order, ``stops`` those of a round
    with what was said of them."""

    order: OrderNow
    item: Intervention
    progress: Progress
    line: tuple[Point, ...]
    parts: tuple[DrivePart, ...] = ()
    stops: tuple[RoundStop, ...] = ()
    spoken: tuple[StopSaid, ...] = ()


@dataclass(frozen=True)
class VehicleWork:
    """All that a vehicle has: its turer by when they begin, and the call that it has not answered."""

    vehicle: str
    turer: tuple[DriveTur, ...]
    call: CallNow | None


def drive_of(connection: Connection, vehicle: str, now: datetime, plan_of: PlanOf) -> VehicleWork:
    """What a vehicle has to drive now, and what it has just driven."""
    found = [
        order
        for order in orders.of_vehicle(connection, vehicle, now - BACK)
        if order.state in UNDER_WAY or now - order.state_at <= KEPT
    ]
    histories = pages.histories(connection, [order.id for order in found])
    far = progress_of(connection, found, now, plan_of, histories)
    spoken = orders.stops_said(connection, [order.id for order in found])
    items = {order.id: item_of(plan_of(order.plan_id), order.key) for order in found}
    streets = _streets(connection, items.values())
    later = reports.left_later(connection, [order.id for order in found])
    heard = {o.id: _Heard(_said(histories[o.id]), later.get(o.id, frozenset()), spoken.get(o.id, ())) for o in found}
    turer = [_tur(o, items[o.id], far[o.id], streets, heard[o.id]) for o in found]
    turer.sort(key=lambda one: (one.order.state not in UNDER_WAY, str(one.item.starts_at), one.order.id))
    return VehicleWork(vehicle, tuple(turer), _open_call(connection, vehicle, now))


def _open_call(connection: Connection, vehicle: str, now: datetime) -> CallNow | None:
    """The newest call to a vehicle, where it waits for an answer."""
    own = [call for call in calls.calls_since(connection, now - BACK) if call.vehicle == vehicle]
    newest = own[0] if own else None
    if newest is None or newest.kind != "go" or newest.answered_at is not None:
        return None
    return newest if newest.state in WAITS else None


def _said(history: Sequence[OrderEvent]) -> frozenset[str]:
    """The streets that somebody said to be done."""
    return frozenset(event.segment for event in history if event.kind == "segment_done" and event.segment)


def _streets(connection: Connection, items: Iterable[Intervention]) -> dict[str, Segment]:
    wanted = {part.id for item in items if isinstance(item.segments, tuple) for part in item.segments}
    return {street.id: street for street in roads.by_ids(connection, sorted(wanted))} if wanted else {}


@dataclass(frozen=True)
class _Heard:
    """What was said of an order: streets that are done, streets left for later, stops."""

    done: frozenset[str]
    later: frozenset[str]
    stops: Sequence[StopSaid]


def _tur(
    order: OrderNow,
    item: Intervention,
    far: Progress,
    streets: Mapping[str, Segment],
    heard: _Heard,
) -> DriveTur:
    line = _line(item)
    stops = item.stops if isinstance(item.stops, tuple) else ()
    parts = tuple(_parts(item, far, streets, heard, line))
    return DriveTur(order, item, far, line, parts, stops, tuple(heard.stops))


def _line(item: Intervention) -> tuple[Point, ...]:
    """The whole drive as points in order; none where the plan has no line."""
    if not item.geometry or item.geometry.get("type") != "LineString":
        return ()
    return tuple((float(point[0]), float(point[1])) for point in item.geometry["coordinates"])


def _parts(
    item: Intervention, far: Progress, streets: Mapping[str, Segment], heard: _Heard, line: Sequence[Point]
) -> Sequence[DrivePart]:
    said, later = heard.done - heard.later, heard.later
    driven = frozenset(far.done) - said
    if isinstance(item.places, tuple):
        return [
            DrivePart(
                place.id, None, None, place.name or place.id, None, None, place.id in said, False, place.id in later
            )
            for place in item.places
        ]
    acts = item.segments if isinstance(item.segments, tuple) else ()
    along = places_on(line, [streets[act.id].geometry if act.id in streets else () for act in acts])
    return [
        DrivePart(
            id=act.id,
            street=streets.get(act.id),
            action=act,
            name=streets[act.id].name if act.id in streets else "",
            from_m=where[0] if where else None,
            to_m=where[1] if where else None,
            said=act.id in said,
            driven=act.id in driven,
            later=act.id in later,
        )
        for act, where in zip(acts, along, strict=True)
    ]


def places_on(line: Sequence[Point], shapes: Sequence[Sequence[Point]]) -> list[tuple[float, float] | None]:
    """From where to where [m] along a line each of some shapes lies, which follow each other on it; driven either way.
    None for one that is not on it."""
    if not line:
        return [None] * len(shapes)
    gone = list(accumulate((_metres(a, b) for a, b in pairwise(line)), initial=0.0))
    at: dict[Point, list[int]] = {}
    for n, point in enumerate(line):
        at.setdefault(_rounded(point), []).append(n)
    found: list[tuple[float, float] | None] = []
    begin = 0
    for shape in shapes:
        first = _found(line, at, shape, begin)
        found.append(None if first is None else (gone[first], gone[first + len(shape) - 1]))
        begin = begin if first is None else first + len(shape) - 1
    return found


def _found(line: Sequence[Point], at: Mapping[Point, Sequence[int]], shape: Sequence[Point], begin: int) -> int | None:
    """Where on a line a shape begins, from a point of it on, in either direction; None where it does not lie there."""
    if len(shape) < 2:
        return None
    ways = [[_rounded(point) for point in shape], [_rounded(point) for point in reversed(shape)]]
    starts = sorted((n, way) for way in (0, 1) for n in at.get(ways[way][0], ()) if n >= begin)
    for n, way in starts:
        if [_rounded(point) for point in line[n : n + len(shape)]] == ways[way]:
            return n
    return None


def _metres(a: Point, b: Point, *, per_degree: float = 111_195.0) -> float:
    """How far apart two places are [m]: near enough between the points of a line."""
    east = (b[0] - a[0]) * per_degree * math.cos(math.radians(a[1]))
    return math.hypot(east, (b[1] - a[1]) * per_degree)


def _rounded(point: Point) -> Point:
    return round(point[0], 6), round(point[1], 6)
