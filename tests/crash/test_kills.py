"""Kills under load: what the broker has acknowledged to a device is in the table exactly once at the end."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from store.connect import connect
from tests.brokers import Mosquitto, mosquitto
from tests.conftest import absent
from tests.crash.harness import DaemonProcess, Publisher, Server, await_that, check, prepare, stored

pytestmark = pytest.mark.crash

FAST = {"autosave_on_changes": "false", "autosave_interval": "1800"}
"""The broker that saves at intervals: it is not killed here."""


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


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """All running, the broker with the *fast* profile; everything is stopped at the end."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    tmp_path.chmod(0o755)
    queue = tmp_path / "broker"
    queue.mkdir()
    server = Server(tmp_path / "server")
    with server.running(), mosquitto(queue, **FAST) as broker:
        prepare(server, broker)
        daemon = DaemonProcess(broker, server.dsn, tmp_path / "daemon.log")
        daemon.start()
        try:
            yield Town(broker, server, daemon)
        finally:
            if daemon.running():
                daemon.kill()


def grown(town: Town, by: int) -> None:
    """Waits until so many more rows are in the table: the daemon works again."""
    before = len(stored(town.server.dsn))
    await_that(lambda: len(stored(town.server.dsn)) >= before + by, f"{by} more rows")


def test_twenty_kills_of_the_daemon(town: Town) -> None:
    """SIGKILL of the daemon 20 times at random moments under 300 messages/s: none lost, none doubled."""
    chance = random.Random(1)
    publisher = town.publisher(300)
    for _ in range(20):
        grown(town, chance.randrange(1, 200))
        town.daemon.kill()
        town.daemon.start()
    check(town.server, publisher, at_least=2000)
    assert town.daemon.stop() == 0


def test_six_kills_of_the_database(town: Town) -> None:
    """SIGKILL of the postmaster and all its children 6 times: the daemon keeps its batch and goes on."""
    chance = random.Random(2)
    publisher = town.publisher(300)
    for _ in range(6):
        grown(town, chance.randrange(1, 300))
        town.server.kill_tree()
        town.server.start()
    check(town.server, publisher, at_least=1000)
    assert town.server.kills == 6
    assert town.daemon.running()
    assert town.daemon.stop() == 0


def test_terminated_backends(town: Town) -> None:
    """``pg_terminate_backend`` of the daemon's connections 30 times: none lost, the daemon lives."""
    chance = random.Random(3)
    publisher = town.publisher(300)
    with connect(town.server.dsn, "admin") as admin:
        for _ in range(30):
            grown(town, chance.randrange(1, 60))
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dagsplan-ingest'"
            )
    check(town.server, publisher, at_least=500)
    assert town.daemon.running()


def test_clean_restarts_of_the_broker(town: Town) -> None:
    """The broker is stopped cleanly and started again 3 times: daemon and publisher are back, nothing is lost."""
    publisher = town.publisher(200)
    for _ in range(3):
        grown(town, 50)
        town.broker.stop()
        town.broker.start()
    grown(town, 50)
    check(town.server, publisher, at_least=200)
    assert town.daemon.running()


def test_everything_at_once(town: Town) -> None:
    """Daemon killed while the database is killed, then the broker restarted: still each message exactly once."""
    publisher = town.publisher(200)
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
    check(town.server, publisher, at_least=150)


def test_immediate_stops_of_the_database(town: Town) -> None:
    """``pg_ctl stop -m immediate`` 3 times, which is a crash in all but name: none lost, none doubled."""
    publisher = town.publisher(300)
    for _ in range(3):
        grown(town, 100)
        town.server.stop_immediately()
        town.server.start()
    check(town.server, publisher, at_least=300)
    assert town.daemon.running()
