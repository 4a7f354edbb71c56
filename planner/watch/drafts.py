"""Drafts of the watch: made where what is known now flips the live plan, accepted or rejected with one tap."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any

import psycopg

from city.clock import Clock
from city.draft import Difference
from city.entities import GivenOrder
from city.errors import Conflict, DagsplanError
from city.plan import Plan
from city.settings import Settings
from planner.inputs import read_snapshot
from planner.orders import without
from planner.publish import check_schema
from planner.service import Kept, Second, Service
from planner.services import Services, services
from planner.watch.answer import reject
from planner.watch.compare import difference
from planner.watch.patience import (
    MEMORY,
    OBSERVED,
    Asked,
    AskedSince,
    asked_by,
    held,
    noted,
    outlives,
    rests,
    ripe,
    standing,
)
from store import archive, drafts, judgements, pages, plans
from store.connect import Connection
from store.drafts import WATCH, Draft

log = logging.getLogger("dagsplan.watch")


def watch(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    event: str,
    executor: Executor | None = None,
    known: Services | None = None,
) -> list[Draft]:
    """Holds what is known now against the live plan of each service that is watched; gives the drafts of those where
    the decision is another or the forecast did not hold."""
    looked = [
        _look(connection, settings, clock, event, service, executor)
        for service in (known or services()).values()
        if service.watched
    ]
    return [draft for draft in looked if draft is not None]


def _look(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    event: str,
    service: Service[Any, Any],
    executor: Executor | None,
) -> Draft | None:
    """One service. None where all is as planned, nothing new has stood long enough, or nobody has a plan yet."""
    now, kind = clock.now(), service.snapshot
    snapshot = read_snapshot(connection, settings, kind, now, slot=f"event:{event}", clock=clock)
    live = plans.latest(connection, kind.domain, settings.planner.mode, snapshot.service_day)
    if live is None:
        return None
    kept = archive.curves_of(connection, live.id)
    known = Kept(live, None if kept is None else kept.curves)
    second = service.look_again(snapshot, known, executor)
    told = _told(connection, live, snapshot.orders, now, second)
    drafts.add_look(connection, live.id, event, noted(told, now))
    stood = standing(drafts.looks(connection, now - MEMORY, now))
    ready = _ready(connection, settings, told, stood, second, event)
    stays = held(told, ready)
    if stays:
        second = service.look_again(snapshot, known, executor, stays)
        told = _told(connection, live, snapshot.orders, now, second)
    before = drafts.newest(connection, live.id)
    usual = timedelta(0) if event.startswith(OBSERVED) else outlives(settings.planner.watch_s)
    if second.plan is None or second.kept is None or not (told.added or told.dropped or told.busts):
        _withdraw(connection, before, stood, usual)
        return None
    if not _is_news(told, before, stood, ready, usual):
        return None
    return _propose(connection, Draft(str(uuid.uuid4()), live.id, now, event, told), second.plan, second.kept)


def _told(connection: Connection, live: Plan, orders: Sequence[GivenOrder], at: datetime, second: Second) -> Difference:
    """What another plan changes, but for what was turned down: that is neither proposed again nor missed."""
    plan = second.plan
    if plan is None:
        return Difference()
    keys = [item.key for item in (*live.interventions, *plan.interventions)]
    declined = judgements.declined(connection, at, keys)
    return difference(without(live, declined), without(plan, declined), orders, second)


def _ready(
    connection: Connection, settings: Settings, told: Difference, stood: AskedSince, second: Second, event: str
) -> frozenset[Asked]:
    """The changes that may be proposed now: what has stood long enough; all of what somebody noted; and where the
    forecast did not hold all that calls nobody back."""
    if second.plan is None:
        return frozenset()
    if event.startswith(OBSERVED):
        return asked_by(told)
    resting = rests(drafts.last_taken(connection, stood.now), stood.now)
    found = ripe(told, stood, second.plan, settings.planner.watch_s, resting=resting)
    called = {("dropped", change.key) for change in told.dropped if change.called_back}
    return found | (asked_by(told) - called) if told.busts else found


def _is_news(
    told: Difference, before: Draft | None, stood: AskedSince, ready: frozenset[Asked], usual: timedelta
) -> bool:
    """Whether a difference is proposed beside the draft before: it holds a change that has stood long enough, or names
    a forecast that did not hold, and the draft before does not; or what that one asks for has gone for a while."""
    if before is None or (before.accepted is not None and before.answered_by == WATCH):
        return bool(told.busts) or bool(ready & asked_by(told))
    was = before.difference
    if told.same_as == was.same_as:
        return False
    named = {(bust.more, bust.seen) for bust in was.busts}
    if any((bust.more, bust.seen) not in named for bust in told.busts) or ready & (asked_by(told) - asked_by(was)):
        return True
    gone = asked_by(was) - asked_by(told)
    return before.accepted is None and bool(gone) and stood.has_gone(gone, usual)


def _propose(connection: Connection, draft: Draft, plan: Plan, curves: bytes) -> Draft | None:
    """Adds a draft and tells the pages; None where the same inputs have given one already."""
    check_schema(plan)
    with connection.transaction():
        if not drafts.add_draft(connection, draft, plan, curves):
            return None
        pages.tell(connection, "draft")
    told = draft.difference
    log.info("draft", extra={"event": draft.event, "added": len(told.added), "dropped": len(told.dropped)})
    return draft


def _withdraw(connection: Connection, draft: Draft | None, stood: AskedSince, after: timedelta) -> None:
    """Takes back a draft that nobody has answered: what is known has asked for the live plan again for a while."""
    if draft is None or draft.accepted is not None or not stood.has_gone(asked_by(draft.difference), after):
        return
    try:
        reject(connection, draft.id, WATCH, stood.now)
    except Conflict:
        log.info("the draft was answered meanwhile", extra={"draft": draft.id})


def watched(
    connection: Connection,
    settings: Settings,
    clock: Clock,
    event: str,
    executor: Executor | None = None,
    known: Services | None = None,
) -> list[Draft]:
    """As ``watch``; a fault of the planner costs a line in the log, and the live plan stands."""
    try:
        return watch(connection, settings, clock, event, executor, known)
    except psycopg.OperationalError:
        raise
    except DagsplanError as error:
        log.warning("the watch could not look: %s", error, extra={"event": event})
    except Exception:
        log.exception("the watch could not look; the live plan stands", extra={"event": event})
    return []
