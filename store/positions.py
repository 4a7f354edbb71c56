"""Where vehicles were while they were out on an order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from city.entities import Position
from store.connect import Connection
from store.rows import columns, select
from store.sql import query

LONGEST = timedelta(hours=36)
"""An order that was made longer ago is not under way any more."""
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class HeardPosition:
    """How many positions an order's vehicles have sent while they were out on it, and the time of the newest."""

    order_id: str
    positions: int
    newest: datetime | None


def times_out(
    connection: Connection, vehicles: Collection[str], since: datetime
) -> dict[str, list[tuple[datetime, datetime]]]:
    """From when until when each of some vehicles was out on an order, of orders that may reach beyond ``since``."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    parameters = {"vehicles": list(vehicles), "since": since - LONGEST}
    for vehicle, begins, ends in connection.execute(query("positions", "times_out"), parameters):
        found.setdefault(vehicle, []).append((begins, FOR_EVER if ends is None else ends))
    return found


def add(connection: Connection, rows: Sequence[tuple[Position, datetime]]) -> int:
    """Adds (position, received at) pairs, each vehicle and time once; gives how many were new."""
    ordered = sorted(rows, key=lambda row: (row[0].vehicle, row[0].time))
    parameters = [columns(position) | {"received_at": received_at} for position, received_at in ordered]
    with connection.cursor() as cursor:
        cursor.executemany(query("positions", "add"), parameters)
        return cursor.rowcount if parameters else 0


def heard(connection: Connection, order_ids: Sequence[str]) -> dict[str, HeardPosition]:
    """What has come in of positions for some orders, by order id."""
    found = select(connection, query("positions", "heard"), {"ids": list(order_ids)}, HeardPosition)
    return {row.order_id: row for row in found}


def of_order(connection: Connection, order_id: str, after: datetime | None = None) -> tuple[Position, ...]:
    """The positions of an order's vehicles while they were out on it, oldest first; those ``after`` a time, or all."""
    return select(connection, query("positions", "of_order"), {"order_id": order_id, "after": after}, Position)
