"""What a crew says of its stops: room by room and vessel by vessel, by the interface and on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from city.clock import FixedClock
from city.plan import Plan, RoundStop
from store import facts
from store.connect import Connection

PAGE = {"accept": "text/html"}


@pytest.fixture
def waste(publish: Callable[[str], Plan]) -> Plan:
    """A plan with a round."""
    plan = publish("waste")
    assert plan.interventions
    return plan


def begun(client: httpx.Client, plan: Plan) -> tuple[str, tuple[RoundStop, ...]]:
    """An order of the first round that is under way, and its stops."""
    item = plan.interventions[0]
    assert isinstance(item.stops, tuple)
    (order,) = client.post("/api/v1/orders", json={"plan_id": plan.id, "keys": [item.key]}).json()["ids"]
    assert client.post(f"/api/v1/orders/{order}/events", json={"kind": "started", "by": "driver"}).status_code == 201
    return order, item.stops


def emptied_at(connection: Connection, at: datetime) -> set[str]:
    return {vessel.id for vessel in facts.vessels(connection) if vessel.last_emptied == at}


def test_what_is_not_said_to_be_emptied_was_not(
    client: httpx.Client, waste: Plan, filled: Connection, clock: FixedClock
) -> None:
    """One stop is emptied and one locked; then the round is done: the locked vessels carry no emptying."""
    order, stops = begun(client, waste)
    first = stops[0]
    said = {"kind": "stop_done", "room": first.room, "by": "driver"}
    vessels = [{"id": name, "outcome": "unreachable"} for name in first.vessels]
    answer = client.post(f"/api/v1/orders/{order}/events", json=said | {"vessels": vessels})
    assert answer.status_code == 201
    (spoken,) = answer.json()["stops"]
    assert (spoken["room"], {one["outcome"] for one in spoken["vessels"]}) == (first.room, {"unreachable"})
    assert emptied_at(filled, clock.now()) == set()
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "done", "by": "driver"})
    assert emptied_at(filled, clock.now()) == set()


def test_a_stop_without_vessels_was_emptied_whole_and_can_be_taken_back(
    client: httpx.Client, waste: Plan, filled: Connection, clock: FixedClock
) -> None:
    """With how full and how heavy where it is told."""
    order, stops = begun(client, waste)
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "stop_done", "room": stops[0].room})
    assert emptied_at(filled, clock.now()) == set(stops[0].vessels)
    body = client.post(f"/api/v1/orders/{order}/undo", json={}).json()
    assert body["stops"] == []
    assert emptied_at(filled, clock.now()) == set()
    vessels = [{"id": stops[0].vessels[0], "level_pct": 70, "kg": 41.5}]
    said = {"kind": "stop_done", "room": stops[0].room, "vessels": vessels}
    (spoken,) = client.post(f"/api/v1/orders/{order}/events", json=said).json()["stops"]
    assert spoken["vessels"] == [{"vessel": stops[0].vessels[0], "outcome": "emptied", "level_pct": 70.0, "kg": 41.5}]


def test_what_was_said_wrongly_is_said_again_and_twice_is_once(
    client: httpx.Client, waste: Plan, filled: Connection, clock: FixedClock
) -> None:
    """Emptied, the same again as a message that comes twice, then not reachable after all: no emptying stands."""
    order, stops = begun(client, waste)
    before = {vessel.id: vessel.last_emptied for vessel in facts.vessels(filled)}
    address, said = f"/api/v1/orders/{order}/events", {"kind": "stop_done", "room": stops[0].room}
    first = client.post(address, json=said).json()["history"]
    assert client.post(address, json=said).json()["history"] == first
    assert emptied_at(filled, clock.now()) == set(stops[0].vessels)
    vessels = [{"id": name, "outcome": "unreachable"} for name in stops[0].vessels]
    answer = client.post(address, json=said | {"vessels": vessels})
    assert len(answer.json()["history"]) == len(first) + 1
    assert {vessel.id: vessel.last_emptied for vessel in facts.vessels(filled)} == before


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "room"),
        ({"room": "nowhere"}, 404, "nowhere"),
        ({"vessels": [{"id": "other"}]}, 404, "other"),
        ({"vessels": [{"outcome": "emptied"}]}, 422, "vessels"),
        ({"vessels": "k1"}, 422, "vessels"),
        ({"vessels": []}, 422, "vessels"),
        ({"vessels": [{"id": "k"}, {"id": "k", "outcome": "full"}]}, 422, "k x 2"),
        ({"vessels": [{"id": "k", "outcome": "burnt"}]}, 422, "burnt"),
        ({"vessels": [{"id": "k", "kg": -1}]}, 422, "kg"),
        ({"vessels": [{"id": "k", "level_pct": "half"}]}, 422, "level_pct"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_noted(
    client: httpx.Client,
    waste: Plan,
    filled: Connection,
    clock: FixedClock,
    body: dict[str, object],
    status: int,
    said: str,
) -> None:
    """A room of no stop, a vessel of another, a word that is none."""
    order, stops = begun(client, waste)
    room = {} if body == {} else {"room": stops[0].room}
    answer = client.post(f"/api/v1/orders/{order}/events", json={"kind": "stop_done", **room, **body})
    assert answer.status_code == status
    assert said in answer.text
    assert emptied_at(filled, clock.now()) == set()


def test_the_page_notes_a_stop_and_shows_what_was_said(client: httpx.Client, waste: Plan) -> None:
    """Before it begins there is nothing to press; under way each stop has two words; after, what was said."""
    assert 'value="stop_done"' not in client.get("/idag?domain=waste").text
    order, stops = begun(client, waste)
    page = client.get("/idag?domain=waste").text
    assert page.count('name="kind" value="stop_done"') == 2 * len(stops)
    form = {"kind": "stop_done", "room": stops[0].room, "outcome": "unreachable"}
    answer = client.post(f"/api/v1/orders/{order}/events", data=form, headers=PAGE, follow_redirects=False)
    assert answer.status_code == 303
    after = client.get(answer.headers["location"]).text
    assert f"{len(stops[0].vessels)} ej åtkomligt" in after
    assert "Noterat: stoppet." in after
    assert after.count('name="kind" value="stop_done"') == 2 * len(stops)
