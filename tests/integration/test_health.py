"""What the daemon, the metrics and the doctor say, on a real broker and database."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from city.catalogue.words import words
from city.clock import FixedClock, SystemClock
from city.entities import Device
from city.errors import ConfigError
from city.settings import Database, Ingest, Mqtt, Settings
from deploy.doctor import examine
from ingest.broker import free_port
from ingest.daemon import Daemon
from ingest.exposition import served
from ingest.message import MqttMessage
from ingest.publisher import Publication
from ingest.session import Session, address, provision
from store import health
from store.clock import set_simulated_clock
from store.connect import Connection, connect
from store.facts import save_device
from tests.brokers import mosquitto
from tests.integration.test_daemon import AT, Running, adopt, await_that, needs_mosquitto, publish, readings, running
from tests.integration.test_writer import reading, writer_on
from tests.unit.ingest.poison import OWN, own


def spoken(dsn: str, at: datetime = AT) -> list[health.DaemonHealth]:
    with connect(dsn, "test") as connection:
        return health.daemons(connection, at)


def test_the_daemon_says_in_the_database_how_it_is(any_broker: str, dsn: str) -> None:
    """Counts of messages, rows, repeats, conflicts and rejects by reason, on each broker."""
    adopt(dsn)
    with running(any_broker, dsn) as daemon:
        daemon.connected()
        first = readings(1, 1)
        other = Publication(AT, OWN, own('{"snow_depth": 9, "q": 1}', (AT - timedelta(seconds=1)).isoformat()))
        publish(any_broker, [*first, *first, other, Publication(AT, OWN, b"no json")])
        daemon.wait_for(messages=4)
        daemon.daemon._said_at = float("-inf")
        await_that(lambda: (now := spoken(dsn)) and now[0].messages == 4, "the daemon's own report")
    (told,) = spoken(dsn)
    assert (told.daemon, told.connected, told.queued, told.oldest_s) == ("dagsplan-ingest", True, 0, None)
    assert (told.rows, told.duplicates, told.conflicts, dict(told.rejected)) == (6, 3, 1, {"not_json": 1})
    assert told.lag_s is not None


def test_a_batch_that_is_rolled_back_counts_once(database: Connection) -> None:
    """Repeats of a batch that is halved for one bad row are counted only where it is committed."""
    writer = writer_on(database)
    writer.write([reading(1, 1.0)])
    database.execute(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END $$; "
        "CREATE TRIGGER no BEFORE INSERT ON reading FOR EACH ROW WHEN (NEW.value = 13) EXECUTE FUNCTION no()"
    )
    writer.write([reading(1, 1.0), reading(2, 13.0), reading(1, 2.0)])
    assert (writer.tally.duplicates, writer.tally.conflicts) == (1, 1)


def test_the_metrics_answer_while_the_database_is_away(any_broker: str, dsn: str) -> None:
    """What waits is told, with the age of the oldest, by the port of the daemon itself."""
    adopt(dsn)
    gone = False

    def open_it() -> Connection:
        return connect("postgresql://127.0.0.1:1/none" if gone else dsn, "ingest", timeout_s=1)

    port = free_port()
    effective = Settings(mqtt=Mqtt(url=any_broker, topics=("dagsplan/+/reading",)), ingest=Ingest(metrics_port=port))
    daemon = Running(Daemon(effective, address(any_broker), FixedClock(AT), open_it))
    with daemon.daemon.metrics():
        daemon.thread.start()
        daemon.connected()
        gone = True
        daemon.daemon._drop_writer()
        publish(any_broker, readings(1, 5))
        await_that(lambda: 'queue_depth{daemon="dagsplan-ingest"} 5.0' in scraped(port), "five that wait")
        assert 'dagsplan_ingest_oldest_unacknowledged_seconds{daemon="dagsplan-ingest"} 0.0' in scraped(port)
        gone = False
        await_that(lambda: 'queue_depth{daemon="dagsplan-ingest"} 0.0' in scraped(port), "all taken")
        assert 'dagsplan_ingest_rows_total{daemon="dagsplan-ingest"} 10.0' in scraped(port)
        daemon.stop()


def scraped(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def test_a_taken_port_is_named() -> None:
    """The second of two daemons on one metrics port says which setting to change."""
    empty = CollectorRegistry()
    with served(0, empty) as port, pytest.raises(ConfigError, match=r"ingest\.metrics_port"), served(port, empty):
        pass


def test_what_the_broker_drops_is_heard_and_told(tmp_path: Path, dsn: str) -> None:
    """A queue limit of 50 and 200 messages for a daemon that is away: 150 dropped, in doctor and metrics."""
    needs_mosquitto()
    adopt(dsn)
    with mosquitto(tmp_path, max_queued_messages="50", max_inflight_messages="20", sys_interval="1") as broker:
        settings = Settings(mqtt=Mqtt(url=broker.url), database=Database(dsn=dsn))
        provision(settings.mqtt, address(broker.url), SystemClock())
        publish(broker.url, readings(1, 200))
        with running(broker.url, dsn, at=SystemClock().now()) as daemon:
            await_that(lambda: (daemon.daemon.session.broker_dropped or 0) >= 150, "the broker's own count")
            daemon.daemon._said_at = float("-inf")
            await_that(lambda: (said := spoken(dsn, SystemClock().now())) and said[0].broker_dropped, "its report")
        findings = {
            words("en").say(finding.text): finding for finding in examine(settings, dsn) if finding.part == "broker"
        }
    assert any("dropped" in text and not finding.ok for text, finding in findings.items())
    with connect(dsn, "test") as connection:
        (told,) = health.daemons(connection, SystemClock().now())
    assert any(one.name == "ingest_broker_dropped_total" for one in health.figures(told, told.at))


def test_a_broker_that_hangs_up_is_not_asked_again(tmp_path: Path) -> None:
    """A connection lost while the broker was asked about itself: the next one does not ask, and works."""
    needs_mosquitto()
    with mosquitto(tmp_path) as broker:
        session = Session(Mqtt(url=broker.url), address(broker.url), SystemClock())
        session._asking = 1
        session._on_disconnect()
        session.open()
        try:
            assert session.connected.wait(5)
            assert session._asking is None
        finally:
            session.close()


def findings(dsn: str) -> list[dict[str, Any]]:
    """What ``dagsplan doctor --json`` answers in English."""
    return [finding.as_dict(words("en")) for finding in examine(Settings(database=Database(dsn=dsn)), dsn)]


def test_doctor_tells_a_daemon_that_fell_silent(dsn: str) -> None:
    """A report of ten minutes ago is a daemon to start, one of now is well."""
    now = SystemClock().now()
    said = health.DaemonHealth("a", now - timedelta(minutes=10), True, 0, None, 0.2, 10, 10, 1, 0, {"clock": 2})
    with connect(dsn, "test") as connection:
        health.save(connection, said)
        health.save(connection, health.DaemonHealth("b", now, True, 7, 90.0, 0.2, 10, 10, 0, 0))
        health.save(connection, health.DaemonHealth("c", now, False, 0, None, None, 0, 0, 0, 0))
    told = {one["part"]: one for one in findings(dsn)}
    assert (told["ingestion a"]["ok"], "10 min" in told["ingestion a"]["text"]) == (False, True)
    assert "falls behind" in told["ingestion b"]["text"]
    assert "lost the broker" in told["ingestion c"]["text"]


def test_a_daemon_in_played_time_is_judged_by_real_seconds(database: Connection, dsn: str) -> None:
    """At a hundred times the pace a report of 500 s ago is five seconds old: the daemon lives."""
    starts, wall = datetime(2027, 1, 12, 2, 0, tzinfo=UTC), SystemClock().now()
    set_simulated_clock(database, starts, wall, 100.0)
    said = health.DaemonHealth("a", starts - timedelta(seconds=500), True, 1, 900.0, 0.2, 10, 10, 0, 0)
    health.save(database, said)
    told = {one["part"]: one for one in findings(dsn)}
    assert told["ingestion a"]["ok"], told["ingestion a"]["text"]


def test_a_frozen_sensor_is_heard_but_unchanged(database: Connection) -> None:
    """Last received and last changed are kept apart: equal values for two days are frozen, a changing one is not."""
    writer = writer_on(database)
    for name in ("g-1", "a84041"):
        save_device(database, Device(name, name, "test", interval_s=3600.0), [])
    for hours in range(60, -1, -6):
        at = AT - timedelta(hours=hours)
        writer.write(
            [
                MqttMessage(OWN, own('{"snow_depth": 5}', at.isoformat()), at),
                MqttMessage("dagsplan/a84041/reading", own(f'{{"snow_depth": {hours}}}', at.isoformat()), at),
            ]
        )
    assert health.frozen(database, AT) == ["g-1"]
    assert health.frozen(database, AT, timedelta(days=4)) == []
    told = [(series.device_id, series.last_time, series.last_changed) for series in health.heard(database)]
    assert told == [("a84041", AT, AT), ("g-1", AT, AT - timedelta(hours=60))]
