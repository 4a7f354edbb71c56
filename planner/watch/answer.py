"""What a person answers to a draft: accepted, it becomes the plan; rejected, it is not shown again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import msgspec

from city.catalogue.message import message
from city.catalogue.words import words
from city.clock import Clock, HeldClock
from city.errors import Conflict, NotFound
from city.plan import Plan
from city.settings import Settings
from planner.calls.call_out import call_out
from planner.calls.make import leaves_at
from planner.calls.stop import stop_orders, take_back_all
from planner.orders import decide
from planner.publish import publish
from store import archive, drafts, orders, pages, plans
from store.connect import Connection
from store.drafts import Draft


@dataclass(frozen=True)
class Accepted:
    """What became of a draft that was taken: the plan, and the calls that can be taken back until ``leaves_at``."""

    plan: Plan
    calls: tuple[str, ...]
    leaves_at: datetime


def accept(connection: Connection, settings: Settings, clock: Clock, draft_id: str, who: str) -> Accepted:
    """Publishes a draft as the plan, calls out what it adds, and stands down what it drops and nobody has begun: who
    was called is told. What has no vehicle is only decided. Orders keep a note of where they come from.

    Raises NotFound for an unknown draft, Conflict where it was answered already or the plan it was made against is not
    the live one any more.
    """
    now, say = clock.now(), words(settings.municipality.language)
    clock = HeldClock(clock, now)  # what is made at one time is taken back by that time
    with connection.transaction():
        draft, plan, curves = _held(connection, draft_id)
        live = plans.by_id(connection, draft.base_plan)
        if live is None:
            raise NotFound(message("error.plan.unknown", plan=draft.base_plan))
        plans.lock_plans(connection, "snow")
        newest = plans.latest(connection, "snow", live.mode, live.service_day)
        if newest is None or newest.id != live.id:
            raise Conflict(message("error.draft.superseded"))
        named = msgspec.structs.replace(plan, slot=f"event:draft:{draft.id}")
        published = publish(connection, named, now, curves=curves)
        leaves = leaves_at(settings, clock, now)
        made = _stand_down(connection, settings, draft, who, now, leaves, say("plan.night.stood_down"))
        made += _call_added(connection, settings, clock, draft, published, who, say("plan.night.from_draft"))
        drafts.answer(connection, draft.id, True, now, who, published.id)
        pages.tell(connection, "orders")
    return Accepted(published, tuple(made), leaves)


def unaccept(connection: Connection, draft_id: str, who: str, now: datetime) -> Plan:
    """Takes back that a draft was taken, as long as none of its calls has left: its calls, what it stood down, and its
    plan; the plan before is published anew and given.

    Raises NotFound for an unknown draft, Conflict where it was not taken, a call has left, or the plan is not the
    draft's any more.
    """
    with connection.transaction():
        found = drafts.lock_draft(connection, _draft_id(draft_id))
        taken = None if found is None else drafts.accepted_as(connection, found[0].id)
        if found is None:
            raise NotFound(message("error.draft.unknown", draft=draft_id))
        if taken is None:
            raise Conflict(message("error.draft.not_taken"))
        before = plans.by_id(connection, found[0].base_plan)
        if before is None:
            raise NotFound(message("error.plan.unknown", plan=found[0].base_plan))
        plans.lock_plans(connection, "snow")
        newest = plans.latest(connection, "snow", before.mode, before.service_day)
        if newest is None or newest.id != taken.plan_id:
            raise Conflict(message("error.draft.superseded"))
        take_back_all(connection, taken.at, _orders_of(connection, found[0]), who, now)
        kept = archive.curves_of(connection, before.id)
        named = msgspec.structs.replace(before, slot=f"event:undo:{found[0].id}")
        published = publish(connection, named, now, curves=None if kept is None else kept.curves)
        pages.tell(connection, "orders")
    return published


def reject(connection: Connection, draft_id: str, who: str, now: datetime) -> None:
    """Notes that a draft was turned down: it is not shown again until it would change something else."""
    with connection.transaction():
        draft, _, _ = _held(connection, draft_id)
        drafts.answer(connection, draft.id, False, now, who, None)
        pages.tell(connection, "draft")


def open_draft(connection: Connection, plan_id: str, at: datetime | None = None) -> Draft | None:
    """The draft against a plan that waits for an answer."""
    draft = drafts.newest(connection, plan_id, at)
    return draft if draft is not None and draft.accepted is None else None


def _held(connection: Connection, draft_id: str) -> tuple[Draft, Plan, bytes]:
    found = drafts.lock_draft(connection, _draft_id(draft_id))
    if found is None:
        raise NotFound(message("error.draft.unknown", draft=draft_id))
    if found[0].accepted is not None:
        raise Conflict(message("error.draft.accepted") if found[0].accepted else message("error.draft.rejected"))
    return found


def _draft_id(draft_id: str) -> str:
    try:
        return str(uuid.UUID(draft_id))
    except ValueError as error:
        raise NotFound(message("error.draft.unknown", draft=draft_id)) from error


def _stand_down(
    connection: Connection, settings: Settings, draft: Draft, who: str, now: datetime, leaves: datetime, note: str
) -> list[str]:
    dropped = [live[0] for c in draft.difference.dropped if (live := orders.live_order(connection, c.key))]
    return stop_orders(connection, settings, dropped, who, now, leaves, note)


def _call_added(
    connection: Connection, settings: Settings, clock: Clock, draft: Draft, plan: Plan, who: str, note: str
) -> list[str]:
    """Calls out what a draft adds; what has no vehicle, which somebody has to find, is decided alone."""
    keys = [change.key for change in draft.difference.added]
    manned = {item.key for item in plan.interventions if item.vehicle is not None}
    decide(connection, plan.id, [key for key in keys if key not in manned], who, clock.now(), note=note)
    going = [key for key in keys if key in manned]
    if not going:
        return []
    return list(call_out(connection, settings, clock, plan.id, going, who, note=note).calls)


def _orders_of(connection: Connection, draft: Draft) -> list[str]:
    """The orders, ended ones too, of what a draft changes."""
    changed = (*draft.difference.added, *draft.difference.dropped)
    return orders.of_keys(connection, [change.key for change in changed])
