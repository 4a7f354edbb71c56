"""What a town has and what it turned away lately: what doctor, setup and the first page count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from city.town import TownHas
from store.connect import Connection
from store.rows import only_row, select
from store.sql import query


@dataclass(frozen=True)
class Intake:
    """Messages that were rejected since a time, by reason, the usual one first, and readings of since then that are
    stored: counted up to one more than the rejected."""

    since: datetime
    rejected: dict[str, int]
    stored: int

    @property
    def turned_away(self) -> int:
        """All that was rejected."""
        return sum(self.rejected.values())


def town(connection: Connection, now: datetime) -> TownHas:
    """What the town has at a time; one statement."""
    return select(connection, query("town", "town"), {"now": now}, TownHas)[0]


def begun(connection: Connection) -> bool:
    """Whether anything of a town is there: streets, vehicles, rooms, buildings, adopted devices or a plan."""
    return bool(only_row(connection.execute(query("town", "begun")))[0])


def intake(connection: Connection, now: datetime, span: timedelta = timedelta(hours=24)) -> Intake:
    """What came in over a span and the rest of the day (UTC) in which it begins, as rejects are counted by days."""
    since = (now - span).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rejected: dict[str, int] = dict(connection.execute(query("town", "rejected"), {"day": since.date()}).fetchall())
    most = sum(rejected.values()) + 1
    stored = only_row(connection.execute(query("town", "stored"), {"since": since, "most": most}))[0]
    return Intake(since, rejected, int(stored))
