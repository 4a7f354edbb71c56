"""What a person answers to a draft: accepted, it becomes the plan; rejected, it is not shown again."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from city.catalogue.message import message
from city.catalogue.words import Words
from city.errors import Conflict, NotFound
from city.plan import Plan
from city.vocabulary import STANDS_DOWN
from planner.orders import add_event, decide
from planner.publish import publish
from store import drafts, orders, pages, plans
from store.connect import Connection
from store.drafts import Draft


def accept(connection: Connection, draft_id: str, who: str, now: datetime, words: Words) -> Plan:
    """Publishes a draft as the plan, makes orders of what it adds, and calls off what it stands down and nobody has
    begun. ``words`` are those of the installation: its orders keep a note of where they come from.

    Raises NotFound for an unknown draft, Conflict where it was answered already or the plan it was made against is not
    the live one any more.
    """
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
        _stand_down(connection, draft, who, now, words("plan.night.stood_down"))
        keys = [change.key for change in draft.difference.added]
        if keys:
            decide(connection, published.id, keys, who, now, note=words("plan.night.from_draft"))
        drafts.answer(connection, draft.id, True, now, who, published.id)
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
    try:
        found = drafts.lock_draft(connection, str(uuid.UUID(draft_id)))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(message("error.draft.unknown", draft=draft_id))
    if found[0].accepted is not None:
        raise Conflict(message("error.draft.accepted") if found[0].accepted else message("error.draft.rejected"))
    return found


def _stand_down(connection: Connection, draft: Draft, who: str, now: datetime, note: str) -> None:
    for change in draft.difference.dropped:
        order = orders.live_order(connection, change.key)
        if order is None:
            continue
        orders.lock_order(connection, order[0])  # so that nobody begins between this look and the event
        order = orders.live_order(connection, change.key)
        if order is not None and order[1] in STANDS_DOWN:
            add_event(connection, order[0], "aborted", who, now, note)
