"""Follows the orders of a night: reads what is known of each and gives how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from city.entities import Position, Segment, Vehicle
from city.errors import NotFound
from city.plan import Intervention, Plan
from city.vocabulary import Mode, Network
from planner.night.handover import Handover, KnownNight, handover
from planner.night.progress import Progress, Street, Track, progress
from planner.night.traces import Trace, longer, stretch
from planner.routes.profiles import USUAL_WORK_KMH
from store import facts, orders, pages, plans, positions, roads
from store.connect import Connection
from store.orders import OrderNow
from store.positions import HeardPosition

PlanOf = Callable[[str], Plan | None]
ROUND = 0.02
"""How far beyond the positions streets are looked at [°], so that the way between two of them is among these."""


@dataclass
class Allowance:
    """How many steps of matching somebody who asks is ready to wait for."""

    steps: int


class Traces:
    """The streets under each order's positions, kept: what is settled is not matched again, and the rest only when
    positions have come that are ``apart`` newer."""

    def __init__(self, apart: timedelta = timedelta(seconds=30), places: int = 500) -> None:
        self._apart, self._places = apart, places
        self._kept: dict[str, Trace] = {}
        self._lock = Lock()

    def until(self, order_id: str) -> datetime | None:
        """Up to when an order's positions are matched."""
        with self._lock:
            return self._kept.get(order_id, Trace()).until

    def of(
        self, connection: Connection, order: OrderNow, clears: Network, heard: HeardPosition, left: Allowance
    ) -> Track:
        """What an order's positions say, as far as ``left`` goes."""
        with self._lock:
            trace = self._kept.get(order.id, Trace())
        if heard.newest is None:
            raise NotFound(f"no position is known of order {order.id}")
        while left.steps > 0 and (trace.until is None or heard.newest - trace.until >= self._apart):
            trace = _step(connection, order, clears, heard, trace)
            left.steps -= 1
        with self._lock:
            self._kept[order.id] = trace
            while len(self._kept) > self._places:
                del self._kept[next(iter(self._kept))]
        return Track(heard.newest, trace.passages if trace.until else None, trace.until)


def _step(connection: Connection, order: OrderNow, network: Network, heard: HeardPosition, trace: Trace) -> Trace:
    """A trace one step on; from the beginning where older positions have come late."""
    found = positions.of_order(connection, order.id, trace.settled_until)
    if heard.positions > trace.settled_n + len(found):
        trace, found = Trace(), positions.of_order(connection, order.id)
    return longer(trace, found, _around(connection, stretch(found)), network, _work_kmh(connection, order, network))


def progress_of(
    connection: Connection,
    found: Sequence[OrderNow],
    now: datetime,
    traces: Traces | None = None,
    plan_of: PlanOf | None = None,
    steps: int = 100_000,
) -> dict[str, Progress]:
    """How far each of some orders is, by id; ``traces`` and ``plan_of`` spare matching and reading the same again.

    At most ``steps`` stretches of positions are matched, of those orders first whose are matched least far: a page of a
    large city is answered at once, and what it says of each order bears its time.
    """
    traces = Traces() if traces is None else traces
    plan_of = (lambda plan_id: plans.by_id(connection, plan_id)) if plan_of is None else plan_of
    ids = [order.id for order in found]
    histories, heard = pages.histories(connection, ids), positions.heard(connection, ids)
    items = {order.id: item_of(plan_of(order.plan_id), order.key) for order in found}
    wanted = {part.id for item in items.values() if isinstance(item.segments, tuple) for part in item.segments}
    streets = streets_of(connection, wanted)
    left, tracks = Allowance(steps), {order.id: Track() for order in found}
    sent = [order for order in found if order.id in heard and heard[order.id].newest is not None]
    for order in sorted(sent, key=lambda order: (str(traces.until(order.id) or ""), order.id)):
        tracks[order.id] = traces.of(connection, order, clears(items[order.id]), heard[order.id], left)
    return {
        order.id: progress(items[order.id], streets, order.state, histories[order.id], tracks[order.id], now)
        for order in found
    }


def night_of(
    connection: Connection,
    day: date,
    mode: Mode,
    now: datetime,
    traces: Traces | None = None,
    plan_of: PlanOf | None = None,
) -> Handover:
    """What became of a service day's snow turer, and what is left to do."""
    plan_of = (lambda plan_id: plans.by_id(connection, plan_id)) if plan_of is None else plan_of
    found = orders.orders_of_day(connection, "snow", day)
    far = progress_of(connection, found, now, traces, plan_of)
    histories = pages.histories(connection, [order.id for order in found])
    made = [
        (
            KnownNight(o.id, o.key, o.vehicle, o.contractor, o.state, histories[o.id], far[o.id]),
            item_of(plan_of(o.plan_id), o.key),
        )
        for o in found
    ]
    wanted = {name for one in far.values() for name in (*(one.left or ()), *one.unseen)}
    newest = plans.latest(connection, "snow", mode, day)
    return handover(day, now, made, newest, streets_of(connection, wanted))


def streets_of(connection: Connection, segments: set[str]) -> dict[str, Street]:
    """Name and length of some segments, by id."""
    return {street.id: street for street in roads.named(connection, sorted(segments), Street)}


def item_of(plan: Plan | None, key: str) -> Intervention:
    """The intervention that an order was made of. NotFound where its plan is gone."""
    if plan is None:
        raise NotFound(f"the plan that {key} is of is gone")
    return next(item for item in plan.interventions if item.key == key)


def clears(item: Intervention) -> Network:
    """The network that an intervention clears."""
    return "cycle" if item.network == "cycle" else "street"


def _around(connection: Connection, found: Sequence[Position]) -> tuple[Segment, ...]:
    lons, lats = [place.lon for place in found], [place.lat for place in found]
    return roads.segments_within(
        connection, (min(lons) - ROUND, min(lats) - ROUND / 2), (max(lons) + ROUND, max(lats) + ROUND / 2)
    )


def _work_kmh(connection: Connection, order: OrderNow, network: Network) -> float:
    fleet: Mapping[str, Vehicle] = {vehicle.id: vehicle for vehicle in facts.vehicles(connection, order.domain)}
    known = fleet.get(order.vehicle or "")
    return USUAL_WORK_KMH[network] if known is None else known.work_kmh
