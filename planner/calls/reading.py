"""The sheet and the board as the store has them now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from city.call import CallNow
from city.catalogue.message import message
from city.clock import Clock
from city.errors import NotFound
from city.manning import CallOut
from city.plan import Intervention, Plan
from city.settings import Settings
from city.vocabulary import CallState, Domain
from planner.calls.board import Board, BoardTur
from planner.calls.call_out import WAITS
from planner.calls.escalate import LISTED, on_call_now
from planner.calls.fleetnow import fleet_now
from planner.calls.instead import CannotDrive, Instead, instead
from planner.calls.lists import OnCall, Place
from planner.calls.make import BACK
from planner.calls.rows import NightCalls, board
from planner.calls.sheet import CallSheet, CrewsKnown, WantedTur, one_at_a_time, run_of, sheet
from planner.night.report import item_of
from planner.thresholds.limits import limits
from store import calls, facts, judgements, manning, orders, pages, plans
from store.connect import Connection
from store.orders import OrderNow

PlanOf = Callable[[str], Plan | None]
TONIGHT = timedelta(hours=14)
"""What happened longer ago was another night."""
ASKS_NEXT: frozenset[CallState] = frozenset(
    {"sent", "delivered", "failed", "unsure", "by_hand", "refused", "unanswered", "waits"}
)


def sheet_of(
    connection: Connection,
    settings: Settings,
    now: datetime,
    plan_id: str,
    keys: Sequence[str],
    *,
    vehicles: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
    order_ids: Sequence[str] = (),
    plan_of: PlanOf | None = None,
) -> CallSheet:
    """The sheet before interventions of a plan, and orders that wait, are called out; ``vehicles`` are those that
    somebody chooses now, by key, ``kept`` those that were chosen before. Where a vehicle cannot, the best free one
    stands in its place. Raises NotFound for an unknown plan, key or order."""
    plan_of = (lambda name: plans.by_id(connection, name)) if plan_of is None else plan_of
    plan = plan_of(plan_id)
    if plan is None:
        raise NotFound(message("error.plan.unknown", plan=plan_id))
    on_call = on_call_now(connection, settings, now, plan.domain)
    of_whom = {v.id: v.contractor for v in facts.vehicles(connection, plan.domain)}
    items = {item.key: item for item in plan.interventions}
    unknown = [key for key in keys if key not in items]
    if unknown:
        raise NotFound(message("error.plan.no_intervention", version=plan.version, key=unknown[0]))
    wanted: list[WantedTur] = []
    under_way: set[str] = set()
    for key in keys:
        live = orders.live_order(connection, key)
        waiting = orders.order(connection, live[0]) if live is not None and live[1] in WAITS else None
        wanted.append(_wanted(items[key], waiting, kept or {}, of_whom))
    for order_id in order_ids:
        order = orders.order(connection, order_id)
        if order is None:
            raise NotFound(message("error.order.unknown", order=order_id))
        wanted.append(_wanted(item_of(plan_of(order.plan_id), order.key), order, kept or {}, of_whom))
        under_way |= set() if order.state in WAITS else {order.key}
    made = calls.calls_since(connection, now - TONIGHT)
    cannot = _cannot(connection, plan.domain, made, now)
    turer = [(one.item, one.vehicle) for one in wanted if one.item.key not in under_way]
    other = instead(turer, fleet_now(connection, plan, now), cannot, vehicles or {}, now)
    wanted = [_given(one, other.get(one.item.key), vehicles or {}, of_whom) for one in wanted]
    wanted = one_at_a_time(wanted, on_call.busy, now)
    quiet = silent(made)
    known = CrewsKnown(on_call.busy, on_call.rota, quiet, manning.absences(connection, plan.domain, now))
    return sheet(plan_id, wanted, on_call.crews, known)


def _wanted(
    item: Intervention, order: OrderNow | None, vehicles: Mapping[str, str], of_whom: Mapping[str, str | None]
) -> WantedTur:
    held = item.vehicle if order is None else order.vehicle
    vehicle = vehicles.get(item.key) or held
    contractor = item.contractor if vehicle is None else of_whom.get(vehicle, item.contractor)
    return WantedTur(item, vehicle, contractor, None if order is None else order.id, chosen=vehicle != item.vehicle)


def _given(
    one: WantedTur, other: Instead | None, vehicles: Mapping[str, str], of_whom: Mapping[str, str | None]
) -> WantedTur:
    """A tur with the vehicle that is chosen for it now, else with the one that is proposed where its own cannot."""
    vehicle = vehicles.get(one.item.key) or (other.vehicle if other is not None else None) or one.vehicle
    if vehicle is None or vehicle == one.vehicle:
        return replace(one, instead=other)
    chosen, contractor = one.item.key in vehicles or one.chosen, of_whom.get(vehicle, one.item.contractor)
    return replace(one, vehicle=vehicle, contractor=contractor, chosen=chosen, instead=other)


def _cannot(
    connection: Connection, domain: Domain, made: Sequence[CallNow], now: datetime
) -> dict[str, dict[str, CannotDrive]]:
    """Of each tur, by key, the vehicles whose driver said no to it tonight or did not answer, or that broke it off."""
    found: dict[str, dict[str, CannotDrive]] = {}
    vain = [call for call in made if call.kind == "go" and call.state in {"refused", "unanswered"}]
    keys = {one.id: one.key for one in orders.of_ids(connection, sorted({o for call in vain for o in call.orders}))}
    steps = calls.histories(connection, [call.id for call in vain]) if vain else {}
    for call in vain:
        said_no = any(step.kind == "refused" for step in steps.get(call.id, ()))
        for key in (keys[order] for order in call.orders if order in keys):
            found.setdefault(key, {})[call.vehicle] = "refused" if said_no else "silent"
    for one in orders.orders(connection, now - TONIGHT, domain=domain):
        broken = one.state == "aborted" and one.state_who == one.vehicle
        if one.vehicle is not None and (broken or one.state == "refused"):
            found.setdefault(one.key, {})[one.vehicle] = "broken" if broken else "refused"
    return found


def silent(found: Sequence[CallNow]) -> dict[Place, datetime]:
    """The places that did not answer the last time they were called, of calls from the newest to the oldest, with
    when."""
    last: dict[Place, CallNow] = {}
    for call in found:
        if call.kind == "go" and call.state in {"unanswered", "acknowledged", "refused"}:
            last.setdefault((call.vehicle, call.who), call)
    return {place: call.state_at for place, call in last.items() if call.state == "unanswered"}


def board_of(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    *,
    since: datetime | None = None,
    domain: Domain | None = None,
    plan_of: PlanOf | None = None,
) -> Board:
    """The board of the night now, or of the calls made since a time; of one ``domain`` where it is named."""
    plan_of = (lambda name: plans.by_id(connection, name)) if plan_of is None else plan_of
    now = clock.now()
    found = calls.calls_since(connection, now - TONIGHT if since is None else since)
    if not found:
        return Board((), board(NightCalls(), now).counts)
    ids = sorted({order for call in found for order in call.orders})
    about = [order for order in orders.of_ids(connection, ids) if domain in {None, order.domain}]
    known = {order.id: (order, item_of(plan_of(order.plan_id), order.key)) for order in about}
    found = tuple(call for call in found if any(order in known for order in call.orders))
    rules = limits(plans.thresholds(connection, now))
    night = NightCalls(
        found,
        calls.histories(connection, [call.id for call in found]),
        {name: _tur(order, item) for name, (order, item) in known.items()},
        pages.histories(connection, ids),
        _next_places(connection, settings, found, known, now),
        calls.newest_about(connection, ids),
        timedelta(minutes=rules.usual("snow.acknowledge_min")),
        timedelta(seconds=settings.calls.undo_s / clock.real_seconds(1.0)),
        _let_go(connection, [order for order in about if order.state == "refused"], now),
    )
    return board(night, now)


def _let_go(connection: Connection, refused: Sequence[OrderNow], now: datetime) -> set[str]:
    """The keys of orders that were refused which nobody waits for any more: turned down since, or the newest plan of
    their day does not ask for them."""
    if not refused:
        return set()
    keys = {order.key for order in refused}
    wanted = orders.asked_keys(connection, [order.id for order in refused])
    return keys - wanted | set(judgements.declined(connection, now, sorted(keys)))


def _tur(order: OrderNow, item: Intervention) -> BoardTur:
    return BoardTur(order.id, order.key, order.target, item.title, run_of(order.key), order.state, item.starts_at)


def _next_places(
    connection: Connection,
    settings: Settings,
    found: Sequence[CallNow],
    known: Mapping[str, tuple[OrderNow, Intervention]],
    now: datetime,
) -> dict[str, CallOut | None]:
    """Whom each call that nobody has acknowledged would go to next."""
    asked = [call for call in found if call.kind == "go" and call.state in ASKS_NEXT and now - call.made_at <= BACK]
    on_call: dict[Domain, OnCall] = {}
    places: dict[str, CallOut | None] = {}
    for call in asked:
        own = [known[order] for order in call.orders if order in known]
        for domain in LISTED & {order.domain for order, _ in own}:
            if domain not in on_call:
                on_call[domain] = on_call_now(connection, settings, now, domain)
            tried = calls.tried(connection, call.orders)
            places[call.id] = on_call[domain].next([item for _, item in own], tried, now)
    return places
