"""What vehicles' positions were matched to: the stretches of each order's positions, and the streets passed in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.passage import Passage, Track
from store.connect import Connection
from store.rows import columns, select
from store.sql import query

STRETCH = timedelta(minutes=10)
"""Positions are matched in stretches of so long. Rows of another length than before would count streets twice."""


@dataclass(frozen=True)
class DueStretch:
    """A stretch of an order's positions that waits to be matched. ``follows`` is the last position of the one before;
    ``work_kmh`` is that of the vehicle that holds the order, None where it is not known."""

    order_id: str
    plan_id: str
    key: str
    stretch: datetime
    follows: datetime | None
    newest: datetime
    work_kmh: float | None


def try_alone(connection: Connection) -> bool:
    """Whether nobody else is matching positions; until ``end_alone`` nobody else will."""
    row = connection.execute(query("passages", "try_alone")).fetchone()
    return row is not None and bool(row[0])


def end_alone(connection: Connection) -> None:
    """Lets the next one match."""
    connection.execute(query("passages", "end_alone"))


def hear(connection: Connection, since: datetime) -> int:
    """Notes what has come in of positions for the orders that were made since a time; gives how many stretches have
    changed."""
    return connection.execute(query("passages", "hear"), {"since": since, "lasts": STRETCH}).rowcount


def due(connection: Connection, at_most: int) -> tuple[DueStretch, ...]:
    """The stretches that wait to be matched, the oldest first, and of these the one that was matched least far."""
    return select(connection, query("passages", "due"), {"at_most": at_most}, DueStretch)


def replace(connection: Connection, stretch: DueStretch, passages: Sequence[Passage], until: datetime) -> None:
    """Makes these the passages of a stretch, which is matched ``until`` a time."""
    key = {"order_id": stretch.order_id, "stretch": stretch.stretch}
    rows = [key | columns(passage) | {"n": n} for n, passage in enumerate(passages)]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(query("passages", "matched"), key | {"until": until})
        cursor.execute(query("passages", "forget"), key)
        cursor.executemany(query("passages", "add"), rows)


def tracks(connection: Connection, order_ids: Sequence[str]) -> dict[str, Track]:
    """What positions say of some orders, by order id; those that none were heard of are left out."""
    rows = connection.execute(query("passages", "tracks"), {"ids": list(order_ids)})
    return {order_id: Track(newest, passages if until else None, until) for order_id, newest, until, passages in rows}


def last_passed(connection: Connection, order_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """When each street was last passed on each of some orders, by order and segment."""
    found: dict[str, dict[str, datetime]] = {}
    for order_id, segment, at in connection.execute(query("passages", "last_passed"), {"ids": list(order_ids)}):
        found.setdefault(order_id, {})[segment] = at
    return found
