"""Follows the orders of a night, as a step of the scheduler: matches the positions that have come to streets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import psycopg

from city.entities import Position, Segment
from city.passage import Passage
from planner.night.report import PlanOf, clears, item_of
from planner.night.traces import passages as driven
from planner.routes.profiles import USUAL_WORK_KMH
from store import pages, passages, plans, positions, roads
from store.connect import Connection
from store.passages import STRETCH, DueStretch
from store.positions import LONGEST

log = logging.getLogger("dagsplan.follow")
AT_MOST = 100
"""How many stretches are matched at one ring; at 50 to 100 ms each it is over before the next."""
ROUND = 0.02
"""How far beyond the positions streets are looked at [°], so that the way between two of them is among these."""


def follow(connection: Connection, now: datetime, *, at_most: int = AT_MOST) -> int:
    """Matches what has come in of positions and writes the passages down; gives how many stretches were matched.

    A stretch of ten minutes is matched again only where positions were added to it, so that each ring has the last one
    of each vehicle to do, and after a restart what was missed. Expects autocommit: each stretch is a transaction. Any
    number of schedulers may ask: one does it, the others go on at once.
    """
    if not passages.try_alone(connection):
        return 0
    try:
        changed = passages.hear(connection, now - LONGEST)
        plan_of = cache(lambda plan_id: plans.by_id(connection, plan_id))
        done = sum(_try(connection, stretch, plan_of) for stretch in passages.due(connection, at_most))
        if changed or done:
            pages.tell(connection, "orders")
        return done
    finally:
        if not connection.closed:
            passages.end_alone(connection)


def _try(connection: Connection, stretch: DueStretch, plan_of: PlanOf) -> bool:
    """Matches a stretch; one that cannot be is told, and tried again at the next ring."""
    try:
        _match(connection, stretch, plan_of)
    except psycopg.Error:
        raise
    except Exception:  # any fault of one order must not stop the others
        log.exception("positions were not matched", extra={"order": stretch.order_id, "from": str(stretch.stretch)})
        return False
    return True


def _match(connection: Connection, stretch: DueStretch, plan_of: PlanOf) -> None:
    since, before = stretch.follows or stretch.stretch, stretch.stretch + STRETCH
    found = positions.of_order(connection, stretch.order_id, since, before)
    item = item_of(plan_of(stretch.plan_id), stretch.key)
    network, until = clears(item), found[-1].time if found else stretch.newest
    made: tuple[Passage, ...] = ()
    if found and isinstance(item.segments, tuple):
        made = driven(found, _around(connection, found), network, stretch.work_kmh or USUAL_WORK_KMH[network])
    passages.replace(connection, stretch, made, until)


def _around(connection: Connection, found: Sequence[Position]) -> tuple[Segment, ...]:
    """The streets round some positions, at least one."""
    lons, lats = [place.lon for place in found], [place.lat for place in found]
    return roads.segments_within(
        connection, (min(lons) - ROUND, min(lats) - ROUND / 2), (max(lons) + ROUND, max(lats) + ROUND / 2)
    )
