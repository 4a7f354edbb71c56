"""The city's things: what was saved is read again, files of a city are taken in, and a wrong one changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from city.catalogue.message import Message
from city.catalogue.words import words
from city.clock import SimulatedClock, SystemClock
from city.entities import Building, CalendarDay, Contractor, Dataset, Depot, Device, Room, RosterTurn, Vehicle, Vessel
from city.errors import ImportRefused, StoreUnavailable
from ingest.tables import IMPORTERS, import_buildings, import_calendar, import_fleet, import_rooms
from store import facts
from store.clock import installation_clock, set_simulated_clock
from store.connect import Connection, connect
from store.roads import save_buildings, save_dataset, save_rooms
from store.rows import only_row

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
FLEET = """
[[depot]]
id = "d-1"
name = "Norra förrådet"
lon = 14.8
lat = 56.9

[[contractor]]
id = "c-1"
name = "Åkeriet"
cost_per_h = 1100.0

[[vehicle]]
id = "P01"
domain = "snow"
depot = "d-1"
contractor = "c-1"

[[vehicle]]
id = "A01"
domain = "waste"
depot = "d-1"
capacity_l = 9000.0
fractions = ["residual", "food"]

[[turn]]
vehicle = "P01"
starts_at = 2027-01-12T18:00:00+01:00
ends_at = 2027-01-13T03:00:00+01:00
"""
ROOMS = "room,name,lon,lat,vessel,fraction,litres,device,last_emptied\n"
ROOM = "r-1,Åvägen 3,14.8,56.9,v-1,residual,660,lev-1,2027-01-10T07:00:00+01:00\n"
BUILDINGS = "id,name,lon,lat,area_m2,device\n"
CALENDAR = "calendar,day,kind\n"


def said(sentence: Message, language: str) -> str:
    return words(language).say(sentence)


def file_of(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def everything(connection: Connection) -> tuple[object, ...]:
    """All things, to see that nothing changed."""
    return (
        facts.rooms(connection),
        facts.vessels(connection),
        facts.buildings(connection),
        facts.depots(connection),
        facts.contractors(connection),
        facts.vehicles(connection, "snow"),
        facts.vehicles(connection, "waste"),
        facts.roster(connection, AT - timedelta(days=999), AT + timedelta(days=999)),
        facts.calendar_days(connection, date(2000, 1, 1), date(2100, 1, 1)),
    )


def test_a_fleet_file_is_taken_in(database: Connection, tmp_path: Path) -> None:
    """Depots, contractors, vehicles with their defaults, and turns come back as written; again changes nothing."""
    for _ in range(2):
        import_fleet(database, file_of(tmp_path, "fleet.toml", FLEET), AT)
    assert facts.depots(database) == (Depot("d-1", "Norra förrådet", 14.8, 56.9),)
    assert facts.contractors(database) == (Contractor("c-1", "Åkeriet", 1100.0),)
    assert facts.vehicles(database, "snow") == (Vehicle("P01", "snow", "d-1", contractor="c-1"),)
    assert facts.vehicles(database, "waste")[0].fractions == ("residual", "food")
    begins = datetime(2027, 1, 12, 17, tzinfo=UTC)
    assert facts.roster(database, AT, AT + timedelta(days=1)) == (RosterTurn("P01", begins, begins + 9 * HOUR),)


HOUR = timedelta(hours=1)


def test_how_wide_and_heavy_a_vehicle_is(database: Connection, tmp_path: Path) -> None:
    sized = FLEET.replace('id = "P01"', 'id = "P01"\nwidth_m = 2.55\nweight_t = 18')
    import_fleet(database, file_of(tmp_path, "fleet.toml", sized), AT)
    (plough,) = facts.vehicles(database, "snow")
    assert (plough.width_m, plough.weight_t) == (2.55, 18.0)
    import_fleet(database, file_of(tmp_path, "fleet.toml", FLEET), AT)
    assert facts.vehicles(database, "snow") == (Vehicle("P01", "snow", "d-1", contractor="c-1"),)


def test_rooms_buildings_and_calendars_are_taken_in(database: Connection, tmp_path: Path) -> None:
    """CSV files become rooms with vessels, buildings with their sensor, and calendar days."""
    rooms = ROOMS + ROOM + "r-1,Åvägen 3,14.8,56.9,v-2,food,140,,\n"
    taken = import_rooms(database, file_of(tmp_path, "rooms.csv", rooms), AT)
    assert (said(taken, "en"), said(taken, "sv")) == ("1 room, 2 vessels", "1 rum, 2 kärl")
    assert facts.rooms(database) == (Room("r-1", "Åvägen 3", 14.8, 56.9),)
    emptied = datetime(2027, 1, 10, 6, tzinfo=UTC)
    assert facts.vessels(database) == (
        Vessel("v-1", "r-1", "residual", 660, "lev-1", None, emptied),
        Vessel("v-2", "r-1", "food", 140),
    )
    import_buildings(database, file_of(tmp_path, "b.csv", BUILDINGS + "b-1,Skolan,14.8,56.9,2400,ind-1\n"), AT)
    assert facts.buildings(database) == (Building("b-1", "Skolan", 14.8, 56.9, area_m2=2400.0, device="ind-1"),)
    days = CALENDAR + "school,2027-01-12,school\nschool,2027-01-13,closed\n"
    taken = import_calendar(database, file_of(tmp_path, "c.csv", days), AT)
    assert (said(taken, "en"), said(taken, "sv")) == ("2 days of 1 calendar", "2 dagar i 1 kalender")
    assert facts.calendar_days(database, date(2027, 1, 13), date(2027, 1, 13)) == (
        CalendarDay("school", date(2027, 1, 13), "closed"),
    )


WRONG = [
    ("fleet", FLEET.replace('depot = "d-1"\ncontractor', 'depot = "d-9"\ncontractor'), "d-9"),
    ("fleet", FLEET.replace('contractor = "c-1"', 'contractor = "c-9"'), "c-9"),
    ("fleet", FLEET.replace('vehicle = "P01"', 'vehicle = "P99"'), "P99"),
    ("fleet", FLEET.replace('domain = "snow"', 'domain = "ice"'), "domain"),
    ("fleet", FLEET.replace("18:00:00+01:00", "18:00:00"), "offset"),
    ("fleet", FLEET.replace("13T03:00", "12T03:00"), "roster_turn"),
    ("fleet", FLEET + "work_kmh = 3\n[[plough]]\n", "plough"),
    ("fleet", FLEET.replace('id = "A01"', 'id = "A01"\nwork_kmh = 0.0'), "work_kmh"),
    ("fleet", FLEET.replace('id = "P01"', 'id = "P01"\nweight_t = 0.0'), "weight_t"),
    ("fleet", "nonsense", "TOML"),
    ("rooms", ROOMS + ROOM.replace("660", "0"), "litres"),
    ("rooms", ROOMS + ROOM.replace("660", "many"), "litres"),
    ("rooms", ROOMS + ROOM.replace("+01:00", ""), "offset"),
    ("rooms", ROOMS + ROOM.replace("14.8", "nan"), "lon"),
    ("rooms", ROOMS + ROOM.replace("Åvägen", "Å\x00vägen"), "NUL"),
    ("rooms", "", "empty"),
    ("buildings", BUILDINGS + "b-1,Skolan,14.8,56.9,-1,\n", "area_m2"),
    ("calendar", CALENDAR + "school,12/1,school\n", "day"),
]


@pytest.mark.parametrize(("kind", "text", "says"), WRONG, ids=[f"{kind}-{says}" for kind, _, says in WRONG])
def test_a_wrong_file_is_one_line_and_changes_nothing(
    database: Connection, tmp_path: Path, kind: str, text: str, says: str
) -> None:
    """Unknown references, wrong types, naive times, values that the schema refuses: the file is refused whole."""
    import_fleet(database, file_of(tmp_path, "good.toml", FLEET), AT)
    before = everything(database)
    with pytest.raises(ImportRefused, match=says) as refused:
        IMPORTERS[kind](database, file_of(tmp_path, "wrong", text), AT)
    assert "wrong" in str(refused.value)
    for line in (str(refused.value), refused.value.said(words("sv"))):
        assert "\n" not in line
        assert "constraint" not in line
    assert everything(database) == before


@pytest.mark.parametrize("kind", sorted(IMPORTERS))
def test_a_file_that_is_not_there_is_one_line(database: Connection, tmp_path: Path, kind: str) -> None:
    """Each importer names the path."""
    with pytest.raises(ImportRefused, match=r"gone.*check the path"):
        IMPORTERS[kind](database, tmp_path / "gone", AT)


def test_an_emptying_is_only_moved_forward(database: Connection) -> None:
    """An older file does not undo a newer emptying."""
    save_dataset(database, Dataset("own", "own", "own data", "the municipality"), AT)
    save_rooms(database, "own", [Room("r", "r", 14.8, 56.9)])
    facts.save_vessels(database, [Vessel("v", "r", "residual", 660, last_emptied=AT)])
    facts.mark_emptied(database, ["v"], AT + HOUR)
    facts.mark_emptied(database, ["v"], AT - HOUR)
    facts.save_vessels(database, [Vessel("v", "r", "residual", 660, last_emptied=AT)])
    assert facts.vessels(database)[0].last_emptied == AT + HOUR


def test_a_device_is_corrected_and_its_history_stays(database: Connection) -> None:
    """Saving a known device again changes its name and place; when it was heard stays."""
    facts.save_device(database, Device("d", "old", "snow"), [("snow_depth", "cm")])
    database.execute("UPDATE device SET last_time = %s, last_received = %s", (AT, AT))
    facts.save_device(database, Device("d", "new", "snow", 14.8, 56.9, 900.0), [("snow_depth", "cm")])
    assert facts.devices(database) == (Device("d", "new", "snow", 14.8, 56.9, 900.0, last_time=AT),)


def test_a_stranger_is_no_device_until_it_is_adopted(database: Connection) -> None:
    """A parked device is not listed; adopting it lists it."""
    database.execute("INSERT INTO device (device_id, name, kind, adopted) VALUES ('s', 's', 'unknown', false)")
    assert facts.devices(database) == ()
    facts.save_device(database, Device("s", "Ny", "snow"), [])
    assert [device.id for device in facts.devices(database)] == ["s"]


def test_a_building_keeps_its_sensor_when_streets_are_imported_again(database: Connection) -> None:
    """The extract brings name and place up to date and leaves what the city has set."""
    save_dataset(database, Dataset("osm", "osm", "ODbL", "OpenStreetMap contributors"), AT)
    save_buildings(database, "osm", [Building("b", "Skola", 14.8, 56.9)])
    facts.set_building_device(database, "b", "ind-1", simulated=False)
    save_buildings(database, "osm", [Building("b", "Nya skolan", 14.81, 56.9)])
    (building,) = facts.buildings(database)
    assert (building.name, building.device) == ("Nya skolan", "ind-1")


def test_roster_turns_that_touch_a_period_are_found(database: Connection, tmp_path: Path) -> None:
    """A turn that ends at the begin, or begins at the end, does not touch; one inside or across does."""
    import_fleet(database, file_of(tmp_path, "fleet.toml", FLEET), AT)
    begins, ends = datetime(2027, 1, 12, 17, tzinfo=UTC), datetime(2027, 1, 13, 2, tzinfo=UTC)
    assert facts.roster(database, ends, ends + HOUR) == ()
    assert facts.roster(database, begins - HOUR, begins) == ()
    assert len(facts.roster(database, begins + HOUR, begins + 2 * HOUR)) == 1
    assert len(facts.roster(database, begins - HOUR, begins + HOUR)) == 1


def test_simulated_time_is_the_same_for_all_connections(dsn: str) -> None:
    """The clock of an installation is the wall's until it is made simulated, then one for all; it can be set anew."""
    with connect(dsn, "one") as one, connect(dsn, "two") as two:
        assert isinstance(installation_clock(one), SystemClock)
        wall = datetime(2026, 11, 1, tzinfo=UTC)
        set_simulated_clock(one, AT, wall, 60.0)
        assert installation_clock(two) == SimulatedClock(AT, wall, 60.0)
        set_simulated_clock(two, AT + HOUR, wall, 1.0)
        assert installation_clock(one) == SimulatedClock(AT + HOUR, wall, 1.0)


def test_a_row_that_must_be_there_and_is_not_is_said(database: Connection) -> None:
    """Whoever asks for the one row of a query gets it, or an error that is no fault of the type checker."""
    assert only_row(database.execute("SELECT 1, 'a'")) == (1, "a")
    with pytest.raises(StoreUnavailable, match="no row"):
        only_row(database.execute("SELECT 1 WHERE false"))
