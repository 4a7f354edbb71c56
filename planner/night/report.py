"""What is known of a night's orders, read from the store: how far each is, and what became of a day's turer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import message
from city.entities import OrderEvent
from city.errors import NotFound
from city.passage import Track
from city.plan import Intervention, Plan, SegmentAction
from city.serviceday import bounds
from city.vocabulary import Domain, Mode, Network
from planner.night.handover import Handover, KnownNight, handover
from planner.night.progress import Progress, Street, progress
from planner.night.standing import is_out_of_service
from planner.night.sums import Sums, Worked, sums
from store import drafts, facts, manning, orders, pages, passages, plans, record, reports, roads
from store.connect import Connection
from store.drafts import Draft
from store.orders import OrderNow
from store.record import Happening, OpenCall

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
    tracks, later = passages.tracks(connection, ids), reports.left_later(connection, ids)
    items = {order.id: item_of(plan_of(order.plan_id), order.key) for order in found}
    wanted = {part.id for item in items.values() if isinstance(item.segments, tuple) for part in item.segments}
    streets = streets_of(connection, wanted)
    return {
        o.id: progress(
            items[o.id],
            streets,
            o.state,
            histories[o.id],
            tracks.get(o.id, Track()),
            now,
            later=later.get(o.id, frozenset()),
        )
        for o in found
    }


@dataclass(frozen=True)
class NightReport:
    """All that the hand-over of a service day is made of: its ``night``, the ``record`` of it, what it came to
    (``sums``), the draft of the watch that waits, and calls that nobody has answered."""

    domain: Domain
    night: Handover
    record: tuple[Happening, ...]
    sums: Sums
    draft: Draft | None
    calls: tuple[OpenCall, ...]


def night_of(
    connection: Connection,
    day: date,
    mode: Mode,
    now: datetime,
    plan_of: PlanOf | None = None,
    *,
    domain: Domain = "snow",
) -> Handover:
    """What became of a service day's turer, and what is left to do."""
    return _night(connection, day, mode, now, plan_of, domain, (), ())[0]


def report_of(
    connection: Connection,
    day: date,
    mode: Mode,
    now: datetime,
    zone: ZoneInfo,
    plan_of: PlanOf | None = None,
    *,
    domain: Domain = "snow",
) -> NightReport:
    """The hand-over of a service day with its record and its sums."""
    found = record.happenings(connection, domain, mode, day, *bounds(day, domain, zone))
    made = orders.orders_of_day(connection, domain, day)
    calls = record.open_calls(connection, [order.id for order in made])
    night, known = _night(connection, day, mode, now, plan_of, domain, found, calls)
    plan = plans.latest(connection, domain, mode, day)
    draft = drafts.newest(connection, plan.id) if plan else None
    waits = draft if draft is not None and draft.accepted is None else None
    return NightReport(domain, night, found, _sums(connection, domain, known, now), waits, calls)


def _night(
    connection: Connection,
    day: date,
    mode: Mode,
    now: datetime,
    plan_of: PlanOf | None,
    domain: Domain,
    happened: Sequence[Happening],
    calls: Sequence[OpenCall],
) -> tuple[Handover, list[tuple[KnownNight, Intervention]]]:
    plan_of = (lambda plan_id: plans.by_id(connection, plan_id)) if plan_of is None else plan_of
    found = orders.orders_of_day(connection, domain, day)
    histories = pages.histories(connection, [order.id for order in found])
    far = progress_of(connection, found, now, plan_of, histories)
    items = {o.id: item_of(plan_of(o.plan_id), o.key) for o in found}
    newest = plans.latest(connection, domain, mode, day)
    asked = {item.key for item in newest.interventions} if newest else set()
    absences = manning.absences(connection, domain, now)
    out = {o.id for o in found if o.key in asked and is_out_of_service(absences, o.vehicle, items[o.id])}
    made = [
        (
            KnownNight(o.id, o.key, o.vehicle, o.contractor, o.state, histories[o.id], far[o.id], o.id in out),
            items[o.id],
        )
        for o in found
    ]
    wanted = {name for one in far.values() for name in (*(one.left or ()), *one.unseen)}
    declined = {one.key: one.step for one in happened if one.kind == "decline" and one.undone_at is None}
    states = {key: call.state for call in calls for key in call.keys}
    streets = streets_of(connection, wanted)
    return handover(day, now, made, newest, streets, declined=declined, calls=states), made


def _sums(
    connection: Connection, domain: Domain, known: Sequence[tuple[KnownNight, Intervention]], now: datetime
) -> Sums:
    """Hours, cost and what was spread, of the orders that were begun."""
    prices = {contractor.id: contractor.cost_per_h for contractor in facts.contractors(connection)}
    worked, treated = [], []
    for one, item in known:
        begins = next((event.at for event in one.history if event.kind == "started"), None)
        ends = next((event.at for event in one.history if event.kind in {"done", "aborted", "refused"}), now)
        if begins is not None and one.vehicle:
            worked.append(Worked(one.vehicle, begins, ends, prices.get(one.contractor or "")))
        done = set(one.progress.done)
        treated += [part for part in _parts(item) if part.id in done and part.dose_g_m2 > 0]
    sizes = record.salt_streets(connection, [part.id for part in treated])
    return sums(worked, treated, {name: (street.length_m, street.width_m) for name, street in sizes.items()})


def _parts(item: Intervention) -> Sequence[SegmentAction]:
    return item.segments if isinstance(item.segments, tuple) else ()


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
