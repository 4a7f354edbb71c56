"""Hours that are kept: whatever comes late, twice or at the same moment, they are those of the readings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from zoneinfo import ZoneInfo

import pytest

from city.entities import Device
from city.settings import Ingest
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection, connect
from store.facts import save_device
from store.readings import summaries
from store.rollups import HOUR, Lag, hour_of, lag, refresh, windows

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))
DEVICES = tuple(f"d-{n}" for n in range(8))
TRUTH: LiteralString = """
    SELECT series_id, date_bin('1 hour', time, '2000-01-01Z'), count(*), round(avg(value)::numeric, 6), min(value),
           max(value), (array_agg(value ORDER BY time DESC))[1], max(time)
    FROM reading GROUP BY 1, 2 ORDER BY 1, 2"""
KEPT: LiteralString = """
    SELECT series_id, hour, n, round(mean::numeric, 6), lowest, highest, last, last_time
    FROM reading_by_hour ORDER BY 1, 2"""


@pytest.fixture
def tier(tier_dsn: str) -> Iterator[Connection]:
    """A connection to a database of each tier, with devices."""
    with connect(tier_dsn, "test") as connection:
        for name in DEVICES:
            save_device(connection, Device(name, name, "test"), [("air_temperature", "°C")])
        yield connection


def message(at: datetime, value: float, device: str = "d-0") -> MqttMessage:
    body = f'{{"time": "{at.isoformat()}", "values": {{"air_temperature": {value}}}}}'
    return MqttMessage(f"dagsplan/{device}/reading", body.encode(), AT)


def writer(connection: Connection) -> Writer:
    return Writer(connection, Ingest(), RULE)


def due(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM rollup_due").fetchone()
    assert row is not None
    return int(row[0])


def assert_hours_are_those_of_the_readings(connection: Connection) -> None:
    assert connection.execute(KEPT).fetchall() == connection.execute(TRUTH).fetchall()


def test_a_batch_leaves_the_hours_it_touched(tier: Connection) -> None:
    """One due row an hour, whatever the number of readings; a batch of nothing but duplicates leaves none."""
    batch = [message(AT - timedelta(minutes=n), 1.0, DEVICES[n % 4]) for n in range(120)]
    writer(tier).write(batch)
    found = tier.execute("SELECT hour, count(DISTINCT id) FROM rollup_due, unnest(series_ids) id GROUP BY due_id, hour")
    assert sorted(found) == [(AT - 2 * HOUR, 4), (AT - HOUR, 4), (AT, 1)]
    assert refresh(tier) == 3
    assert_hours_are_those_of_the_readings(tier)
    writer(tier).write(batch)
    writer(tier).write([message(AT, 2.0)])
    assert due(tier) == 0
    assert tier.execute("SELECT count(*) FROM reading_conflict").fetchone() == (1,)


def test_late_readings_reach_old_hours(tier: Connection) -> None:
    """A reading of six days ago changes the hour that was computed long before."""
    writer(tier).write([message(AT - timedelta(days=6, minutes=5 * n), float(n)) for n in range(30)])
    refresh(tier)
    assert_hours_are_those_of_the_readings(tier)
    writer(tier).write([message(AT - timedelta(days=6, minutes=7), -30.0), message(AT, 3.0)])
    assert refresh(tier) == 2
    assert_hours_are_those_of_the_readings(tier)


def test_only_ended_hours_where_it_is_asked_for(tier: Connection) -> None:
    """``since`` and ``until`` leave hours for later, and the lag does not count the one that runs."""
    writer(tier).write([message(AT + timedelta(minutes=1), 1.0), message(AT - HOUR, 1.0), message(AT - 3 * HOUR, 1.0)])
    now = AT + timedelta(minutes=2)
    assert lag(tier, now) == Lag(AT - 3 * HOUR, 2)
    assert refresh(tier, hour_of(now), since=AT - 2 * HOUR) == 1
    assert lag(tier, now) == Lag(AT - 3 * HOUR, 1)
    assert refresh(tier, hour_of(now)) == 1
    assert lag(tier, now) == Lag(None, 0)
    assert due(tier) == 1
    assert refresh(tier) == 1
    assert_hours_are_those_of_the_readings(tier)


def test_a_batch_under_way_keeps_its_due_row(tier: Connection, tier_dsn: str) -> None:
    """A roll-up that runs before a batch is committed neither waits for it nor forgets it."""
    writer(tier).write(
        [message(AT + timedelta(minutes=2), 2.0)]
    )  # who makes a chunk of TimescaleDB holds up the others
    with connect(tier_dsn, "test") as other, other.transaction():
        found = "SELECT series_id FROM series WHERE device_id = 'd-0'"
        other.execute(f"INSERT INTO reading SELECT s.series_id, %s, 5.0, %s FROM ({found}) s", (AT, AT))
        other.execute(
            f"INSERT INTO rollup_due (hour, series_ids) SELECT %s, array_agg(s.series_id) FROM ({found}) s", (AT,)
        )
        writer(tier).write([message(AT + timedelta(minutes=1), 1.0)])
        assert refresh(tier, timeout_s=5) == 1
        assert tier.execute("SELECT n, highest FROM reading_by_hour").fetchall() == [(2, 2.0)]
    assert due(tier) == 1
    refresh(tier)
    assert_hours_are_those_of_the_readings(tier)


def test_two_daemons_and_two_roll_ups_at_once(tier: Connection, tier_dsn: str) -> None:
    """Two writers of the same hours and two that roll up, all at once: nothing is missing or doubled at the end."""
    done = threading.Event()
    faults: list[BaseException] = []

    def daemon(first: int) -> None:
        with connect(tier_dsn, "daemon") as own:
            mine = writer(own)
            for batch in range(25):
                times = [AT - timedelta(minutes=7 * batch + n % 90, seconds=first * (n % 3)) for n in range(60)]
                mine.write([message(at, float(n), DEVICES[n % 8]) for n, at in enumerate(times)])

    def planner() -> None:
        with connect(tier_dsn, "planner") as own:
            while not done.is_set():
                refresh(own)

    def kept(work: threading.Thread) -> threading.Thread:
        work.start()
        return work

    def guarded(task: object, *arguments: int) -> None:
        try:
            task(*arguments)  # type: ignore[operator]
        except BaseException as fault:
            faults.append(fault)

    writers = [kept(threading.Thread(target=guarded, args=(daemon, first))) for first in (0, 1)]
    planners = [kept(threading.Thread(target=guarded, args=(planner,))) for _ in range(2)]
    for work in writers:
        work.join(60)
    done.set()
    for work in planners:
        work.join(60)
    assert faults == []
    refresh(tier)
    assert due(tier) == 0
    assert_hours_are_those_of_the_readings(tier)
    assert len(tier.execute(KEPT).fetchall()) >= 8 * 4


def test_removed_readings_keep_their_hours(tier: Connection) -> None:
    """Where readings were removed, the hour stays as it was, though a row says that it is due."""
    writer(tier).write([message(AT - timedelta(days=2, minutes=n), float(n)) for n in range(10)])
    refresh(tier)
    before = tier.execute(KEPT).fetchall()
    tier.execute("INSERT INTO reading_kept_from (time) VALUES (%s)", (AT - timedelta(days=1),))
    tier.execute("DELETE FROM reading")
    writer(tier).write([message(AT - timedelta(days=2), -40.0)])
    refresh(tier)
    assert due(tier) == 0
    assert tier.execute(KEPT).fetchall() == before


def test_a_day_is_the_sum_of_its_hours(tier: Connection) -> None:
    """The mean of a day is that of its readings, not of its hours."""
    day = AT.replace(hour=0)
    writer(tier).write([message(day, 10.0), *(message(day + HOUR + timedelta(minutes=n), 1.0) for n in range(9))])
    refresh(tier)
    found = tier.execute("SELECT day, n, mean, lowest, highest, last, last_time FROM reading_by_day").fetchall()
    last = day + HOUR + timedelta(minutes=8)
    assert found == [(day, 10, pytest.approx(1.9), 1.0, 10.0, 1.0, last)]


def test_a_day_of_the_municipality_is_the_sum_of_its_hours(tier: Connection) -> None:
    """Local midnight to midnight: an hour of nine readings weighs nine times as much as an hour of one."""
    zone = ZoneInfo("Europe/Stockholm")
    midnight = AT.replace(hour=0) - HOUR
    few, many = [message(midnight, 10.0)], [message(midnight + HOUR + timedelta(minutes=n), 1.0) for n in range(9)]
    writer(tier).write([message(midnight - timedelta(minutes=1), -40.0), *few, *many])
    refresh(tier)
    found = summaries(tier, "day", midnight, midnight + 24 * HOUR, zone=zone)
    day = found[-1]
    assert (day.time, day.n, day.mean) == (midnight, 10, pytest.approx(1.9))
    assert (day.lowest, day.highest, day.last, day.last_time) == (
        1.0,
        10.0,
        1.0,
        midnight + HOUR + timedelta(minutes=8),
    )
    assert len(found) == 1


def test_windows_are_whole_hours_without_gaps() -> None:
    """Neighbouring hours are one window; none is left out or taken twice."""
    hours = [AT, AT + HOUR, AT + 5 * HOUR, AT + 7 * HOUR, AT + 8 * HOUR]
    assert list(windows(hours)) == [(AT, AT + 2 * HOUR), (AT + 5 * HOUR, AT + 6 * HOUR), (AT + 7 * HOUR, AT + 9 * HOUR)]
    assert list(windows([])) == []
