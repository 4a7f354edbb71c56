"""What the hours of readings cost: the due rows of a batch while it is written, and the roll-up of an hour.

On the plain tier, in the embedded server, with the queries of the product.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from city.clock import SystemClock
from city.entities import Device
from store import ingest
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.facts import save_device
from store.ingest import Staged
from store.migrate import migrate
from store.rollups import refresh
from tests.benchmarks.measure import Row

HOUR = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
SERIES, READINGS, BATCHES, HOURS = 1_000, 6, 60, 9


def run() -> list[Row]:
    """Medians of sixty batches and of nine hours."""
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres(Path(name) / "postgres") as dsn,
        connect(dsn, "bench") as connection,
    ):
        migrate(connection, SystemClock().now())
        series = _series(connection)
        return [*_batches(connection, series), _rollup(connection, series)]


def _series(connection: Connection) -> list[int]:
    for number in range(SERIES):
        save_device(connection, Device(f"d-{number}", "bench", "snow"), [("snow_depth", "cm")])
    return sorted(ingest.series_of(connection, [f"d-{number}" for number in range(SERIES)]).values())


def _batches(connection: Connection, series: Sequence[int]) -> list[Row]:
    """Batches of a reading of every series, a second apart."""
    ingest.make_stage(connection)
    times = [_written(connection, _at(series, HOUR + timedelta(seconds=at))) for at in range(BATCHES)]
    whole, due = (statistics.median(part) for part in zip(*times, strict=True))
    note = f"{100 * due / whole:.1f} % of its transaction"
    return [
        {"what": f"a batch of {SERIES} readings", "ms": round(1e3 * whole, 2), "runs": BATCHES},
        {"what": "its due rows", "ms": round(1e3 * due, 2), "runs": BATCHES, "note": note},
    ]


def _rollup(connection: Connection, series: Sequence[int]) -> Row:
    refresh(connection)
    times = []
    for hour in range(1, HOURS + 1):
        for part in range(READINGS):
            _written(connection, _at(series, HOUR + timedelta(hours=hour, minutes=10 * part)))
        begin = time.perf_counter()
        assert refresh(connection) == 1
        times.append(time.perf_counter() - begin)
    what = f"roll-up of an hour of {SERIES} series with {READINGS} readings"
    return {"what": what, "ms": round(1e3 * statistics.median(times), 1), "runs": HOURS}


def _at(series: Sequence[int], at: datetime) -> list[Staged]:
    return [(one, at, float(one % 40), at) for one in series]


def _written(connection: Connection, staged: Sequence[Staged]) -> tuple[float, float]:
    """Wall seconds of the whole transaction, and of its due rows, as ``ingest/writer.py`` writes them."""
    begin = time.perf_counter()
    with connection.transaction():
        ingest.stage(connection, staged)
        ingest.move_staged(connection)
        before = time.perf_counter()
        ingest.note_due(connection)
        due = time.perf_counter() - before
    return time.perf_counter() - begin, due
