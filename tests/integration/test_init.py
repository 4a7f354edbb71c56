"""``dagsplan init`` against open services on loopback: a town to three plans, and every fault on the way.

The answers are of the published shapes and made by hand (``tests/smalltown.py``); no live service was asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from math import floor
from pathlib import Path
from typing import Any

import msgspec
import osmium
import pytest

import dagsplan
from city.catalogue.words import words
from city.clock import SystemClock
from city.entities import CalendarDay, Depot, Vehicle, Vessel
from city.errors import ConfigError, ImportRefused, NeedsYes, NotFound, SourceUnavailable
from city.geo import bbox
from city.settings import Settings, load
from deploy.founding.done import Founded
from deploy.founding.steps import Founding
from ingest.opendata.elevation import tile_names
from ingest.opendata.fetch import Fetcher
from ingest.registers.asked import Asked
from ingest.registers.rooms import import_rooms
from ingest.roads.osm import read_extract
from planner.schedule import plan_by_hand, snapshot_by_hand
from store import facts, roads, weather
from store.connect import Connection, connect
from tests.openservices import (
    REMARK,
    Fault,
    OpenServices,
    answer_from,
    answer_of,
    height_tile,
    place,
    redated,
    serving,
)
from tests.smalltown import GRYTBY, RING, SMHI, TILE, answer, grytby

ROOT = Path(__file__).parents[2]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[OpenServices]:
    with serving(grytby(tmp_path)) as known:
        yield known


@pytest.fixture
def asking(services: OpenServices, tmp_path: Path) -> Settings:
    """Settings with these services and no database."""
    return services.settings(tmp_path / "state")


@pytest.fixture
def settings(asking: Settings, dsn: str) -> Settings:
    """Settings with these services and a database of its own."""
    own = asking
    return msgspec.structs.replace(own, database=msgspec.structs.replace(own.database, dsn=dsn))


@contextmanager
def founding(settings: Settings, **options: Any) -> Iterator[Founding]:
    """The command in this process, ready to begin."""
    asked = {"place": "Grytby", "country": None, "pick": None, "yes": False, "refetch": False} | options
    fetcher = Fetcher(settings, SystemClock(), lambda said: print(words("en").say(said)), refetch=asked["refetch"])
    try:
        yield Founding(settings, fetcher, fetcher.tell, settings.state / "opendata", argparse.Namespace(**asked))
    finally:
        fetcher.close()


def init(settings: Settings, *, look: bool = False, **options: Any) -> Founded:
    """The whole command."""
    with founding(settings, **options) as one:
        return one.look() if look else one.found()


def fetched(settings: Settings, **options: Any) -> Founded:
    """The part of the command that asks, without a database."""
    done = Founded("")
    with founding(settings, **options) as one:
        one.fetched(done)
    return done


def said(found: Founded) -> str:
    return found.text(words("en").say)


def test_a_town_is_taken_in_with_all_that_open_data_has(settings, services, database_of):
    found = init(settings)
    assert services.count() == {"nominatim": 1, "overpass": 1, "heights": 1, "smhi": 1}
    with database_of(settings) as connection:
        segments = roads.load_segments(connection)
        assert {s.name for s in segments} == {
            *(f"Radgatan {r}" for r in range(4)),
            *(f"Kolonngatan {c}" for c in range(4)),
        }
        assert all(s.elevation_m is not None and s.slope_source == f"{TILE}.tif" for s in segments)
        assert len(roads.load_turns(connection)) == 1
        assert [room.id for room in facts.rooms(connection)] == ["osm/node/301"]
        assert [(b.name, b.kind) for b in facts.buildings(connection)] == [("Grytskolan", "school")]
        assert {v.fraction for v in facts.vessels(connection)} == {"glass", "paper"}
        datasets = {row.name: row for row in roads.load_datasets(connection)}
        assert datasets["OpenStreetMap"].data_date.isoformat() == "2026-11-20"
        assert datasets["OpenStreetMap"].attribution == "© OpenStreetMap contributors"
        assert "COPERNICUS" in datasets["Copernicus DEM GLO-30"].attribution
        assert weather.newest_issue(connection, datetime.now(UTC)).provider == "smhi"
    assert found.settings["municipality"] == {"name": "Grytby", "longitude": 14.82, "latitude": 56.88}
    assert found.settings["weather"]["providers"] == ["smhi"]


def test_ways_over_the_border_come_whole_and_those_beyond_it_not_at_all(settings, database_of):
    init(settings)
    with database_of(settings) as connection:
        points = [point for s in roads.load_segments(connection) for point in s.geometry]
    assert max(lon for lon, _ in points) == pytest.approx(14.842)
    assert max(lat for _, lat in points) < 56.9


def test_three_plans_each_name_what_they_do_not_know(settings, database_of):
    init(settings)
    expected = {
        "snow": {"snow_sensors", "keeper", "fleet", "roster"},
        "waste": {"level_sensors", "fleet", "vessels"},
        "heating": {"osm/way/40"},
    }
    with database_of(settings) as connection:
        for domain, unknown in expected.items():
            plan = plan_of(connection, settings, domain)
            assert unknown <= {weak.source for weak in plan.degradations}, domain
            assert plan.verdict.certainty != "high"
            assert not plan.simulated


def plan_of(connection: Connection, settings: Settings, domain: str) -> Any:
    clock = SystemClock()
    return plan_by_hand(connection, snapshot_by_hand(connection, settings, domain, clock), clock, dry_run=False)


def test_an_own_fleet_takes_the_place_of_the_assumed_one(settings, database_of):
    """Whoever tells of a vehicle, or of the vessels of a room, is believed instead, and the plan says no more of it."""
    init(settings)
    with database_of(settings) as connection:
        own = [Vehicle("V1", "waste", "home"), Vehicle("V2", "snow", "home")]
        facts.save_fleet(connection, [Depot("home", "Home", 14.81, 56.88)], [], own)
        facts.save_vessels(connection, [Vessel("k1", "osm/node/301", "residual", 660.0)])
        snapshot = snapshot_by_hand(connection, settings, "waste", SystemClock())
        assert [vehicle.id for vehicle in snapshot.vehicles] == ["V1"]
        assert [vessel.id for vessel in snapshot.vessels] == ["k1"]
        assert [depot.id for depot in snapshot.depots] == ["home"]
        plan = plan_of(connection, settings, "waste")
        assert {"fleet", "vessels"}.isdisjoint(weak.source for weak in plan.degradations)
    assert "a fleet is there already" in said(init(settings))


def test_again_asks_for_nothing_that_is_here(settings, services, database_of):
    init(settings)
    before = services.count()
    again = init(settings)
    assert services.count() - before == {"smhi": 1}
    assert "is imported already" in said(again)
    with database_of(settings) as connection:
        assert len(facts.vessels(connection)) == 2


def test_what_a_person_corrected_is_not_written_over(settings, database_of):
    init(settings)
    file = settings.state / "opendata" / "grytby-r77" / "fleet.toml"
    file.write_text(file.read_text("utf-8").replace('"assumed-', '"egen-'), "utf-8")
    found = init(settings)
    with database_of(settings) as connection:
        assert "egen-P1" in {vehicle.id for vehicle in facts.vehicles(connection, "snow")}
    assert "depots and vehicles: assumed" not in said(found)


def test_a_day_that_somebody_told_stays_as_it_was_told(settings, database_of):
    init(settings)
    holiday = date.fromisoformat((settings.state / "opendata/grytby-r77/calendar.csv").read_text().split(",")[3])
    with database_of(settings) as connection:
        facts.save_calendar(connection, [CalendarDay("school", holiday, "fritids")])
    init(settings)
    with database_of(settings) as connection:
        assert [one.kind for one in facts.calendar_days(connection, holiday, holiday)] == ["fritids"]


def test_a_service_with_vehicles_of_its_own_gets_no_others(settings, database_of):
    """A municipality that told of its trucks only: ploughs are assumed, trucks are not."""
    with database_of(settings) as connection:
        facts.save_fleet(connection, [Depot("home", "Home", 14.81, 56.88)], [], [Vehicle("V1", "waste", "home")])
    init(settings)
    with database_of(settings) as connection:
        assert [vehicle.id for vehicle in facts.vehicles(connection, "waste")] == ["V1"]
        assert facts.vehicles(connection, "snow")


def test_a_folder_that_cannot_be_written_costs_one_line(asking, services, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", "en")
    monkeypatch.setenv("DAGSPLAN_STATE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("DAGSPLAN_OPENDATA__NOMINATIM_URL", asking.opendata.nominatim_url)
    assert dagsplan.main(["init", "--place", "Grytby", "--contact", "vinter@example.se"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_files_that_it_writes_can_be_corrected_and_imported(settings, database_of, tmp_path):
    """Vessels with names of their own, through the importer of everybody: the assumed ones are no more."""
    init(settings)
    written = (settings.state / "opendata/grytby-r77/rooms.csv").read_text("utf-8")
    corrected = tmp_path / "rooms.csv"
    corrected.write_text(written.replace("assumed-osm/node/301", "k"), "utf-8")
    with database_of(settings) as connection:
        import_rooms(connection, corrected, Asked(datetime.now(UTC), settings.municipality.zone))
        snapshot = snapshot_by_hand(connection, settings, "waste", SystemClock())
        assert {vessel.id for vessel in snapshot.vessels} == {"k-glass", "k-paper"}


def test_it_names_the_command_that_writes_the_settings(settings, tmp_path, monkeypatch):
    """And that command writes them: a second run has nothing more to ask for."""
    first = init(settings).following[0]
    monkeypatch.setenv("DAGSPLAN_STATE_DIR", str(settings.state))
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", settings.database.dsn)
    file = tmp_path / "dagsplan.toml"
    assert dagsplan.main([*shlex.split(first), "--output", str(file), "--yes", "--json"]) == 0
    written = load(file)
    assert (written.municipality.name, written.municipality.latitude) == ("Grytby", 56.88)
    assert written.weather.providers == ("smhi",)
    asked = msgspec.structs.replace(
        settings, municipality=written.municipality, weather=replace_urls(settings, written)
    )
    assert init(asked).following[0] == "plan snow"


def replace_urls(settings: Settings, written: Settings) -> Any:
    """The weather settings as written, asked of the services of the test."""
    return msgspec.structs.replace(written.weather, smhi_url=settings.weather.smhi_url)


def test_refetch_asks_for_all_of_it_again(asking, services):
    fetched(asking)
    fetched(asking, refetch=True)
    assert services.count() == {"nominatim": 2, "overpass": 2, "heights": 2}


def test_who_asks_says_who_it_is(settings, services):
    init(settings)
    agents = {headers["User-Agent"] for _, _, headers in services.asked}
    assert all(agent.startswith("dagsplan/") and "(vinter@example.se)" in agent for agent in agents)


@pytest.mark.parametrize("contact", ["", "   ", "a@b.se\r\nX: y", "räv@skog.se"])
def test_nobody_is_asked_without_a_contact(settings, services, contact):
    asked = msgspec.structs.replace(settings.opendata, contact=contact)
    with pytest.raises(ConfigError, match="--contact"):
        fetched(msgspec.structs.replace(settings, opendata=asked))
    assert not services.asked


def test_a_dry_run_needs_no_contact(asking, services):
    opendata = msgspec.structs.replace(asking.opendata, contact="")
    with founding(msgspec.structs.replace(asking, opendata=opendata)) as one:
        assert services.url in said(one.look())
    assert not services.asked


def test_between_two_requests_to_a_host_lies_a_pause(asking, services):
    """Place, streets and heights are asked of one host here: two pauses, of what is left of each."""
    opendata = msgspec.structs.replace(asking.opendata, pause_s=3600.0)
    waited: list[float] = []
    with founding(msgspec.structs.replace(asking, opendata=opendata)) as one:
        one.fetcher._wait = waited.append
        one.fetched(Founded(""))
    assert services.count() == {"nominatim": 1, "overpass": 1, "heights": 1}
    assert [1800.0 < seconds <= 3600.0 for seconds in waited] == [True, True]


def test_a_dry_run_asks_nobody(settings, services):
    seen = said(init(settings, look=True))
    assert not services.asked
    assert services.url in seen
    assert "Grytby" in seen
    init(settings)
    before = len(services.asked)
    seen = said(init(settings, look=True))
    assert "is here already" in seen
    assert "would ask" not in seen
    assert len(services.asked) == before


# ---- faults ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["nominatim", "overpass", "heights"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, {"Retry-After": "0"}),
        Fault(429, {"Retry-After": format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True)}),
        Fault(504),
        Fault(503, {"Retry-After": "soon"}),
        Fault(cut=40),
        Fault(body=b"<html><body><p>The server is probably too busy to handle your request.</p></body></html>"),
        Fault(body=b""),
    ],
    ids=["429", "429-date", "504", "503-words", "cut", "html", "empty"],
)
def test_what_passes_is_asked_again(asking, services, service, fault):
    services.faults[service] = [fault]
    fetched(asking)
    assert services.count()[service] == 2
    assert not list((asking.state / "opendata").rglob("*.part*"))


@pytest.mark.parametrize("service", ["nominatim", "overpass", "heights"])
def test_what_does_not_pass_ends_after_some_tries_and_goes_on_next_time(asking, services, service):
    services.faults[service] = [Fault(504)] * 3
    with pytest.raises(SourceUnavailable, match="504"):
        fetched(asking)
    assert services.count()[service] == 3
    fetched(asking)
    assert services.count()[service] == 4
    assert all(services.count()[other] == 1 for other in ("nominatim", "overpass", "heights") if other != service)


def test_a_server_that_wants_a_long_rest_is_left_alone(asking, services):
    services.faults["overpass"] = [Fault(429, {"Retry-After": "7200"})]
    with pytest.raises(SourceUnavailable, match="120 min"):
        fetched(asking)
    assert services.count()["overpass"] == 1


def test_what_is_forbidden_is_not_asked_again(asking, services):
    services.faults["nominatim"] = [Fault(403)]
    with pytest.raises(SourceUnavailable, match="403"):
        fetched(asking)
    assert services.count() == {"nominatim": 1}


def test_a_download_that_breaks_off_goes_on_where_it_was(asking, services):
    whole = len(services.heights[TILE])
    services.faults["heights"] = [Fault(cut=whole // 2)]
    fetched(asking)
    ranges = [headers.get("Range") for service, _, headers in services.asked if service == "heights"]
    assert ranges == [None, f"bytes={whole // 2}-"]
    assert (asking.state / "opendata" / "heights" / f"{TILE}.tif").read_bytes() == services.heights[TILE]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(asking, services, tmp_path):
    services.faults["heights"] = [Fault(cut=5000)] * 3
    with pytest.raises(SourceUnavailable):
        fetched(asking)
    services.heights[TILE] = height_tile(tmp_path, 14, 56, cells=90)
    fetched(asking)
    assert (asking.state / "opendata" / "heights" / f"{TILE}.tif").read_bytes() == services.heights[TILE]


def test_a_query_that_was_given_up_is_no_answer(asking, services):
    """Overpass says so in a remark, with status 200 and whatever it had: never half a town."""
    half = answer_of('<node id="1" lat="56.88" lon="14.81"/>', remark=REMARK)
    services.faults["overpass"] = [Fault(body=half)]
    fetched(asking)
    assert services.count()["overpass"] == 5
    boxes = [what.split("[bbox:")[1].split("]")[0] for service, what, _ in services.asked if service == "overpass"]
    assert len(set(boxes)) == 5
    extract = read_extract(asking.state / "opendata" / "grytby-r77" / "grytby-r77.osm.pbf")
    assert {way.id for way in extract.ways} == {10, 11, 12, 13, 20, 21, 22, 23, 60}
    assert 900 not in extract.positions  # that street goes on, and what it leads to is not ours
    fetched(asking)
    assert services.count()["overpass"] == 5


def test_a_remark_of_another_kind_is_said(asking, services):
    remark = "<remark> runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::1 </remark>"
    services.faults["overpass"] = [Fault(body=answer_of(remark=remark))] * 3
    with pytest.raises(SourceUnavailable, match="Dispatcher_Client"):
        fetched(asking)


def test_a_place_without_streets_is_refused_and_nothing_stored(settings, services, database_of):
    services.osm = lambda _: answer_of()
    with pytest.raises(ImportRefused, match="no street"):
        init(settings)
    with database_of(settings) as connection:
        assert not roads.load_segments(connection)


def test_a_place_that_is_not_known(asking, services):
    services.places = []
    with pytest.raises(NotFound, match="no such place"):
        fetched(asking)
    assert services.count() == {"nominatim": 1}
    services.places = [GRYTBY]
    assert fetched(asking).place == "Grytby, Sverige"


def test_of_several_places_a_person_chooses(asking, services):
    far = [(lon + 5.0, lat) for lon, lat in RING]
    services.places = [GRYTBY, place("Grytby", far, osm_id=78, country="fi", said="Grytby, Suomi")]
    with pytest.raises(NotFound, match="2\\) Grytby, Suomi"):
        fetched(asking)
    assert fetched(asking, pick=1).place == "Grytby, Sverige"
    with pytest.raises(NotFound, match="there are 2"):
        fetched(asking, pick=3)
    assert fetched(asking, country="se").place == "Grytby, Sverige"


def test_a_county_of_the_same_name_is_not_the_municipality(asking, services):
    services.places = [place("Grytby", RING, osm_id=5, kind="county"), GRYTBY]
    assert fetched(asking).place == "Grytby, Sverige"


def test_sea_has_no_heights_and_is_asked_once(settings, services, database_of):
    services.heights = {}
    init(settings)
    init(settings)
    assert services.count()["heights"] == 1
    with database_of(settings) as connection:
        assert all(s.elevation_m is None for s in roads.load_segments(connection))
        assert "Copernicus DEM GLO-30" not in {row.name for row in roads.load_datasets(connection)}


def test_a_forecast_that_cannot_be_had_stops_nothing(settings, services):
    services.forecasts = {}
    assert "the weather: smhi" in said(init(settings))


def test_streets_of_another_town_are_replaced_only_with_a_yes(settings, services, database_of):
    init(settings)
    services.places = [place("Annanby", RING, osm_id=99)]
    with pytest.raises(NeedsYes, match="grytby-r77"):
        init(settings, place="Annanby")
    assert init(settings, place="Annanby", yes=True).place == "Annanby, Sverige"


def test_a_country_is_no_municipality(asking, services):
    services.places = [place("Sverige", [(11.0, 55.3), (24.2, 55.3), (24.2, 69.1), (11.0, 69.1)], kind="country")]
    with pytest.raises(ImportRefused, match="too large"):
        fetched(asking)
    assert services.count() == {"nominatim": 1}


def test_killed_half_way_it_goes_on(settings, services, tmp_path):
    """The process dies while Overpass is silent; the next one asks for no place again."""
    answered = answer
    stuck = True

    def slow(query: str) -> bytes:
        while stuck:
            time.sleep(0.02)
        return answered(query)

    services.osm = slow
    environment = {
        **os.environ,
        "DAGSPLAN_STATE_DIR": str(settings.state),
        "DAGSPLAN_DATABASE__DSN": settings.database.dsn or "",
        "DAGSPLAN_OPENDATA__NOMINATIM_URL": settings.opendata.nominatim_url,
        "DAGSPLAN_OPENDATA__OVERPASS_URL": settings.opendata.overpass_url,
        "DAGSPLAN_OPENDATA__ELEVATION_URL": settings.opendata.elevation_url,
        "DAGSPLAN_WEATHER__SMHI_URL": settings.weather.smhi_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable,
        "-m",
        "dagsplan",
        "init",
        "--place",
        "Grytby",
        "--contact",
        "vinter@example.se",
        "--json",
    ]
    first = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not any(service == "overpass" for service, _, _ in services.asked) and time.monotonic() < deadline:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        stuck = False
        second = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    finally:
        stuck = False
        first.kill()
    assert second.returncode == 0, second.stderr
    told = json.loads(second.stdout)
    assert told["place"] == "Grytby, Sverige"
    assert told["settings"]["municipality"]["name"] == "Grytby"
    assert services.count()["nominatim"] == 1


@pytest.fixture
def database_of() -> Any:
    """Opens the database that settings name."""
    return lambda settings: connect(settings.database.dsn, "test")


def test_a_forecast_of_a_country_comes_from_its_service(settings, services):
    services.places = [place("Grytby", RING, osm_id=77, country="no")]
    metno = SMHI.with_name("metno_small.json").read_bytes()
    services.forecasts = {"metno": metno}
    found = init(settings)
    assert services.count()["metno"] == 1
    assert found.settings["municipality"]["time_zone"] == "Europe/Oslo"
    assert found.settings["municipality"]["country"] == "NO"


def test_times_are_told_for_each_step(settings):
    seconds = init(settings).seconds
    assert [*seconds] == ["place", "streets", "heights", "roads", "gaps", "calendar", "fleet", "vessels", "forecast"]
    assert timedelta(seconds=sum(seconds.values())) < timedelta(minutes=2)
    assert replace(Founded("x"), seconds=seconds).as_dict(words("en").say)["seconds"] == seconds


# ---- a real town, where its extract is at hand --------------------------------------------------------------------


@pytest.mark.parametrize(("extract", "country", "forecast"), [
    ("helsinki.osm.pbf", "fi", "metno_locationforecast2_oslo_snow_2026-02-06.json"),
    ("uppsala-centrum.osm.pbf", "se", "smhi_snow1g_winter_stockholm_2026-02-06.json"),
])  # fmt: skip
def test_a_real_town_to_three_plans_in_ten_minutes(database_of, data_folder, tmp_path, dsn, extract, country, forecast):
    """Answers of the published shape from a shared extract, a recorded winter forecast moved to now, made heights."""
    began = time.monotonic()
    town = town_of(data_folder / "roads" / extract, country, data_folder / "weather" / forecast, tmp_path)
    with serving(town) as services:
        own = services.settings(tmp_path / "state")
        settings = msgspec.structs.replace(own, database=msgspec.structs.replace(own.database, dsn=dsn))
        found = init(settings)
    assert {"place", "streets", "heights", "roads", "forecast"} <= set(found.seconds)
    with database_of(settings) as connection:
        assert len(roads.load_segments(connection)) > 1000
        unknown = {name: {one.source for one in plan_of(connection, settings, name).degradations} for name in SERVICES}
        assert {"snow_sensors", "fleet", "keeper", "roster"} <= unknown["snow"]
        if facts.rooms(connection):
            assert {"level_sensors", "fleet", "vessels"} <= unknown["waste"]
        for building in facts.buildings(connection):
            assert building.id in unknown["heating"]
    assert time.monotonic() - began < 600


SERVICES = ("snow", "waste", "heating")


def town_of(extract: Path, country: str, forecast: Path, folder: Path) -> OpenServices:
    """The services that know an extract as a town within its box."""
    nodes = [(n.location.lon, n.location.lat) for n in osmium.FileProcessor(str(extract), osmium.osm.NODE)]
    west, south, east, north = bbox(nodes)
    ring = [(west, south), (east, south), (east, north), (west, north)]
    issued = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    body, said = answer_from(extract), redated(forecast.read_bytes(), issued)
    name = tile_names([[*ring, ring[0]]], (west, south, east, north))[0]
    heights = {name: height_tile(folder, floor(west), floor(south), 600)}
    known = place("Grytby", ring, osm_id=4, country=country)
    return OpenServices([known], lambda _: body, heights, {"smhi": said, "metno": said})
