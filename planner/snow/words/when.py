"""Times of a snow plan in words: the clock within its service day, with the day after it."""

from __future__ import annotations

from datetime import datetime

from city.catalogue.message import Message, message
from planner.snow.snapshot import SnowSnapshot


def when(snapshot: SnowSnapshot, at: datetime) -> Message:
    """'kl. 04.00'; 'ons 13 jan 04.00' where the service day of the plan is over by then."""
    return _said(snapshot, at, "clock")


def until(snapshot: SnowSnapshot, at: datetime) -> Message:
    """The same after a word such as *until*, *from* or *about*."""
    return _said(snapshot, at, "until")


def _said(snapshot: SnowSnapshot, at: datetime, within: str) -> Message:
    return message(f"plan.snow.when.{within if at <= snapshot.day_ends else 'moment'}", at=at.astimezone(snapshot.zone))
