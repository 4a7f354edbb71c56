"""``dagsplan bench ingest``: broker to committed row, on a broker and a database that exist only for it.

The broker is mosquitto or RabbitMQ with the profile that ``dagsplan broker-config`` prints; where mosquitto is not
installed, the embedded one. The daemon is a process of its own, and so are the devices. A reading counts as committed
when another connection sees it, looked for every few milliseconds: the latencies are upper bounds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
import psutil

from city.catalogue.message import message
from city.clock import Clock, SystemClock, stopwatch
from city.entities import Device
from city.errors import SourceUnavailable
from city.settings import Mqtt
from deploy.brokerprofile import PLUGIN, Profile, profile_text
from deploy.rabbitprofile import PROGRAM, RABBITMQ, rabbit_text
from deploy.rabbitscratch import RabbitMQ, installed, version_of
from deploy.scratch import Mosquitto, ScratchBroker
from ingest.broker import embedded_broker
from ingest.session import address, provision
from store import bench, facts
from store.connect import Connection, connect
from store.embedded import embedded_postgres
from store.migrate import migrate


@dataclass(frozen=True)
class Figures:
    """What was measured. ``lost`` were acknowledged by the broker and are no rows; ``duplicated`` are rows too many."""

    broker: str
    rate: float
    sent: int
    lost: int
    duplicated: int
    messages_per_s: float
    cpu_us_per_message: float
    latency_p50_s: float
    latency_p95_s: float


@dataclass(frozen=True)
class BenchBroker:
    """Which broker is measured: the profile, mosquitto's program and plugin, RabbitMQ's program."""

    profile: Profile | Literal["rabbitmq"] = "fast"
    mosquitto: str = "mosquitto"
    plugin: PurePosixPath | None = PLUGIN
    rabbitmq: Path = PROGRAM

    def __str__(self) -> str:
        if self.profile == RABBITMQ:
            return "RabbitMQ {}.{}".format(*version_of(self.rabbitmq))
        how = " without sqlite" if self.profile == "durable" and self.plugin is None else ""
        return f"mosquitto, {self.profile}{how}"


@dataclass
class BenchTown:
    """What one measurement runs on."""

    broker: str
    url: str
    dsn: str
    connection: Connection
    clock: Clock


def bench_ingest(
    messages: int,
    *,
    rate: float = 0.0,
    broker: BenchBroker = BenchBroker(),
    devices: int = 2,
    patience_s: float = 300.0,
) -> Figures:
    """Publishes ``messages`` from ``devices`` processes at ``rate`` in all [1/s], 0: as fast as it goes.

    What is no row after ``patience_s`` counts as lost. Raises SourceUnavailable where a part does not start.
    """
    with tempfile.TemporaryDirectory() as name, _town(Path(name), broker) as town:
        share = [messages // devices + (i < messages % devices) for i in range(devices)]
        for i in range(devices):
            facts.save_device(town.connection, Device(f"load-{i}", f"load-{i}", "load"), [("number", "")])
        provision(Mqtt(url=town.url), address(town.url), town.clock)
        with _daemon(town) as process:
            _first_heard(town, process)
            return _measured(town, process, share, rate, patience_s)


def _measured(town: BenchTown, daemon: psutil.Process, share: Sequence[int], rate: float, patience_s: float) -> Figures:
    port = town.url.rsplit(":", 1)[1]
    busy, begin = _cpu_s(daemon), stopwatch()
    command = [sys.executable, "-m", "deploy.loadgen", port]
    children = [
        subprocess.Popen([*command, f"load-{i}", str(n), str(rate / len(share))], stdout=subprocess.PIPE, text=True)
        for i, n in enumerate(share)
    ]
    seen: list[tuple[datetime, list[datetime | None]]] = []
    while bench.numbered(town.connection) < sum(share) and stopwatch() - begin < patience_s:
        seen.append(_newest(town, len(share)))
        time.sleep(0.004)
    seen.append(_newest(town, len(share)))
    busy = _cpu_s(daemon) - busy
    acknowledged = sum(int(child.communicate()[0] or 0) for child in children)
    latency, first, last = _latencies(town, seen, len(share))
    distinct, rows = bench.distinct_and_all(town.connection)
    return Figures(
        broker=town.broker,
        rate=rate,
        sent=acknowledged,
        lost=max(0, acknowledged - distinct),
        duplicated=rows - distinct,
        messages_per_s=round(rows / max(1e-9, last - first), 1),
        cpu_us_per_message=round(1e6 * busy / max(1, rows), 1),
        latency_p50_s=round(float(np.percentile(latency, 50)), 4),
        latency_p95_s=round(float(np.percentile(latency, 95)), 4),
    )


def _newest(town: BenchTown, devices: int) -> tuple[datetime, list[datetime | None]]:
    """For each device the time of its newest row that others see, and when we looked."""
    found = bench.newest_times(town.connection)
    return town.clock.now(), found[:devices]


def _latencies(
    town: BenchTown, seen: Sequence[tuple[datetime, list[datetime | None]]], devices: int
) -> tuple[np.ndarray, float, float]:
    """Seconds from publication to the first look that found it, of all rows; the first publication, the last look.

    A device publishes in order and its rows are committed in that order, so its newest row tells of all before it.
    """
    looked = np.array([at.timestamp() for at, _ in seen])
    waits, first = [], np.inf
    for device in range(devices):
        newest = np.array([row[device].timestamp() if row[device] else 0.0 for _, row in seen])  # type: ignore[union-attr]
        sent = np.array(bench.times_sent(town.connection, f"load-{device}"))
        found = np.minimum(np.searchsorted(newest, sent - 1e-6), len(looked) - 1)
        waits.append(looked[found] - sent)
        first = min(first, float(sent.min(initial=np.inf)))
    return np.concatenate(waits) if waits else np.zeros(1), first, float(looked[-1])


def _first_heard(town: BenchTown, daemon: psutil.Process, patience_s: float = 30.0) -> None:
    """Waits until the daemon has stored a first reading, and takes it away again: it is connected and warm."""
    port, until = int(town.url.rsplit(":", 1)[1]), stopwatch() + patience_s
    subprocess.run(
        [sys.executable, "-m", "deploy.loadgen", str(port), "load-0", "1", "0"], check=True, capture_output=True
    )
    while bench.numbered(town.connection) == 0:
        if stopwatch() > until or not daemon.is_running():
            problem = message("error.demo.bench_nothing", seconds=patience_s)
            raise SourceUnavailable(message("error.demo.bench_daemon"), problem)
        time.sleep(0.05)
    bench.forget(town.connection)


@contextmanager
def _town(folder: Path, broker: BenchBroker) -> Iterator[BenchTown]:
    folder.chmod(0o755)
    clock = SystemClock()
    with (
        _broker(folder, broker) as (name, url),
        embedded_postgres(folder / "postgres") as dsn,
        connect(dsn, "bench") as connection,
    ):
        migrate(connection, clock.now())
        yield BenchTown(name, url, dsn, connection, clock)


@contextmanager
def _broker(folder: Path, wanted: BenchBroker) -> Iterator[tuple[str, str]]:
    if wanted.profile != RABBITMQ and shutil.which(wanted.mosquitto) is None:
        with embedded_broker() as url:
            yield "embedded", url
        return
    (folder / "broker").mkdir()
    broker = _built(folder / "broker", wanted)
    broker.start()
    try:
        yield str(wanted), broker.url
    finally:
        broker.stop()


def _built(folder: Path, wanted: BenchBroker) -> ScratchBroker:
    """Not started. Raises SourceUnavailable where there is no RabbitMQ."""
    if wanted.profile == RABBITMQ:
        if not installed(wanted.rabbitmq):
            raise SourceUnavailable(str(wanted.rabbitmq), message("error.broker.not_installed"))
        return RabbitMQ(folder, rabbit_text(10.0), wanted.rabbitmq)
    return Mosquitto(folder, profile_text(wanted.profile, 10.0, plugin=wanted.plugin), wanted.mosquitto)


@contextmanager
def _daemon(town: BenchTown) -> Iterator[psutil.Process]:
    environment = {**os.environ, "DAGSPLAN_DATABASE__DSN": town.dsn, "DAGSPLAN_MQTT__URL": town.url}
    command = [sys.executable, "-m", "dagsplan", "ingest"]
    child = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(10)


def _cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process so far, user and system [s]."""
    times = process.cpu_times()
    return float(times.user + times.system)
