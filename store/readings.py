"""Readings as they are read; :mod:`store.ingest` has what writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from city.entities import Reading
from store.connect import Connection
from store.rows import select
from store.sql import query


@dataclass(frozen=True)
class NewestTimes:
    """The time of the newest reading, and how many of the devices are silent for twice their interval."""

    last_time: datetime | None
    devices: int
    silent: int


@dataclass(frozen=True)
class HourSummary:
    """An hour or a day of one series, from ``time`` on: how many readings, their mean, extremes and last."""

    device: str
    quantity: str
    unit: str
    time: datetime
    n: int
    mean: float
    lowest: float
    highest: float
    last: float
    last_time: datetime


def readings(connection: Connection, quantities: Sequence[str], start: datetime, end: datetime) -> tuple[Reading, ...]:
    """Readings of some quantities over a period, by device and time."""
    parameters = {"quantities": list(quantities), "start": start, "end": end}
    return select(connection, query("readings", "readings"), parameters, Reading)


def device_readings(
    connection: Connection,
    start: datetime,
    end: datetime,
    *,
    device: str | None = None,
    quantity: str | None = None,
    limit: int = 1000,
) -> tuple[Reading, ...]:
    """A page of readings, newest first."""
    parameters = {"device": device, "quantity": quantity, "start": start, "end": end, "limit": limit}
    return select(connection, query("readings", "device_readings"), parameters, Reading)


def hourly_readings(
    connection: Connection, quantities: Sequence[str], start: datetime, end: datetime, *, last_of: Sequence[str]
) -> tuple[Reading, ...]:
    """One reading for each hour that begins in [start, end): its mean, or its last value for ``last_of``.

    Its time is that of the hour's last reading. Call :func:`store.rollups.refresh` before, outside a transaction.
    """
    parameters = {"quantities": list(quantities), "start": start, "end": end, "last_of": list(last_of)}
    return select(connection, query("readings", "hourly_readings"), parameters, Reading)


def summaries(
    connection: Connection,
    per: Literal["hour", "day"],
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
    device: str | None = None,
    quantity: str | None = None,
    limit: int = 1000,
) -> tuple[HourSummary, ...]:
    """A page of hours, or of days of a time zone, newest first. Refresh the hours before, outside a transaction."""
    parameters = {"device": device, "quantity": quantity, "start": start, "end": end, "limit": limit}
    return select(connection, query("readings", f"per_{per}"), parameters | {"zone": zone.key}, HourSummary)


def freshness(connection: Connection, now: datetime) -> NewestTimes:
    """How fresh the data is."""
    return select(connection, query("readings", "freshness"), {"now": now}, NewestTimes)[0]


def count_readings(connection: Connection) -> int:
    """How many readings are stored."""
    row = connection.execute(query("readings", "count_readings")).fetchone()
    return int(row[0]) if row else 0


def dead_letters(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    """The newest dead letters, without their bytes."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("readings", "dead_letters"), {"limit": limit}).fetchall()


def dead_letter_counts(connection: Connection) -> dict[str, int]:
    """All rejects by reason."""
    return dict(connection.execute(query("readings", "dead_letter_counts")).fetchall())


def letters_to_replay(connection: Connection, reason: str | None = None) -> list[tuple[int, str, bytes]]:
    """Id, topic and bytes of dead letters that were not replayed yet."""
    rows = connection.execute(query("readings", "dead_letters_to_replay"), {"reason": reason}).fetchall()
    return [(int(number), str(topic), bytes(payload)) for number, topic, payload in rows]


def mark_replayed(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Notes that dead letters were published again."""
    connection.execute(query("readings", "mark_replayed"), {"ids": list(ids), "at": at})
