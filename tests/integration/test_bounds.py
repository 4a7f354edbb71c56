"""What one broken device can cost: names that it invents, and floods of what cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import Cursor

import dagsplan
from city.entities import Device
from city.settings import Ingest, Municipality, Settings
from ingest.deadletters import replay
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection, connect
from store.facts import save_device
from store.migrate import known, migrate
from store.readings import OddSeries, count_readings, dead_letter_counts, dead_letters, odd_series, parked_devices

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))
TOPIC = "dagsplan/g-1/reading"


def writer(connection: Connection, **limits: int) -> Writer:
    save_device(connection, Device("g-1", "g-1", "test"), [])
    return Writer(connection, Ingest(**limits), RULE, "en")


def reading(*names: str, value: float = 1.0, second: int = 0, topic: str = TOPIC) -> MqttMessage:
    payload = {"time": (AT + timedelta(seconds=second)).isoformat(), "values": dict.fromkeys(names, value)}
    return MqttMessage(topic, json.dumps(payload).encode(), AT)


def count(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    return int(row[0]) if row else 0


def test_a_device_that_invents_names_gets_no_more_series_than_its_limit(database: Connection) -> None:
    """600 names of one device: five series, the rest dead letters that name the device; the quantities that we know
    always have room, what it has is written on, and other devices are not held up."""
    save_device(database, Device("g-2", "g-2", "test"), [])
    into = writer(database, series_per_device=5)
    into.write([reading(*(f"q{n}_{k}" for k in range(20)), second=n) for n in range(30)])
    into.write([reading("snow_depth"), reading("q0_1", second=99), reading("own", topic="dagsplan/g-2/reading")])
    assert (count(database, "series"), count_readings(database)) == (7, 8)
    assert dead_letter_counts(database) == {"too_many_series": 30}
    assert dead_letters(database, 1)[0]["detail"] == (
        "'q29_0' is no quantity that we know, and g-1 has 5 others already; mend the device or raise "
        "ingest.series_per_device"
    )


def test_a_raised_limit_lets_the_letters_in(database: Connection) -> None:
    """What found no series waits, and a replay under a higher limit stores it; the values stored before stay single."""
    writer(database, series_per_device=2).write([reading("a", "b", "c")])
    wider = Settings(municipality=Municipality(language="en"), ingest=Ingest(series_per_device=3))
    done = replay(database, wider, AT)
    assert (done.messages, done.rows, done.known, done.remaining) == (1, 1, 2, ())


def test_series_and_rejects_of_a_batch_cost_few_statements(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty new series, fifty strangers and fifty broken messages cost as many statements as one of each."""
    spent: list[int] = []
    into = writer(database)
    execute = Cursor.execute

    def counted(self: Cursor, *given: object, **more: object) -> object:  # type: ignore[type-arg]
        spent[-1] += 1
        return execute(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Cursor, "execute", counted)
    for n in (1, 50):
        spent.append(0)
        series = [reading(f"q{n}-{k}") for k in range(n)]
        strangers = [reading("a", topic=f"dagsplan/new-{n}-{k}/reading") for k in range(n)]
        into.write([*series, *strangers, *(MqttMessage(TOPIC, b"{", AT) for _ in range(n))])
    assert spent[1] <= spent[0] <= 13
    assert (count(database, "series"), len(dead_letters(database, 500))) == (51, 102)


def test_a_name_that_looks_misspelt_is_stored_and_named(database: Connection) -> None:
    """A quantity that we do not know is kept; who asks is told which one is probably meant."""
    writer(database).write([reading("snow_dept", "SnowDepth", "snow_depth", "turbidity")])
    assert count_readings(database) == 4
    assert odd_series(database) == (
        OddSeries("g-1", "SnowDepth", "snow_depth"),
        OddSeries("g-1", "snow_dept", "snow_depth"),
        OddSeries("g-1", "turbidity", None),
    )


def test_letters_are_listed_as_they_are_asked_for(
    dsn: str, english: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reason, device and number hold, and how many more there are is said, beside the JSON lines."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    with connect(dsn, "test") as connection:
        into = writer(connection)
        into.write([MqttMessage(TOPIC, b"{", AT)] * 5 + [reading("snow_depth", value=9e9)] * 2)
        into.write([reading("a", topic="dagsplan/new-1/reading")])
    lists = [
        ["--reason", "out_of_range"],
        ["--device", "new-1"],
        ["--limit", "3", "--reason", "not_json", "--json"],
        ["--reason", "no_such_reason"],
    ]
    said = []
    for options in lists:
        assert dagsplan.main(["deadletters", "list", *options]) == 0
        told = capsys.readouterr()
        said.append((len(told.out.splitlines()), told.err))
    assert said == [(2, ""), (1, ""), (3, "… and 2 more; '--limit N' shows more\n"), (0, "")]


def test_letters_of_an_older_version_are_recovered(empty_dsn: str) -> None:
    """A replay through the broker marked what never came: after the migration it waits again, with its room counted."""
    with connect(empty_dsn, "test") as connection:
        before = [one for one in known() if one.name < "0014"]
        migrate(connection, AT, before)
        payload = reading("snow_depth").payload
        for reason, replayed in (("unknown_device", AT), ("unknown_device", None), ("out_of_range", AT)):
            connection.execute(
                "INSERT INTO dead_letter (topic, payload, payload_bytes, device_id, reason, detail, received_at, "
                "replayed_at) VALUES (%s, %s, %s, 'g-1', %s, '', %s, %s)",
                (TOPIC, payload, len(payload), reason, AT, replayed),
            )
        migrate(connection, AT)
        assert [(one.device, one.messages) for one in parked_devices(connection)] == [("g-1", 2)]
        save_device(connection, Device("g-1", "g-1", "test"), [])
        done = replay(connection, Settings(), AT + timedelta(days=30))
        assert (done.messages, done.rows, done.known) == (2, 1, 1)
        assert parked_devices(connection) == ()
