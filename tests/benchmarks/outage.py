"""The database is away for ten minutes while 200,000 messages queue: what the daemon takes, and whether all arrive.

``DAGSPLAN_BENCH_OUTAGE_MIN`` shortens the outage [min]. Three towns go through it side by side; medians of three.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from city.clock import SystemClock
from city.settings import Mqtt
from city.things import Device
from deploy.loadgen import publish
from ingest.session import address, provision
from store.connect import connect
from store.facts import save_device
from store.migrate import migrate
from tests.benchmarks.measure import Row
from tests.brokers import Mosquitto, profiled
from tests.crash.harness import DaemonProcess, Server, await_that, count

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
        towns = [stack.enter_context(town(folder)) for folder in folders]  # one after the other
        seen = list(pool.map(lambda parts: outage(*parts), towns))
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


def outage(broker: Mosquitto, server: Server, daemon: DaemonProcess) -> tuple[float, int, float]:
    """Peak resident memory of the daemon [MB], rows at the end, and seconds from the database's return to the last."""
    assert daemon.child is not None
    server.kill_tree()
    begin = time.monotonic()
    acknowledged = publish(broker.port, "outage", MESSAGES, 0.0)
    time.sleep(max(0.0, 60 * MINUTES - (time.monotonic() - begin)))
    server.start()
    back = time.monotonic()
    await_that(lambda: count(server.dsn) >= acknowledged, f"{acknowledged} rows", 600)
    took = time.monotonic() - back
    return peak_mb(daemon.child.pid), count(server.dsn), took


def peak_mb(pid: int) -> float:
    """The most resident memory that a process has had [MB]."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell the peak of memory")


@contextmanager
def town(folder: Path) -> Iterator[tuple[Mosquitto, Server, DaemonProcess]]:
    """Broker with the *fast* profile, database and daemon."""
    folder.chmod(0o755)
    queue = folder / "broker"
    queue.mkdir()
    broker = profiled(queue, "fast")
    assert broker is not None
    broker.start()
    server = Server(folder / "server")
    try:
        with server.running():
            with connect(server.dsn, "bench") as connection:
                migrate(connection, SystemClock().now())
                save_device(connection, Device("outage", "outage", "bench"), [])
            provision(Mqtt(url=broker.url), address(broker.url), SystemClock())
            daemon = DaemonProcess(broker, server.dsn, folder / "daemon.log")
            daemon.start()
            await_that(lambda: "connected" in daemon.log.read_text(), "the daemon's connection")
            try:
                yield broker, server, daemon
            finally:
                daemon.stop()
    finally:
        broker.stop()
