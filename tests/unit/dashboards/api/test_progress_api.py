"""How far an order is, through the interface: the database, the positions and the streets together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city.entities import Position
from store import positions
from tests.unit.dashboards import town
from tests.unit.dashboards.night import to_and_fro


@pytest.fixture
def started(client, snow):
    item = next(item for item in snow.interventions if item.network == "street")
    (order_id,) = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [item.key]}).json()["ids"]
    client.post(f"/api/v1/orders/{order_id}/events", json={"kind": "started"})
    return order_id, item


def progress(client, order_id):
    answer = client.get(f"/api/v1/orders/{order_id}/progress")
    assert answer.status_code == 200
    return answer.json()["progress"]


def test_without_a_word_nothing_is_known(client, started, clock):
    order_id, item = started
    clock.advance(minutes=5)
    found = progress(client, order_id)
    assert (found["share"], found["left"], found["feed"]) == (None, None, "none")
    assert found["segments"] == len(item.segments)


def test_positions_and_words_together(client, filled, started, clock):
    order_id, item = started
    first, second = item.segments[0].id, item.segments[1].id
    until = to_and_fro(filled, item.vehicle, [first])
    clock.advance(seconds=(until - town.AT).total_seconds())
    found = progress(client, order_id)
    assert (found["feed"], found["done"]) == ("live", [first])
    client.post(f"/api/v1/orders/{order_id}/events", json={"kind": "segment_done", "segment": second})
    assert progress(client, order_id)["done"] == [first, second]
    assert progress(client, order_id)["share"] == pytest.approx(2 / len(item.segments), abs=0.02)
    clock.advance(minutes=20)
    assert (progress(client, order_id)["feed"], progress(client, order_id)["share"] > 0) == ("silent", True)


def test_newer_positions_are_matched_and_the_same_ones_are_not(client, filled, started, clock, monkeypatch):
    order_id, item = started
    asked = []
    monkeypatch.setattr("planner.night.traces.passages", lambda found, *_: asked.append(len(found)) or {})
    until = to_and_fro(filled, item.vehicle, [item.segments[0].id])
    clock.advance(seconds=(until - town.AT).total_seconds())
    for _ in range(3):
        progress(client, order_id)
    assert len(asked) == 1
    later = [Position(item.vehicle, until + timedelta(seconds=n), 14.8, 56.87) for n in (10, 40)]
    for n, place in enumerate(later, start=1):
        positions.add(filled, [(place, place.time)])
        filled.commit()
        progress(client, order_id)
        assert len(asked) == n


def test_an_unknown_order_is_not_found(client):
    assert client.get("/api/v1/orders/00000000-0000-0000-0000-000000000000/progress").status_code == 404
    assert client.get("/api/v1/orders/none/progress").status_code == 404


def test_positions_that_come_late_are_matched_too(client, filled, started, clock):
    """A tracker that was out of reach sends its first street after its second: both are done."""
    order_id, item = started
    first, second = item.segments[0].id, item.segments[1].id
    until = to_and_fro(filled, item.vehicle, [second], at=town.AT + timedelta(minutes=15))
    clock.advance(seconds=(until - town.AT).total_seconds())
    assert progress(client, order_id)["done"] == [second]
    to_and_fro(filled, item.vehicle, [second], at=until + timedelta(minutes=11))
    clock.advance(minutes=15)
    assert progress(client, order_id)["done"] == [second]
    to_and_fro(filled, item.vehicle, [first])
    clock.advance(minutes=1)
    to_and_fro(filled, item.vehicle, [second], at=clock.now() - timedelta(minutes=1))
    assert progress(client, order_id)["done"] == [first, second]
