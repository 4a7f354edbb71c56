"""The database is away for ten minutes while 200,000 messages queue: what the daemon takes, and whether all arrive.

``DAGSPLAN_BENCH_OUTAGE_MIN`` shortens the outage [min]. Three towns go through it side by side; medians of three.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from deploy.loadgen import publish
from tests.benchmarks.measure import Row
from tests.brokers import profiled
from tests.crash.harness import DEVICE, Town, await_that, count, running_town

MESSAGES = 200_000
MINUTES = float(os.environ.get("DAGSPLAN_BENCH_OUTAGE_MIN", "10"))
RUNS = 3


def run() -> list[Row]:
    """One row: the most memory that the daemon ever had, what was delivered, and how fast."""
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed: benchmark left out")
        return []
    with ExitStack() as stack, ThreadPoolExecutor(RUNS) as pool:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(RUNS)]
        brokers = [(folder, profiled(folder, "fast")) for folder in folders]
        towns = [stack.enter_context(running_town(folder, broker)) for folder, broker in brokers if broker]
        seen = list(pool.map(outage, towns))
    peak, delivered, seconds = (statistics.median(part) for part in zip(*seen, strict=True))
    return [
        {
            "what": f"database away for {MINUTES:g} min, {MESSAGES} messages queued",
            "profile": "fast",
            "daemon peak MB": round(peak, 1),
            "delivered": int(min(part for _, part, _ in seen)),
            "delivered afterwards in s": round(seconds, 1),
            "median delivered": int(delivered),
            "runs": RUNS,
        }
    ]


def outage(town: Town) -> tuple[float, int, float]:
    """Peak resident memory of the daemon [MB], rows at the end, and seconds from the database's return to the last."""
    assert town.daemon.child is not None
    town.server.kill_tree()
    begin = time.monotonic()
    acknowledged = publish(town.broker.port, DEVICE, MESSAGES, 0.0)
    time.sleep(max(0.0, 60 * MINUTES - (time.monotonic() - begin)))
    town.server.start()
    back = time.monotonic()
    await_that(lambda: count(town.server.dsn) >= acknowledged, f"{acknowledged} rows", 600)
    took = time.monotonic() - back
    return peak_mb(town.daemon.child.pid), count(town.server.dsn), took


def peak_mb(pid: int) -> float:
    """The most resident memory that a process has had [MB]."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell the peak of memory")
