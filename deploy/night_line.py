"""A line within the process for a night that is walked: it takes every call at once, and nothing leaves the host."""

from __future__ import annotations

from datetime import datetime, timedelta

from city.call import CallEvent
from city.vocabulary import CallEventKind
from planner.calls.steps import MACHINE, happened
from store import calls
from store.connect import Connection

BACK = timedelta(hours=36)
IN_PROCESS = "http://127.0.0.1:1/in-process"
"""Nothing is at this address; with it in ``calls.gateway_url`` calls wait for a line."""
SENDS: tuple[CallEventKind, ...] = ("tried", "sent")


def takes_all(connection: Connection, now: datetime) -> None:
    """Sends what is due."""
    for call in reversed(calls.calls_since(connection, now - BACK)):
        if call.state == "made" and call.leaves_at <= now:
            for kind in SENDS:
                happened(connection, CallEvent(call.id, kind, now, MACHINE))
