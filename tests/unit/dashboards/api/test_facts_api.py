"""Readings, thresholds, the map's data, health and events."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from city.clock import FixedClock
from city.entities import Dataset
from city.outlook import OutlookFrame
from city.settings import Settings, Web
from dashboards.app import create_app
from store.connect import pool
from store.outlook import replace_outlook
from store.roads import replace_base_map, save_dataset
from tests.unit.dashboards import town
from tests.unit.dashboards.serving import asking


def insert(connection, minutes: int) -> None:
    connection.execute(
        "INSERT INTO reading SELECT series_id, %s, %s, %s FROM series WHERE device_id = 'snö-1'",
        (town.AT - timedelta(minutes=minutes), float(minutes), town.AT),
    )


def test_readings_come_page_by_page_without_loss(client, filled):
    for minutes in range(10, 40):
        insert(filled, minutes)
    filled.commit()
    address, found = "/api/v1/readings?device=sn%C3%B6-1&limit=7", []
    while address:
        answer = client.get(address).json()
        found += [reading["time"] for reading in answer["readings"]]
        address = answer["next"]
    assert len(found) == 31
    assert found == sorted(set(found), reverse=True)


def test_readings_of_one_instant_are_not_split(client, filled):
    answer = client.get("/api/v1/readings?limit=1").json()
    assert len(answer["readings"]) == 4
    assert client.get(answer["next"]).json()["readings"] == []


def touch(connection) -> None:
    """Marks every hour that has readings as due, as the daemon does."""
    connection.execute(
        "INSERT INTO rollup_due (hour, series_ids) "
        "SELECT date_bin('1 hour', time, '2000-01-01Z'), array_agg(DISTINCT series_id) FROM reading GROUP BY 1"
    )


def test_hours_are_computed_before_they_are_read(client, filled):
    for minutes in range(0, 50 * 60, 20):
        insert(filled, minutes + 5)
    touch(filled)
    rows = client.get("/api/v1/readings?device=sn%C3%B6-1&per=hour").json()["readings"]
    assert sum(row["n"] for row in rows) == 151
    assert {row["quantity"] for row in rows} == {"snow_depth"}
    row = rows[10]
    assert row["n"] == 3
    assert row["lowest"] + 40 == row["mean"] + 20 == row["highest"]
    assert row["last"] == row["lowest"]
    assert row["time"].endswith(":00:00Z")


def test_days_are_those_of_the_municipality(client, filled):
    local = town.settings().municipality.zone
    for hours in range(100):
        insert(filled, 60 * hours + 7)
    touch(filled)
    rows = client.get("/api/v1/readings?device=sn%C3%B6-1&per=day").json()["readings"]
    begins = [datetime.fromisoformat(row["time"]).astimezone(local) for row in rows]
    assert {begin.hour for begin in begins} == {0}
    assert [row["n"] for row in rows[1:-1]] == [24] * (len(rows) - 2)
    assert sum(row["n"] for row in rows) == 101


@pytest.mark.parametrize("per", ["hour", "day"])
def test_pages_of_hours_and_days_lose_nothing(client, filled, per):
    for hours in range(60):
        insert(filled, 60 * hours + 7)
    touch(filled)
    whole = client.get(f"/api/v1/readings?per={per}").json()["readings"]
    address, found = f"/api/v1/readings?per={per}&limit=2", []
    while address:
        answer = client.get(address).json()
        found += answer["readings"]
        address = answer["next"]
    assert found == whole


def test_another_step_is_refused(client):
    assert client.get("/api/v1/readings?per=week").status_code == 422


@pytest.mark.parametrize(
    "query", ["from=2026-11-24T00:00:00", "limit=0", "from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"]
)
def test_times_need_an_offset_and_an_order(client, query):
    assert client.get(f"/api/v1/readings?{query}").status_code == 422


def test_thresholds_tell_their_version_and_why(client, filled):
    rows = client.get("/api/v1/thresholds").json()["thresholds"]
    dry = next(row for row in rows if row["key"] == "snow.start_dry_cm" and row["scope"] == "C1")
    assert (dry["value"], dry["version"]) == (3.0, 1)
    assert "Växjö" in dry["reason"]


def test_streets_are_packed_without_loss_and_cached(client, filled):
    answer = client.get("/api/v1/segments.json")
    packed = answer.json()
    streets = town.streets()
    assert packed["id"] == [street.id for street in streets]
    lon, lat, east, north = packed["points"][0]
    first = streets[0].geometry
    assert (lon / 1e5, lat / 1e5) == pytest.approx(first[0], abs=6e-6)
    assert ((lon + east) / 1e5, (lat + north) / 1e5) == pytest.approx(first[-1], abs=6e-6)
    assert packed["datasets"][0]["attribution"] == "© OpenStreetMap contributors"
    again = client.get("/api/v1/segments.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_map_credits_each_source_once_and_in_the_language_of_the_page(client, filled):
    """However many files of its own a municipality takes in."""
    for name in ("rooms.csv", "more.csv", "buildings.csv"):
        save_dataset(filled, Dataset(name, name, "own data", "the municipality"), town.AT)
    filled.commit()
    said = {lang: client.get(f"/api/v1/map/snow.json?lang={lang}").json()["credits"] for lang in ("sv", "en")}
    streets = "© OpenStreetMap contributors (ODbL 1.0)"
    assert sorted(said["sv"]) == sorted([streets, "kommunens egna uppgifter"])
    assert sorted(said["en"]) == sorted([streets, "the municipality's own data"])


def test_the_ground_of_the_map_is_sent_as_it_was_packed(client, filled):
    """Whether the reader takes gzip or not; once it is known, nothing is sent again."""
    assert client.get("/api/v1/map/base.json").json() == {"areas": [], "lines": [], "labels": []}
    doc = {"areas": [{"kind": "water", "rings": [[1, 2, 3, 4]]}], "lines": [], "labels": []}
    name = client.get("/api/v1/segments.json").json()["datasets"][0]["name"]
    replace_base_map(filled, name, gzip.compress(json.dumps(doc).encode()))
    filled.commit()
    answer = client.get("/api/v1/map/base.json")
    assert (answer.json(), answer.headers["content-encoding"]) == (doc, "gzip")
    assert client.get("/api/v1/map/base.json", headers={"Accept-Encoding": "identity"}).json() == doc
    again = client.get("/api/v1/map/base.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_town_without_streets_has_no_box(client):
    assert client.get("/api/v1/segments.json").json()["bbox"] is None


def test_the_map_says_what_the_plan_says(client, snow):
    body = client.get("/api/v1/map/snow.json").json()
    assert [item["key"] for item in body["items"]] == [item.key for item in snow.interventions]
    keys = [item.key for item in snow.interventions]
    for item in snow.interventions:
        first = item.key.rsplit(":", 1)[0] + ":1"
        assert {body["segments"][action.id][0] for action in item.segments} == {keys.index(first)}


def test_the_map_marks_rooms_and_buildings(client, publish):
    publish("waste")
    publish("heating")
    rooms = client.get("/api/v1/map/waste.json").json()["places"]
    assert len(rooms) == 12
    assert {room["item"] is None for room in rooms} == {True, False}
    buildings = client.get("/api/v1/map/heating.json").json()["places"]
    assert [building["heated"] for building in buildings] == [True, True]


def test_ready_when_database_and_schema_are_there(client):
    assert client.get("/livez").text == "ok"
    assert client.get("/readyz").json() == {"status": "ok", "checks": {"database": "ok", "schema": "ok"}}


def test_a_database_of_an_older_version_is_not_ready(client, database):
    database.execute("DELETE FROM schema_migration")
    database.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "dagsplan migrate" in answer.json()["checks"]["schema"]


def test_metrics_are_what_prometheus_reads(client, snow):
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = {
        (one.name, *one.labels.values()): one.value
        for metric in text_string_to_metric_families(answer.text)
        for one in metric.samples
    }
    assert {name for name, *_ in told if not name.startswith("dagsplan_")} == set()
    assert told["dagsplan_plan_version", "snow"] == 1
    assert told["dagsplan_plan_last_success_timestamp_seconds", "snow"] == snow.created_at.timestamp()
    assert (told["dagsplan_devices_silent",], told["dagsplan_database_up",]) == (1, 1)


@pytest.fixture
def away() -> Iterator[httpx.Client]:
    """The application whose database does not answer."""
    connections = pool("host=127.0.0.1 port=1 dbname=none", "test", timeout_s=1)
    app = create_app(Settings(), connections, FixedClock(town.AT))
    with asking(app) as client:
        yield client
    connections.close()


def test_a_database_that_is_away_is_said_in_one_sentence(away):
    answer = away.get("/api/v1/orders")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The database does not answer; try again in a moment."
    page = away.get("/idag", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Databasen svarar inte just nu" in page.text
    assert away.get("/readyz").status_code == 503
    assert "dagsplan_database_up 0.0" in away.get("/metrics").text
    assert away.get("/livez").status_code == 200


def test_another_host_name_is_refused_on_loopback(client):
    assert client.get("/livez", headers={"Host": "rebound.example"}).status_code == 403
    assert client.get("/livez", headers={"Host": "localhost:8080"}).status_code == 200


def test_a_base_path_stands_before_every_address(dsn, clock):
    with pool(dsn, "test", size=2) as connections:
        settings = Settings(web=Web(base_path="/dagsplan/"))
        with asking(create_app(settings, connections, clock)) as client:
            for path in ("/dagsplan/idag", "/idag"):
                text = client.get(path).text
                assert 'href="/dagsplan/static/' in text
                assert 'href="/static/' not in text
            home = client.get("/dagsplan/", follow_redirects=False)
            assert home.headers["location"] == "/dagsplan/start"  # nothing of a town is there
            assert client.get("/dagsplan/static/idag.js").status_code == 200


def test_open_pages_hear_of_a_new_plan_and_of_an_order(client, snow, publish, clock):
    with client.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert heard(lines)["snow"]["version"] == 1
        clock.advance(minutes=10)
        newer = publish("snow")
        assert until(lines, lambda plans: plans["snow"]["id"] == newer.id)
        client.post("/api/v1/orders", json={"plan_id": newer.id, "keys": [newer.interventions[0].key]})
        assert until(lines, lambda plans: plans["snow"]["order_events"] == 1)


def test_open_pages_hear_of_the_outlook_that_comes_after_its_plan(client, filled, snow):
    with client.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        before = heard(lines)["snow"]["outlook"]
        replace_outlook(filled, OutlookFrame(town.AT, town.AT, 1, "smhi", simulated=False), (), town.AT)
        assert until(lines, lambda plans: plans["snow"]["outlook"] != before)


def heard(lines: Iterator[str]) -> dict[str, dict[str, object]]:
    """The next state that the stream tells."""
    line = next(line for line in lines if line.startswith("data: "))
    plans: dict[str, dict[str, object]] = json.loads(line.removeprefix("data: "))
    return plans


def until(lines: Iterator[str], wanted: Callable[[dict[str, dict[str, object]]], bool]) -> bool:
    """Whether the stream tells the wanted state among its next few."""
    return any(wanted(heard(lines)) for _ in range(4))
