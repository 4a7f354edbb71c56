"""Kills under load: what the broker has acknowledged to a device is in the table exactly once at the end.

More than 60,000 messages in all with the *fast* profile, where the broker itself is not killed, and kills of a
broker with the *durable* and the *rabbitmq* one. Every configuration is what ``dagsplan broker-config`` prints.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.brokerprofile import Profile
from deploy.loadgen import publish
from store.connect import connect
from tests.brokers import profiled, rabbit
from tests.conftest import absent
from tests.crash.harness import DEVICE, Town, await_that, check, count, running_town

pytestmark = pytest.mark.crash
RATE = 1000.0


@contextmanager
def built(folder: Path, profile: Profile) -> Iterator[Town]:
    """A town whose broker has this profile; skips where that cannot be had."""
    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")
    broker = profiled(folder, profile)
    if broker is None:
        absent("mosquitto-sqlite", "DAGSPLAN_MOSQUITTO_SQLITE names no mosquitto 2.1 with SQLite persistence")
    with running_town(folder, broker) as town:
        yield town


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
    """SIGKILL of mosquitto 20 times with the *durable* profile, nobody connected: what it acknowledged is stored.

    mosquitto writes down what a turn of its loop took right after it acknowledged it. A connection that it accepts
    proves that the turn is over; kills at any moment, and what they cost, are in the benchmark ``brokerkill``.
    """
    chance, acknowledged = random.Random(4), 0
    with built(tmp_path, "durable") as town:
        town.daemon.stop()
        for _ in range(20):
            acknowledged += publish(town.broker.port, DEVICE, chance.randrange(50, 600), 0.0)
            publish(town.broker.port, "another", 0, 0.0)
            town.broker.kill()
            town.broker.start()
        assert acknowledged >= 5_000
        town.daemon.start()
        await_that(lambda: count(town.server.dsn) >= acknowledged, f"{acknowledged} rows")
        assert count(town.server.dsn) == acknowledged


@pytest.mark.parametrize("connected", [True, False], ids=["connected", "away"])
def test_four_kills_of_a_quorum_queue(tmp_path: Path, connected: bool) -> None:
    """SIGKILL of RabbitMQ 4 times at any moment under 1,000 messages/s, with and without the daemon: none lost.

    60 kills of each kind are in the benchmark ``brokerkill``. A clean restart comes first: a kill in the first moments
    of a session forgets its queue, as the documentation says.
    """
    broker = rabbit(tmp_path)
    if broker is None:
        absent("rabbitmq", "no RabbitMQ 4.0 or newer is installed, and DAGSPLAN_RABBITMQ names none")
    chance = random.Random(6)
    with running_town(tmp_path, broker) as town:
        broker.stop()
        broker.start()
        if not connected:
            town.daemon.stop()
        publisher = town.publisher(RATE)
        for _ in range(4):
            reached = len(publisher.acknowledged) + chance.randrange(50, 600)
            await_that(lambda reached=reached: len(publisher.acknowledged) >= reached, f"{reached} acknowledged")
            broker.kill()
            broker.start()
        if not connected:
            town.daemon.start()
        check(town.server, publisher, at_least=2_000)
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
