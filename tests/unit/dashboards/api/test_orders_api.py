"""Orders through the interface and through the page's forms."""

from __future__ import annotations

import re

import pytest

PAGE = {"Accept": "text/html"}


def order(client, plan, *places, **more):
    keys = [plan.interventions[place].key for place in places]
    return client.post("/api/v1/orders", json={"plan_id": plan.id, "keys": keys, **more})


def form(client, plan, *places):
    fields = {"plan_id": plan.id, "keys": [plan.interventions[place].key for place in places]}
    return client.post("/api/v1/orders", data=fields, headers=PAGE, follow_redirects=False)


def test_an_order_is_made_and_listed(client, snow):
    answer = order(client, snow, 0, 1)
    assert answer.status_code == 201
    listed = client.get("/api/v1/orders?domain=snow").json()["orders"]
    assert {one["id"] for one in listed} == set(answer.json()["ids"])
    assert {one["state"] for one in listed} == {"decided"}
    assert client.get("/api/v1/orders?domain=waste").json()["orders"] == []


def test_the_same_intervention_is_not_ordered_twice_and_all_or_none_are_made(client, snow):
    order(client, snow, 0)
    assert order(client, snow, 1, 0).status_code == 409
    assert len(client.get("/api/v1/orders").json()["orders"]) == 1


def test_a_superseded_plan_is_not_ordered_from(client, snow, publish, clock):
    clock.advance(minutes=10)
    publish("snow")
    answer = order(client, snow, 0)
    assert answer.status_code == 409
    assert "superseded" in answer.json()["detail"]


def test_the_history_of_an_order_grows_step_by_step(client, snow, clock):
    (order_id,) = order(client, snow, 0).json()["ids"]
    for kind in ("sent", "started", "done"):
        clock.advance(minutes=5)
        answer = client.post(f"/api/v1/orders/{order_id}/events", json={"kind": kind})
        assert answer.status_code == 201
    assert [event["kind"] for event in answer.json()["history"]] == ["decided", "sent", "started", "done"]


def test_a_step_that_may_not_follow_is_refused(client, snow):
    (order_id,) = order(client, snow, 0).json()["ids"]
    assert client.post(f"/api/v1/orders/{order_id}/events", json={"kind": "done"}).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"plan_id": "not-an-id", "keys": ["a"]}, 404),
        ({"plan_id": "00000000-0000-0000-0000-000000000000", "keys": ["a"]}, 404),
        ({"plan_id": 5, "keys": ["a"]}, 422),
        ({"keys": "a"}, 404),
    ],
)
def test_what_is_not_understood_is_a_problem(client, body, status):
    answer = client.post("/api/v1/orders", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_order_of_nothing_is_refused(client, snow):
    assert order(client, snow).status_code == 422
    assert (
        client.post("/api/v1/orders", content=b"[1]", headers={"Content-Type": "application/json"}).status_code == 422
    )
    assert client.post("/api/v1/orders", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_too_much_is_refused(client):
    body = b'{"note": "' + b"x" * 300_000 + b'"}'
    assert client.post("/api/v1/orders", content=body, headers={"Content-Type": "application/json"}).status_code == 413


def test_a_form_leads_back_to_the_page_where_its_row_stands(client, snow):
    answer = form(client, snow, 0)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/idag?domain=snow&said=decided#r-snow-")
    assert "Ej skickad" in client.get("/idag").text


def test_a_form_that_lost_the_race_shows_the_page_with_its_choice(client, snow):
    order(client, snow, 0)
    answer = form(client, snow, 0, 1)
    assert answer.status_code == 409
    assert "någon hann före" in answer.text
    ticked = re.findall(r'value="([^"]+)" form="call-out"[^>]* checked', answer.text)
    assert ticked == [snow.interventions[0].key, snow.interventions[1].key]  # what nobody was called to waits still
    assert f'value="{snow.interventions[2].key}" form="call-out"' in answer.text


def test_a_form_without_a_choice_says_so(client, snow):
    answer = form(client, snow)
    assert answer.status_code == 422
    assert "ingen rad var vald" in answer.text


def test_a_step_by_form_that_came_too_late_says_so(client, snow):
    (order_id,) = order(client, snow, 0).json()["ids"]
    address = f"/api/v1/orders/{order_id}/events"
    assert client.post(address, data={"kind": "sent"}, headers=PAGE, follow_redirects=False).status_code == 303
    late = client.post(address, data={"kind": "sent"}, headers=PAGE)
    assert late.status_code == 409
    assert "Steget togs inte" in late.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_order(client, snow, headers):
    keys = [snow.interventions[0].key]
    answer = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": keys}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/v1/orders").json()["orders"] == []


def test_the_own_page_can_order(client, snow):
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": str(client.base_url).rstrip("/")}
    keys = [snow.interventions[0].key]
    assert client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": keys}, headers=headers).status_code == 201


def test_a_street_that_is_done_stands_in_the_history_with_its_name(client, snow):
    (order_id,) = order(client, snow, 0).json()["ids"]
    address = f"/api/v1/orders/{order_id}/events"
    client.post(address, json={"kind": "started"})
    street = snow.interventions[0].segments[0].id
    answer = client.post(address, json={"kind": "segment_done", "segment": street})
    assert (answer.status_code, answer.json()["history"][-1]["segment"]) == (201, street)
    assert client.post(address, json={"kind": "segment_done", "segment": street}).json() == answer.json()
    assert client.post(address, json={"kind": "segment_done", "segment": "elsewhere"}).status_code == 404
    assert client.post(address, json={"kind": "segment_done"}).status_code == 422
