"""Drafts of the watch: made where what is known now flips the live plan, accepted or rejected with one tap."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Set
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime

import psycopg

from city.clock import Clock
from city.draft import Bust, Difference
from city.errors import Conflict, DagsplanError, PlanNotPossible
from city.plan import Plan
from city.settings import Settings
from city.vocabulary import NON_ROUTE_KINDS, Mode
from planner.inputs import read_snapshot
from planner.publish import check_schema
from planner.services import Made
from planner.snapshot import Snapshot
from planner.snow.archive import unpack
from planner.snow.cache import PlanCache
from planner.snow.plan import Assessment, assess_streets, snow_plan
from planner.snow.state import fresh_depths
from planner.watch.answer import STANDS_DOWN, reject
from planner.watch.compare import busts, difference, driven_since, flips
from store import archive, drafts, pages, plans
from store.connect import Connection
from store.drafts import Draft

log = logging.getLogger("dagsplan.watch")
WATCH = "watch"
"""Who answers a draft that has lost its reason."""


def watch(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    event: str,
    executor: Executor | None = None,
    cache: PlanCache | None = None,
) -> Draft | None:
    """Holds what is known now against the live snow plan; gives the draft where the decision is another or the forecast
    did not hold, None where all is as planned, or nobody has a plan yet."""
    now = clock.now()
    snapshot = read_snapshot(connection, settings, "snow", now, slot=f"event:{event}", clock=clock)
    live = plans.latest(connection, "snow", _mode(settings), snapshot.service_day)
    if live is None or not snapshot.segments:
        return None
    made, found = _made(connection, snapshot, live, executor, cache or PlanCache())
    told = Difference() if made is None else difference(live, made.plan, snapshot.orders, found)
    before = drafts.newest(connection, live.id)
    if made is None or not (told.added or told.dropped or told.busts):
        _withdraw(connection, before, now)
        return None
    if before is not None and before.answered_by != WATCH and before.difference.same_as == told.same_as:
        return None
    check_schema(made.plan)
    draft = Draft(str(uuid.uuid4()), live.id, now, event, told)
    curves = made.curves()
    if curves is None:
        raise PlanNotPossible("a draft was made without an assessment of the streets; only snow is watched")
    with connection.transaction():
        if not drafts.add_draft(connection, draft, made.plan, curves):
            return None
        pages.tell(connection, "draft")
    log.info("draft", extra={"event": event, "added": len(told.added), "dropped": len(told.dropped)})
    return draft


def _made(
    connection: Connection, snapshot: Snapshot, live: Plan, executor: Executor | None, cache: PlanCache
) -> tuple[Made | None, list[Bust]]:
    """The plan of what is known now, made only where something is another; and the busts."""
    assessed = assess_streets(snapshot, cache)
    before = archive.curves_of(connection, live.id)
    found: list[Bust] = []
    if before is not None:
        then = unpack(before.curves, before.plan_id, before.service_day, before.simulated)
        driven = driven_since(snapshot.orders, live) | _judged_by_people(snapshot, assessed)
        found = busts(then, assessed.needs.groups, driven, seen=bool(fresh_depths(snapshot)))
    called = assessed.needs.called.turer
    if not found and not flips(live, set(called), snapshot.orders):
        return None, []
    free = _without_stood_down(snapshot, set(called))
    return Made(free, snow_plan(free, assessed, executor, cache), assessed), found


def _judged_by_people(snapshot: Snapshot, assessed: Assessment) -> set[str]:
    """The turer of which a person has said how they are: what they saw is no forecast."""
    seen = {name for observation in snapshot.observations for name in observation.segments}
    return {tur.id for tur in assessed.turer if any(snapshot.segments[i].id in seen for i in tur.segments)}


def _without_stood_down(snapshot: Snapshot, called: Set[str]) -> Snapshot:
    """The snapshot in which orders that nobody has begun, on turer that are not asked for any more, bind nobody."""
    newest = {order.key: order.state for order in snapshot.orders}  # given in the order in which they were made
    begun = {key for key, state in newest.items() if state not in STANDS_DOWN}
    running = tuple(
        item for item in snapshot.running if item.key in begun or item.target in called or item.kind in NON_ROUTE_KINDS
    )
    return replace(snapshot, running=running)


def _withdraw(connection: Connection, draft: Draft | None, now: datetime) -> None:
    """Takes back a draft that nobody has answered: what is known asks for the live plan again."""
    if draft is None or draft.accepted is not None:
        return
    try:
        reject(connection, draft.id, WATCH, now)
    except Conflict:
        log.info("the draft was answered meanwhile", extra={"draft": draft.id})


def _mode(settings: Settings) -> Mode:
    return settings.planner.mode  # type: ignore[return-value]  # checked when the settings were read


def watched(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    event: str,
    executor: Executor | None = None,
    cache: PlanCache | None = None,
) -> Draft | None:
    """As ``watch``; a fault of the planner costs a line in the log, and the live plan stands."""
    try:
        return watch(connection, settings, clock, event, executor, cache)
    except psycopg.OperationalError:
        raise
    except DagsplanError as error:
        log.warning("the watch could not look: %s", error, extra={"event": event})
    except Exception:
        log.exception("the watch could not look; the live plan stands", extra={"event": event})
    return None
