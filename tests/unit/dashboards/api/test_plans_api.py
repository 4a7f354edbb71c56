"""Plans for programs: JSON, CSV for a Swedish spreadsheet, GeoJSON."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from city.plan import from_json, to_json


def test_the_latest_plan_is_the_published_one(client, snow):
    answer = client.get("/api/v1/plans/snow/latest")
    assert answer.headers["content-type"] == "application/json"
    assert from_json(answer.content) == from_json(to_json(snow))


def test_a_plan_of_a_day_and_its_suffix(client, snow):
    assert client.get(f"/api/v1/plans/snow/{snow.service_day}.json").json()["id"] == snow.id


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/plans/snow/latest", 404, "dagsplan plan snow"),
        ("/api/v1/plans/snow/2020-01-01", 404, "2020-01-01"),
        ("/api/v1/plans/snow/in-the-evening", 422, "2026-11-24"),
        ("/api/v1/plans/snow/latest.xlsx", 404, ".csv"),
        ("/api/v1/plans/ice/latest", 422, "snow"),
        ("/api/v1/nothing", 404, "Not found"),
    ],
)
def test_what_is_not_there_is_a_problem_that_says_what_to_do(client, path, status, said):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert said in problem["detail"]


def test_an_unchanged_plan_is_not_sent_twice(client, snow):
    tag = client.get("/api/v1/plans/snow/latest").headers["etag"]
    assert client.get("/api/v1/plans/snow/latest", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/api/v1/plans/snow/latest.csv", headers={"If-None-Match": tag}).status_code == 200


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_csv_opens_in_a_swedish_spreadsheet(client, snow):
    rows = rows_of(client.get("/api/v1/plans/snow/latest.csv?lang=sv"))
    first = snow.interventions[0]
    assert [row["Nyckel"] for row in rows] == [item.key for item in snow.interventions]
    assert rows[0]["Djup"] == f"{first.reasons[0].value:g}".replace(".", ",")
    assert rows[0]["Start"] == "2026-11-24 03:36"  # half an hour from the call to the wheel
    assert rows[0]["Kilometer"].count(",") == 1


def test_csv_of_waste_has_a_row_for_each_stop(client, publish):
    plan = publish("waste")
    rows = rows_of(client.get("/api/v1/plans/waste/latest.csv?lang=sv"))
    assert len(rows) == sum(len(item.stops) for item in plan.interventions) > 0
    assert [row["Ordning"] for row in rows[:3]] == ["1", "2", "3"]


def test_csv_of_heating_has_a_row_for_each_building(client, publish):
    plan = publish("heating")
    rows = rows_of(client.get("/api/v1/plans/heating/latest.csv?lang=sv"))
    assert [row["Byggnad"] for row in rows] == [item.title for item in plan.interventions]


def test_csv_cells_are_no_formulas(client, publish, filled):
    filled.execute("UPDATE building SET name = '=HYPERLINK(1)'")
    filled.commit()
    publish("heating")
    assert rows_of(client.get("/api/v1/plans/heating/latest.csv?lang=sv"))[0]["Byggnad"] == "'=HYPERLINK(1)"


def test_geojson_has_a_feature_for_each_intervention(client, snow):
    answer = client.get("/api/v1/plans/snow/latest.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert [feature["id"] for feature in features] == [item.key for item in snow.interventions]
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}
    lon, lat = features[0]["geometry"]["coordinates"][0]
    assert 14 < lon < 15
    assert 56 < lat < 57


def test_the_format_follows_the_accept_header(client, snow):
    answer = client.get("/api/v1/plans/snow/latest", headers={"Accept": "application/geo+json"})
    assert msgspec.json.decode(answer.content)["type"] == "FeatureCollection"


def test_the_description_names_every_part(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    wanted = {"plans/{domain}/{name}", "orders", "orders/{order_id}/events", "readings", "thresholds", "events"}
    assert {f"/api/v1/{part}" for part in wanted} <= paths.keys()
    assert client.get("/docs").status_code == 404
