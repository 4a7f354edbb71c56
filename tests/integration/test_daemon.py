"""The daemon from broker to committed row: nothing acknowledged is lost, whatever goes away and comes back."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from city.clock import FixedClock, stopwatch
from city.entities import Device
from city.errors import SourceUnavailable
from city.settings import Ingest, Mqtt, Settings
from ingest.broker import embedded_broker, free_port
from ingest.daemon import Daemon
from ingest.publisher import Publication, publish_all
from ingest.session import Session, address, provision
from store.connect import connect
from store.embedded import embedded_postgres
from store.facts import save_device
from store.migrate import migrate
from store.readings import count_readings, dead_letter_counts
from tests.brokers import certificate, mosquitto, saving
from tests.conftest import absent
from tests.deaf import proxy_before
from tests.unit.ingest.poison import OWN, TABLE, own

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
CHIRPSTACK = "application/a/device/a84041/event/up"


class Running:
    """A daemon in a thread, and what a test waits for."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.thread = threading.Thread(target=daemon.run, name="daemon")

    def wait_for(self, messages: int, timeout_s: float = 30.0) -> None:
        """Waits until so many messages are written. Fails after the time."""
        await_that(lambda: self.daemon.tally.messages >= messages, f"{messages} messages written", timeout_s)

    def connected(self, timeout_s: float = 30.0) -> None:
        assert self.daemon.session.connected.wait(timeout_s)

    def stop(self) -> None:
        self.daemon.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def await_that(condition: object, what: str, timeout_s: float = 30.0) -> None:
    """Waits until something is so. Fails, naming it, after the time."""
    until = stopwatch() + timeout_s
    while not condition():  # type: ignore[operator]
        assert stopwatch() < until, f"not in {timeout_s} s: {what}"
        time.sleep(0.02)


@contextmanager
def running(url: str, dsn: str, at: datetime = AT, **mqtt: object) -> Iterator[Running]:
    """A daemon on a broker and a database; stopped at the end."""
    settings = Settings(
        mqtt=Mqtt(url=url, topics=("dagsplan/+/reading", "application/+/device/+/event/up", "x/#"), **mqtt)
    )  # type: ignore[arg-type]
    daemon = Running(Daemon(settings, address(url), FixedClock(at), lambda: connect(dsn, "ingest", timeout_s=2)))
    daemon.thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()


def adopt(dsn: str, *names: str) -> None:
    with connect(dsn, "test") as connection:
        for name in names or ("g-1", "a84041"):
            save_device(connection, Device(name, name, "test"), [])


def readings(first: int, count: int) -> list[Publication]:
    """Messages with a value each of its own."""
    return [
        Publication(AT, OWN, own(f'{{"snow_depth": 1, "q": {n}}}', (AT - timedelta(seconds=n)).isoformat()))
        for n in range(first, first + count)
    ]


def publish(url: str, messages: Sequence[Publication]) -> None:
    assert publish_all(address(url), messages) == len(messages)


def stored(dsn: str) -> int:
    """How many different messages of ``readings`` are in the table, each once."""
    with connect(dsn, "test") as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT value) FROM reading JOIN series USING (series_id) WHERE quantity = 'q'"
        ).fetchone()
    assert row is not None
    assert row[0] == row[1]
    return int(row[0])


@pytest.fixture
def any_dsn(tier_dsn: str) -> str:
    """A database of each tier with the devices of the tests."""
    adopt(tier_dsn)
    return tier_dsn


def test_messages_of_both_formats_come_through(any_broker: str, any_dsn: str) -> None:
    """Own JSON, single and array, and ChirpStack arrive as rows through each broker in each database."""
    up = b'{"time": "2027-01-12T02:00:00Z", "deviceInfo": {"devEui": "a84041"}, "object": {"fill_level": "61.5"}}'
    array = b"[" + own('{"snow_depth": 1}') + b"," + own('{"snow_depth": 2}', "2027-01-12T01:00:00Z") + b"]"
    with running(any_broker, any_dsn) as daemon:
        daemon.connected()
        publish(any_broker, [Publication(AT, OWN, array), Publication(AT, CHIRPSTACK, up)])
        daemon.wait_for(messages=2)
    with connect(any_dsn, "test") as connection:
        found = connection.execute("SELECT quantity, value FROM reading JOIN series USING (series_id) ORDER BY 1, 2")
        assert found.fetchall() == [("fill_level", 61.5), ("snow_depth", 1.0), ("snow_depth", 2.0)]


def test_poison_between_good_messages(any_broker: str, any_dsn: str) -> None:
    """The poison table over a real broker: the daemon lives, good ones are rows, bad ones dead letters."""
    carried = [p for p in TABLE if p.reason != "topic"]
    mixed = [sent for n, p in enumerate(carried) for sent in (*readings(n, 1), Publication(AT, p.topic, p.payload))]
    with running(any_broker, any_dsn) as daemon:
        daemon.connected()
        publish(any_broker, [*mixed, Publication(AT, "x/y", b"hello"), *readings(1000, 1)])
        daemon.wait_for(messages=2 * len(carried) + 2)
    assert stored(any_dsn) == len(carried) + 1
    with connect(any_dsn, "test") as connection:
        assert sum(dead_letter_counts(connection).values()) == len(carried) + 1


def test_a_message_is_acknowledged_after_its_commit_and_not_before(mosquitto_broker: str, dsn: str) -> None:
    """While the table is locked nothing is acknowledged: a daemon that dies then leaves all with the broker."""
    adopt(dsn)
    with running(mosquitto_broker, dsn) as first:
        first.connected()
        with psycopg.connect(dsn) as holder:
            holder.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
            publish(mosquitto_broker, readings(0, 50))
            await_that(lambda: waiting_for_lock(dsn), "the writer waits for the lock")
            other = Session(first.daemon.settings.mqtt, address(mosquitto_broker), FixedClock(AT))
            other.open()
            again = [other.arrived.take(1, 10)[0] for _ in range(50)]
            other.close()
            assert len(again) == 50
            holder.rollback()
        first.wait_for(messages=50)
    assert stored(dsn) == 50


def waiting_for_lock(dsn: str) -> bool:
    with connect(dsn, "test") as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_the_database_goes_away_and_comes_back(
    mosquitto_broker: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages published while the server is down are written after it is back; the daemon says one clear line."""
    folder = tmp_path / "server"
    tmp_path.chmod(0o755)
    with embedded_postgres(folder) as dsn:
        with connect(dsn, "test") as connection:
            migrate(connection, AT)
        adopt(dsn)
        with running(mosquitto_broker, dsn) as daemon:
            daemon.connected()
            publish(mosquitto_broker, readings(0, 20))
            daemon.wait_for(messages=20)
            stop_server(folder)
            caplog.clear()
            publish(mosquitto_broker, readings(20, 30))
            await_that(lambda: warnings_of(caplog), "a warning")
            first = warnings_of(caplog)[0]
            assert first.getMessage() == "the database does not take the batch; it is kept"
            assert "\n" not in vars(first)["problem"]
            start_server(folder)
            daemon.wait_for(messages=50)
        assert stored(dsn) == 50


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What the daemon has warned of."""
    return [r for r in caplog.records if r.name == "dagsplan.ingest" and r.levelno == logging.WARNING]


def pg_ctl(folder: Path, *words: str) -> None:
    """Runs pg_ctl of the embedded server as the user who owns the folder."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    owner = folder.stat()
    command = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(folder), "-w", *words]
    as_owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **as_owner)  # type: ignore[call-overload]


def stop_server(folder: Path, mode: str = "immediate") -> None:
    pg_ctl(folder, "-m", mode, "stop")


def start_server(folder: Path) -> None:
    pg_ctl(folder, "-o", f'-h "" -k "{folder}"', "-l", str(folder / "log"), "start")


def test_a_terminated_backend_costs_nothing(mosquitto_broker: str, dsn: str) -> None:
    """Every backend of the daemon is terminated ten times while messages flow: all are stored once."""
    adopt(dsn)
    with running(mosquitto_broker, dsn) as daemon, connect(dsn, "admin") as admin:
        daemon.connected()
        for turn in range(10):
            publish(mosquitto_broker, readings(turn * 20, 20))
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dagsplan-ingest'"
            )
        await_that(lambda: stored(dsn) == 200, "all stored")


def test_a_backlog_comes_over_tls(tmp_path: Path, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice 3,000 messages over TLS, queued and live, with acknowledgements that fill the socket: all stored once."""
    needs_mosquitto()
    adopt(dsn)
    settings = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", settings["certfile"])
    with mosquitto(tmp_path, **settings) as broker:
        url = broker.url.replace("mqtt://", "mqtts://")
        provision(Mqtt(url=url, topics=(OWN,)), address(url), FixedClock(AT))
        publish(url, readings(0, 3000))
        with running(url, dsn) as daemon:
            publish(url, readings(3000, 3000))
            daemon.wait_for(messages=6000)
    assert stored(dsn) == 6000


def test_a_broker_that_is_down_at_the_start(tmp_path: Path, dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    """The daemon keeps trying with a line that names the broker, and works once it is there."""
    needs_mosquitto()
    adopt(dsn)
    broker = saving(tmp_path)
    with running(broker.url, dsn) as daemon:
        await_that(lambda: warnings_of(caplog), "a warning")
        assert f"the broker {broker.url}" in warnings_of(caplog)[0].getMessage()
        broker.start()
        try:
            daemon.connected()
            publish(broker.url, readings(0, 5))
            daemon.wait_for(messages=5)
        finally:
            daemon.stop()
            broker.stop()
    assert stored(dsn) == 5


def needs_mosquitto() -> None:
    import shutil

    if shutil.which("mosquitto") is None:
        absent("mosquitto", "mosquitto is not installed")


def test_a_broker_that_restarts_keeps_the_session(tmp_path: Path, dsn: str) -> None:
    """After a clean restart of the broker the daemon is back by itself, and no message is lost or doubled."""
    needs_mosquitto()
    adopt(dsn)
    with mosquitto(tmp_path) as broker, running(broker.url, dsn) as daemon:
        daemon.connected()
        publish(broker.url, readings(0, 100))
        daemon.wait_for(messages=100)
        broker.stop()
        await_that(lambda: not daemon.daemon.session.connected.is_set(), "the daemon notices")
        broker.start()
        daemon.connected()
        publish(broker.url, readings(100, 100))
        await_that(lambda: stored(dsn) == 200, "all stored")


def test_what_was_taken_before_a_lost_connection_is_not_acknowledged_on_the_next(tmp_path: Path) -> None:
    """Message ids are used again: from the moment a connection is lost its messages are of an older generation."""
    needs_mosquitto()
    with mosquitto(tmp_path) as broker:
        session = Session(Mqtt(url=broker.url), address(broker.url), FixedClock(AT))
        session.open()
        publish(broker.url, readings(0, 1))
        old = session.arrived.take(1, 10)[0]
        broker.stop()
        await_that(lambda: not session.connected.is_set(), "the session notices")
        assert old.generation != session.generation
        broker.start()
        assert session.connected.wait(30)
        again = session.arrived.take(1, 10)[0]
        assert (again.message.payload, again.generation) == (old.message.payload, session.generation)
        session.close()


def test_a_provisioned_session_misses_nothing(mosquitto_broker: str, dsn: str) -> None:
    """Once ``provision`` has returned, what devices publish before the first daemon runs is not lost."""
    adopt(dsn)
    for turn in range(5):
        client_id = f"daemon-{turn}"
        provision(Mqtt(url=mosquitto_broker, client_id=client_id), address(mosquitto_broker), FixedClock(AT))
        publish(mosquitto_broker, readings(turn * 30, 30))
        with running(mosquitto_broker, dsn, client_id=client_id) as daemon:
            daemon.wait_for(messages=30)
    assert stored(dsn) == 150


def test_a_backlog_larger_than_the_window_comes_through(mosquitto_broker: str, dsn: str) -> None:
    """With a window of 50 unacknowledged messages a backlog of 1,000 is written without loss."""
    adopt(dsn)
    options = {"receive_maximum": 50}
    provision(Mqtt(url=mosquitto_broker, **options), address(mosquitto_broker), FixedClock(AT))  # type: ignore[arg-type]
    publish(mosquitto_broker, readings(0, 1000))
    with running(mosquitto_broker, dsn, **options) as daemon:
        daemon.wait_for(messages=1000)
        assert daemon.daemon.session.arrived.limit == 100
    assert stored(dsn) == 1000


# ---- the real process --------------------------------------------------------------------------------------------


@contextmanager
def ingest_process(url: str, dsn: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m dagsplan ingest`` as a child; killed at the end if it still runs."""
    environment = {**os.environ, "DAGSPLAN_DATABASE__DSN": dsn, "DAGSPLAN_MQTT__URL": url}
    with log.open("ab") as out:
        child = subprocess.Popen([sys.executable, "-m", "dagsplan", "ingest"], env=environment, stderr=out, stdout=out)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def prepare_process(dsn: str) -> None:
    """Devices, and a clock that stands near the tests' instant."""
    adopt(dsn)
    with connect(dsn, "test") as connection:
        connection.execute("INSERT INTO simulated_clock VALUES (true, %s, now(), 1)", (AT,))


def test_sigterm_ends_the_process_within_five_seconds(mosquitto_broker: str, dsn: str, tmp_path: Path) -> None:
    """Under load, SIGTERM ends it with status 0 in under 5 s; what it had not written the next process writes."""
    prepare_process(dsn)
    provision(Mqtt(url=mosquitto_broker), address(mosquitto_broker), FixedClock(AT))
    log = tmp_path / "log"
    with ingest_process(mosquitto_broker, dsn, log) as child:
        publisher = threading.Thread(target=publish, args=(mosquitto_broker, readings(0, 3000)))
        publisher.start()
        await_that(lambda: stored(dsn) > 0, "the first rows")
        child.send_signal(signal.SIGTERM)
        assert child.wait(5) == 0, log.read_text()
        publisher.join()
    with ingest_process(mosquitto_broker, dsn, log):
        await_that(lambda: stored(dsn) == 3000, "all stored")


def test_sigterm_with_the_database_away(mosquitto_broker: str, dsn: str, tmp_path: Path) -> None:
    """The database refuses connections: the process ends in under 5 s and leaves the messages with the broker."""
    prepare_process(dsn)
    provision(Mqtt(url=mosquitto_broker), address(mosquitto_broker), FixedClock(AT))
    log = tmp_path / "log"
    with ingest_process(mosquitto_broker, dsn, log) as child:
        await_that(lambda: b"connected" in log.read_bytes(), "the daemon is connected")
        name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
        with psycopg.connect(dsn, dbname="postgres", autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            publish(mosquitto_broker, readings(0, 20))
            await_that(lambda: b"the database does not take the batch" in log.read_bytes(), "the warning")
            child.send_signal(signal.SIGTERM)
            assert child.wait(5) == 0, log.read_text()
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]
    with ingest_process(mosquitto_broker, dsn, log):
        await_that(lambda: stored(dsn) == 20, "all stored")


def test_a_fault_in_the_network_thread_costs_a_connection(any_broker: str, dsn: str) -> None:
    """What should never be raised while a message is taken is logged, and the next connection brings it again."""
    adopt(dsn)
    with running(any_broker, dsn) as daemon:
        daemon.connected()
        inbox, real = daemon.daemon.session.arrived, daemon.daemon.session.arrived.put
        failed = threading.Event()

        def faulty(item: object) -> None:
            if not failed.is_set():
                failed.set()
                raise ZeroDivisionError("by nought")
            real(item)  # type: ignore[arg-type]

        inbox.put = faulty  # type: ignore[method-assign, assignment]
        publish(any_broker, readings(0, 20))
        await_that(lambda: stored(dsn) == 20, "all twenty")
        assert failed.is_set()


def test_sigterm_with_a_deaf_broker(dsn: str, tmp_path: Path) -> None:
    """A broker that takes the connection and says nothing does not hold up the end of the process."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        log = tmp_path / "log"
        with ingest_process(f"mqtt://127.0.0.1:{deaf.getsockname()[1]}", dsn, log) as child:
            deaf.settimeout(20)
            peer, _ = deaf.accept()
            child.send_signal(signal.SIGTERM)
            assert child.wait(5) == 0, log.read_text()
            peer.close()


def test_a_first_boot_without_the_database_loses_nothing(mosquitto_broker: str, dsn: str, tmp_path: Path) -> None:
    """The session is made all the same, so that the broker keeps what devices send until the database is there."""
    prepare_process(dsn)
    port, log = free_port(), tmp_path / "log"
    with ingest_process(mosquitto_broker, make_conninfo(dsn, host="127.0.0.1", port=port), log) as child:
        await_that(lambda: "keeps what is published from now on" in log.read_text(), "the session", 60)
        publish(mosquitto_broker, readings(0, 50))
        await_that(lambda: "waiting for the database" in log.read_text(), "a line that says so")
        assert child.poll() is None
        with proxy_before(dsn, port):
            await_that(lambda: stored(dsn) == 50, "all fifty", 60)
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0, log.read_text()


def test_sigterm_while_the_database_is_awaited(mosquitto_broker: str, tmp_path: Path) -> None:
    """Ends the process at once and well."""
    log = tmp_path / "log"
    with ingest_process(mosquitto_broker, f"host=127.0.0.1 port={free_port()} dbname=none", log) as child:
        await_that(lambda: "waiting for the database" in log.read_text(), "a line that says so", 60)
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0, log.read_text()


def test_a_broker_address_that_is_none_is_one_line(dsn: str, tmp_path: Path) -> None:
    """A wrong ``mqtt.url`` ends the process with status 1 and one line that names the setting and no password."""
    for url in ("http://u:secret@h", "mqtt://u:secret@h:port", "mqtt://u:secret@h:99999", "mqtt://"):
        log = tmp_path / "log"
        log.write_bytes(b"")
        with ingest_process(url, dsn, log) as child:
            assert child.wait(20) == 1
        said = log.read_text().strip().splitlines()
        assert len(said) == 1, said
        assert "mqtt.url" in said[0]
        assert "secret" not in said[0]


def test_a_taken_port_of_the_embedded_broker_is_named() -> None:
    """The embedded broker on a taken port says which, and which setting has another."""
    from city.errors import SourceUnavailable

    port = free_port()
    with (
        embedded_broker(port),
        pytest.raises(SourceUnavailable, match=rf"port {port}.*mqtt.embedded_port.*DAGSPLAN_MQTT__URL"),
        embedded_broker(port),
    ):
        pass


def test_the_limits_of_a_batch_hold(broker: str, dsn: str) -> None:
    """With a batch of 10 no transaction holds more than ten messages."""
    adopt(dsn)
    settings = Settings(mqtt=Mqtt(url=broker), ingest=Ingest(batch=10))
    daemon = Running(Daemon(settings, address(broker), FixedClock(AT), lambda: connect(dsn, "ingest")))
    daemon.thread.start()
    try:
        daemon.connected()
        publish(broker, readings(0, 100))
        daemon.wait_for(messages=100)
    finally:
        daemon.stop()
    with connect(dsn, "test") as connection:
        largest = connection.execute("SELECT count(*) FROM reading GROUP BY reading.xmin ORDER BY 1 DESC").fetchone()
        assert count_readings(connection) == 200
    assert largest is not None
    assert largest[0] <= 20


def test_two_daemons_share_the_work(mosquitto_broker: str, dsn: str) -> None:
    """With one share group each message goes to one of them: all stored once, and both have worked."""
    adopt(dsn)
    first = running(mosquitto_broker, dsn, client_id="ingest-1", share_group="ingest")
    second = running(mosquitto_broker, dsn, client_id="ingest-2", share_group="ingest")
    with first as one, second as two:
        await_that(one.daemon.session.connected.is_set, "the first is subscribed")
        await_that(two.daemon.session.connected.is_set, "the second is subscribed")
        publish(mosquitto_broker, readings(0, 2000))
        await_that(lambda: stored(dsn) == 2000, "all stored")
        assert one.daemon.tally.messages > 0
        assert two.daemon.tally.messages > 0
        assert one.daemon.tally.messages + two.daemon.tally.messages == 2000


def test_a_group_at_a_broker_that_has_none_is_refused() -> None:
    """MQTT 3.1.1 knows no groups: the subscription may be granted as that of a topic which nobody publishes to."""
    with embedded_broker() as url:
        session = Session(Mqtt(url=url, share_group="ingest"), address(url), FixedClock(AT))
        with pytest.raises(SourceUnavailable, match="shares no subscription among a group"):
            session.open(timeout_s=1.0)


def test_a_member_that_dies_leaves_nothing_behind(mosquitto_broker: str, dsn: str) -> None:
    """One of two stops with messages on their way: when it is back, everything is stored once."""
    adopt(dsn)
    with running(mosquitto_broker, dsn, client_id="ingest-1", share_group="ingest") as one:
        with running(mosquitto_broker, dsn, client_id="ingest-2", share_group="ingest") as two:
            await_that(one.daemon.session.connected.is_set, "the first is subscribed")
            await_that(two.daemon.session.connected.is_set, "the second is subscribed")
            publish(mosquitto_broker, readings(0, 500))
        publish(mosquitto_broker, readings(500, 500))
        with running(mosquitto_broker, dsn, client_id="ingest-2", share_group="ingest"):
            await_that(lambda: stored(dsn) == 1000, "all stored")
