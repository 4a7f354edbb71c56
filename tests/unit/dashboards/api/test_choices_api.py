"""Another vehicle before a call-out: chosen in the opened row, said what speaks against it, and taken back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.unit.dashboards import town

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


@pytest.fixture
def item(snow):
    """A street tur of P02; P01 is free all night."""
    return next(item for item in snow.interventions if item.vehicle == "P02")


def choose(client, key: str, vehicle: str | None):
    return client.post("/api/v1/choices", json={"key": key, "vehicle": vehicle})


def order_of(client, snow, key: str):
    made = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [key]})
    assert made.status_code == 201, made.text
    return client.get("/api/v1/orders").json()["orders"][0]


def test_the_chosen_vehicle_stands_in_the_row_and_drives_the_order(client, snow, item):
    made = choose(client, item.key, "P01")
    assert made.status_code == 201
    assert made.json() == {"choice": {"key": item.key, "vehicle": "P01"}, "against": []}
    page = client.get("/idag", params={"open": item.key}).text
    assert "P01 är valt för hand." in page
    assert "Planens fordon igen" in page
    order = order_of(client, snow, item.key)
    assert (order["vehicle"], order["contractor"]) == ("P01", "ett")


def test_the_plans_vehicle_again(client, snow, item, clock):
    choose(client, item.key, "P01")
    clock.instant = town.AT + timedelta(minutes=1)
    body = urlencode({"key": item.key, "vehicle": ""})
    page = client.post("/api/v1/choices", content=body, headers=FORM)
    assert page.status_code == 200
    assert "valt för hand" not in page.text
    assert order_of(client, snow, item.key)["vehicle"] == "P02"


def test_the_list_of_a_row_says_what_each_is_booked_for(client, snow, item):
    other = next(one for one in snow.interventions if one.vehicle == "P03")
    page = client.get("/idag", params={"open": other.key}).text
    assert '<option value="P01">P01 · Åkeri Ett · ledig</option>' in page
    assert " · har " in page
    assert '<option value="G01"' in page  # of the cycle way's own row
    row = page[page.index(f'id="vehicle-r-{other.key.replace(":", "-")}"') :]
    assert '"G01"' not in row[: row.index("</select>")]


def test_a_vehicle_that_is_booked_may_be_chosen_and_says_so(client, snow, item):
    against = choose(client, item.key, "P03").json()["against"]
    assert {one["kind"] for one in against} <= {"booked"}
    key = next(one.key for one in snow.interventions if one.vehicle == "P03")
    choose(client, key, "P02")


@pytest.mark.parametrize(
    ("vehicle", "said"),
    [("G01", "choose from"), ("R01", "choose from"), ("P99", "choose from"), ("P01", "out of service")],
)
def test_one_that_cannot_is_refused(client, snow, item, vehicle, said):
    """Of another network, of another service, of nobody, out of service."""
    client.post("/api/v1/manning", json={"kind": "vehicle_out", "vehicle": "P01", "until_at": "2026-11-25T12:00"})
    refused = choose(client, item.key, vehicle)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_what_is_called_out_is_changed_on_the_board(client, snow, item):
    order_of(client, snow, item.key)
    assert choose(client, item.key, "P01").status_code == 409
    page = client.post("/api/v1/choices", content=urlencode({"key": item.key, "vehicle": "P01"}), headers=FORM)
    assert page.status_code == 409
    assert "Fordonet byttes inte" in page.text
    assert choose(client, "snow:nope:2026-11-23:1", "P01").status_code == 404


def test_nobody_is_called_out_with_a_vehicle_that_is_out_of_service(client, snow, item):
    """Its plan is of before: nothing is ordered until another vehicle is chosen, or the plan has followed."""
    client.post("/api/v1/manning", json={"kind": "vehicle_out", "vehicle": "P02", "until_at": "2026-11-25T12:00"})
    refused = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [item.key]})
    assert refused.status_code == 409
    assert "P02, which is out of service" in refused.json()["detail"]
    choose(client, item.key, "P01")
    assert order_of(client, snow, item.key)["vehicle"] == "P01"


def test_a_choice_holds_over_the_next_plan(client, publish, snow, item, clock):
    choose(client, item.key, "P01")
    clock.instant = town.AT + timedelta(minutes=20)
    newer = publish("snow")
    assert order_of(client, newer, item.key)["vehicle"] == "P01"
