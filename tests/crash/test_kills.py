"""Kills under load: what the broker has acknowledged to a device is in the table exactly once at the end.

More than 60,000 messages in all with the *fast* profile, where the broker itself is not killed, and kills of a
broker with the *durable* one. Every configuration is what ``dagsplan broker-config`` prints.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.brokerprofile import Profile
from store.connect import connect
from tests.brokers import Mosquitto, profiled
from tests.conftest import absent
from tests.crash.harness import DaemonProcess, Publisher, Server, await_that, check, count, prepare

pytestmark = pytest.mark.crash
RATE = 1000.0


@dataclass
class Town:
    """A broker, a database server and a daemon of their own, and a publisher."""

    broker: Mosquitto
    server: Server
    daemon: DaemonProcess

    def publisher(self, per_second: float) -> Publisher:
        publisher = Publisher(self.broker, per_second)
        publisher.start()
        return publisher


@contextmanager
def built(folder: Path, profile: Profile) -> Iterator[Town]:
    """All running; everything is stopped at the end."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    folder.chmod(0o755)
    queue = folder / "broker"
    queue.mkdir()
    broker = profiled(queue, profile)
    if broker is None:
        absent("mosquitto-sqlite", "DAGSPLAN_MOSQUITTO_SQLITE names no mosquitto 2.1 with SQLite persistence")
    broker.start()
    server = Server(folder / "server")
    try:
        with server.running():
            prepare(server, broker)
            daemon = DaemonProcess(broker, server.dsn, folder / "daemon.log")
            daemon.start()
            try:
                yield Town(broker, server, daemon)
            finally:
                if daemon.running():
                    daemon.kill()
    finally:
        broker.stop()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose broker has the *fast* profile."""
    with built(tmp_path, "fast") as town:
        yield town


def grown(town: Town, by: int) -> None:
    """Waits until so many more rows are in the table: the daemon works again."""
    before = count(town.server.dsn)
    await_that(lambda: count(town.server.dsn) >= before + by, f"{by} more rows")


def test_twenty_kills_of_the_daemon(town: Town) -> None:
    """SIGKILL of the daemon 20 times at random moments under 1,000 messages/s: none lost, none doubled."""
    chance = random.Random(1)
    publisher = town.publisher(RATE)
    for _ in range(20):
        grown(town, chance.randrange(1, 1200))
        town.daemon.kill()
        town.daemon.start()
    check(town.server, publisher, at_least=25_000)
    assert town.daemon.stop() == 0


def test_six_kills_of_the_database(town: Town) -> None:
    """SIGKILL of the postmaster and all its children 6 times: the daemon keeps its batch and goes on."""
    chance = random.Random(2)
    publisher = town.publisher(RATE)
    for _ in range(6):
        grown(town, chance.randrange(1, 1500))
        town.server.kill_tree()
        town.server.start()
    check(town.server, publisher, at_least=12_000)
    assert town.server.kills == 6
    assert town.daemon.running()
    assert town.daemon.stop() == 0


def test_terminated_backends(town: Town) -> None:
    """``pg_terminate_backend`` of the daemon's connections 30 times: none lost, the daemon lives."""
    chance = random.Random(3)
    publisher = town.publisher(RATE)
    with connect(town.server.dsn, "admin") as admin:
        for _ in range(30):
            grown(town, chance.randrange(1, 400))
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dagsplan-ingest'"
            )
    check(town.server, publisher, at_least=12_000)
    assert town.daemon.running()


def test_clean_restarts_of_the_broker(town: Town) -> None:
    """The broker is stopped cleanly and started again 3 times: daemon and publisher are back, nothing is lost."""
    publisher = town.publisher(RATE)
    for _ in range(3):
        grown(town, 50)
        town.broker.stop()
        town.broker.start()
    grown(town, 50)
    check(town.server, publisher, at_least=5_000)
    assert town.daemon.running()


def test_everything_at_once(town: Town) -> None:
    """Daemon killed while the database is killed, then the broker restarted: still each message exactly once."""
    publisher = town.publisher(RATE)
    grown(town, 50)
    town.server.kill_tree()
    town.daemon.kill()
    town.server.start()
    town.daemon.start()
    grown(town, 50)
    town.broker.stop()
    town.daemon.kill()
    town.broker.start()
    town.daemon.start()
    grown(town, 50)
    check(town.server, publisher, at_least=3_000)


def test_immediate_stops_of_the_database(town: Town) -> None:
    """``pg_ctl stop -m immediate`` 3 times, which is a crash in all but name: none lost, none doubled."""
    publisher = town.publisher(RATE)
    for _ in range(3):
        grown(town, 800)
        town.server.stop_immediately()
        town.server.start()
    check(town.server, publisher, at_least=6_000)
    assert town.daemon.running()


def test_twenty_kills_of_a_durable_broker(tmp_path: Path) -> None:
    """SIGKILL of mosquitto 20 times with the *durable* profile: what it acknowledged is stored exactly once."""
    chance = random.Random(4)
    with built(tmp_path, "durable") as town:
        publisher = town.publisher(RATE)
        for _ in range(20):
            reached = len(publisher.acknowledged) + chance.randrange(5, 400)
            await_that(lambda reached=reached: len(publisher.acknowledged) >= reached, f"{reached} acknowledged")
            town.broker.kill()
            town.broker.start()
        check(town.server, publisher, at_least=6_000)
        assert town.daemon.running()


def test_a_stop_while_the_database_is_deaf(town: Town) -> None:
    """Backends that neither answer nor hang up: SIGTERM ends the daemon all the same, and nothing is lost."""
    publisher = town.publisher(200)
    grown(town, 100)
    with town.server.deaf():
        reached = len(publisher.acknowledged) + 100
        await_that(lambda: len(publisher.acknowledged) >= reached, f"{reached} acknowledged")
        assert town.daemon.stop() == 0
    town.daemon.start()
    check(town.server, publisher, at_least=500)
