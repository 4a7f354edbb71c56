"""Vehicles that are out of service: when each can do nothing, and where work fits between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from city.manning import Absence

Absent = tuple[datetime, datetime | None]
"""From when to when a vehicle can do nothing; None: for longer than the plan looks ahead."""
MINUTE = timedelta(minutes=1)


def absent_until(absences: Sequence[Absence], horizon: datetime) -> dict[str, list[Absent]]:
    """When each vehicle is out of service, by when that begins, in whole minutes that hold it; without an end where it
    lasts to the horizon of the plan."""
    found: dict[str, list[Absent]] = {}
    for row in sorted(absences, key=lambda row: (row.starts_at, row.ends)):
        ends = _minute(row.ends + MINUTE - timedelta(microseconds=1)) if row.ends < horizon else None
        found.setdefault(row.vehicle, []).append((_minute(row.starts_at), ends))
    return found


def first_gap(spans: Iterable[Absent], earliest: datetime, lasts: timedelta) -> datetime | None:
    """The first time from ``earliest`` on at which work that takes so long overlaps none of the spans, which stand by
    when they begin; None where there is no such time."""
    at = earliest
    for starts_at, ends_at in spans:
        if at + lasts <= starts_at:
            return at
        if ends_at is None:
            return None
        at = max(at, ends_at)
    return at


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
