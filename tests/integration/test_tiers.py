"""The three storage tiers answer alike: the same rows, the same hours, whatever came late or twice."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString, cast
from zoneinfo import ZoneInfo

import psycopg
import pytest

from city.entities import Device
from city.errors import SchemaMismatch
from city.settings import Ingest
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection, connect
from store.facts import save_device
from store.migrate import check_schema, known, migrate
from store.partitions import divide, divided
from store.readings import device_readings, freshness, readings, summaries
from store.rollups import refresh
from store.sql import query
from store.tiers import detect_tier, prepare_tier, statements
from tests.conftest import fresh_database

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))
ZONE = ZoneInfo("Europe/Stockholm")
PERIOD = {"start": AT - timedelta(days=8), "end": AT + timedelta(hours=1)}


@pytest.fixture
def tier(tier_dsn: str) -> Iterator[Connection]:
    """A connection to a database of each tier, with two devices."""
    with connect(tier_dsn, "test") as connection:
        for name in ("g-1", "g-2"):
            save_device(connection, Device(name, name, "test", interval_s=900), [])
        yield connection


def week() -> dict[datetime, float]:
    """A value each ten minutes over the seven days before AT."""
    chance = random.Random(7)
    return {AT - timedelta(minutes=10 * n): round(chance.uniform(-20, 5), 1) for n in range(7 * 144)}


def message(at: datetime, value: float, device: str = "g-1") -> MqttMessage:
    body = f'{{"time": "{at.isoformat()}", "values": {{"air_temperature": {value}}}}}'
    return MqttMessage(f"dagsplan/{device}/reading", body.encode(), AT)


def fill(connection: Connection) -> dict[datetime, float]:
    """A week out of order and with each message twice, in several batches."""
    values = week()
    messages = [message(at, value) for at, value in values.items()] * 2
    random.Random(8).shuffle(messages)
    writer = Writer(connection, Ingest(), RULE)
    for first in range(0, len(messages), 500):
        writer.write(messages[first : first + 500])
    return values


def hours(connection: Connection, device: str = "g-1") -> dict[datetime, tuple[object, ...]]:
    refresh(connection)
    found = summaries(connection, "hour", *PERIOD.values(), zone=ZONE, device=device, quantity="air_temperature")
    return {one.time: (one.n, one.mean, one.lowest, one.highest, one.last, one.last_time) for one in found}


def expected_hours(values: dict[datetime, float]) -> dict[datetime, tuple[object, ...]]:
    """Count, mean, least, most, last and its time of each hour."""
    buckets: dict[datetime, dict[datetime, float]] = {}
    for at, value in values.items():
        buckets.setdefault(at.replace(minute=0), {})[at] = value
    return {
        hour: (
            len(v),
            pytest.approx(math.fsum(v.values()) / len(v)),
            min(v.values()),
            max(v.values()),
            v[max(v)],
            max(v),
        )
        for hour, v in buckets.items()
    }


def test_late_rows_and_duplicates_give_the_same_rows(tier: Connection) -> None:
    """What was sent out of order and twice is there once, in order."""
    values = fill(tier)
    found = readings(tier, ["air_temperature"], PERIOD["start"], PERIOD["end"])
    assert {row.time: row.value for row in found} == values
    assert len(found) == len(values)
    assert [row.time for row in found] == sorted(values)
    assert {row.unit for row in found} == {"°C"}


def test_the_hourly_view_answers_alike(tier: Connection) -> None:
    """Count, mean, least, most and last of every hour are those of the rows, also after a late row."""
    values = fill(tier)
    assert hours(tier) == expected_hours(values)
    late = AT - timedelta(days=6, minutes=3)
    Writer(tier, Ingest(), RULE).write([message(late, -25.0)])
    assert hours(tier) == expected_hours(values | {late: -25.0})


COLUMNS: LiteralString = """
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum"""


@pytest.mark.parametrize(("view", "step"), [("reading_by_hour", "hour"), ("reading_by_day", "day")])
def test_the_views_have_the_same_columns_and_types(tier: Connection, view: str, step: str) -> None:
    """A reader of the views cannot tell the tiers apart."""
    assert tier.execute(COLUMNS, (view,)).fetchall() == [
        ("series_id", "bigint"),
        (step, "timestamp with time zone"),
        ("n", "bigint"),
        ("mean", "double precision"),
        ("lowest", "double precision"),
        ("highest", "double precision"),
        ("last", "double precision"),
        ("last_time", "timestamp with time zone"),
    ]


def test_preparing_again_changes_nothing(tier: Connection) -> None:
    """``prepare_tier`` may run at each start: the same tier, the same rows."""
    fill(tier)
    before = hours(tier)
    kind = detect_tier(tier)
    for _ in range(3):
        assert prepare_tier(tier) == kind
    assert migrate(tier, AT) == []
    assert check_schema(tier) == kind
    assert hours(tier) == before


def test_a_page_of_readings_is_newest_first(tier: Connection) -> None:
    """The limit takes the newest of one device, on every tier."""
    values = fill(tier)
    page = device_readings(tier, PERIOD["start"], PERIOD["end"], device="g-1", limit=10)
    assert [row.time for row in page] == sorted(values, reverse=True)[:10]
    assert device_readings(tier, PERIOD["start"], PERIOD["end"], device="g-2") == ()


def test_silent_devices_are_counted(tier: Connection) -> None:
    """A device without a reading for twice its interval is silent."""
    Writer(tier, Ingest(), RULE).write([message(AT, 1.0), message(AT - timedelta(minutes=31), 1.0, "g-2")])
    fresh = freshness(tier, AT)
    assert (fresh.last_time, fresh.devices, fresh.silent) == (AT, 2, 1)


def test_the_last_line_holds_on_every_tier(tier: Connection) -> None:
    """NaN, infinity and times out of reach are refused by the table itself."""
    tier.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('g-1', 'q', '')")
    for value, time in (("NaN", "2027-01-12Z"), ("Infinity", "2027-01-12Z"), ("1", "1999-12-31Z")):
        with pytest.raises(psycopg.errors.CheckViolation):
            tier.execute("INSERT INTO reading SELECT series_id, %s, %s, %s FROM series", (time, value, time))


def test_apache_makes_a_real_hypertable(apache_server: str) -> None:
    """On the Apache edition the readings lie in chunks of seven days, and no index was added."""
    for dsn in fresh_database(apache_server, None):
        with connect(dsn, "test") as connection:
            migrate(connection, AT)
            save_device(connection, Device("g-1", "g-1", "test"), [])
            assert check_schema(connection) == "apache"
            fill(connection)
            found = connection.execute(
                "SELECT hypertable_name, num_dimensions, compression_enabled FROM timescaledb_information.hypertables"
            ).fetchall()
            assert found == [("reading", 1, False)]
            chunks = connection.execute("SELECT range_end - range_start FROM timescaledb_information.chunks").fetchall()
            assert len(chunks) >= 2
            assert set(chunks) == {(timedelta(days=7),)}
            indexes = connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'reading'").fetchall()
            assert indexes == [("reading_pkey",)]


AS_RELEASED: LiteralString = """
    SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'), create_default_indexes => false);
    CREATE VIEW reading_hour AS SELECT series_id, time_bucket('1 hour', time) AS hour, avg(value) AS mean,
        min(value) AS minimum, max(value) AS maximum, count(*) AS n FROM reading GROUP BY 1, 2;"""


def test_a_released_apache_database_gets_its_hours(apache_server: str) -> None:
    """A hypertable of the first version keeps its readings, and all their hours are computed after the migration."""
    first = known()[0]
    for dsn in fresh_database(apache_server, None):
        with connect(dsn, "test") as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            connection.execute(
                "CREATE TABLE schema_migration (name text PRIMARY KEY, digest text, applied_at timestamptz)"
            )
            connection.execute("INSERT INTO schema_migration VALUES (%s, %s, %s)", (first.name, first.digest, AT))
            connection.execute(first.text)
            connection.execute(AS_RELEASED)
            save_device(connection, Device("g-1", "g-1", "test"), [("air_temperature", "°C")])
            values = week()
            with connection.cursor() as cursor:
                add = "INSERT INTO reading SELECT series_id, %s, %s, %s FROM series"
                cursor.executemany(add, [(at, value, AT) for at, value in values.items()])
            assert migrate(connection, AT) == [migration.name for migration in known()[1:]]
            assert hours(connection) == expected_hours(values)
            assert connection.execute("SELECT to_regclass('reading_hour')").fetchone() == (None,)


@pytest.mark.parametrize("was_divided", [True, False])
def test_readings_of_a_plain_database_move_into_the_hypertable(apache_server: str, was_divided: bool) -> None:
    """A plain database in which the extension is made later keeps its rows and hours, divided by weeks or not."""
    for dsn in fresh_database(apache_server, None):
        with connect(dsn, "test") as connection:
            migrate(connection, AT)
            with connection.transaction():
                connection.execute("CREATE TABLE plain_copy (LIKE reading INCLUDING ALL)")
                connection.execute("DROP TABLE reading CASCADE")
                connection.execute("ALTER TABLE plain_copy RENAME TO reading")
                connection.execute("ALTER INDEX plain_copy_pkey RENAME TO reading_pkey")
                connection.execute(query("partitions", "make_latest"))
            if was_divided:
                divide(connection)
            save_device(connection, Device("g-1", "g-1", "test"), [])
            values = fill_plain(connection)
            assert divided(connection) == was_divided
            assert prepare_tier(connection) == "apache"
            assert hours(connection) == expected_hours(values)
            assert connection.execute("SELECT count(*) > 0 FROM timescaledb_information.chunks").fetchone() == (True,)


def fill_plain(connection: Connection) -> dict[datetime, float]:
    values = week()
    Writer(connection, Ingest(), RULE).write([message(at, value) for at, value in values.items()])
    return values


def test_plain_is_plain(database: Connection) -> None:
    """Without the extension the tier is plain, and the table divided by PostgreSQL itself."""
    assert detect_tier(database) == "plain"
    assert divided(database)


def test_an_old_timescale_is_refused(database: Connection) -> None:
    """A version that lost rows in compressed chunks is refused with the way out."""
    database.execute("CREATE EXTENSION IF NOT EXISTS plpgsql")
    with database.transaction(force_rollback=True):
        database.execute(
            "UPDATE pg_extension SET extname = 'timescaledb', extversion = '2.18.2' WHERE extname = 'plpgsql'"
        )
        with pytest.raises(SchemaMismatch, match=r"2\.18\.2 can lose rows.*upgrade to 2\.19"):
            detect_tier(database)


def test_a_tier_file_is_split_into_its_statements() -> None:
    """Comments are dropped and each statement stands alone."""
    text = "-- one; two\nSELECT 1;\n  -- three\nSELECT 2\n  FROM x;\n"
    assert statements(text) == [cast(LiteralString, "SELECT 1"), "SELECT 2\n  FROM x"]
