"""Readings as they are read; :mod:`store.ingest` has what writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from city.entities import DepthHour, Reading
from city.quantities import KNOWN, meant
from store.connect import Connection
from store.rows import only_row, select
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


@dataclass(frozen=True)
class ParkedSummary:
    """What waits of unknown devices: ``messages`` of ``devices``, in ``bytes`` of the budget ``ingest.parked_mb``.

    ``adopted`` of these messages are of devices that were taken in since: a replay stores them. ``beyond`` messages
    found no place (``ingest.unknown_devices``) or no room and were only counted; ``beyond_device`` is whose was the
    last that found no place, ``beyond_at`` when it came; both None where all found one.
    """

    devices: int
    messages: int
    bytes: int
    adopted: int
    beyond: int
    beyond_device: str | None
    beyond_at: datetime | None


@dataclass(frozen=True)
class ParkedDevice:
    """A device whose messages wait: how many, in how many bytes, how many more found no room, from when to when, and
    whether it was taken in since."""

    device: str
    messages: int
    bytes: int
    beyond: int
    first_at: datetime
    last_at: datetime
    adopted: bool


@dataclass(frozen=True)
class OddSeries:
    """A series of a quantity that we do not know, and the one that is probably meant."""

    device: str
    quantity: str
    likely: str | None


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


def depth_hours(connection: Connection, start: datetime, end: datetime) -> tuple[DepthHour, ...]:
    """What lay in the middle of the town's sensors in each hour that begins in [start, end), oldest first."""
    return select(connection, query("readings", "depth_hours"), {"start": start, "end": end}, DepthHour)


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


def dead_letters(
    connection: Connection, limit: int = 50, *, reason: str | None = None, device: str | None = None
) -> list[dict[str, Any]]:
    """The newest dead letters of a reason and a device, or of all, without their bytes."""
    parameters = {"limit": limit, "reason": reason, "device": device}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("readings", "dead_letters"), parameters).fetchall()


def count_dead_letters(connection: Connection, *, reason: str | None = None, device: str | None = None) -> int:
    """How many dead letters of a reason and a device are kept, replayed or not."""
    parameters = {"reason": reason, "device": device}
    return int(only_row(connection.execute(query("readings", "count_dead_letters"), parameters))[0])


def dead_letter_counts(connection: Connection) -> dict[str, int]:
    """All rejects by reason."""
    return dict(connection.execute(query("readings", "dead_letter_counts")).fetchall())


def parked(connection: Connection) -> ParkedSummary:
    """What waits of devices that nobody has taken in, and what was only counted."""
    return select(connection, query("readings", "parked"), {}, ParkedSummary)[0]


def parked_devices(connection: Connection, limit: int = 1000) -> tuple[ParkedDevice, ...]:
    """The devices whose messages wait, those that were heard last first."""
    return select(connection, query("readings", "parked_devices"), {"limit": limit}, ParkedDevice)


def odd_series(connection: Connection) -> tuple[OddSeries, ...]:
    """The series of adopted devices whose quantity we do not know, those first that look misspelt."""
    rows = connection.execute(query("readings", "odd_series"), {"known": list(KNOWN)}).fetchall()
    found = [OddSeries(device, name, meant(name)) for device, name in rows]
    return tuple(sorted(found, key=lambda one: (one.likely is None, one.device, one.quantity)))
