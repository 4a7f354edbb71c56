"""What the page of the sensors asks of the database: few statements, however many sensors there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from store.connect import Connection
from store.history import ReadingFile
from store.rows import only_row, select
from store.sql import query


@dataclass(frozen=True)
class SensorNow:
    """A sensor with what it ``stands`` for (``building:b1``) and the name of that; ``silent`` where it was not heard
    for twice its interval, or for a day where none is known. ``messages`` of it wait, ``beyond`` found no room."""

    id: str
    eui: str | None
    name: str
    model: str | None
    quantity: str | None
    lon: float | None
    lat: float | None
    mounting_m: float | None
    adopted: bool
    retired_at: datetime | None
    first_seen: datetime | None
    last_received: datetime | None
    last_time: datetime | None
    simulated: bool
    stands: str | None
    stands_name: str
    silent: bool
    messages: int
    beyond: int

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it in, nor ever had."""
        return not self.adopted and self.retired_at is None


@dataclass(frozen=True)
class Suggestion:
    """A thing that a sensor may stand for: a vessel with its room and fraction, a building with its kind, a street;
    ``taken`` where one measures it already."""

    kind: Literal["vessel", "building", "road"]
    id: str
    name: str
    detail: str
    taken: bool


@dataclass(frozen=True)
class TurnedAway:
    """Why messages were rejected: ``n`` that are kept, and the newest of them with the begin of its bytes."""

    reason: str
    n: int
    topic: str
    device: str
    detail: str
    received_at: datetime
    payload: bytes


@dataclass(frozen=True)
class Rejections:
    """What was turned away by reason, the messages of unknown devices for which there was no place, and the imports of
    history, which take another way in; the oldest first."""

    reasons: tuple[TurnedAway, ...]
    beyond: int
    beyond_device: str | None
    files: tuple[ReadingFile, ...]


def sensors(connection: Connection, now: datetime) -> tuple[SensorNow, ...]:
    """All sensors, those that nobody took in first, each part by when it was last heard."""
    return select(connection, query("sensors", "sensors"), {"now": now}, SensorNow)


def suggestions(connection: Connection, most: int) -> tuple[Suggestion, ...]:
    """At most so many vessels, buildings and streets."""
    return select(connection, query("sensors", "suggestions"), {"most": most}, Suggestion)


def turned_away(connection: Connection, now: datetime, span: timedelta = timedelta(hours=24)) -> Rejections:
    """What was rejected lately and is not stored since, and history from files."""
    return select(connection, query("sensors", "turned_away"), {"since": now - span}, Rejections)[0]


def waiting_of(connection: Connection, names: Sequence[str], most: int) -> int:
    """How many messages wait of sensors by the names under which they are heard, counted up to ``most``."""
    parameters = {"names": list(names), "most": most}
    return int(only_row(connection.execute(query("sensors", "waiting_of"), parameters))[0])
