"""The hours that are kept for ever: everything that is due is computed anew from the readings.

Each batch of readings leaves, in its own transaction, a row that names the hours and series it touched
(``rollup_due``). A roll-up takes only the rows that it can see, so a batch that is being written at the same time keeps
its row for the next roll-up, and late readings find their way into hours that were computed long ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from store.connect import Connection, patience
from store.rows import select
from store.sql import query
from store.tiers import detect_tier, tier_query

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Lag:
    """The oldest ended hour that is not computed yet, and how many those are."""

    hour: datetime | None
    hours: int


def hour_of(instant: datetime) -> datetime:
    """The whole hour at or before an instant."""
    return instant.replace(minute=0, second=0, microsecond=0)


def refresh(
    connection: Connection, until: datetime | None = None, *, since: datetime | None = None, timeout_s: float = 600.0
) -> int:
    """Computes the due hours that begin in [since, until), without bounds where none are given; gives how many.

    Expects autocommit: each hour is a transaction of its own. Two at once wait for each other and do each hour once.
    """
    bounds = {"since": since, "until": until}
    hours = [row[0] for row in connection.execute(query("rollups", "due_hours"), bounds)]
    if not hours:
        return 0
    with patience(connection, statement_s=timeout_s):
        if detect_tier(connection) == "timescale":
            _materialise(connection, bounds)
        else:
            for hour in hours:
                _recompute(connection, hour)
    return len(hours)


def lag(connection: Connection, now: datetime) -> Lag:
    """How far the hours are behind the readings; the hour that is still running is not behind."""
    return select(connection, query("rollups", "oldest_due"), {"until": hour_of(now)}, Lag)[0]


def windows(hours: Iterable[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Whole hours, sorted, as windows without gaps: first instant and the instant after the last."""
    known = list(hours)
    breaks = [n for n, (one, other) in enumerate(pairwise(known), 1) if other - one > HOUR]
    for first, last in zip([0, *breaks], [*breaks, len(known)], strict=True):
        if known[first:last]:
            yield known[first], known[last - 1] + HOUR


def _recompute(connection: Connection, hour: datetime) -> None:
    with connection.transaction():
        connection.execute(query("rollups", "one_at_a_time"))
        connection.execute(query("rollups", "recompute"), {"hour": hour})


def _materialise(connection: Connection, bounds: dict[str, datetime | None]) -> None:
    """The same through TimescaleDB's own aggregate, which refuses to be refreshed inside a transaction."""
    connection.execute(query("rollups", "begin_alone"))
    try:
        seen = connection.execute(query("rollups", "seen"), bounds).fetchall()
        for starts, ends in windows(sorted({hour for _, hour, kept in seen if kept})):
            connection.execute(tier_query("timescale", "refresh"), {"starts": starts, "ends": ends})
        connection.execute(query("rollups", "settle"), {"ids": [row[0] for row in seen]})
    finally:
        if not connection.closed:
            connection.execute(query("rollups", "end_alone"))
