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


@dataclass(frozen=True)
class SeenVehicle:
    """Where a vehicle that is out on an order was last seen; ``heading`` [° from north], ``speed_kmh`` where told."""

    vehicle: str
    order_id: str
    time: datetime
    lon: float
    lat: float
    heading: float | None
    speed_kmh: float | None


def seen_out(connection: Connection, now: datetime) -> tuple[SeenVehicle, ...]:
    """The vehicles that are out ``now``, each where it was last seen since it went out, ordered by name."""
    return select(connection, query("positions", "seen_out"), {"since": now - LONGEST, "now": now}, SeenVehicle)


def of_order(connection: Connection, order_id: str, since: datetime, before: datetime) -> tuple[Position, ...]:
    """The positions of an order's vehicles while they were out on it, oldest first, ``since`` a time and ``before``
    another."""
    parameters = {"order_id": order_id, "since": since, "before": before}
    return select(connection, query("positions", "of_order"), parameters, Position)
