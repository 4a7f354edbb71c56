"""What the map shows now: the turer of the plan and of the night, each street as it stands, the vehicles that are out.

The list beside the map, the map itself and the panel of a tur are made of this one value, so that they agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from city.entities import Threshold
from city.errors import PlanNotPossible
from city.plan import Intervention, Plan
from city.vocabulary import ROUTE_CLASSES, Domain, RouteClass
from dashboards.pages.nightnow import calls_now
from dashboards.pages.rows import Known, PlanRow, rows
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from dashboards.web.townstreets import TownStreets, depths_at, hour_of
from planner.night.progress import Progress
from planner.night.report import Histories
from planner.night.streets import ENDED, LeftAlone, StreetDepth, StreetNow, TurRun, streets_now
from planner.thresholds.limits import limits
from store import facts, orders, outlook, pages, passages, plans, positions
from store.connect import Connection
from store.orders import OrderNow
from store.positions import SeenVehicle

BACK = timedelta(hours=36)
TOLD_FOR = timedelta(hours=12)
"""How long what was done is told, and drawn."""
TurGroup = Literal["left", "doing", "done"]


@dataclass(frozen=True)
class MapTur:
    """One run of a tur, a round or a building: its row in words, what it was made of, and how far it is."""

    row: PlanRow
    item: Intervention
    run: TurRun
    far: Progress | None
    order: OrderNow | None
    simulated: bool

    @property
    def group(self) -> TurGroup:
        """Under which heading of the list it stands."""
        if self.run.out:
            return "doing"
        return "done" if self.run.state == "done" or (self.run.state in ENDED and not self.run.asked) else "left"


@dataclass(frozen=True)
class MapNow:
    """``turer``: those of the plan in its order, then those of the night that it does not hold. ``streets`` are in the
    order of ``town``; none where no plan is live, or the service has no streets."""

    at: datetime
    plan: Plan | None
    turer: tuple[MapTur, ...]
    town: TownStreets
    streets: tuple[StreetNow, ...]
    not_cared: tuple[LeftAlone, ...]
    vehicles: tuple[SeenVehicle, ...]


@dataclass(frozen=True)
class _Night:
    """The orders that the map tells of, with their histories, how far they are, and when each street was passed."""

    found: tuple[OrderNow, ...]
    histories: Histories
    far: Mapping[str, Progress]
    passed: Mapping[str, Mapping[str, datetime]]


def map_now(context: AppContext, connection: Connection, domain: Domain, locale: Locale) -> MapNow:
    """What the map of a service shows now."""
    plan, now = context.live(connection, domain), context.clock.now()
    night = _night(context, connection, domain, plan, now)
    town = context.town(connection)
    uncared = not_cared(plan, locale)
    streets: tuple[StreetNow, ...] = ()
    if plan is not None and VIEWS[domain].by_street:
        streets = _streets(context, connection, plan, night, town, locale)
    return MapNow(
        at=now,
        plan=plan,
        turer=tuple(_turer(context, connection, plan, night, locale)),
        town=town,
        streets=streets,
        not_cared=uncared,
        vehicles=_vehicles(connection, night, now),
    )


def _streets(
    context: AppContext,
    connection: Connection,
    plan: Plan,
    night: _Night,
    town: TownStreets,
    locale: Locale,
) -> tuple[StreetNow, ...]:
    """How the streets stand: made anew where the plan, a step, a passage, the outlook or its hour is another one."""
    now, weather = context.clock.now(), outlook.outlook_stamp(connection)
    rules = limits_by_class(plans.thresholds(connection, now))
    orders_stand = [(o.id, o.state, o.state_at, night.far[o.id].done) for o in night.found]
    hour = now.replace(minute=0, second=0, microsecond=0)
    stood = repr((town.stamp, plan.id, weather, hour, rules, orders_stand, locale.words.language))

    def made() -> Sequence[StreetNow]:
        runs, uncared = _runs(context, connection, plan, night), not_cared(plan, locale)
        return streets_now(town.given, runs, uncared, _depths(connection, rules, now), now, done_for=TOLD_FOR)

    return context.standing.get(stood, made)


def not_cared(plan: Plan | None, locale: Locale) -> tuple[LeftAlone, ...]:
    """What a plan says that it does not care for; plans of before it said so say nothing."""
    said = getattr(plan, "not_cared", None) or ()
    return tuple(
        LeftAlone(one.kind, tuple(one.segments), locale.kept(one, "why"), one.target, one.title) for one in said
    )


def _night(context: AppContext, connection: Connection, domain: Domain, plan: Plan | None, now: datetime) -> _Night:
    """The orders that are under way, or ended not long ago, or are of the plan."""
    since = min(now, plan.valid_from if plan else now) - BACK
    asked = {item.key for item in plan.interventions} if plan else set()
    found = tuple(
        order
        for order in orders.orders(connection, since, domain=domain, limit=1000)
        if order.key in asked or order.state not in ENDED or order.state_at >= now - TOLD_FOR
    )
    ids = [order.id for order in found]
    histories = pages.histories(connection, ids)
    far = context.progress(connection, found, histories)
    return _Night(found, histories, far, passages.last_passed(connection, ids))


def _newest(night: _Night) -> dict[str, OrderNow]:
    newest: dict[str, OrderNow] = {}
    for order in night.found:
        newest.setdefault(order.key, order)
    return newest


def _runs(context: AppContext, connection: Connection, plan: Plan, night: _Night) -> list[TurRun]:
    """Every order as a run, and what the plan proposes without one."""
    asked = {item.key: item for item in plan.interventions}
    newest = _newest(night)
    made = [
        _run(_item(context, connection, order), order, night, asked=newest[order.key] is order and order.key in asked)
        for order in night.found
    ]
    return made + [_proposed(item) for key, item in asked.items() if key not in newest]


def _item(context: AppContext, connection: Connection, order: OrderNow) -> Intervention | None:
    plan = context.shelf.get(connection, order.plan_id)
    return next((item for item in plan.interventions if item.key == order.key), None) if plan else None


def _run(item: Intervention | None, order: OrderNow, night: _Night, *, asked: bool) -> TurRun:
    """An order as a run: what its driver said or its positions passed is done, with when where that is known."""
    far, passed = night.far.get(order.id), night.passed.get(order.id, {})
    said = {e.segment: e.at for e in night.histories.get(order.id, ()) if e.kind == "segment_done" and e.segment}
    done = {name: said.get(name, passed.get(name)) for name in (far.done if far else ())}
    ended = order.state_at if order.state in ENDED else None
    return TurRun(order.key, order.state, _segments(item), asked, done, ended)


def _proposed(item: Intervention) -> TurRun:
    return TurRun(item.key, "proposed", _segments(item))


def _segments(item: Intervention | None) -> tuple[str, ...]:
    return tuple(part.id for part in item.segments) if item and isinstance(item.segments, tuple) else ()


def _depths(connection: Connection, rules: Mapping[RouteClass, float], now: datetime) -> dict[str, StreetDepth]:
    """The snow of the outlook in this hour."""
    frame = outlook.outlook_frame(connection)
    hour = hour_of(frame, now)
    return {} if frame is None or hour is None else depths_at(frame, hour, outlook.depths(connection, hour, rules))


def limits_by_class(rows: Sequence[Threshold]) -> dict[RouteClass, float]:
    """From what depth of dry snow each class is called out that has a limit: the limit less its margin, as plans say it
    [cm]."""
    rules, found = limits(rows), {}
    for kind in ROUTE_CLASSES:
        try:
            margin = rules.value_or("snow.margin_pct", kind, 0.0)
            found[kind] = rules.value("snow.start_dry_cm", kind) * (100.0 - margin) / 100.0
        except PlanNotPossible:
            continue  # a class that nobody set a limit for: the plan says so, the map knows of none
    return found


def _turer(
    context: AppContext, connection: Connection, plan: Plan | None, night: _Night, locale: Locale
) -> Iterable[MapTur]:
    """Those of the plan in its order, then what was called out tonight and is not in it."""
    newest = _newest(night)
    contractors = {c.id: c.name for c in facts.contractors(connection)}
    now = context.clock.now()
    calls = calls_now(connection, now) if newest else {}
    known = Known(now, newest, night.histories, contractors=contractors, calls=calls, progress=night.far)
    asked = {item.key for item in plan.interventions} if plan else set()
    if plan is not None:
        by_key = {row.key: row for row in rows(plan, known, locale)}
        for item in plan.interventions:
            yield _tur(context, connection, plan, item, by_key[item.key], newest.get(item.key), night)
    for key, order in newest.items():
        of = context.shelf.get(connection, order.plan_id)
        found = _item(context, connection, order)
        if key in asked or of is None or found is None or (order.state in ENDED and order.state != "done"):
            continue
        row = rows(msgspec.structs.replace(of, interventions=(found,)), known, locale)[0]
        yield _tur(context, connection, of, found, row, order, night, asked=False)


def _tur(
    context: AppContext,
    connection: Connection,
    plan: Plan,
    item: Intervention,
    row: PlanRow,
    order: OrderNow | None,
    night: _Night,
    *,
    asked: bool = True,
) -> MapTur:
    if order is None:
        return MapTur(row, item, _proposed(item), None, None, plan.simulated)
    made_of = _item(context, connection, order) or item
    run = _run(made_of, order, night, asked=asked)
    return MapTur(row, made_of, run, night.far.get(order.id), order, plan.simulated)


def _vehicles(connection: Connection, night: _Night, now: datetime) -> tuple[SeenVehicle, ...]:
    """The vehicles that are out on an order of this service."""
    ours = {order.id for order in night.found}
    return tuple(one for one in positions.seen_out(connection, now) if one.order_id in ours)
