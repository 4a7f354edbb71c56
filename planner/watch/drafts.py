"""Drafts of the watch: made where what is known now flips the live plan, accepted or rejected with one tap."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime
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
    """One service. None where all is as planned, or nobody has a plan yet."""
    now, kind = clock.now(), service.snapshot
    snapshot = read_snapshot(connection, settings, kind, now, slot=f"event:{event}", clock=clock)
    live = plans.latest(connection, kind.domain, settings.planner.mode, snapshot.service_day)
    if live is None:
        return None
    kept = archive.curves_of(connection, live.id)
    second = service.look_again(snapshot, Kept(live, None if kept is None else kept.curves), executor)
    plan, curves = second.plan, second.kept
    told = Difference() if plan is None else _told(connection, live, plan, snapshot.orders, snapshot.at, second)
    before = drafts.newest(connection, live.id)
    if plan is None or curves is None or not (told.added or told.dropped or told.busts):
        _withdraw(connection, before, now)
        return None
    if before is not None and before.answered_by != WATCH and before.difference.same_as == told.same_as:
        return None
    return _propose(connection, Draft(str(uuid.uuid4()), live.id, now, event, told), plan, curves)


def _told(
    connection: Connection, live: Plan, plan: Plan, orders: Sequence[GivenOrder], at: datetime, second: Second
) -> Difference:
    """What another plan changes, but for what was turned down: that is neither proposed again nor missed."""
    keys = [item.key for item in (*live.interventions, *plan.interventions)]
    declined = judgements.declined(connection, at, keys)
    return difference(without(live, declined), without(plan, declined), orders, second.busts, second.cost_of)


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


def _withdraw(connection: Connection, draft: Draft | None, now: datetime) -> None:
    """Takes back a draft that nobody has answered: what is known asks for the live plan again."""
    if draft is None or draft.accepted is not None:
        return
    try:
        reject(connection, draft.id, WATCH, now)
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
