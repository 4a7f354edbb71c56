"""What a killed mosquitto forgets, with each profile: while the daemon is connected, and while it is away.

*durable* needs mosquitto 2.1 (``eval "$(.ci/mosquitto-sqlite)"``); without one its rows are left out.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.brokerprofile import PROFILES, Profile
from deploy.loadgen import publish
from tests.benchmarks.measure import Row
from tests.brokers import Mosquitto, profiled
from tests.crash.harness import DaemonProcess, Publisher, Server, await_that, count, prepare, stored

RATE, KILLS, BACKLOG = 1000.0, 20, 5_000
SETTLED_S = 35.0
"""Longer than the daemon ever waits between two tries to reach a broker [s]."""


def run() -> list[Row]:
    """Two rows a profile."""
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed: benchmark left out")
        return []
    rows: list[Row] = []
    for profile in PROFILES:
        for measure in (online, away):
            with tempfile.TemporaryDirectory() as name, town(Path(name), profile) as parts:
                if parts is not None:
                    rows.append({"profile": profile, **measure(*parts)})
    return rows


def online(broker: Mosquitto, server: Server, daemon: DaemonProcess) -> Row:
    """Kills at random moments under load, with the daemon connected."""
    chance, publisher = random.Random(5), Publisher(broker, RATE)
    publisher.start()
    for _ in range(KILLS):
        reached = len(publisher.acknowledged) + chance.randrange(50, 800)
        await_that(lambda reached=reached: len(publisher.acknowledged) >= reached, f"{reached} acknowledged")
        broker.kill()
        broker.start()
    publisher.finish(publisher.sent)
    return _row(f"{KILLS} kills at {RATE:g}/s, daemon connected", len(publisher.acknowledged), server, daemon)


def away(broker: Mosquitto, server: Server, daemon: DaemonProcess) -> Row:
    """One kill with a queue of messages for a daemon that is away."""
    daemon.stop()
    acknowledged = publish(broker.port, "crash-1", BACKLOG, 0.0)
    broker.kill()
    broker.start()
    daemon.start()
    return _row(f"one kill, {BACKLOG} queued for a daemon that is away", acknowledged, server, daemon)


def _row(what: str, acknowledged: int, server: Server, daemon: DaemonProcess) -> Row:
    """What is stored once nothing more comes."""
    before = -1
    while before != (now := count(server.dsn)):
        before = now
        time.sleep(SETTLED_S)
    rows = stored(server.dsn)
    assert daemon.running()
    return {
        "what": what,
        "acknowledged": acknowledged,
        "lost": max(0, acknowledged - len(set(rows))),
        "doubled": len(rows) - len(set(rows)),
    }


@contextmanager
def town(folder: Path, profile: Profile) -> Iterator[tuple[Mosquitto, Server, DaemonProcess] | None]:
    """Broker, database and daemon; None where the profile's broker is not there."""
    folder.chmod(0o755)
    queue = folder / "broker"
    queue.mkdir()
    broker = profiled(queue, profile)
    if broker is None:
        print(f"no broker for the profile {profile}: left out")
        yield None
        return
    broker.start()
    server = Server(folder / "server")
    try:
        with server.running():
            prepare(server, broker)
            daemon = DaemonProcess(broker, server.dsn, folder / "daemon.log")
            daemon.start()
            await_that(lambda: "connected" in daemon.log.read_text(), "the daemon's connection")
            try:
                yield broker, server, daemon
            finally:
                if daemon.running():
                    daemon.kill()
    finally:
        broker.stop()
