"""What a measurement of the ingestion asks of its scratch database, in which each device counts its own readings."""

from __future__ import annotations

from datetime import datetime

from store.connect import Connection
from store.rows import only_row
from store.sql import query


def newest_times(connection: Connection) -> list[datetime | None]:
    """The time of the newest row of each device, in the order of their names."""
    return [row[0] for row in connection.execute(query("bench", "newest_times")).fetchall()]


def times_sent(connection: Connection, device: str) -> list[float]:
    """When each stored reading of a device was published, oldest first [seconds since 1970]."""
    return [row[0] for row in connection.execute(query("bench", "times_sent"), {"device": device}).fetchall()]


def numbered(connection: Connection) -> int:
    """How many rows there are, told from the newest number of each device."""
    return _row(connection, "numbered")[0]


def distinct_and_all(connection: Connection) -> tuple[int, int]:
    """How many different readings there are, and how many rows."""
    different, rows = _row(connection, "distinct_and_all")
    return different, rows


def forget(connection: Connection) -> None:
    """Takes all readings away."""
    connection.execute(query("bench", "forget"))


def _row(connection: Connection, name: str) -> tuple[int, ...]:
    return only_row(connection.execute(query("bench", name)))
