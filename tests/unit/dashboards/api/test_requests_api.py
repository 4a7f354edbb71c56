"""Asking for haulage and sweeping: kept, listed, taken back, and refused where it cannot be."""

from __future__ import annotations

import pytest


def street(client, snow) -> str:
    return next(item.segments[0].id for item in snow.interventions if item.segments)


def test_what_is_asked_for_is_listed_until_it_is_taken_back(client, snow, clock):
    name = street(client, snow)
    body = {"kind": "haul", "segments": [name], "why": "trångt vid torget"}
    made = client.post("/api/v1/requests", json=body)
    assert made.status_code == 201
    (listed,) = client.get("/api/v1/requests").json()["requests"]
    assert listed == made.json()
    assert (listed["kind"], listed["segments"], listed["who"]) == ("haul", [name], "dispatcher")
    clock.advance(minutes=1)
    assert client.post(f"/api/v1/requests/{listed['id']}/end").status_code == 204
    assert client.get("/api/v1/requests").json()["requests"] == []
    assert client.post(f"/api/v1/requests/{listed['id']}/end").status_code == 204


def test_it_ends_by_itself(client, snow, clock):
    client.post("/api/v1/requests", json={"kind": "sweep", "segments": [street(client, snow)]})
    clock.advance(minutes=48 * 60 - 1)
    assert len(client.get("/api/v1/requests").json()["requests"]) == 1
    clock.advance(minutes=1)
    assert client.get("/api/v1/requests").json()["requests"] == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "paint"}, 422),
        ({"segments": []}, 422),
        ({"segments": ["nowhere"]}, 404),
        ({"until": "2020-01-01T00:00:00Z"}, 422),
        ({"until": "soon"}, 422),
    ],
)
def test_what_cannot_be_is_refused(client, snow, change, status):
    body = {"kind": "haul", "segments": [street(client, snow)]} | change
    assert client.post("/api/v1/requests", json=body).status_code == status
    assert client.get("/api/v1/requests").json()["requests"] == []


def test_no_ask_of_that_name(client):
    assert client.post("/api/v1/requests/nothing/end").status_code == 404
    assert client.post("/api/v1/requests/00000000-0000-0000-0000-000000000000/end").status_code == 404
