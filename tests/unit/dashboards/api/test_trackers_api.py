"""Trackers that post by themselves: kept while their vehicle is out, refused with what is wrong."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import httpx

from city.clock import FixedClock
from city.plan import Plan
from planner.orders import add_event
from store.connect import Connection
from tests.unit.dashboards import town
from tests.unit.dashboards.driver import ordered
from tests.unit.dashboards.web.doors import book, coming, key

MINUTE = timedelta(minutes=1)


def location(at: float) -> dict[str, object]:
    return {"_type": "location", "lat": town.SOUTH, "lon": town.WEST, "tst": round(at), "vel": 20}


def times(connection: Connection) -> list[object]:
    connection.rollback()
    return [row[0] for row in connection.execute("SELECT time FROM position ORDER BY time").fetchall()]


def test_a_tracker_is_heard_while_its_vehicle_is_out(
    client: httpx.Client, clock: FixedClock, filled: Connection, snow: Plan
) -> None:
    order, item = ordered(filled, snow)
    before = client.post(f"/api/v1/positions/owntracks?vehicle={item.vehicle}", json=location(town.AT.timestamp()))
    assert (before.status_code, before.json(), times(filled)) == (200, [], [])
    add_event(filled, order, "started", "dispatcher", town.AT)
    filled.commit()
    clock.advance(minutes=3)
    first = location((town.AT + MINUTE).timestamp())
    client.post("/api/v1/positions/owntracks", json=first, headers={"X-Limit-D": item.vehicle or ""})
    place = {"fixTime": (town.AT + 2 * MINUTE).isoformat(), "latitude": town.SOUTH, "longitude": town.WEST, "speed": 5}
    body = {"position": place, "device": {"uniqueId": item.vehicle}}
    assert client.post("/api/v1/positions/traccar", json=body).status_code == 200
    assert times(filled) == [town.AT + MINUTE, town.AT + 2 * MINUTE]


def test_what_is_no_position_is_refused_with_why(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    assert client.post("/api/v1/positions/owntracks", json=location(0)).status_code == 422
    wrong = client.post("/api/v1/positions/traccar", json={"position": {}, "device": {"uniqueId": "P02"}})
    assert (wrong.status_code, "fixTime" in wrong.json()["detail"]) == (422, True)
    old = client.post("/api/v1/positions/owntracks?vehicle=P02", json=location(1.0))
    assert old.status_code == 422
    assert client.post("/api/v1/positions/other", json={}).status_code == 422


def test_with_accounts_a_tracker_shows_a_key_in_either_way(dsn: str, clock: FixedClock, filled: Connection) -> None:
    token = key(filled, "trackers")
    filled.commit()
    body = json.dumps(location(town.AT.timestamp()))
    basic = base64.b64encode(f"any:{token}".encode()).decode()
    broken = base64.b64encode(b"any:else").decode()
    with coming(dsn, clock) as client:

        def status(header: str) -> int:
            heads = {"Authorization": header, "Content-Type": "application/json"}
            return client.post("/api/v1/positions/owntracks?vehicle=P02", content=body, headers=heads).status_code

        assert [status(f"Bearer {token}"), status(f"Basic {basic}")] == [200, 200]
        assert [kind for _, kind, _, _ in book(filled) if kind == "change"] == []
        assert [status(f"Basic {broken}"), status("Basic ?"), status("")] == [401, 401, 401]
