"""Large messages wait for a table that is locked: what memory the daemon has had when all of them are stored.

``DAGSPLAN_BENCH_LOCK_S`` says for how long it is locked [s].
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from city.clock import SystemClock
from ingest.publisher import Publication, publish_all
from ingest.session import address
from store.connect import connect
from tests.benchmarks.measure import Row
from tests.benchmarks.outage import peak_mb
from tests.brokers import profiled
from tests.crash.harness import TOPIC, Town, await_that, count, running_town

MESSAGES = 6_000
READINGS = 250
LOCK_S = float(os.environ.get("DAGSPLAN_BENCH_LOCK_S", "75"))


def run() -> list[Row]:
    """One row: the most memory that the daemon ever had, the rows at the end, and how long they took."""
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed: benchmark left out")
        return []
    with tempfile.TemporaryDirectory() as name:
        broker = profiled(Path(name), "fast")
        if broker is None:
            return []
        with running_town(Path(name), broker) as town:
            peak, rows, seconds = locked(town)
    size = len(payload(0)) / 1000
    return [
        {
            "what": f"{MESSAGES} messages of {size:.0f} kB, table locked for {LOCK_S:g} s",
            "daemon peak MB": round(peak, 1),
            "rows": rows,
            "lost": MESSAGES * READINGS - rows,
            "stored afterwards in s": round(seconds, 1),
        }
    ]


def locked(town: Town) -> tuple[float, int, float]:
    """Peak resident memory of the daemon [MB], rows at the end, and seconds from the lock's end to the last."""
    assert town.daemon.child is not None
    began = time.monotonic()
    with connect(town.server.dsn, "lock") as holder, holder.transaction():
        holder.execute("LOCK TABLE reading")
        now = SystemClock().now()
        publish_all(address(town.broker.url), (Publication(now, TOPIC, payload(n)) for n in range(MESSAGES)))
        time.sleep(max(0.0, LOCK_S - (time.monotonic() - began)))
    free = time.monotonic()
    await_that(lambda: count(town.server.dsn) >= MESSAGES * READINGS, "all rows", 900)
    return peak_mb(town.daemon.child.pid), count(town.server.dsn), time.monotonic() - free


def payload(number: int) -> bytes:
    """A message of as many readings as it may have, each of its own second."""
    first = SystemClock().now().replace(microsecond=0) - timedelta(hours=1, microseconds=1 + number)
    rows = (f'{{"time":"{(first - timedelta(seconds=n)).isoformat()}","values":{{"q":{n}}}}}' for n in range(READINGS))
    return f"[{','.join(rows)}]".encode()
