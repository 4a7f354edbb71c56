"""Calls on their way out: which are due, who holds one, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from city.call import CallEvent, CallNow
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


@dataclass(frozen=True, slots=True)
class Due:
    """When a call is due at ``now``: made since ``since``, its pause of ``back_off_s`` (doubled with each try) or its
    lease of ``lease_s`` over [s of the installation's clock]."""

    now: datetime
    since: datetime
    back_off_s: float
    lease_s: float


def due(connection: Connection, when: Due, channels: Collection[str], limit: int) -> list[str]:
    """The ids of calls of these channels that are due, the oldest first; another may be quicker to hold one."""
    parameters = columns(when) | {"channels": list(channels), "limit": limit, "call_id": None}
    return [str(row[0]) for row in connection.execute(query("outbox", "due"), parameters)]


def still_due(connection: Connection, when: Due, channels: Collection[str], call_id: str) -> bool:
    """Whether a call that is held is due: what was read before is past."""
    parameters = columns(when) | {"channels": list(channels), "limit": 1, "call_id": call_id}
    return connection.execute(query("outbox", "due"), parameters).fetchone() is not None


def hold(connection: Connection, call_id: str) -> bool:
    """Holds a call until the end of the transaction; False where somebody else does, or where it is gone."""
    return connection.execute(query("outbox", "hold"), {"call_id": call_id}).fetchone() is not None


def lock(connection: Connection, call_id: str) -> bool:
    """Holds a call until the end of the transaction, after whoever holds it now; False where there is none."""
    return connection.execute(query("outbox", "lock"), {"call_id": call_id}).fetchone() is not None


def standing(connection: Connection, call_id: str) -> CallNow | None:
    """Where a call stands; read after :func:`hold` or :func:`lock`, it stays so until the end of the transaction."""
    found = select(connection, query("outbox", "standing"), {"call_id": call_id}, CallNow)
    return found[0] if found else None


def in_doubt(connection: Connection, call_id: str) -> bool:
    """Whether some try of a call may have left although nobody said so."""
    return bool(only_row(connection.execute(query("outbox", "in_doubt"), {"call_id": call_id}))[0])


def add_step(connection: Connection, event: CallEvent) -> int:
    """Adds the next step of a call that is held; gives its number."""
    return int(only_row(connection.execute(query("outbox", "add_step"), columns(event)))[0])


def to_ask(connection: Connection, since: datetime, channels: Collection[str]) -> tuple[CallNow, ...]:
    """Calls made since a time, tried on these channels and unanswered, of which a channel may know more."""
    return select(connection, query("outbox", "to_ask"), {"since": since, "channels": list(channels)}, CallNow)
