"""Files of a city: taken in as people have them, corrected in every field, looked at, taken away, and never half."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.entities import Building, CalendarDay, Contractor, Dataset, Depot, Room, Vehicle, Vessel
from city.errors import Conflict, ImportRefused, NeedsYes, NotFound
from city.heatpoint import HeatPoint
from city.manning import CallOut, RosterTurn
from city.sensor import Sensor
from ingest.heard import heard
from ingest.registers.asked import Asked
from ingest.registers.by_hand import adopt_by_hand, replace_by_hand, retire_by_hand
from ingest.registers.calendar import import_calendar
from ingest.registers.forget import forget
from ingest.registers.importers import IMPORTERS
from ingest.registers.written import KINDS, exported
from store import facts, registers
from store.calls import call_out_lists
from store.connect import Connection
from store.roads import save_buildings, save_dataset, save_rooms

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = Asked(AT, ZoneInfo("Europe/Stockholm"), near=(14.8, 56.9))
REMOVE = replace(ASKED, remove=True, yes=True)
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

[[call]]
network = "street"
place = 1
vehicle = "P01"
who = "Jour 1"
channel = "sms"
address = "+46700000001"
"""
ROOMS = "room,name,lon,lat,vessel,fraction,litres,device,max_age_days,last_emptied,kind,emptied_on\n"
ROOM = "r-1,Åvägen 3,14.8,56.9,v-1,residual,660,lev-1,14,2027-01-10T07:00:00+01:00,room,tors mån\n"
BUILDINGS = "id,name,lon,lat,kind,area_m2,device,calendar,opens,closes\n"
BUILDING = "b-1,Skolan,14.8,56.9,school,2400,ind-1,school,08:00,16:00\n"
POINTS = "building,point,device,zone,quantity,opens,closes,after_school_opens,after_school_closes,tag\n"
POINT = "b-1,zone_temperature,ind-1,norr,,,,,,\n"
CALENDAR = "calendar,day,kind\n"
DEVICES = "id,eui,name,model,quantity,lon,lat,mounting_m,stands_for\n"
SNOW = "snow-1,,Sjöbron,LX80,snow_depth,14.81,56.91,4.5,\n"


def file_of(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.fixture
def take(database: Connection, tmp_path: Path) -> Callable[..., Any]:
    """Imports a text as a file of a kind."""

    def taken(kind: str, text: str | bytes, name: str | None = None, asked: Asked = ASKED) -> Any:
        file = file_of(tmp_path, name or {"fleet": "fleet.toml"}.get(kind, f"{kind}.csv"), text)
        return IMPORTERS[kind](database, file, asked)

    return taken


def everything(connection: Connection) -> tuple[object, ...]:
    """All things, to see that nothing changed."""
    return (
        facts.rooms(connection),
        facts.vessels(connection),
        facts.buildings(connection),
        facts.heat_points(connection),
        facts.depots(connection),
        facts.contractors(connection),
        facts.vehicles(connection, "snow"),
        facts.vehicles(connection, "waste"),
        facts.roster(connection, AT - timedelta(days=999), AT + timedelta(days=999)),
        facts.calendar_days(connection, date(2000, 1, 1), date(2100, 1, 1)),
        call_out_lists(connection),
        sorted(registers.held(connection, "device", Sensor, AT), key=str),
        connection.execute(
            "SELECT device_id, quantity, time, value FROM reading JOIN series USING (series_id)"
        ).fetchall(),
    )


def said(report: Any, language: str = "en") -> list[str]:
    return [words(language).say(line) for line in report.said()]


# ---- in, again, corrected, away --------------------------------------------------------------------------------------


def test_a_fleet_file_is_taken_in_and_again_changes_nothing(database: Connection, take: Any) -> None:
    first = take("fleet", FLEET)
    assert said(first) == [
        "depots: 1 added",
        "contractors: 1 added",
        "vehicles: 2 added",
        "manned turns: 1 added",
        "lines of call-out lists: 1 added",
    ]
    assert said(first, "sv")[3] == "bemannade pass: 1 nya"
    before = everything(database)
    assert said(take("fleet", FLEET))[0] == "depots: 1 unchanged"
    assert everything(database) == before
    assert facts.depots(database) == (Depot("d-1", "Norra förrådet", 14.8, 56.9),)
    assert facts.contractors(database) == (Contractor("c-1", "Åkeriet", 1100.0),)
    assert facts.vehicles(database, "snow") == (Vehicle("P01", "snow", "d-1", contractor="c-1"),)
    assert facts.vehicles(database, "waste")[0].fractions == ("residual", "food")
    begins = datetime(2027, 1, 12, 17, tzinfo=UTC)
    assert facts.roster(database, AT, AT + timedelta(days=1)) == (RosterTurn("P01", begins, begins + 9 * HOUR),)


CHANGED_FLEET = """
depot = [{id = "d-1", name = "Södra", lon = 14.81, lat = 56.91, kind = "disposal"}]
contractor = [{id = "c-1", name = "Bolaget", cost_per_h = 900.0, least_hours = 2.0}]
turn = [{vehicle = "P01", starts_at = 2027-01-12T18:00:00+01:00, ends_at = 2027-01-13T04:00:00+01:00, crew = "lag A"}]
call = [{network = "street", place = 1, vehicle = "A01", who = "Jour 2", channel = "voice", address = "+46700000002"}]

[[vehicle]]
id = "P01"
domain = "waste"
depot = "d-1"
network = "cycle"
contractor = "c-1"
work_kmh = 12.0
drive_kmh = 30.0
capacity_l = 800.0
capacity_kg = 400.0
fractions = ["paper"]
width_m = 1.5
weight_t = 2.0

[[vehicle]]
id = "A01"
domain = "snow"
depot = "d-1"
"""


def test_every_field_of_a_fleet_is_corrected(database: Connection, take: Any) -> None:
    take("fleet", FLEET)
    report = take("fleet", CHANGED_FLEET)
    assert {name: one["unchanged"] for name, one in report.as_dict(words("en"))["lists"].items()} == dict.fromkeys(
        ("depot", "contractor", "vehicle", "turn", "call"), 0
    )
    assert facts.depots(database) == (Depot("d-1", "Södra", 14.81, 56.91, "disposal"),)
    assert facts.contractors(database) == (Contractor("c-1", "Bolaget", 900.0, 2.0),)
    changed = Vehicle("P01", "waste", "d-1", "cycle", "c-1", 12.0, 30.0, 800.0, 400.0, ("paper",), 1.5, 2.0)
    assert facts.vehicles(database, "waste") == (changed,)
    assert facts.vehicles(database, "snow") == (Vehicle("A01", "snow", "d-1"),)
    assert facts.roster(database, AT, AT + timedelta(days=2))[0].crew == "lag A"
    assert call_out_lists(database) == (CallOut("street", 1, "A01", "Jour 2", "voice", "+46700000002"),)


CHANGES = {
    "rooms": (ROOMS + ROOM, ROOMS + "r-1,Ny,14.81,56.91,v-1,food,140,lev-2,7,2027-01-09T07:00:00+01:00,basket,\n"),
    "buildings": (BUILDINGS + BUILDING, BUILDINGS + "b-1,Ny,14.81,56.91,library,100,ind-2,own,7.30,17\n"),
    "calendar": (CALENDAR + "school,2027-01-12,school\n", CALENDAR + "school,2027-01-12,closed\n"),
    "devices": (
        DEVICES + SNOW,
        DEVICES + "snow-1,A8-17-58-FF-FE-00-00-01,Ny,X,road_temperature,14.82,56.92,2,\n",
    ),
}
HELD = {"rooms": ("room", "vessel"), "buildings": ("building",), "calendar": ("day",), "devices": ("device",)}
ROWS: dict[str, type] = {"room": Room, "vessel": Vessel, "building": Building, "day": CalendarDay, "device": Sensor}
KEYS = {"id", "room", "calendar", "day", "simulated", "stands_for"}


@pytest.mark.parametrize("kind", CHANGES)
def test_every_field_is_corrected_by_the_next_file(database: Connection, take: Any, kind: str) -> None:
    """In, changed in every field, in again: the stored equals the last file, however it was before."""
    first, second = CHANGES[kind]
    take(kind, first)
    before = {name: registers.held(database, name, ROWS[name], AT)[0].row for name in HELD[kind]}
    take(kind, second)
    after = {name: registers.held(database, name, ROWS[name], AT)[0].row for name in HELD[kind]}
    for name in HELD[kind]:
        for column in fields(ROWS[name]):
            same = getattr(before[name], column.name) == getattr(after[name], column.name)
            assert same == (column.name in KEYS and (name, column.name) != ("building", "calendar")), column.name
    take(kind, first)
    assert {name: registers.held(database, name, ROWS[name], AT)[0].row for name in HELD[kind]} == before


def test_points_of_a_building_are_taken_in_corrected_and_taken_away(database: Connection, take: Any) -> None:
    """By the words of people and by ours; every field is corrected; their sensors are taken in with them."""
    take("buildings", BUILDINGS + BUILDING)
    report = take("points", POINTS + POINT + "b-1,värmemätare,m-1,,heat_energy,,,,,\n")
    assert said(report)[0] == "points: 2 added"
    (meter, zone) = facts.heat_points(database)
    assert (meter.point, meter.quantity) == ("heat_meter", "heat_energy")
    assert zone == HeatPoint("b-1", "zone_temperature", "ind-1", "norr")
    assert {"ind-1", "m-1"} <= {sensor.row.id for sensor in registers.held(database, "device", Sensor, AT)}
    take(
        "points", POINTS + "b-1,zone_temperature,ind-1,söder,,7.30,17,6,18,Zone_Air_Temperature_Sensor\n", asked=REMOVE
    )
    changed = HeatPoint("b-1", "zone_temperature", "ind-1", "söder", "", "07:30", "17:00", "06:00", "18:00")
    assert facts.heat_points(database) == (replace(changed, tag="Zone_Air_Temperature_Sensor"),)
    with pytest.raises(NotFound, match="did you mean b-1/zone_temperature/ind-1"):
        forget(database, "point", "b-1/zone_temperature/ind-2", ASKED)
    forget(database, "building", "b-1", ASKED)
    assert facts.heat_points(database) == ()


@pytest.mark.parametrize(
    ("kind", "all_", "one"),
    [
        ("rooms", ROOMS + ROOM + ROOM.replace("r-1", "r-2").replace("v-1", "v-2").replace("lev-1", ""), ROOMS + ROOM),
        ("buildings", BUILDINGS + BUILDING + BUILDING.replace("b-1", "b-2"), BUILDINGS + BUILDING),
        ("calendar", CALENDAR + "s,2027-01-12,school\ns,2027-01-13,closed\n", CALENDAR + "s,2027-01-12,school\n"),
        ("devices", DEVICES + SNOW + SNOW.replace("snow-1", "snow-2"), DEVICES + SNOW),
        ("fleet", FLEET, FLEET.replace(FLEET[FLEET.index('[[vehicle]]\nid = "A01"') : FLEET.index("[[turn]]")], "")),
    ],
)
def test_what_is_gone_from_a_file_goes_only_when_asked(
    database: Connection, take: Any, kind: str, all_: str, one: str
) -> None:
    take(kind, all_)
    before = everything(database)
    kept = take(kind, one)
    assert everything(database) == before
    assert any("--remove takes them away" in line for line in said(kept))
    looked = take(kind, one, asked=replace(REMOVE, dry_run=True))
    assert said(looked)[-1] == "nothing was stored"
    assert everything(database) == before
    assert any("1 taken away" in line for line in said(take(kind, one, asked=REMOVE)))
    take(kind, all_)
    assert everything(database) == before


def test_a_renamed_file_still_takes_away_what_it_held(database: Connection, take: Any) -> None:
    """Two files of different vehicles leave each other alone; one that holds the same ones is the same file."""
    take("fleet", FLEET)
    other = FLEET.replace("P01", "P02").replace("A01", "A02").replace("place = 1", "place = 2")
    assert not any("gone" in line for line in said(take("fleet", other, "other.toml")) if "vehicles" in line)
    less = FLEET.replace(FLEET[FLEET.index('[[vehicle]]\nid = "A01"') : FLEET.index("[[turn]]")], "")
    report = take("fleet", less, "fleet-2027.toml", REMOVE)
    assert report.as_dict(words("en"))["lists"]["vehicle"]["removed"] == ["A01"]
    assert [vehicle.id for vehicle in facts.vehicles(database, "waste")] == ["A02"]


def test_a_file_that_is_silent_of_a_column_leaves_it(database: Connection, take: Any) -> None:
    take("buildings", BUILDINGS + BUILDING)
    take("buildings", "id,name,lon,lat\nb-1,Nya skolan,14.8,56.9\n")
    assert facts.buildings(database) == (Building("b-1", "Nya skolan", 14.8, 56.9, "school", 2400.0, "ind-1"),)


def test_an_emptying_that_a_file_said_can_be_set_back(database: Connection, take: Any) -> None:
    """What drivers reported stays; of the two the later one holds."""
    take("rooms", ROOMS + ROOM)
    take("rooms", ROOMS + ROOM.replace("2027-01-10", "2027-01-02"))
    assert facts.vessels(database)[0].last_emptied == datetime(2027, 1, 2, 6, tzinfo=UTC)
    facts.mark_emptied(database, ["v-1"], AT - HOUR)
    take("rooms", ROOMS + ROOM.replace("2027-01-10", "2027-01-03"))
    assert facts.vessels(database)[0].last_emptied == AT - HOUR


# ---- the map and the city's own word ---------------------------------------------------------------------------------


def test_a_file_of_the_city_goes_before_the_map(database: Connection, take: Any) -> None:
    """What a file says stays when streets are imported again; what was taken away stays away until a file names it."""
    save_dataset(database, Dataset("osm", "osm", "ODbL", "OpenStreetMap contributors"), AT)

    def map_again() -> None:
        save_rooms(database, "osm", [Room("r-1", "Karta", 14.8, 56.9, "basket"), Room("r-9", "K", 14.8, 56.9)])
        save_buildings(database, "osm", [Building("b-1", "Karta", 14.8, 56.9), Building("b-9", "K", 14.8, 56.9)])

    map_again()
    take("rooms", ROOMS + ROOM)
    take("buildings", BUILDINGS + BUILDING)
    forget(database, "room", "r-9", ASKED)
    forget(database, "building", "b-9", ASKED)
    map_again()
    assert [(room.id, room.name) for room in facts.rooms(database)] == [("r-1", "Åvägen 3")]
    assert [(b.id, b.name, b.area_m2) for b in facts.buildings(database)] == [("b-1", "Skolan", 2400.0)]
    take("rooms", ROOMS + ROOM.replace("r-1", "r-9").replace("v-1", "v-9"))
    assert {room.id for room in facts.rooms(database)} == {"r-1", "r-9"}
    assert not any("gone" in line for line in said(take("buildings", BUILDINGS + BUILDING)))


# ---- asks first ------------------------------------------------------------------------------------------------------


def many(n: int, lon: float = 14.8) -> str:
    return ROOMS + "".join(f"r-{i},Rum {i},{lon + i / 1e4},56.9,v-{i},residual,660,,,,\n" for i in range(n))


def test_taking_most_away_or_moving_it_asks_first(database: Connection, take: Any) -> None:
    take("rooms", many(10))
    before = everything(database)
    with pytest.raises(NeedsYes, match=r"rooms: 7 of 10 would be taken away; look with --dry-run"):
        take("rooms", many(3), asked=replace(ASKED, remove=True))
    with pytest.raises(NeedsYes, match="10 of 10 would move by more than a kilometre"):
        take("rooms", many(10, 14.9))
    with pytest.raises(NeedsYes, match=r"line 2: lies 35\d km from the town"):
        take("rooms", many(10, 9.0))
    assert everything(database) == before
    take("rooms", many(3), asked=REMOVE)
    assert len(facts.rooms(database)) == 3


# ---- as people have them ---------------------------------------------------------------------------------------------

EXCEL = (
    "room;name;lon;lat;vessel;fraction;litres;device;last_emptied;;\r\n"
    "r-1;Åvägen 3;14,8;56,9;v-1;Restavfall;1 100;;2027-01-10 07:00;;\r\n;;;;;;;;;;\r\n"
)
READ = Vessel("v-1", "r-1", "residual", 1100.0, None, None, datetime(2027, 1, 10, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "content",
    [
        EXCEL.encode("utf-8-sig"),
        EXCEL.encode("cp1252"),
        EXCEL.encode("utf-16"),
        ("sep=;\r\n" + EXCEL).encode(),
        EXCEL.replace(";", "\t").encode(),
        EXCEL.replace("room;name;lon;lat", "Rum;Namn;Longitud;Latitud").encode(),
    ],
    ids=["utf-8 mark", "cp1252", "utf-16", "sep=", "tabs", "Swedish heads"],
)
def test_what_excel_saves_is_read(database: Connection, take: Any, content: bytes) -> None:
    take("rooms", content)
    assert facts.rooms(database) == (Room("r-1", "Åvägen 3", 14.8, 56.9),)
    assert facts.vessels(database) == (READ,)


def test_rooms_come_as_geojson_too(database: Connection, take: Any) -> None:
    properties = {"room": "r-1", "name": "Åvägen 3", "vessel": "v-1", "fraction": "food", "litres": 140, "device": None}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [14.8, 56.9]}}
    take("rooms", json.dumps({"type": "FeatureCollection", "features": [feature]}), "rooms.geojson")
    assert facts.rooms(database) == (Room("r-1", "Åvägen 3", 14.8, 56.9),)
    assert facts.vessels(database) == (Vessel("v-1", "r-1", "food", 140.0),)


def test_places_in_metres_are_taken_where_their_system_is_said(database: Connection, take: Any) -> None:
    """SWEREF 99 TM, the usual Swedish export; without its name it is refused with the way out."""
    metres = ROOMS + "r-1,A,487811.6,6306140.3,v-1,residual,660,,,,,\n"
    with pytest.raises(ImportRefused, match=r"line 2: .* are metres, not degrees; .*--crs EPSG:3006"):
        take("rooms", metres)
    take("rooms", metres, asked=replace(ASKED, crs="EPSG:3006"))
    (room,) = facts.rooms(database)
    assert (round(room.lon, 2), round(room.lat, 2)) == (14.8, 56.9)
    with pytest.raises(ImportRefused, match="there is no coordinate system EPSG:99999"):
        take("rooms", metres, asked=replace(ASKED, crs="EPSG:99999"))


ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//skola//SE
X-WR-CALNAME:school
BEGIN:VEVENT
UID:1
DTSTAMP:20260801T000000Z
DTSTART;VALUE=DATE:20270222
DTEND;VALUE=DATE:20270227
SUMMARY:Sportlov
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260801T000000Z
DTSTART;TZID=Europe/Stockholm:20270113T180000
DTEND;TZID=Europe/Stockholm:20270113T210000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Kväll gymnastikförening
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_a_calendar_comes_as_icalendar(database: Connection, tmp_path: Path) -> None:
    """Events that repeat, days that an event spans; what a holiday means must be said."""
    file = file_of(tmp_path, "skola.ics", ICAL)
    with pytest.raises(ImportRefused, match=r"event Sportlov: does not say .*--kind closed, or --kind fritids"):
        import_calendar(database, file, ASKED)
    import_calendar(database, file, ASKED, kind="fritids")
    days = facts.calendar_days(database, date(2027, 1, 1), date(2027, 12, 31))
    assert [(day.day.day, day.kind) for day in days if day.day.month == 2] == [(n, "fritids") for n in range(22, 27)]
    assert [(day.day.day, day.kind) for day in days if day.day.month == 1] == [(n, "evening") for n in (13, 20, 27)]
    assert {day.calendar for day in days} == {"school"}


@pytest.mark.parametrize(
    ("said", "instead", "problem"),
    [
        ("DTSTART;VALUE=DATE:20270222\r\n", "", "event Sportlov: DTSTART is missing or cannot be read"),
        ("DTSTART;VALUE=DATE:20270222", "DTSTART;VALUE=DATE:20271322", "event Sportlov: DTSTART is missing or cannot"),
        ("DTEND;VALUE=DATE:20270227", "DTEND;VALUE=DATE:2027022", "event Sportlov: DTEND is missing or cannot be read"),
        (
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "RRULE:FREQ=WEEKLYX",
            "event Kväll gymnastikförening: RRULE is missing or",
        ),
        ("DTEND;VALUE=DATE:20270227", "DTEND;VALUE=DATE:20270227\r\nRDATE:x", "event Sportlov: RDATE is missing or"),
    ],
)
def test_an_event_that_cannot_be_read_is_named(
    database: Connection, tmp_path: Path, said: str, instead: str, problem: str
) -> None:
    assert said in ICAL
    file = file_of(tmp_path, "skola.ics", ICAL.replace(said, instead))
    with pytest.raises(ImportRefused, match=f"{problem}.*; mend it in the calendar"):
        import_calendar(database, file, ASKED, kind="fritids")
    assert not facts.calendar_days(database, date(2027, 1, 1), date(2027, 12, 31))


def test_a_calendar_that_no_building_follows_is_told(database: Connection, take: Any) -> None:
    take("buildings", BUILDINGS + BUILDING)
    told = said(take("calendar", CALENDAR + "schoool,2027-01-12,school\n"))
    assert told[-1] == "no building follows schoool; buildings follow school"
    assert not any("follow" in line for line in said(take("calendar", CALENDAR + "school,2027-01-12,school\n")))


# ---- refused ---------------------------------------------------------------------------------------------------------

WRONG = [
    (
        "fleet",
        FLEET.replace('depot = "d-1"\ncontractor', 'depot = "d-9"\ncontractor'),
        "number 1, depot: there is no d-9; did you mean d-1",
    ),
    ("fleet", FLEET.replace('contractor = "c-1"', 'contractor = "c-9"'), "contractor: there is no c-9"),
    ("fleet", '[[depot]]\nid = "d"\nname = "D"\nlon = "x"\nlat = 57\n', "number 1, lon: x is no number"),
    ("fleet", FLEET.replace('[[turn]]\nvehicle = "P01"', '[[turn]]\nvehicle = "P99"'), "P99"),
    ("fleet", FLEET.replace('domain = "snow"', 'domain = "ice"'), "domain"),
    ("fleet", FLEET.replace("18:00:00+01:00", "18:00:00"), "offset"),
    ("fleet", FLEET.replace("13T03:00", "12T03:00"), "number 1: ends before it begins"),
    ("fleet", FLEET + '[[vehicles]]\nid = "x"\n', "did you mean vehicle"),
    ("fleet", FLEET.replace('id = "A01"', 'id = "A01"\nwork_kph = 16.0'), "no field work_kph; did you mean work_kmh"),
    (
        "fleet",
        FLEET.replace('id = "A01"', 'id = "A01"\nwork_kmh = 0.0'),
        "number 2, work_kmh: 0 is not between 1 and 90",
    ),
    ("fleet", FLEET.replace('id = "A01"', 'id = "A01"\nwork_kmh = 1600.0'), "work_kmh: 1,600 is not between"),
    ("fleet", FLEET.replace('id = "P01"', 'id = "P01"\nweight_t = 0.0'), "weight_t"),
    ("fleet", FLEET.replace('id = "A01"', 'id = "P01"'), "P01 stands there already"),
    ("fleet", FLEET.replace("lon = 14.8", "lon = 1318.0"), "are metres"),
    ("fleet", FLEET.replace("lon = 14.8", "lon = 56.9").replace("lat = 56.9", "lat = 14.8"), "are swapped"),
    ("fleet", FLEET.replace('fractions = ["residual"', 'fractions = ["residul"'), "did you mean residual"),
    ("fleet", "nonsense", "TOML"),
    ("fleet", "", "empty"),
    ("rooms", ROOMS + ROOM.replace("660", "0"), "line 2, litres: 0 is not between 1 and 60,000"),
    ("rooms", ROOMS + ROOM.replace("660", "-5"), "litres"),
    ("rooms", ROOMS + ROOM.replace("tors", "tosr"), "emptied_on: tosr .*did you mean thu"),
    ("rooms", ROOMS + ROOM.replace("660", "many"), "litres: many is no number"),
    ("rooms", ROOMS + ROOM.replace("2027-01-10T07:00:00+01:00", "2026-10-25 02:30"), "exists twice"),
    ("rooms", ROOMS + ROOM.replace("2027-01-10", "2030-01-01"), "last_emptied: .* is still to come"),
    ("rooms", ROOMS + ROOM.replace("14.8", "nan"), "lon"),
    ("rooms", ROOMS + ROOM.replace("56.9", "155"), "nowhere on earth"),
    ("rooms", ROOMS + ROOM.replace("14.8,56.9", "56.9,14.8"), "are swapped"),
    ("rooms", ROOMS + ROOM.replace("14.8,56.9", "386000,6175000"), "are metres"),
    ("rooms", ROOMS + ROOM.replace("14.8,56.9", "0,0"), "nowhere"),
    ("rooms", ROOMS + ROOM.replace("Åvägen", "Å\x00vägen"), "NUL"),
    ("rooms", ROOMS + ROOM.replace("r-1", "", 1), "line 2, room: is empty"),
    ("rooms", ROOMS + ROOM + ROOM, "v-1 stands there already"),
    ("rooms", ROOMS + ROOM + ROOM.replace(",v-1,", ",v-2,"), "lev-1 cannot measure both v-1 and v-2"),
    ("rooms", ROOMS + ROOM + ROOM.replace("v-1", "v-2").replace("14.8", "14.9"), "differ from a line before"),
    ("rooms", ROOMS.replace("litres", "litre_s") + ROOM, "no column litre_s; did you mean litres"),
    ("rooms", ROOMS + ROOM.replace("mån\n", "mån,more\n"), "more than 12 cells"),
    ("rooms", ROOMS.replace("room,", "room,room,", 1) + ROOM, "stands there twice"),
    ("rooms", "room,name\nr-1,A\n", "has no column lon; its columns are room, name"),
    ("rooms", ROOMS + ROOM.replace("residual", "residuall"), "did you mean residual"),
    ("rooms", ROOMS, "no rows"),
    ("rooms", "", "empty"),
    ("rooms", b"PK\x03\x04 a workbook", "workbook"),
    ("rooms", b"\x81\x8d\x8f,\x90", "is not CSV"),
    ("buildings", BUILDINGS + BUILDING.replace("2400", "-1"), "area_m2"),
    (
        "buildings",
        BUILDINGS + BUILDING.replace("08:00", "25:00"),
        "line 2, opens: 25:00 is no time of day; write 08:00",
    ),
    ("buildings", BUILDINGS + BUILDING.replace("08:00", "17:00"), "closes at 16:00, which is not after 17:00"),
    ("buildings", BUILDINGS + BUILDING.replace(",school,08", ",skool,08"), "did you mean school"),
    ("buildings", BUILDINGS + BUILDING + BUILDING, "b-1 stands there already"),
    ("points", POINTS + "b-9,zone_temperature,x,,,,,,,\n", "line 2, building: there is no building b-9"),
    ("points", POINTS + "b-9,heat_meter,m,,heat_enrgy,,,,,\n", "did you mean heat_energy"),
    ("points", POINTS + "b-9,thermometer,x,,,,,,,\n", "line 2, point: thermometer is not known"),
    ("calendar", CALENDAR + "school,12/1,school\n", "line 2, day: 12/1 is no day; write 2026-11-24"),
    ("calendar", CALENDAR + "school,2026-02-30,school\n", "day"),
    ("calendar", CALENDAR + "school,0226-02-20,school\n", "day"),
    ("calendar", CALENDAR + "school,2026-11-30,lov\n", "kind: lov is not known; there are closed, evening, fritids"),
    ("calendar", CALENDAR + "school,2026-11-30,school\nschool,2026-11-30,closed\n", "stands there already"),
    ("devices", DEVICES + ",,,,,,,,\nx,,,,,,,,\n,,A,,,,,,\n", "neither id nor eui"),
    ("devices", DEVICES + "x,123,,,,,,,\n", "123 is no EUI"),
    ("devices", DEVICES + "x,,,,snow_dept,,,,\n", "did you mean snow_depth"),
    ("devices", DEVICES + "x,,,,,14.8,,,\n", "longitude without latitude"),
    ("devices", DEVICES + "x,,,,,,,,vessel:v-9\n", "there is no vessel, building or street vessel:v-9"),
    ("devices", DEVICES + "x,,,,,,,0,\n", "mounting_m"),
    ("devices", DEVICES + SNOW + SNOW, "snow-1 stands there already"),
    ("readings", "device,quantity,time,value\nno-1,snow_depth,2026-12-01T00:00:00Z,4\n", "sensor no-1 is not taken in"),
    ("readings", "device,quantity,time,value\nsnow-0,snow_depth,2026-12-01T00:00:00Z,4000\n", "line 2, value"),
    (
        "readings",
        "device,quantity,unit,time,value\nsnow-0,snow_depth,mm,2026-12-01T00:00:00Z,4\n",
        "unit is mm, it must be cm",
    ),
    ("readings", "device,quantity,time,value\nsnow-0,snow_depth,2028-12-01T00:00:00Z,4\n", "still to come"),
    ("readings", "device,quantity,time,value\nsnow-0,snow_dept,2026-12-01T00:00:00Z,4\n", "did you mean snow_depth"),
    ("readings", "device,time\nsnow-0,2026-12-01T00:00:00Z\n", "no column quantity"),
    (
        "readings",
        "device,quantity,time,value\nsnow-0,snow_depth,2026-12-01T00:00:00Z,4\nsnow-0,snow_depth,2026-12-01T01:00+01:00,5\n",
        "another value",
    ),
]


@pytest.mark.parametrize(("kind", "text", "says"), WRONG, ids=[f"{n}-{kind}" for n, (kind, _, _) in enumerate(WRONG)])
def test_a_wrong_file_is_one_line_and_changes_nothing(
    database: Connection, take: Any, tmp_path: Path, kind: str, text: str | bytes, says: str
) -> None:
    """The line, the field and the way out; nothing of the file is stored, and no rule of the database is named."""
    take("fleet", FLEET)
    take("devices", DEVICES + SNOW.replace("snow-1", "snow-0"), "good.csv")
    before = everything(database)
    with pytest.raises(ImportRefused, match=says) as refused:
        take(kind, text, "wrong.toml" if kind == "fleet" else "wrong.csv")
    for line in (str(refused.value), refused.value.said(words("sv"))):
        assert "wrong" in line
        assert "\n" not in line
        assert "constraint" not in line
    assert everything(database) == before


@pytest.mark.parametrize("kind", sorted(IMPORTERS))
def test_a_file_that_is_not_there_is_one_line(database: Connection, tmp_path: Path, kind: str) -> None:
    with pytest.raises(ImportRefused, match=r"gone.*check the path"):
        IMPORTERS[kind](database, tmp_path / "gone", ASKED)


# ---- sensors ---------------------------------------------------------------------------------------------------------


def test_a_sensor_stands_for_what_it_measures(database: Connection, take: Any) -> None:
    """Named by a room it is taken in; by its own file it is tied to a vessel, a building or a street."""
    report = take("rooms", ROOMS + ROOM)
    assert said(report)[-1] == "1 sensor taken in because it is named: lev-1"
    take("buildings", BUILDINGS + BUILDING.replace("ind-1", ""))
    take("devices", DEVICES + ",a81758fffe000001,,,indoor_temperature,,,,b-1\n")
    found = {one.device.id: one.stands_for for one in heard(database)}
    assert found == {"lev-1": ("vessel:v-1",), "a81758fffe000001": ("building:b-1",)}
    assert {device.id: device.kind for device in facts.devices(database)}["a81758fffe000001"] == "building"
    assert facts.buildings(database)[0].device == "a81758fffe000001"
    with pytest.raises(ImportRefused, match="belongs to a81758fffe000001"):
        take("devices", DEVICES + "other,a81758fffe000001,,,,,,,\n", "more.csv")


def test_sensors_by_hand(database: Connection, take: Any) -> None:
    """Taken in, corrected, replaced with all that it stands for, and retired with its readings kept."""
    take("rooms", ROOMS + ROOM)
    assert adopt_by_hand(database, ["snow-1"], {"lon": 14.8, "lat": 56.9, "quantity": "snödjup"}, AT) == ["snow-1"]
    assert adopt_by_hand(database, ["snow-1"], {"name": "Sjöbron"}, AT) == ["snow-1"]
    sensors = {one.row.id: one.row for one in registers.held(database, "device", Sensor, AT)}
    assert sensors["snow-1"] == Sensor("snow-1", None, "Sjöbron", None, "snow_depth", 14.8, 56.9)
    assert replace_by_hand(database, "lev-1", "lev-2", AT) == ["lev-2"]
    assert facts.vessels(database)[0].device == "lev-2"
    assert [device.id for device in facts.devices(database)] == ["lev-2", "snow-1"]
    with pytest.raises(NotFound, match="lev-1 is taken in"):
        retire_by_hand(database, "lev-1", AT)
    assert retire_by_hand(database, "lev-2", AT) == ("vessel:v-1",)
    assert facts.vessels(database)[0].device is None
    with pytest.raises(Conflict):
        replace_by_hand(database, "snow-1", "snow-1", AT)


HISTORY = (
    "device;quantity;time;value\nsnow-1;snow_depth;2026-12-01T00:00:00Z;4,5\nsnow-1;snow_depth;2026-12-01 02:00;5\n"
)


def stored(connection: Connection) -> list[tuple[datetime, float]]:
    return connection.execute("SELECT time, value FROM reading ORDER BY time").fetchall()  # type: ignore[return-value]


def test_history_is_taken_in_corrected_and_taken_away(database: Connection, take: Any) -> None:
    take("devices", DEVICES + SNOW)
    assert said(take("readings", HISTORY)) == ["readings of 1 series: 2 added"]
    noon = datetime(2026, 12, 1, tzinfo=UTC)
    assert stored(database) == [(noon, 4.5), (noon + HOUR, 5.0)]
    assert said(take("readings", HISTORY)) == ["readings of 1 series: 2 unchanged"]
    less = HISTORY.replace("4,5", "3,5").replace("snow-1;snow_depth;2026-12-01 02:00;5\n", "")
    looked = take("readings", less, asked=replace(ASKED, dry_run=True))
    assert said(looked) == ["readings of 1 series: 1 changed, 1 gone from the file", "nothing was stored"]
    take("readings", less)
    assert stored(database) == [(noon, 3.5), (noon + HOUR, 5.0)]
    take("readings", less, asked=REMOVE)
    assert stored(database) == [(noon, 3.5)]
    forget(database, "readings", "readings.csv", ASKED)
    assert stored(database) == []


def test_a_file_never_changes_what_a_sensor_sent(database: Connection, take: Any) -> None:
    take("devices", DEVICES + SNOW)
    take("readings", HISTORY)
    database.execute("UPDATE reading SET received_at = time, value = 9")
    report = take("readings", HISTORY)
    assert (
        said(report)[1]
        == "2 readings differ from what the sensors themselves sent, which stays; they are kept beside it"
    )
    assert [value for _, value in stored(database)] == [9.0, 9.0]


def test_history_comes_in_a_column_a_quantity_too(database: Connection, take: Any) -> None:
    take("devices", DEVICES + SNOW)
    wide = (
        "time,device,snow_depth,air_temperature\n2026-12-01T00:00:00Z,snow-1,4.5,-3\n2026-12-01T01:00:00Z,snow-1,,-4\n"
    )
    assert said(take("readings", wide)) == ["readings of 2 series: 3 added"]


# ---- taken away ------------------------------------------------------------------------------------------------------


def test_one_thing_is_taken_away(database: Connection, take: Any) -> None:
    take("fleet", FLEET)
    take("rooms", ROOMS + ROOM)
    take("calendar", CALENDAR + "s,2027-01-12,school\ns,2027-01-13,closed\n")
    with pytest.raises(Conflict, match="d-1 is needed by A01, P01"):
        forget(database, "depot", "d-1", ASKED)
    with pytest.raises(NotFound, match=r"there is no vehicle P1; did you mean P01\?"):
        forget(database, "vehicle", "P1", ASKED)
    before = everything(database)
    forget(database, "vehicle", "P01", replace(ASKED, dry_run=True))
    assert everything(database) == before
    for kind, thing in (
        ("vehicle", "P01"), ("vehicle", "A01"), ("contractor", "c-1"), ("depot", "d-1"), ("room", "r-1"),
        ("calendar", "s/2027-01-12"), ("calendar", "s"), ("device", "lev-1"),
    ):  # fmt: skip
        forget(database, kind, thing, ASKED)
    assert all(not part for part in everything(database))


def test_a_sensor_with_readings_goes_only_with_a_yes(database: Connection, take: Any) -> None:
    take("devices", DEVICES + SNOW)
    take("readings", HISTORY)
    database.execute("UPDATE device SET last_time = %s", (AT,))
    with pytest.raises(Conflict, match="snow-1 has readings"):
        forget(database, "device", "snow-1", ASKED)
    forget(database, "device", "snow-1", replace(ASKED, yes=True))
    assert (stored(database), facts.devices(database)) == ([], ())


# ---- out and in again ------------------------------------------------------------------------------------------------


EMPTIED = (
    "reading", "series", "device", "vessel", "room", "building", "calendar_day", "vehicle", "contractor", "depot"
)  # fmt: skip


def rows(connection: Connection) -> tuple[object, ...]:
    """All things, whatever file they are of."""
    *others, sensors, readings = everything(connection)
    return (*others, [held.row for held in sensors], sorted(readings))  # type: ignore[attr-defined, call-overload]


def test_what_is_exported_comes_back_in_unchanged(database: Connection, take: Any, tmp_path: Path) -> None:
    """Each list as a file says what is stored, to the last digit; into an empty town it makes the same again."""
    take("fleet", FLEET)
    take("rooms", ROOMS + ROOM + 'r-2,"Hörnet; ""Norr""",14.8123456789,56.9,v-2,food,140.5,,,,basket\n')
    take("buildings", BUILDINGS + BUILDING)
    take("points", POINTS + POINT)
    take("calendar", CALENDAR + "school,2027-01-12,school\n")
    take("devices", DEVICES + SNOW)
    take("readings", HISTORY)
    before = rows(database)
    texts = {kind: "".join(exported(database, kind, AT)) for kind in KINDS}
    for kind in ("fleet", "rooms", "buildings", "points", "calendar", "devices", "readings"):
        report = take(kind, texts[kind], f"again{'.toml' if kind == 'fleet' else '.csv'}").as_dict(words("en"))
        for counts in report.get("lists", {"readings": report}).values():
            assert not any(counts[what] for what in ("added", "changed", "gone")), (kind, counts)
    assert rows(database) == before
    for table in (
        "reading",
        "series",
        "device",
        "vessel",
        "room",
        "building",
        "calendar_day",
        "vehicle",
        "contractor",
        "depot",
    ):
        database.execute(f"DELETE FROM {table}")  # type: ignore[arg-type]
    for kind in ("fleet", "rooms", "buildings", "points", "calendar", "devices", "readings"):
        take(kind, texts[kind])
    assert rows(database) == before
