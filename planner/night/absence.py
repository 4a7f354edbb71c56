"""Vehicles that are out of service: when each can do nothing, where its work fits, and what a plan says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from city.catalogue.message import message
from city.entities import Absence, Vehicle
from city.plan import Degradation
from planner.words.sentences import degradation

Absent = tuple[datetime, datetime | None]
"""From when to when a vehicle can do nothing; None: for longer than the plan looks ahead."""
MINUTE = timedelta(minutes=1)


def absent_until(absences: Sequence[Absence], horizon: datetime) -> dict[str, list[Absent]]:
    """When each vehicle is out of service, by when that begins, in whole minutes that hold it; without an end where it
    lasts to the horizon of the plan."""
    found: dict[str, list[Absent]] = {}
    for row in sorted(absences, key=lambda row: (row.starts_at, row.until_at)):
        ends = _minute(row.until_at + MINUTE - timedelta(microseconds=1))
        found.setdefault(row.vehicle, []).append((_minute(row.starts_at), ends if row.until_at < horizon else None))
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


def weak_absences(
    absences: Sequence[Absence], vehicles: Sequence[Vehicle], at: datetime, horizon: datetime, zone: ZoneInfo
) -> Iterable[Degradation]:
    """Which vehicles of a fleet are out of service within a plan, and until when."""
    known = {vehicle.id for vehicle in vehicles}
    for row in absences:
        if row.vehicle in known and row.until_at > at and row.starts_at < horizon:
            begins, until = row.starts_at.astimezone(zone), row.until_at.astimezone(zone)
            if row.starts_at <= at:
                yield degradation("fleet", message("plan.weak.vehicle_out", vehicle=row.vehicle, until=until))
            else:
                said = message("plan.weak.vehicle_out_later", vehicle=row.vehicle, begins=begins, until=until)
                yield degradation("fleet", said)


def unmanned_for_absence(
    targets: Sequence[str], network: str, absent: Mapping[str, object], vehicles: Sequence[Vehicle]
) -> Iterable[Degradation]:
    """That turer of a network have no vehicle where vehicles of it are out of service."""
    out = tuple(vehicle.id for vehicle in vehicles if vehicle.network == network and vehicle.id in absent)
    if targets and out:
        said = message("plan.weak.tur_without_vehicle", n=len(targets), targets=tuple(sorted(targets)), vehicles=out)
        yield degradation("fleet", said)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
