"""What a plan says of vehicles that are out of service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, message
from city.entities import Vehicle
from city.manning import Absence
from city.plan import Degradation
from planner.words.sentences import degradation


def weak_absences(
    absences: Sequence[Absence], vehicles: Sequence[Vehicle], at: datetime, horizon: datetime, zone: ZoneInfo
) -> Iterable[Degradation]:
    """Which vehicles of a fleet are out of service within a plan, and until when."""
    known = {vehicle.id for vehicle in vehicles}
    for row in absences:
        if row.vehicle in known and row.ends > at and row.starts_at < horizon:
            yield degradation("fleet", _out(row, at, zone))


def _out(row: Absence, at: datetime, zone: ZoneInfo) -> Message:
    """Which vehicle, from when where that is ahead, and until when."""
    until = until_said(row.until_at, zone)
    if row.starts_at <= at:
        return message("plan.weak.vehicle_out", vehicle=row.vehicle, until=until)
    begins = row.starts_at.astimezone(zone)
    return message("plan.weak.vehicle_out_later", vehicle=row.vehicle, begins=begins, until=until)


def until_said(until_at: datetime | None, zone: ZoneInfo) -> Message:
    """Until when a vehicle is out, or that nobody knows."""
    return message("plan.weak.open") if until_at is None else message("plan.weak.until", at=until_at.astimezone(zone))


def unmanned_for_absence(
    targets: Sequence[str], network: str, absent: Mapping[str, object], vehicles: Sequence[Vehicle]
) -> Iterable[Degradation]:
    """That turer of a network have no vehicle where vehicles of it are out of service."""
    out = tuple(vehicle.id for vehicle in vehicles if vehicle.network == network and vehicle.id in absent)
    if targets and out:
        said = message("plan.weak.tur_without_vehicle", n=len(targets), targets=tuple(sorted(targets)), vehicles=out)
        yield degradation("fleet", said)
