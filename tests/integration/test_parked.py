"""Readings of devices that nobody has taken in: kept whole, within bounds, and stored once when somebody does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import dagsplan
from city.entities import Device
from city.settings import Ingest, Municipality, Settings
from ingest.deadletters import Remaining, Replayed, replay
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store import letters
from store.connect import Connection, connect
from store.facts import save_device
from store.readings import count_readings, dead_letter_counts, dead_letters, parked, parked_devices

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
RULE = ClockRule(timedelta(days=7), timedelta(seconds=300))
ENGLISH = Municipality(language="en")
WHY = "new-1 is not known; 'dagsplan devices adopt new-1' takes it in, with what it has sent"


def settings(**limits: float) -> Settings:
    return Settings(municipality=ENGLISH, ingest=Ingest(**limits))  # type: ignore[arg-type]


def writer(connection: Connection, **limits: float) -> Writer:
    return Writer(connection, settings(**limits).ingest, RULE, "en")


def reading(device: str, at: datetime, value: float = 4.5, *, received: datetime | None = None) -> MqttMessage:
    payload = json.dumps({"time": at.isoformat(), "values": {"snow_depth": value}}).encode()
    return MqttMessage(f"dagsplan/{device}/reading", payload, received or at)


def minutes(n: int, device: str = "new-1") -> list[MqttMessage]:
    """A reading each minute, received when it is taken."""
    return [reading(device, AT + timedelta(minutes=k), k % 300) for k in range(n)]


def write(into: Writer, messages: Sequence[MqttMessage], batch: int = 500) -> None:
    for begin in range(0, len(messages), batch):
        into.write(messages[begin : begin + batch])


def adopt(connection: Connection, *names: str) -> None:
    for name in names:
        save_device(connection, Device(name, name, "snow"), [])


def open_letters(connection: Connection) -> int:
    return len([row for row in dead_letters(connection, 100_000) if row["replayed_at"] is None])


def test_a_device_that_waits_for_days_loses_nothing(database: Connection) -> None:
    """A reading each minute of ten days is beyond the cap of every day; adopted eight days later, replayed twice, every
    one is a row once, received when it was."""
    sent = minutes(14_400)
    write(writer(database), sent)
    assert (parked(database).devices, parked(database).messages) == (1, 14_400)
    adopt(database, "new-1")
    later = AT + timedelta(days=18)
    assert replay(database, settings(), later) == Replayed(14_400, 14_400, 0, 0, 0, ())
    assert replay(database, settings(), later) == Replayed(0, 0, 0, 0, 0, ())
    assert count_readings(database) == 14_400
    late = database.execute("SELECT count(*) FROM reading WHERE received_at <> time").fetchone()
    assert late == (0,)
    assert (parked(database).devices, parked(database).messages, parked(database).bytes) == (0, 0, 0)


def test_a_replay_before_the_device_is_taken_in_harms_nothing(dsn: str, english: None, capsys, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """800 wait; replayed too early, twice, they wait on, whole and counted once, and the command says why; then all
    are stored, with no broker there."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    with connect(dsn, "test") as connection:
        write(writer(connection), minutes(800))
        assert [dagsplan.main(["deadletters", "replay"]) for _ in range(2)] == [1, 1]
        said = capsys.readouterr().out.splitlines()
        assert said[-2:] == [
            "0 messages stored: 0 new values, 0 known already",
            f"800 messages wait on, unknown_device, one of them: {WHY}",
        ]
        assert (open_letters(connection), dead_letter_counts(connection)) == (800, {"unknown_device": 800})
        adopt(connection, "new-1")
        assert dagsplan.main(["deadletters", "replay", "--device", "new-1", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["rows"] == 800
        assert dagsplan.main(["deadletters", "replay"]) == 0
        assert capsys.readouterr().out == "no dead letter waits\n"
        assert count_readings(connection) == 800


def test_only_the_device_asked_for_is_replayed(database: Connection) -> None:
    """The letters of another device wait, and so do those of another reason."""
    write(writer(database), [*minutes(3), *minutes(2, "new-2"), MqttMessage("dagsplan/new-1/reading", b"{", AT)])
    adopt(database, "new-1", "new-2")
    assert replay(database, settings(), AT, reason="unknown_device", device="new-1").rows == 3
    assert [(one.device, one.messages, one.adopted) for one in parked_devices(database)] == [("new-2", 2, True)]
    assert replay(database, settings(), AT).remaining[0].reason == "not_json"


def test_the_device_beyond_the_last_place_is_counted_only(database: Connection) -> None:
    """Three places: a fourth name, and a thousand more, make no device, no letter and one row of counts."""
    into = writer(database, unknown_devices=3)
    into.write([reading(f"new-{n}", AT) for n in range(4)])
    into.write([reading(f"odd-{n}", AT) for n in range(1000)] + [reading("new-0", AT + timedelta(minutes=1))])
    devices = database.execute("SELECT device_id FROM device ORDER BY 1").fetchall()
    assert devices == [("new-0",), ("new-1",), ("new-2",)]
    found = parked(database)
    assert (found.devices, found.messages, found.beyond) == (3, 4, 1001)
    assert (found.beyond_device, found.beyond_at) == ("odd-999", AT)
    assert dead_letter_counts(database) == {"unknown_device": 1005}
    assert database.execute("SELECT count(*) FROM dead_letter_count").fetchone() == (4,)


def test_names_that_nobody_knows_share_one_cap(database: Connection) -> None:
    """Broken messages of invented names cost no more letters than those of one name; a known device has its own."""
    adopt(database, "g-1")
    broken = [MqttMessage(f"dagsplan/odd-{n}/reading", b"{", AT) for n in range(30)]
    writer(database, dead_letters_per_device_day=5).write(
        [*broken, MqttMessage("dagsplan/g-1/reading", b"{", AT), *minutes(20, "g-2")]
    )
    assert dead_letter_counts(database) == {"not_json": 31, "unknown_device": 20}
    assert len(dead_letters(database, 1000)) == 5 + 1 + 20
    assert database.execute("SELECT count(*) FROM dead_letter_count").fetchone() == (3,)


def test_the_budget_bounds_the_bytes_of_all(database: Connection) -> None:
    """What is parked never takes more than the budget, and one device that floods leaves room for the next."""
    budget = 0.1
    write(writer(database, parked_mb=budget), minutes(2000), batch=100)
    flooded = parked(database)
    assert flooded.messages + flooded.beyond == 2000
    assert budget * 0.4e6 < flooded.bytes <= budget * 0.6e6
    write(writer(database, parked_mb=budget), [one for n in range(50) for one in minutes(20, f"new-{n + 2}")])
    assert budget * 0.9e6 < parked(database).bytes <= budget * 1e6
    assert {one.messages for one in parked_devices(database) if one.device != "new-1"} >= {20}


def test_two_daemons_take_no_more_places_than_there_are(dsn: str) -> None:
    """Two writers that park at the same time: the sum holds, and no letter is lost between them."""
    with connect(dsn, "a") as one, connect(dsn, "b") as two:
        writers = [writer(one, unknown_devices=10), writer(two, unknown_devices=10)]
        batches = [[reading(f"{side}-{n}", AT) for n in range(200)] for side in "ab"]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda w, b: write(w, b, batch=10), writers, batches))
        found = parked(one)
        assert (found.devices, found.messages, found.beyond) == (10, 10, 390)
        assert open_letters(one) == 10


def test_what_is_partly_good_is_stored_once_and_waits_for_the_rest(database: Connection) -> None:
    """A message of a stranger with a good and a bad value: adopted, the good one is stored, the letter says what is
    wrong now and waits; replayed again nothing doubles."""
    payload = b'{"time": "2027-01-12T02:00:00Z", "values": {"snow_depth": 4.5, "air_temperature": 255}}'
    writer(database).write([MqttMessage("dagsplan/new-1/reading", payload, AT)])
    adopt(database, "new-1")
    first, second = replay(database, settings(), AT), replay(database, settings(), AT)
    left = (Remaining("out_of_range", 1, "air_temperature = 255 is outside \N{MINUS SIGN}60 to 60 °C"),)
    assert [(one.rows, one.known, one.useful) for one in (first, second)] == [(1, 0, True), (0, 1, False)]
    assert [one.remaining for one in (first, second)] == [left, left]
    (letter,) = dead_letters(database)
    assert (letter["reason"], letter["detail"], letter["replayed_at"]) == ("out_of_range", left[0].detail, None)
    assert parked(database).devices == 0


def test_a_replay_that_is_killed_is_run_again(database: Connection) -> None:
    """What the first batches stored is marked with them, the rest waits, and the second run stores each of it once."""
    write(writer(database), minutes(50))
    adopt(database, "new-1")

    def killed(tried: int) -> None:
        if tried == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(database, settings(), AT, progress=killed, batch=10)
    assert (count_readings(database), open_letters(database)) == (20, 30)
    assert replay(database, settings(), AT, batch=10) == Replayed(30, 30, 0, 0, 0, ())
    assert (count_readings(database), open_letters(database), parked(database).messages) == (50, 0, 0)


def test_a_letter_is_marked_only_with_its_rows(database: Connection) -> None:
    """Where the database does not take the rows, the letters of the batch wait on as they were."""
    write(writer(database), minutes(5))
    adopt(database, "new-1")
    database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$"
    )
    database.execute("CREATE TRIGGER refuse BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION refuse()")
    with pytest.raises(Exception, match="disk full"):
        replay(database, settings(), AT)
    assert (count_readings(database), open_letters(database)) == (0, 5)
    database.execute("DROP TRIGGER refuse ON reading")
    assert replay(database, settings(), AT).rows == 5


def test_a_daemon_that_saw_a_stranger_judges_again_when_it_was_taken_in(dsn: str) -> None:
    """A device that is adopted between the reading of a batch and its parking is stored, not parked: nothing is left
    behind the replay that came with the adoption."""
    with connect(dsn, "daemon") as connection, connect(dsn, "person") as person:
        into = writer(connection)

        class Late:
            """Adopts just before the rejects are kept."""

            def keep(self, judged: object) -> None:
                adopt(person, "new-1")
                into.keeper = usual
                usual.keep(judged)  # type: ignore[arg-type]

        usual, into.keeper = into.keeper, Late()
        into.write(minutes(3))
        assert (count_readings(person), open_letters(person)) == (3, 0)
        assert into.tally.rejected == {}


def test_a_device_that_is_taken_away_is_parked_by_a_running_daemon(database: Connection) -> None:
    """A daemon follows who is taken in: it keeps no list from before."""
    adopt(database, "new-1")
    into = writer(database)
    into.write(minutes(1))
    database.execute("UPDATE device SET adopted = false")
    into.write(minutes(3)[1:])
    assert (count_readings(database), parked(database).messages) == (1, 2)


def test_a_device_that_is_forgotten_and_taken_in_again_has_new_series(database: Connection) -> None:
    """A daemon that knows the series of before does not bury what comes after."""
    adopt(database, "new-1")
    into = writer(database)
    into.write(minutes(1))
    for table in ("reading", "rollup_due", "series"):
        database.execute(f"DELETE FROM {table}")  # type: ignore[arg-type]
    into.write(minutes(2)[1:])
    assert (count_readings(database), dead_letter_counts(database)) == (1, {})


def test_only_whole_letters_are_replayed(database: Connection) -> None:
    """A letter that was cut when it was kept is no message any more: it waits for what was wrong with it."""
    adopt(database, "new-1")
    writer(database).write([MqttMessage("dagsplan/new-1/reading", b"{" + b"x" * 20_000, AT)])
    assert replay(database, settings(), AT).remaining == (
        Remaining("too_large", 1, "20,001 bytes, at most 16,384 are read"),
    )


def test_chirpstack_letters_are_those_of_the_device_in_small_letters(database: Connection) -> None:
    """Network servers write an EUI in either: the letter is the device's, so that its replay finds it."""
    payload = b'{"time": "2027-01-12T02:00:00Z", "deviceInfo": {"devEui": "A84041"}, "object": {"fill_level": 5}}'
    into = writer(database)
    into.write([MqttMessage("application/a/device/A84041/event/up", payload, AT)])
    into.write([MqttMessage("application/a/device/A84041/event/up", b"{", AT)])
    assert {row["device_id"] for row in dead_letters(database)} == {"a84041"}
    adopt(database, "a84041")
    assert replay(database, settings(), AT, device="a84041").rows == 1


def test_a_stranger_can_be_forgotten(database: Connection) -> None:
    """Its letters, its place and its name go; the next name gets the place, and others keep what they have."""
    into = writer(database, unknown_devices=2)
    write(into, [*minutes(3), *minutes(2, "new-2")])
    assert letters.forget(database, "new-1") == 3
    write(into, minutes(1, "new-3"))
    assert {(one.device, one.messages) for one in parked_devices(database)} == {("new-2", 2), ("new-3", 1)}
    assert database.execute("SELECT device_id FROM device ORDER BY 1").fetchall() == [("new-2",), ("new-3",)]


def test_what_is_parked_can_be_counted_anew(database: Connection) -> None:
    """Letters that went by age give up their room, and a device with none its place."""
    write(writer(database), [*minutes(3), *minutes(2, "new-2")])
    before = parked(database).bytes
    database.execute("DELETE FROM dead_letter WHERE device_id = 'new-2' OR received_at = %s", (AT,))
    letters.recount(database)
    assert [(one.device, one.messages) for one in parked_devices(database)] == [("new-1", 2)]
    assert 0 < parked(database).bytes < before
