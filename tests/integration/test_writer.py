"""The writer against real databases of every tier: what is good is stored once, what is bad is kept with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.clock import FixedClock
from city.entities import Device
from city.settings import Ingest, Municipality, Settings
from ingest.daemon import Daemon
from ingest.message import MqttMessage
from ingest.payloads.topics import decode
from ingest.session import address
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection, connect
from store.facts import devices, save_device
from store.readings import count_readings, dead_letter_counts, dead_letters
from tests.unit.ingest.payloads.test_payloads import PAYLOADS, TOPICS
from tests.unit.ingest.poison import GOOD, OWN, TABLE, UP, Poison, own, up

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))


def writer_on(connection: Connection, **limits: int) -> Writer:
    for name in ("g-1", "a84041"):
        save_device(connection, Device(name, name, "test"), [])
    return Writer(connection, Ingest(**limits), RULE, "en")


@pytest.fixture
def writer(database: Connection) -> Writer:
    """A writer on a plain database that knows two devices."""
    return writer_on(database)


@pytest.fixture
def tier_writer(tier_dsn: str) -> Iterator[Writer]:
    """A writer on each storage tier."""
    with connect(tier_dsn, "test") as connection:
        yield writer_on(connection)


def message(payload: bytes, topic: str = OWN, at: datetime = AT) -> MqttMessage:
    return MqttMessage(topic, payload, at)


def reading(minute: int, value: float) -> MqttMessage:
    return message(own(f'{{"snow_depth": {value}}}', f"2027-01-12T01:{minute:02d}:00Z"))


def rows(connection: Connection, table: str = "reading") -> list[tuple[str, str, datetime, float]]:
    text = f"SELECT device_id, quantity, time, value FROM {table} JOIN series USING (series_id) ORDER BY 1, 2, 3, 4"
    return connection.execute(text).fetchall()  # type: ignore[call-overload, no-any-return]


def test_good_messages_become_rows_with_their_receipt(tier_writer: Writer) -> None:
    """Both formats, single and array, are stored with device, quantity, time, value, unit and time of receipt."""
    array = b"[" + own('{"snow_depth": 1}') + b"," + own('{"snow_depth": 2}', "2027-01-12T01:00:00Z") + b"]"
    tier_writer.write([message(array), message(up('{"fill_level": "55", "battery": 92}'), UP)])
    assert rows(tier_writer.connection) == [
        ("a84041", "battery", AT, 92.0),
        ("a84041", "fill_level", AT, 55.0),
        ("g-1", "snow_depth", AT - timedelta(hours=1), 2.0),
        ("g-1", "snow_depth", AT, 1.0),
    ]
    received = tier_writer.connection.execute("SELECT DISTINCT received_at FROM reading").fetchall()
    units = dict(tier_writer.connection.execute("SELECT quantity, unit FROM series").fetchall())
    assert received == [(AT,)]
    assert units == {"battery": "%", "fill_level": "%", "snow_depth": "cm"}


def test_every_poison_is_kept_and_its_neighbours_are_stored(tier_writer: Writer) -> None:
    """The whole table in one batch between good ones: bad ones become dead letters, good ones rows."""
    batch: list[MqttMessage] = []
    for minute, poison in enumerate(TABLE):
        batch += [reading(minute, minute), message(poison.payload, poison.topic)]
    tier_writer.write(batch)
    connection = tier_writer.connection
    kept = connection.execute("SELECT topic, payload, payload_bytes, reason, detail FROM dead_letter ORDER BY 1, 2")
    limit = tier_writer.limits.dead_letter_bytes
    expected = sorted((p.topic, p.payload[:limit], len(p.payload), p.reason) for p in TABLE)
    found = kept.fetchall()
    assert sorted(row[:4] for row in found) == expected
    assert all(detail for *_, detail in found)
    values = [value for _, quantity, _, value in rows(connection) if quantity == "snow_depth"]
    assert set(values) >= {float(n) for n in range(len(TABLE))}
    assert count_readings(connection) == len(TABLE) + sum(p.rows for p in TABLE)


@pytest.mark.parametrize("poison", TABLE, ids=lambda p: p.name)
def test_a_poison_alone_is_one_dead_letter(writer: Writer, poison: Poison) -> None:
    """Each row of the table, alone in its batch, ends as exactly one dead letter of its reason."""
    writer.write([message(poison.payload, poison.topic)])
    assert dead_letter_counts(writer.connection) == {poison.reason: 1}
    assert count_readings(writer.connection) == poison.rows


def test_a_fault_in_a_decoder_costs_one_message(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that raises what it should not: its message is kept with the error, its neighbours are stored."""

    def faulty(topic: str, payload: bytes) -> object:
        if b"13" in payload:
            raise ZeroDivisionError("by nought")
        return decode(topic, payload)

    monkeypatch.setattr("ingest.writer.decode", faulty)
    writer.write([reading(1, 1.0), reading(2, 13.0), reading(3, 2.0)])
    assert count_readings(writer.connection) == 2
    (letter,) = dead_letters(writer.connection)
    assert (letter["reason"], letter["detail"]) == (
        "decoder_failed",
        "ZeroDivisionError: by nought; please report it",
    )


def test_what_was_rejected_is_kept_in_the_language_of_the_installation(database: Connection) -> None:
    """The short reasons, which figures are counted under, are the same in every language."""
    Writer(database, Ingest(), RULE, "sv").write([message(GOOD, "dagsplan/new-1/reading"), message(b"hello")])
    details = {letter["reason"]: letter["detail"] for letter in dead_letters(database)}
    assert details == {
        "unknown_device": "new-1 är inte känd; 'dagsplan devices adopt new-1' tar in den, med det som den har skickat",
        "not_json": "trasig JSON: ogiltigt tecken (byte 0)",
    }


def test_the_daemon_keeps_it_in_the_language_of_its_settings(database: Connection) -> None:
    settings = Settings(municipality=Municipality(language="en"))
    daemon = Daemon(settings, address("mqtt://127.0.0.1"), FixedClock(AT), lambda: database)
    daemon._ready_writer().write([message(b"hello")])
    (letter,) = dead_letters(database)
    assert letter["detail"] == "JSON is malformed: invalid character (byte 0)"


def test_the_same_value_twice_is_one_row(tier_writer: Writer) -> None:
    """Redelivery, within a batch and in a later one, adds no row and no conflict."""
    tier_writer.write([reading(1, 4.5), reading(1, 4.5), reading(2, 5.0)])
    tier_writer.write([message(reading(1, 4.5).payload, at=AT + timedelta(minutes=1))])
    assert [value for *_, value in rows(tier_writer.connection)] == [4.5, 5.0]
    assert rows(tier_writer.connection, "reading_conflict") == []


def test_another_value_for_a_key_is_kept_beside_it(tier_writer: Writer) -> None:
    """The first value stays, the second lies in reading_conflict, within a batch and in a later one."""
    tier_writer.write([reading(1, 4.5), reading(1, 6.0)])
    tier_writer.write([reading(1, 7.0)])
    assert [value for *_, value in rows(tier_writer.connection)] == [4.5]
    assert [value for *_, value in rows(tier_writer.connection, "reading_conflict")] == [6.0, 7.0]


def test_late_readings_are_taken_and_the_newest_time_stays(writer: Writer) -> None:
    """A reading of six days ago is stored, and does not move last_time back."""
    writer.write([reading(30, 1.0)])
    writer.write([message(own('{"snow_depth": 2}', "2027-01-06T02:00:00Z"), at=AT + timedelta(minutes=5))])
    assert count_readings(writer.connection) == 2
    (device,) = [device for device in devices(writer.connection) if device.id == "g-1"]
    assert device.last_time == AT - timedelta(minutes=30)
    received = writer.connection.execute("SELECT last_received FROM device WHERE device_id = 'g-1'").fetchone()
    assert received == (AT + timedelta(minutes=5),)


@pytest.mark.parametrize("cap", [0, 3])
def test_dead_letters_are_capped_per_device_and_day_but_counted(database: Connection, cap: int) -> None:
    """Beyond the cap of the day, over all reasons, bytes are no longer kept; all are counted; others have theirs."""
    writer = writer_on(database, dead_letters_per_device_day=cap)
    flood = [message(b"hello") for _ in range(10)] + [message(own('{"air_temperature": 255}')) for _ in range(10)]
    writer.write([*flood, message(b"hello", UP)])
    writer.write([message(b"hello", at=AT + timedelta(days=1))])
    kept = dict(database.execute("SELECT device_id, count(*) FROM dead_letter GROUP BY 1").fetchall())
    assert kept == ({"g-1": cap + 1, "a84041": 1} if cap else {})
    assert dead_letter_counts(database) == {"not_json": 12, "out_of_range": 10}


REFUSALS = [
    ("P0001", "'%', 'no such thing'"),
    ("23514", "'%', 'not allowed' USING ERRCODE = '23514'"),
    ("22003", "'%', 'too big' USING ERRCODE = '22003'"),
    ("54000", "'%', 'too much' USING ERRCODE = '54000'"),
]


def refuse(connection: Connection, value: float, raised: str) -> None:
    """Makes the database itself refuse one value."""
    connection.execute(
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.value = {value} THEN "
        f"RAISE EXCEPTION {raised}; END IF; RETURN NEW; END $$"  # type: ignore[arg-type]
    )
    connection.execute("CREATE TRIGGER refuse BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION refuse()")


@pytest.mark.parametrize(("sqlstate", "raised"), REFUSALS)
def test_a_row_that_the_database_refuses_is_bisected_out(tier_writer: Writer, sqlstate: str, raised: str) -> None:
    """One of a hundred messages is refused by the database: the others are stored, it is buried with its sqlstate."""
    refuse(tier_writer.connection, 41, raised)
    batch = [message(own(f'{{"q{n}": {n}}}')) for n in range(100)]
    tier_writer.write(batch)
    assert [value for *_, value in rows(tier_writer.connection) if value == 41] == []
    assert count_readings(tier_writer.connection) == 99
    buried = tier_writer.connection.execute("SELECT reason, sqlstate, payload FROM dead_letter").fetchall()
    assert buried == [("database", sqlstate, batch[41].payload)]


def test_two_refused_rows_and_a_stranger_in_one_batch(writer: Writer) -> None:
    """Bisection keeps what the other rejects of the batch need: the stranger is remembered for adoption."""
    refuse(writer.connection, 41, "'%', 'no' USING ERRCODE = '23514'")
    batch = [message(own(f'{{"q{n}": {41 if n in {5, 6} else n}}}')) for n in range(20)]
    writer.write([*batch, message(GOOD, "dagsplan/stranger/reading"), message(b"hello")])
    assert count_readings(writer.connection) == 18
    assert dead_letter_counts(writer.connection) == {"database": 2, "unknown_device": 1, "not_json": 1}
    assert writer.connection.execute("SELECT device_id FROM device WHERE NOT adopted").fetchall() == [("stranger",)]
    assert writer.tally.rejected == {"database": 2, "unknown_device": 1, "not_json": 1}


@pytest.mark.parametrize("sqlstate", ["40001", "53100", "57014", "42501"])
def test_a_fault_of_the_database_buries_nothing(writer: Writer, sqlstate: str) -> None:
    """Serialisation, disk full, a time-out or a missing right are no fault of a message: the batch is given back."""
    refuse(writer.connection, 1, f"'%', 'not now' USING ERRCODE = '{sqlstate}'")
    with pytest.raises(psycopg.Error):
        writer.write([reading(n, n) for n in range(4)])
    assert count_readings(writer.connection) == 0
    assert dead_letter_counts(writer.connection) == {}
    writer.connection.execute("DROP TRIGGER refuse ON reading")
    writer.write([reading(n, n) for n in range(4)])
    assert count_readings(writer.connection) == 4


def test_after_a_terminated_backend_nothing_of_the_batch_is_stored(dsn: str) -> None:
    """The batch raises whole; the same messages on a new connection are stored once."""
    with connect(dsn, "test") as admin, connect(dsn, "victim") as connection:
        writer = writer_on(connection)
        writer.write([reading(1, 1)])
        admin.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            writer.write([reading(2, 2), message(b"hello")])
        assert (count_readings(admin), dead_letter_counts(admin)) == (1, {})
        Writer(admin, Ingest(), RULE).write([reading(2, 2), message(b"hello")])
        assert (count_readings(admin), dead_letter_counts(admin)) == (2, {"not_json": 1})


def test_two_writers_on_the_same_messages_double_nothing(dsn: str) -> None:
    """Two daemons that get the same batch at the same time store each row once, and count no conflict."""
    from concurrent.futures import ThreadPoolExecutor

    with connect(dsn, "a") as one, connect(dsn, "b") as two:
        writers = [writer_on(one), writer_on(two)]
        batch = [message(own(f'{{"q{n % 50}": {n}}}', f"2027-01-12T01:{n // 50:02d}:00Z")) for n in range(1000)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda w, b: w.write(b), writers, [batch, batch[::-1]]))
        assert count_readings(one) == 1000
        assert rows(one, "reading_conflict") == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(st.tuples(TOPICS, PAYLOADS), min_size=1, max_size=20))
def test_whatever_arrives_ends_as_row_or_dead_letter(database: Connection, batch: list[tuple[str, bytes]]) -> None:
    """Arbitrary messages never stop the writer; each is counted as a reject or has left its values."""
    writer = writer_on(database, dead_letters_per_device_day=10**9, unknown_devices=10**9, parked_mb=10**9)
    database.execute("TRUNCATE reading, reading_conflict, dead_letter, dead_letter_count")
    writer.write([reading(1, 1.0), *(message(payload, topic) for topic, payload in batch), reading(2, 2.0)])
    kept = database.execute("SELECT count(*) FROM dead_letter").fetchone()
    assert kept == (sum(dead_letter_counts(database).values()),)
    assert kept == (sum(writer.tally.rejected.values()),)
    values = {(time, value) for device, quantity, time, value in rows(database) if quantity == "snow_depth"}
    assert values >= {(AT - timedelta(minutes=59), 1.0), (AT - timedelta(minutes=58), 2.0)}


def test_the_server_of_the_embedded_database_speaks_utf8(database: Connection, tmp_path: Path) -> None:
    """Names with å, ä, ö and emoji are stored as they are, whatever the locale of the host."""
    writer = writer_on(database)
    writer.write([message(own('{"nivå_🗑": 1}'))])
    assert rows(database)[0][1] == "nivå_🗑"
    assert database.execute("SHOW server_encoding").fetchone() == ("UTF8",)
