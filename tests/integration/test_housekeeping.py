"""Housekeeping: once a day, by the clock that is passed in; what is removed was rolled up before."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString
from zoneinfo import ZoneInfo

import pytest

from city.call import Call, CallEvent
from city.clock import FixedClock
from city.report import Became, DriverReport, Phone
from city.settings import Ingest, Store
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Tally, Writer
from planner.orders import decide
from store import calls, housekeeping, phones, reports
from store.condition import condition
from store.connect import Connection, connect
from store.housekeeping import TASKS, house_day, keep_house
from store.partitions import WEEK, parts, week_of
from store.readings import parked_devices
from store.rollups import HOUR, refresh
from store.tiers import detect_tier
from tests.by_hand import plan_now
from tests.integration.plan_town import fill, settings
from tests.unit.planner.snapshots import AT as SNOW_AT

AT = datetime(2027, 1, 12, 5, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
KEEP = Store(keep_raw_days=30)
LIMIT = week_of(AT - timedelta(days=30))
BODY = b'{"time": "%s", "values": {"air_temperature": 1}}'
KEPT: LiteralString = "SELECT hour, n, mean, lowest, highest, last, last_time FROM reading_by_hour ORDER BY 1"


@pytest.fixture
def tier(tier_dsn: str) -> Iterator[Connection]:
    """A connection to a database of each tier, with one series."""
    with connect(tier_dsn, "test") as connection:
        connection.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
        connection.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")
        yield connection


def add(connection: Connection, time: datetime, value: float = 1.0) -> None:
    """A reading with its due row, as the writer leaves them."""
    with connection.transaction():
        connection.execute("INSERT INTO reading SELECT series_id, %s, %s, %s FROM series", (time, value, time))
        hour = time.replace(minute=0)
        connection.execute(
            "INSERT INTO rollup_due (hour, series_ids) SELECT %s, array_agg(series_id) FROM series", (hour,)
        )


def times(connection: Connection) -> list[datetime]:
    return [row[0] for row in connection.execute("SELECT time FROM reading ORDER BY 1")]


def test_hours_are_computed_before_their_readings_go(tier: Connection) -> None:
    """Due hours that are older than the limit are there after their readings are gone, and stay as they were."""
    for n in range(60):
        add(tier, AT - timedelta(days=n), float(n))
    assert "readings" in keep_house(tier, KEEP, ZONE, AT)
    left = times(tier)
    assert left[0] <= LIMIT + timedelta(days=1)
    assert left[0] >= LIMIT - (timedelta(0) if detect_tier(tier) == "plain" else WEEK)
    hours = tier.execute(KEPT).fetchall()
    assert [row[1:4] for row in hours] == [(1, float(n), float(n)) for n in reversed(range(60))]
    add(tier, AT - timedelta(days=55), 99.0)
    refresh(tier)
    assert tier.execute(KEPT).fetchall() == hours


def test_each_task_is_done_once_a_day_after_four(tier: Connection) -> None:
    """The day begins at 04.00 local time, in summer as in winter; a second ring of the day does nothing."""
    assert keep_house(tier, KEEP, ZONE, AT) == list(TASKS)
    assert keep_house(tier, KEEP, ZONE, AT + 20 * HOUR) == []
    assert keep_house(tier, KEEP, ZONE, datetime(2027, 1, 13, 2, 59, tzinfo=UTC)) == []
    assert keep_house(tier, KEEP, ZONE, datetime(2027, 1, 13, 3, 0, tzinfo=UTC)) == list(TASKS)
    assert house_day(datetime(2027, 7, 1, 1, 59, tzinfo=UTC), ZONE) == date(2027, 6, 30)
    assert house_day(datetime(2027, 7, 1, 2, 0, tzinfo=UTC), ZONE) == date(2027, 7, 1)


def test_conflicts_letters_counts_and_answers_go_by_their_age(tier: Connection) -> None:
    """One row of each on either side of its limit: the younger one stays."""
    limits = Store(keep_raw_days=30, keep_dead_letters_days=20, keep_answers_days=10)
    old = AT - timedelta(days=60)
    add(tier, old)
    for age in (1, 15, 25, 60):
        at = AT - timedelta(days=age)
        tier.execute("INSERT INTO reading_conflict SELECT series_id, %s, 2, %s FROM series", (at, at))
        tier.execute(
            "INSERT INTO dead_letter (topic, payload, payload_bytes, reason, detail, received_at) "
            "VALUES ('t', '', 0, 'r', '', %s)",
            (at,),
        )
        tier.execute("INSERT INTO dead_letter_count VALUES (%s, 'd', 'r', 1)", (at.date(),))
        tier.execute("INSERT INTO http_cache (url, fetched_at) VALUES (%s, %s)", (f"u{age}", at))
    keep_house(tier, limits, ZONE, AT)
    left = tier.execute(
        "SELECT (SELECT count(*) FROM reading_conflict), (SELECT count(*) FROM dead_letter), "
        "(SELECT count(*) FROM dead_letter_count), (SELECT count(*) FROM http_cache)"
    ).fetchone()
    assert left == (3, 2, 3, 1)


def test_parked_letters_give_up_their_room_and_strangers_go(database: Connection) -> None:
    """Letters of two strangers, one of them old: it loses its place and its name, what else is known of it goes too."""
    for device, age in (("old", 30), ("young", 1)):
        at = AT - timedelta(days=age)
        payload = json.dumps({"time": at.isoformat(), "values": {"snow_depth": 1}}).encode()
        rule = ClockRule(timedelta(days=7), timedelta(minutes=5))
        Writer(database, Ingest(), rule).write([MqttMessage(f"dagsplan/{device}/reading", payload, at)])
    keep_house(database, Store(keep_dead_letters_days=20), ZONE, AT)
    assert [one.device for one in parked_devices(database)] == ["young"]
    assert database.execute("SELECT device_id FROM device WHERE NOT adopted").fetchall() == [("young",)]


def written(connection: Connection) -> list[str]:
    """The texts of the calls that are kept."""
    return [row[0] for row in connection.execute("SELECT text FROM crew_call ORDER BY made_at DESC")]


def test_calls_with_telephone_numbers_go_by_their_age(database: Connection) -> None:
    """Thirty days unless the city says otherwise, with what became of them."""
    fill(database)
    plan = plan_now(database, settings(), "snow", FixedClock(SNOW_AT))
    (order,) = decide(database, plan.id, [plan.interventions[0].key], "dispatcher", SNOW_AT)
    for days in (0, 10, 29, 31):
        at = AT - timedelta(days=days)
        name = f"00000000-0000-0000-0000-0000000000{days:02}"
        row = Call(name, "go", "P01", None, "Jour 1", "sms", "070-1", f"{days}", at, "dispatcher", at, (order,))
        calls.add_call(database, row)
        calls.add_event(database, CallEvent(name, "made", at, "dispatcher"))
    keep_house(database, KEEP, ZONE, AT)
    assert written(database) == ["0", "10", "29"]
    assert database.execute("SELECT count(*) FROM crew_call_event").fetchone() == (3,)
    keep_house(database, Store(positions_days=5), ZONE, AT + timedelta(days=1))
    assert written(database) == ["0"]


def test_streets_that_were_passed_are_kept_as_long_as_positions_are(tier: Connection) -> None:
    """A position and the street it was matched to on either side of the limit: the older ones go, both of them."""
    order = "00000000-0000-0000-0000-000000000001"
    tier.execute(
        "INSERT INTO plan VALUES (%(id)s, 'snow', '2027-01-12', '18:00', 'assist', 1, NULL, %(at)s, %(at)s, %(at)s, "
        "false, 'hash', '{}')",
        {"id": order, "at": AT},
    )
    tier.execute("INSERT INTO intervention VALUES (%s, 'key', 0, 'tur', 'r1', 1, NULL, NULL, NULL)", (order,))
    tier.execute(
        "INSERT INTO plan_order VALUES (%(id)s, %(id)s, 'key', 'snow', 'r1', 'P01', NULL, NULL, %(at)s)",
        {"id": order, "at": AT},
    )
    for days in (1, 9, 11, 30):
        at = AT - timedelta(days=days)
        tier.execute("INSERT INTO position VALUES ('P01', %s, 14.8, 56.8, NULL, NULL, NULL, %s)", (at, at))
        tier.execute("INSERT INTO trace VALUES (%s, %s, 1, NULL, %s, false, %s)", (order, at, at, at))
        tier.execute("INSERT INTO passage VALUES (%s, %s, 0, %s, 'P01', %s)", (order, at, f"s/{days}", at))
    keep_house(tier, Store(positions_days=10.0), ZONE, AT)
    assert tier.execute("SELECT segment_id FROM passage ORDER BY 1").fetchall() == [("s/1",), ("s/9",)]
    assert tier.execute("SELECT time FROM position ORDER BY 1").fetchall() == [
        (AT - timedelta(days=days),) for days in (9, 1)
    ]
    assert tier.execute("SELECT count(*) FROM trace").fetchone() == (2,)


def test_who_is_in_the_way_puts_it_off(tier: Connection, tier_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that holds the readings: the task is not noted as done, the others are, and it is done later."""
    add(tier, AT - timedelta(days=60))
    with connect(tier_dsn, "reader") as other, other.transaction():
        other.execute("SELECT count(*) FROM reading JOIN series USING (series_id)")
        done = keep_house(tier, KEEP, ZONE, AT)
        assert "readings" not in done
        assert "dead letters" in done
    assert "readings" in keep_house(tier, KEEP, ZONE, AT)
    assert times(tier) == []


def test_two_planners_share_one_housekeeping(tier: Connection, tier_dsn: str) -> None:
    """Two that ask at the same moment: each task is done by one of them, and neither fails."""
    for n in range(40):
        add(tier, AT - timedelta(days=n))
    done: list[list[str]] = []
    start = threading.Barrier(2)

    def ask() -> None:
        with connect(tier_dsn, "planner") as own:
            start.wait()
            done.append(keep_house(own, KEEP, ZONE, AT))

    both = [threading.Thread(target=ask) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(done[0] + done[1]) == sorted(TASKS)


def test_daemons_write_while_house_is_kept(tier: Connection, tier_dsn: str) -> None:
    """Two writers over five weeks while weeks are made and dropped: all is stored, nothing becomes a dead letter."""
    rule, done = ClockRule(timedelta(days=40), timedelta(seconds=300)), threading.Event()
    tallies: list[Tally] = []
    rounds: list[list[str]] = []

    def daemon(seconds: int) -> None:
        with connect(tier_dsn, "daemon") as own:
            writer = Writer(own, Ingest(), rule)
            for batch in range(40):
                times = [AT - timedelta(hours=20 * batch + n, seconds=seconds) for n in range(20)]
                writer.write([MqttMessage("dagsplan/d/reading", BODY % at.isoformat().encode(), AT) for at in times])
            tallies.append(writer.tally)

    def housekeeper() -> None:
        with connect(tier_dsn, "planner") as own:
            while not done.is_set():
                own.execute("DELETE FROM housekeeping")
                rounds.append(keep_house(own, Store(keep_raw_days=40 - len(rounds) % 3), ZONE, AT))

    threads = [threading.Thread(target=daemon, args=(seconds,)) for seconds in (0, 1)]
    keeper = threading.Thread(target=housekeeper)
    for thread in (*threads, keeper):
        thread.start()
    for thread in threads:
        thread.join(120)
    done.set()
    keeper.join(60)
    assert len(rounds) > 1
    assert [(tally.rows, tally.rejected) for tally in tallies] == [(800, {}), (800, {})]
    refresh(tier)
    since = week_of(AT - timedelta(days=31))
    hours = dict(tier.execute("SELECT hour, n FROM reading_by_hour").fetchall())
    sent = [AT - timedelta(hours=n, seconds=second) for n in range(800) for second in (0, 1)]
    wanted = Counter(at.replace(minute=0, second=0) for at in sent if at >= since)
    assert {hour: n for hour, n in hours.items() if hour >= since} == wanted


def test_plain_has_weeks_ahead_and_odd_readings_move(database: Connection) -> None:
    """The weeks that readings wait for are made, four weeks ahead of now are there, and again as time goes on."""
    database.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
    database.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")
    for time in (AT - 3 * WEEK, AT, datetime(2190, 1, 1, tzinfo=UTC)):
        add(database, time)
    keep_house(database, KEEP, ZONE, AT)
    assert database.execute("SELECT count(*) FROM reading_default").fetchone() == (1,)
    assert condition(database, AT).weeks_ahead == 4
    assert condition(database, AT + WEEK).weeks_ahead == 3
    keep_house(database, KEEP, ZONE, AT + WEEK)
    assert condition(database, AT + WEEK).weeks_ahead == 4
    assert parts(database)[0].starts == week_of(AT - 3 * WEEK)


def test_the_condition_says_how_it_is(tier: Connection) -> None:
    """Size, oldest reading, lag and the day of the last housekeeping, before and after it."""
    empty = condition(tier, AT)
    assert (empty.oldest, empty.lag.hours, empty.housekept_at) == (None, 0, None)
    add(tier, AT - timedelta(days=60))
    add(tier, AT - 2 * HOUR)
    found = condition(tier, AT)
    assert (found.oldest, found.lag.hours, found.lag.hour) == (AT - timedelta(days=60), 2, AT - timedelta(days=60))
    assert found.size > empty.size
    keep_house(tier, KEEP, ZONE, AT)
    after = condition(tier, AT)
    assert (after.oldest, after.lag.hours, after.housekept_at) == (AT - 2 * HOUR, 0, AT)


def test_long_statements_have_their_own_time_out(tier: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task runs with the time-out of the settings, and the connection has its own again afterwards."""
    seen: list[object] = []

    def look(connection: Connection, limits: Store, now: datetime) -> None:
        seen.append(connection.execute("SHOW statement_timeout").fetchone())

    monkeypatch.setattr(housekeeping, "TASKS", {"look": look})
    keep_house(tier, Store(housekeeping_timeout_s=120), ZONE, AT)
    assert seen == [("2min",)]
    assert tier.execute("SHOW statement_timeout").fetchone() == ("1min",)
    assert tier.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_phones_pairings_and_reports_go_when_their_time_is_out(database: Connection) -> None:
    """Phones and what let them in after the days of positions, reports after two winters."""
    old, older = AT - timedelta(days=31), AT - timedelta(days=731)
    for name, at in (("old", old), ("new", AT - timedelta(days=1))):
        phone = Phone(str(uuid.uuid4()), name, "code", at - timedelta(hours=12), at)
        phones.add_phone(database, phone, name)
        phones.end_phone(database, phone.id, at - timedelta(hours=1), name)
        phones.add_pairing(database, name, name, "sheet", at - timedelta(hours=12), at)
    for at in (older, old):
        report = DriverReport(str(uuid.uuid4()), "P01", None, 1, "message", at, at, at, {"note": "x"})
        reports.add(database, report, Became("kept"))
        reports.answer(database, report.id, at, "dispatcher", "tack")
        reports.add_photo(database, report.id, bytes(200), at)
    database.commit()
    keep_house(database, Store(), ZONE, AT)
    assert database.execute("SELECT count(*) FROM report_photo").fetchone() == (0,)
    for table in ("phone", "phone_end", "pairing", "driver_report", "report_answer"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table  # type: ignore[arg-type]
