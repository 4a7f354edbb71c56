"""Turning an intervention down, so that it has effect: no order is made of it until that is taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.plan import Plan
from city.vocabulary import DeclineCause
from store import judgements, orders
from store.connect import Connection
from store.judgements import Decline


def decline(
    connection: Connection, plan: Plan, keys: Sequence[str], cause: DeclineCause, who: str, now: datetime, note: str
) -> list[Decline]:
    """Turns interventions of a plan down, all or none; it holds for their keys over later plans until it is taken back.

    Raises NotFound for a key that the plan has not, Conflict for one whose order is under way: that is stopped instead.
    """
    titles = {item.key: item.title for item in plan.interventions}
    unknown = next((key for key in keys if key not in titles), None)
    if unknown is not None:
        raise NotFound(message("error.request.no_intervention", version=str(plan.version), key=unknown[:80]))
    with connection.transaction():
        for key in sorted(keys):
            orders.lock_key(connection, key)
            live = orders.live_order(connection, key)
            if live is not None:
                state = message(f"error.order.step.{live[1]}")
                raise Conflict(message("error.order.stop_instead", title=titles[key], state=state))
        rows = [Decline(plan.id, key, cause, note, who, now) for key in keys]
        for row in rows:
            judgements.add_decline(connection, row)
    return rows


def take_back(connection: Connection, keys: Sequence[str], who: str, now: datetime) -> list[str]:
    """Takes the declines of keys back; gives those that had one."""
    return [key for key in keys if judgements.end_decline(connection, key, now, who)]


def refuse_declined(connection: Connection, key: str, title: str, now: datetime) -> None:
    """Raises Conflict where an intervention was turned down and nobody has taken that back."""
    if judgements.declined(connection, now, [key]):
        raise Conflict(message("error.order.declined", title=title))


def without(plan: Plan, declined: Collection[str]) -> Plan:
    """The plan without what was turned down: for what the watch holds against each other."""
    kept = tuple(item for item in plan.interventions if item.key not in declined)
    return msgspec.structs.replace(plan, interventions=kept)
