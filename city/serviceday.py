"""The service day: it begins at a set local time per domain, so that a night's shift is one day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from city.catalogue.message import message
from city.errors import BadValue
from city.vocabulary import Domain

_SLOT = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
BEGINS: dict[Domain, time] = {"snow": time(12, 0), "waste": time(0, 0), "heating": time(0, 0)}


def service_day(instant: datetime, domain: Domain, zone: ZoneInfo, begins: time | None = None) -> date:
    """The service day that ``instant`` belongs to."""
    local = instant.astimezone(zone)
    starts = BEGINS[domain] if begins is None else begins
    return local.date() if local.time() >= starts else local.date() - timedelta(days=1)


def bounds(day: date, domain: Domain, zone: ZoneInfo, begins: time | None = None) -> tuple[datetime, datetime]:
    """First instant of a service day and first instant of the next [UTC]; 23 to 25 h apart."""
    starts = BEGINS[domain] if begins is None else begins
    return local_instant(day, starts, zone), local_instant(day + timedelta(days=1), starts, zone)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a local wall time [UTC]: the first of two in autumn, the hour after in the spring gap."""
    return datetime.combine(day, clock.replace(fold=0), tzinfo=zone).astimezone(UTC)


def slot_instant(day: date, slot: str, domain: Domain, zone: ZoneInfo) -> datetime:
    """When the slot ``HH:MM`` of a service day is due [UTC]: on the day it begins, or after midnight."""
    clock = time.fromisoformat(slot)
    calendar_day = day if clock >= BEGINS[domain] else day + timedelta(days=1)
    return local_instant(calendar_day, clock, zone)


def check_slot(slot: str) -> str:
    """``slot`` if it may be a due time. Raises BadValue for hours 00 and 02: daylight saving skips or doubles them."""
    if not _SLOT.fullmatch(slot):
        raise BadValue(message("error.value.no_clock", slot=slot))
    if slot[:2] in {"00", "02"}:
        raise BadValue(message("error.value.skipped_clock", slot=slot))
    return slot
