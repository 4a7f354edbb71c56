"""What a killed broker forgets, with each profile: while the daemon is connected, and while it is away.

*durable* needs mosquitto 2.1 (``eval "$(.ci/mosquitto-sqlite)"``), *rabbitmq* a RabbitMQ (Debian's, or the
``rabbitmq-server`` that ``DAGSPLAN_RABBITMQ`` names); without one its rows are left out. A mosquitto before 2.1
saves on every change: its queue fills at the rate in the last column. ``DAGSPLAN_BENCH_KILLS`` kills less often,
``DAGSPLAN_BENCH_PROFILES`` takes only some of them (with commas between).
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deploy.loadgen import publish
from deploy.rabbitprofile import RABBITMQ
from deploy.scratch import ScratchBroker
from tests.benchmarks.measure import Row
from tests.brokers import profiled, rabbit
from tests.crash.harness import DEVICE, Town, await_that, count, running_town, stored

KILLS, BACKLOG = int(os.environ.get("DAGSPLAN_BENCH_KILLS", "60")), 5_000
Built = Callable[[Path], ScratchBroker | None]
VARIANTS: dict[str, tuple[Built, float]] = {
    "fast": (partial(profiled, profile="fast"), 1000.0),
    "durable": (partial(profiled, profile="durable"), 1000.0),
    "durable --without-sqlite": (partial(profiled, profile="durable", sqlite=False), 100.0),
    RABBITMQ: (rabbit, 1000.0),
}
"""What each is called, how it is built (None where it cannot be), and the rate at which it is killed [1/s]."""
SETTLED_S = 35.0
"""Longer than the daemon ever waits between two tries to reach a broker [s]."""


def run() -> list[Row]:
    """Three rows a variant."""
    wanted = os.environ.get("DAGSPLAN_BENCH_PROFILES", ",".join(VARIANTS)).split(",")
    return [row for name in wanted for measure in (online, away, filled) for row in _row_of(name, measure)]


def _row_of(name: str, measure: Callable[[Town, float], Row]) -> list[Row]:
    """One row, on a town of its own; none where its broker cannot be had."""
    build, rate = VARIANTS[name]
    with tempfile.TemporaryDirectory() as folder:
        broker = build(Path(folder))
        if broker is None or (name != RABBITMQ and shutil.which("mosquitto") is None):
            print(f"no broker for {name}: left out")
            return []
        with running_town(Path(folder), broker) as town:
            return [{"profile": name, **measure(town, rate)}]


def online(town: Town, rate: float) -> Row:
    """Kills at random moments under load, with the daemon connected: it may have heard what the broker forgets."""
    return _row(f"{KILLS} kills at {rate:g}/s, daemon connected", _killed(town, rate), town)


def away(town: Town, rate: float) -> Row:
    """The same while the daemon is away: only the broker can have kept anything."""
    town.daemon.stop()
    acknowledged = _killed(town, rate)
    town.daemon.start()
    return _row(f"{KILLS} kills at {rate:g}/s, daemon away", acknowledged, town)


def filled(town: Town, _rate: float) -> Row:
    """One kill with a queue of messages for a daemon that is away, and how fast the broker took them."""
    town.daemon.stop()
    begin = time.monotonic()
    acknowledged = publish(town.broker.port, DEVICE, BACKLOG, 0.0)
    taken = acknowledged / (time.monotonic() - begin)
    town.broker.kill()
    town.broker.start()
    town.daemon.start()
    return _row(f"one kill after {BACKLOG} queued", acknowledged, town) | {"taken/s": round(taken)}


def _killed(town: Town, rate: float) -> int:
    """Kills the broker at random moments; how many messages it has acknowledged in the end."""
    chance, publisher = random.Random(5), town.publisher(rate)
    for _ in range(KILLS):
        reached = len(publisher.acknowledged) + chance.randrange(int(0.05 * rate), int(0.5 * rate))
        await_that(lambda reached=reached: len(publisher.acknowledged) >= reached, f"{reached} acknowledged")
        time.sleep(chance.random() * 0.05)
        town.broker.kill()
        town.broker.start()
    publisher.finish(publisher.sent)
    return len(publisher.acknowledged)


def _row(what: str, acknowledged: int, town: Town) -> Row:
    """What is stored once nothing more comes."""
    before = -1
    while before != (now := count(town.server.dsn)):
        before = now
        time.sleep(SETTLED_S)
    rows = stored(town.server.dsn)
    assert town.daemon.running()
    return {
        "what": what,
        "acknowledged": acknowledged,
        "lost": max(0, acknowledged - len(set(rows))),
        "doubled": len(rows) - len(set(rows)),
    }
