"""The commands for sensors, with a real daemon's writer and a real database: heard, recognised, taken in, replaced,
retired, and nothing that was heard is lost on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from city.clock import SystemClock
from city.settings import Settings
from ingest.message import MqttMessage
from ingest.validate import ClockRule
from ingest.writer import Writer
from store.connect import Connection
from tests.integration.test_cli import said

NOW = SystemClock().now().replace(microsecond=0)
EUI = "a81758fffe000001"


@pytest.fixture
def sends(database: Connection) -> Writer:
    return Writer(database, Settings().ingest, ClockRule(timedelta(days=7), timedelta(minutes=5)))


def reading(device: str, at: datetime, value: float, topic: str = "dagsplan/{}/reading") -> MqttMessage:
    payload = {"time": at.isoformat(), "values": {"snow_depth": value}}
    return MqttMessage(topic.format(device), json.dumps(payload).encode(), at)


@pytest.fixture
def command(dsn: str, database: Connection, english: None, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    return lambda *arguments: said(capsys, *arguments)


def values(connection: Connection) -> list[tuple[str, float]]:
    return connection.execute(  # type: ignore[return-value]
        "SELECT device_id, value FROM reading JOIN series USING (series_id) ORDER BY time"
    ).fetchall()


def test_a_sensor_is_recognised_and_taken_in_with_all_it_sent(command, database: Connection, sends: Writer) -> None:
    """From nobody's sensor to readings: the list shows its last values, adoption brings in what waited."""
    hours = [NOW - timedelta(hours=n) for n in (3, 2, 1)]
    sends.write([reading("snow-1", at, n) for n, at in enumerate(hours, start=1)])
    status, out, _ = command("devices", "list")
    assert status == 0
    assert out.startswith("snow-1: waits to be taken in; heard ")
    assert "snow_depth 3" in out
    status, out, _ = command("devices", "adopt", "snow-1", "--name", "Sjöbron", "--lon", "14.8", "--lat", "56.9")
    assert (status, out) == (0, "snow-1 is taken in\n3 readings that waited are stored\n")
    assert values(database) == [("snow-1", 1.0), ("snow-1", 2.0), ("snow-1", 3.0)]
    sends.write([reading("snow-1", NOW, 4)])
    assert len(values(database)) == 4
    rows = json.loads(command("devices", "list", "--json")[1])
    assert [(row["id"], row["adopted"], row["values"]) for row in rows] == [("snow-1", True, {"snow_depth": 4.0})]


def test_a_radio_is_heard_as_its_sensor(command, database: Connection, sends: Writer, tmp_path: Path) -> None:
    """What came under the EUI before and after is the sensor's, which has a name of its own."""
    sends.write([reading(EUI, NOW - timedelta(hours=1), 1)])
    file = tmp_path / "devices.csv"
    file.write_text("id;eui;quantity\nsnow-1;A8-17-58-FF-FE-00-00-01;snödjup\n", encoding="utf-8")
    status, out, _ = command("import", "devices", str(file))
    assert (status, out.splitlines()[0], out.splitlines()[-1]) == (
        0,
        "sensors: 1 added",
        "1 reading that waited is stored",
    )
    sends.write([reading(EUI, NOW, 2)])
    assert values(database) == [("snow-1", 1.0), ("snow-1", 2.0)]
    assert [row["id"] for row in json.loads(command("devices", "list", "--json")[1])] == ["snow-1"]


def test_a_room_takes_in_the_sensor_that_it_names(command, database: Connection, sends: Writer, tmp_path: Path) -> None:
    sends.write([reading("lev-1", NOW - timedelta(minutes=5), 40)])
    file = tmp_path / "rooms.csv"
    file.write_text("room,name,lon,lat,vessel,fraction,litres,device\nr,R,14.8,56.9,v,food,140,lev-1\n", "utf-8")
    looked = command("import", "rooms", str(file), "--dry-run")
    assert (looked[0], looked[1].splitlines()[-1], values(database)) == (0, "nothing was stored", [])
    out = command("import", "rooms", str(file))[1]
    assert "1 reading that waited is stored" in out
    assert values(database) == [("lev-1", 40.0)]


def test_a_retired_sensor_is_taken_no_more(command, database: Connection, sends: Writer) -> None:
    """Its readings stay, new ones are kept as rejects, and a new sensor stands in its place."""
    command("devices", "adopt", "snow-1", "--lon", "14.8", "--lat", "56.9")
    sends.write([reading("snow-1", NOW - timedelta(hours=2), 1)])
    out = command("devices", "replace", "snow-1", "snow-2")[1]
    assert out == "snow-2 stands where snow-1 stood; snow-1 is retired, its readings stay\n"
    sends.write([reading("snow-1", NOW - timedelta(hours=1), 2), reading("snow-2", NOW, 3)])
    assert values(database) == [("snow-1", 1.0), ("snow-2", 3.0)]
    assert sends.tally.rejected == {"retired": 1}
    rows = {row["id"]: row for row in json.loads(command("devices", "list", "--json")[1])}
    assert (rows["snow-1"]["adopted"], rows["snow-2"]["adopted"]) == (False, True)
    command("devices", "adopt", "snow-1")
    assert command("deadletters", "replay")[0] == 0
    assert [value for _, value in values(database)] == [1.0, 2.0, 3.0]
    status, _, error = command("devices", "retire", "nobody")
    assert (status, error.startswith("dagsplan: no sensor nobody is taken in")) == (1, True)


BUILDINGS = "id,name,lon,lat,device\na,Arken,14.80,56.90,\nb,Borgen,14.90,56.91,\n"


def stored(connection: Connection, device: str) -> tuple[object, ...]:
    row = connection.execute(
        "SELECT name, stands_for, lon, adopted, eui FROM device WHERE device_id = %s", (device,)
    ).fetchone()
    assert row is not None
    return row


def measures(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT building_id, device_id FROM building ORDER BY 1").fetchall()


@pytest.fixture
def buildings(command, tmp_path: Path) -> None:
    file = tmp_path / "buildings.csv"
    file.write_text(BUILDINGS, encoding="utf-8")
    assert command("import", "buildings", str(file))[0] == 0


@pytest.mark.usefixtures("buildings")
def test_a_retired_sensor_comes_back_as_it_was(command, database: Connection) -> None:
    """Name, radio, place and what it stands for; not where another measures that since."""
    command("devices", "adopt", "in-1", "--name", "Inne", "--eui", EUI, "--stands-for", "building:a")
    before = stored(database, "in-1")
    assert before == ("Inne", "building:a", 14.8, True, EUI)
    command("devices", "retire", "in-1")
    assert measures(database) == [("a", None), ("b", None)]
    command("devices", "adopt", "in-1")
    assert stored(database, "in-1") == before
    assert measures(database) == [("a", "in-1"), ("b", None)]
    command("devices", "replace", "in-1", "in-2")
    command("devices", "adopt", "in-1")
    assert measures(database) == [("a", "in-2"), ("b", None)]
    assert stored(database, "in-1")[1] is None
    command("devices", "retire", "in-1")
    command("devices", "replace", "in-2", "in-1")
    assert stored(database, "in-1") == before
    assert measures(database) == [("a", "in-1"), ("b", None)]


@pytest.mark.usefixtures("buildings")
def test_a_sensor_that_moves_leaves_what_it_stood_for(command, database: Connection) -> None:
    """Its place is that of the new one, and the old one is measured by nobody."""
    command("devices", "adopt", "in-1", "--stands-for", "a")
    command("devices", "adopt", "in-1", "--stands-for", "b")
    assert stored(database, "in-1")[1:3] == ("building:b", 14.9)
    assert measures(database) == [("a", None), ("b", "in-1")]


def test_letters_wait_while_their_cause_stands(command, database: Connection, sends: Writer) -> None:
    """A replay before the adoption loses nothing and says what to do; after it every reading is there once."""
    sends.write([reading("snow-1", NOW - timedelta(minutes=n), n) for n in range(1, 51)])
    status, out, _ = command("deadletters", "replay")
    assert status == 1
    assert "dagsplan devices adopt snow-1" in out
    assert command("devices", "adopt", "snow-1")[1].splitlines()[-1] == "50 readings that waited are stored"
    assert len(values(database)) == 50


def test_history_of_a_sensor_is_known_by_its_radio(command, database: Connection, tmp_path: Path) -> None:
    command("devices", "adopt", "snow-1", "--eui", EUI)
    file = tmp_path / "history.csv"
    at = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    file.write_text(f"device,quantity,time,value\n{EUI.upper()},snow_depth,{at},4\n", encoding="utf-8")
    assert command("import", "readings", str(file))[1] == "readings of 1 series: 1 added\n"
    assert command("forget", "readings", "history.csv")[1] == "1 reading of the file history.csv is taken away\n"
    assert values(database) == []


def test_the_doctor_names_what_waits_and_what_no_plan_uses(command, database: Connection, sends: Writer) -> None:
    sends.write([reading("snow-9", NOW, 1)])
    told = {one["part"]: one for one in json.loads(command("doctor", "--json")[1])}
    assert (told["parked"]["state"], told["rejects"]["ok"]) == ("note", False)
    assert "dagsplan devices adopt" in told["rejects"]["text"]
    command("devices", "adopt", "snow-9")
    payload = json.dumps({"time": NOW.isoformat(), "values": {"snow_dept": 1}}).encode()
    sends.write([MqttMessage("dagsplan/snow-9/reading", payload, NOW)])
    told = {one["part"]: one for one in json.loads(command("doctor", "--json")[1])}
    assert "parked" not in told
    assert told["rejects"]["ok"], "what a replay stored was not rejected"
    assert "snow_dept of snow-9 (meant is snow_depth?)" in told["quantities"]["text"]


def test_a_stranger_is_forgotten_with_all_that_waits(command, database: Connection, sends: Writer) -> None:
    sends.write([reading("snow-9", NOW, 1)])
    assert command("forget", "device", "snow-9")[0] == 0
    assert command("devices", "list")[1] == "no sensor has been heard, and none was imported\n"
    assert database.execute("SELECT count(*) FROM dead_letter").fetchone() == (0,)


def test_a_radio_of_another_is_refused_by_hand_too(command, database: Connection) -> None:
    """No radio has two sensors: the answer names the one that has it and the way out, and nothing is stored."""
    assert command("devices", "adopt", "snow-1", "--eui", EUI)[0] == 0
    status, _, err = command("devices", "adopt", "snow-2", "--eui", EUI.upper())
    assert status == 1
    assert f"the radio {EUI} of snow-2 belongs to snow-1; 'dagsplan devices replace OLD NEW'" in err
    assert command("devices", "adopt", "snow-3", "snow-4", "--eui", "a81758fffe000002")[0] == 1
    assert database.execute("SELECT device_id FROM device ORDER BY 1").fetchall() == [("snow-1",)]
    assert command("devices", "adopt", "snow-1", "--eui", EUI)[0] == 0


def test_an_empty_cell_does_not_let_a_sensor_go(command, database: Connection, tmp_path: Path) -> None:
    """What the list of sensors says of a vessel or building outlasts the next import of rooms and buildings, whose
    cell for the sensor is empty; what a file of rooms said itself, its next version takes back."""
    rooms, buildings, devices = (tmp_path / name for name in ("rooms.csv", "buildings.csv", "devices.csv"))
    head = "room,name,lon,lat,vessel,fraction,litres,device\n"
    line = head + "r1,A,14.8,56.8,k1,residual,660,{}\nr1,A,14.8,56.8,k2,food,140,\n"
    rooms.write_text(line.format("lev-1"))
    buildings.write_text("id,name,lon,lat,kind,area_m2,device\ns1,Ek,14.8,56.8,school,900,\n")
    devices.write_text("id,stands_for\ntmp-1,building:s1\nlev-2,vessel:k2\n")
    for kind in ("rooms", "buildings", "devices"):
        assert command("import", kind, str(tmp_path / f"{kind}.csv"))[0] == 0
    rooms.write_text(line.format(""))
    assert "changed: k1 (device)" in command("import", "rooms", str(rooms))[1]
    assert command("import", "buildings", str(buildings))[1].startswith("buildings: 1 unchanged")
    measured = "SELECT device_id FROM vessel UNION ALL SELECT device_id FROM building ORDER BY 1"
    assert database.execute(measured).fetchall() == [("lev-2",), ("tmp-1",), (None,)]


def test_two_sensors_do_not_stand_for_one_vessel(command, database: Connection, tmp_path: Path) -> None:
    """Not in one file, not one after the other; in the place of one that goes another may come."""
    rooms = tmp_path / "rooms.csv"
    rooms.write_text("room,name,lon,lat,vessel,fraction,litres\nr,R,14.8,56.9,k2,food,140\n", "utf-8")
    command("import", "rooms", str(rooms))
    file = tmp_path / "devices.csv"
    file.write_text("id,stands_for\nz1,vessel:k2\nz2,vessel:k2\n", encoding="utf-8")
    status, _, error = command("import", "devices", str(file))
    assert (status, "z2 cannot stand for vessel:k2, which z1 measures" in error) == (1, True)
    file.write_text("id,stands_for\nz1,vessel:k2\n", encoding="utf-8")
    assert command("import", "devices", str(file))[0] == 0
    status, _, error = command("devices", "adopt", "z2", "--stands-for", "vessel:k2")
    assert (status, "'dagsplan devices replace OLD NEW'" in error) == (1, True)
    file.write_text("id,stands_for\nz2,vessel:k2\n", encoding="utf-8")
    assert command("import", "devices", str(file))[0] == 1
    assert command("import", "devices", str(file), "--remove")[0] == 0
    assert database.execute("SELECT device_id FROM vessel").fetchall() == [("z2",)]


def test_an_id_that_was_never_heard_is_said_to_be_so(command, database: Connection, sends: Writer) -> None:
    """So that a slip of the pen is seen; one that no message can have is refused."""
    sends.write([reading("snow-1", NOW, 1)])
    out = command("devices", "adopt", "snow-l")[1]
    assert out.splitlines()[-1] == "snow-l has not been heard yet; heard and waiting are: snow-1"
    for name in ("a/b", " ", "sn\u200bow"):
        status, _, error = command("devices", "adopt", name)
        assert (status, "is no device name" in error) == (1, True)


def test_a_street_that_is_misspelt_is_offered(command, database: Connection, tmp_path: Path) -> None:
    from tests.integration.plan_town import fill

    fill(database)
    names = [row[0] for row in database.execute("SELECT DISTINCT name FROM road_segment WHERE name <> ''")]
    status, _, error = command("devices", "adopt", "x", "--stands-for", f"road:{names[0][:-1]}x")
    assert (status, "did you mean" in error) == (1, True)
