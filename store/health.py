"""How the ingestion daemons are, as they say themselves, and which sensors are heard without ever changing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from city.metrics import MetricValue, figure
from store.connect import Connection
from store.rows import select
from store.sql import query


@dataclass(frozen=True)
class DaemonHealth:
    """One daemon at one moment; counts are since its start.

    ``queued`` messages are taken from the broker and not committed, the ``oldest_s`` of them for so long [s];
    ``lag_s`` is the time from receipt to commit of the oldest message of the last batch [s]; ``broker_dropped`` is
    what the broker says it has dropped since its own start, None where it does not say. ``positions`` are those that
    were stored, ``positions_dropped`` those of vehicles without an order under way.
    """

    daemon: str
    at: datetime
    connected: bool
    queued: int
    oldest_s: float | None
    lag_s: float | None
    messages: int
    rows: int
    duplicates: int
    conflicts: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    broker_dropped: int | None = None
    positions: int = 0
    positions_dropped: int = 0


@dataclass(frozen=True)
class DevicesHeard:
    """A series: the time of its newest reading, when that was received, and since when its value is the same."""

    device_id: str
    quantity: str
    last_time: datetime
    last_received: datetime
    last_changed: datetime


def save(connection: Connection, health: DaemonHealth) -> None:
    """Keeps what a daemon says of itself, in place of what it said before."""
    connection.execute(query("health", "save"), asdict(health) | {"rejected": Jsonb(dict(health.rejected))})


def daemons(connection: Connection, now: datetime, forget_after: timedelta = timedelta(days=7)) -> list[DaemonHealth]:
    """All daemons that have spoken within ``forget_after``."""
    return list(select(connection, query("health", "daemons"), {"since": now - forget_after}, DaemonHealth))


def heard(connection: Connection, on_time: datetime | None = None) -> tuple[DevicesHeard, ...]:
    """When each series was last heard and last changed; with ``on_time`` only of devices that are not silent then."""
    return select(connection, query("health", "heard"), {"since": on_time}, DevicesHeard)


def frozen(connection: Connection, now: datetime, unchanged: timedelta = timedelta(days=1)) -> list[str]:
    """Devices that are heard on time while none of their values has changed for ``unchanged``."""
    newest: dict[str, datetime] = {}
    for series in heard(connection, now):
        newest[series.device_id] = max(series.last_changed, newest.get(series.device_id, series.last_changed))
    return [device for device, changed in newest.items() if changed < now - unchanged]


def figures(health: DaemonHealth, now: datetime) -> Iterator[MetricValue]:
    """What a daemon says of itself, for Prometheus."""
    name = {"daemon": health.daemon}
    yield figure("ingest_report_age_seconds", (now - health.at).total_seconds(), **name)
    yield figure("ingest_connected", health.connected, **name)
    yield figure("ingest_queue_depth", health.queued, **name)
    yield figure("ingest_oldest_unacknowledged_seconds", health.oldest_s or 0.0, **name)
    if health.lag_s is not None:
        yield figure("ingest_lag_seconds", health.lag_s, **name)
    for counter in ("messages", "rows", "duplicates", "conflicts", "positions", "positions_dropped"):
        yield figure(f"ingest_{counter}_total", getattr(health, counter), **name)
    for reason, n in sorted(health.rejected.items()):
        yield figure("ingest_rejected_total", n, **name, reason=reason)
    if health.broker_dropped is not None:
        yield figure("ingest_broker_dropped_total", health.broker_dropped, **name)
