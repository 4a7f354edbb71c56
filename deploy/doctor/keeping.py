"""How the readings are kept: their size and age, their hours, the housekeeping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from city.catalogue.message import message
from deploy.doctor.finding import Finding, clauses, with_scheduler
from store.condition import Condition


def kept(now_kept: Condition, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """Size and age of the readings, how far their hours are behind, and whether the housekeeping is done."""
    oldest = message("doctor.storage.none")
    if now_kept.oldest is not None:
        oldest = message("doctor.storage.oldest", at=now_kept.oldest.astimezone(zone))
    said = [message("doctor.storage.size", n=now_kept.pieces, mb=now_kept.size / 1e6, oldest=oldest)]
    if now_kept.weeks_ahead is not None:
        said.append(message("doctor.storage.ahead", n=now_kept.weeks_ahead))
    yield Finding("storage", True, clauses(*said))
    lag, at = now_kept.lag, now_kept.housekept_at
    late = lag.hour is not None and now - lag.hour > timedelta(hours=3)
    behind = message("doctor.hours.done")
    if lag.hour is not None:
        behind = message("doctor.hours.left", n=lag.hours, at=lag.hour.astimezone(zone))
    yield Finding("hours", not late, with_scheduler(behind) if late else behind)
    old = at is not None and now - at > timedelta(hours=30)
    kept = message("doctor.housekeeping.not_yet")
    if at is not None:
        kept = message("doctor.housekeeping.done", at=at.astimezone(zone))
    yield Finding("housekeeping", not old, with_scheduler(kept) if old else kept)
