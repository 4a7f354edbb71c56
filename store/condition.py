"""How the storage is: what an operator asks before the disk is full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import partitions, rollups
from store.connect import Connection
from store.rollups import Lag
from store.sql import query
from store.tiers import Tier, detect_tier, tier_query


@dataclass(frozen=True)
class Condition:
    """Size of the readings [bytes] in so many pieces, the oldest of them, and how far the hours are behind.

    ``weeks_ahead`` is the number of partitions after the present week, None on a tier that makes its own.
    ``housekept_at`` is when the task that was done longest ago was done last, None where one was never done.
    """

    tier: Tier
    size: int
    pieces: int
    oldest: datetime | None
    lag: Lag
    weeks_ahead: int | None
    housekept_at: datetime | None


def condition(connection: Connection, now: datetime) -> Condition:
    """The condition of the storage at a time."""
    tier = detect_tier(connection)
    size, pieces = connection.execute(tier_query(tier, "size")).fetchone() or (0, 0)
    return Condition(
        tier=tier,
        size=int(size or 0),
        pieces=int(pieces),
        oldest=_oldest(connection, tier),
        lag=rollups.lag(connection, now),
        weeks_ahead=_weeks_ahead(connection, now) if tier == "plain" else None,
        housekept_at=min((row[1] for row in connection.execute(query("housekeeping", "last_done"))), default=None),
    )


def careless_settings(connection: Connection) -> tuple[str, ...]:
    """The settings that are off and without which a commit is no promise: what is acknowledged may be lost then."""
    return tuple(row[0] for row in connection.execute(query("health", "careless_settings")))


def _oldest(connection: Connection, tier: Tier) -> datetime | None:
    if tier == "plain":
        return partitions.oldest(connection)
    row = connection.execute(tier_query(tier, "oldest")).fetchone()
    return None if row is None else row[0]


def _weeks_ahead(connection: Connection, now: datetime) -> int:
    return sum(part.starts is not None and part.starts > now for part in partitions.parts(connection))
