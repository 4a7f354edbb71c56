"""What is known of a night's orders, read from the store: how far each is, and what became of a day's turer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from city.catalogue.message import message
from city.entities import OrderEvent
from city.errors import NotFound
from city.passage import Track
from city.plan import Intervention, Plan
from city.vocabulary import Mode, Network
from planner.night.handover import Handover, KnownNight, handover
from planner.night.progress import Progress, Street, progress
from store import orders, pages, passages, plans, roads
from store.connect import Connection
from store.orders import OrderNow

PlanOf = Callable[[str], Plan | None]
Histories = Mapping[str, Sequence[OrderEvent]]
"""The events of orders by order id, oldest first."""


def progress_of(
    connection: Connection,
    found: Sequence[OrderNow],
    now: datetime,
    plan_of: PlanOf | None = None,
    histories: Histories | None = None,
) -> dict[str, Progress]:
    """How far each of some orders is, by id: what was driven is what the scheduler has matched (``night.follow``).
    ``plan_of`` and ``histories`` spare reading the same again."""
    if not found:
        return {}
    plan_of = (lambda plan_id: plans.by_id(connection, plan_id)) if plan_of is None else plan_of
    ids = [order.id for order in found]
    histories = pages.histories(connection, ids) if histories is None else histories
    tracks = passages.tracks(connection, ids)
    items = {order.id: item_of(plan_of(order.plan_id), order.key) for order in found}
    wanted = {part.id for item in items.values() if isinstance(item.segments, tuple) for part in item.segments}
    streets = streets_of(connection, wanted)
    return {
        o.id: progress(items[o.id], streets, o.state, histories[o.id], tracks.get(o.id, Track()), now) for o in found
    }


def night_of(connection: Connection, day: date, mode: Mode, now: datetime, plan_of: PlanOf | None = None) -> Handover:
    """What became of a service day's snow turer, and what is left to do."""
    plan_of = (lambda plan_id: plans.by_id(connection, plan_id)) if plan_of is None else plan_of
    found = orders.orders_of_day(connection, "snow", day)
    histories = pages.histories(connection, [order.id for order in found])
    far = progress_of(connection, found, now, plan_of, histories)
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
        raise NotFound(message("error.plan.gone", key=key))
    return next(item for item in plan.interventions if item.key == key)


def clears(item: Intervention) -> Network:
    """The network that an intervention clears."""
    return "cycle" if item.network == "cycle" else "street"
