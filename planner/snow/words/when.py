"""Times of a snow plan in words: the clock within its service day, with the day after it."""

from __future__ import annotations

from datetime import datetime

from city.catalogue.message import Message, message
from city.serviceday import bounds
from planner.snow.snapshot import SnowSnapshot


def when(snapshot: SnowSnapshot, at: datetime) -> Message:
    """'kl. 04.00'; 'ons 13 jan 04.00' where the service day of the plan is over by then."""
    return message(f"plan.snow.when.{'clock' if _within(snapshot, at) else 'moment'}", at=at.astimezone(snapshot.zone))


def until(snapshot: SnowSnapshot, at: datetime) -> Message:
    """The same after a word such as *until*."""
    return message(f"plan.snow.when.{'until' if _within(snapshot, at) else 'moment'}", at=at.astimezone(snapshot.zone))


def _within(snapshot: SnowSnapshot, at: datetime) -> bool:
    return at <= bounds(snapshot.service_day, snapshot.domain, snapshot.zone)[1]
