"""The link of a call: looking at it answers nothing, a yes lets the phone in, a no goes to the next of the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import msgspec
import pytest

from city.calling import Calls
from city.clock import FixedClock
from city.plan import Plan
from city.settings import Settings, Web
from dashboards.app import create_app
from planner.calls.texts import without_link
from store import calls, facts
from store.connect import Connection, pool
from tests.unit.dashboards import night, town
from tests.unit.dashboards.serving import asking

PAGE = {"Accept": "text/html"}


def settings() -> Settings:
    """The town with a gateway and an address."""
    web, lines = Web(public_url="https://plan.exempelstad.se"), Calls(gateway_url="http://127.0.0.1:9")
    return msgspec.structs.replace(town.settings(), web=web, calls=lines)


@pytest.fixture
def client(dsn: str, clock: FixedClock) -> Iterator[httpx.Client]:
    with pool(dsn, "test", size=3) as connections, asking(create_app(settings(), connections, clock)) as found:
        found.headers["Accept"] = "text/html"
        yield found


@pytest.fixture
def called(client: httpx.Client, filled: Connection, snow: Plan) -> str:
    """The path of the link of a call to the first of two."""
    item = next(item for item in snow.interventions if item.network == "street")
    spare = next(one for one in facts.vehicles(filled, "snow") if one.id == item.vehicle)
    facts.save_fleet(filled, [], [], [replace(spare, id="P09")])
    night.lists(filled, item.vehicle or "", "P09")
    filled.commit()
    body = {"plan_id": snow.id, "keys": [item.key]}
    client.post("/api/v1/calls", json=body, headers={"Accept": "application/json"}).raise_for_status()
    (call,) = calls.calls_since(filled, town.AT)
    found = re.search(r"https://plan\.exempelstad\.se(/svar/[\w-]+)", call.text)
    assert found is not None
    return found[1]


def states(connection: Connection) -> list[tuple[str, str]]:
    connection.rollback()
    return [(call.state, call.state_who) for call in calls.calls_since(connection, town.AT)]


def test_to_look_at_the_link_answers_nothing(client: httpx.Client, filled: Connection, called: str) -> None:
    page = client.get(called)
    assert page.status_code == 200
    assert "Jag kör" in page.text
    assert "Svara med ett tryck" not in page.text
    assert [state for state, _ in states(filled)] == ["made"]
    assert "dagsplan_phone" not in client.cookies


def test_a_yes_is_the_vehicles_word_and_lets_the_phone_in(
    client: httpx.Client, filled: Connection, called: str
) -> None:
    answer = client.post(called, data={"answer": "yes"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/kor#in")
    ((state, who),) = states(filled)
    assert state == "acknowledged"
    drive = client.get("/api/v1/drive").json()
    assert drive["vehicle"] == who
    assert [tur["state"] for tur in drive["turer"]] == ["acknowledged"]
    filled.rollback()
    (call,) = calls.calls_since(filled, town.AT)
    assert without_link(call.text) == call.text.partition(" Svara med ett tryck")[0] != call.text
    assert "Du svarade ja" in client.get(called).text


def test_a_no_goes_to_the_next_of_the_list(client: httpx.Client, filled: Connection, called: str) -> None:
    page = client.post(called, data={"answer": "no", "cause": "vehicle"})
    assert "Du svarade nej" in page.text
    assert "Jag kör" not in page.text
    found = {call.vehicle: call.state for call in calls.calls_since(filled, town.AT)}
    assert found["P09"] == "made"
    assert "dagsplan_phone" not in client.cookies


def test_a_link_is_over_after_a_shift_and_where_it_never_was(
    client: httpx.Client, clock: FixedClock, filled: Connection, called: str
) -> None:
    assert client.get("/svar/nothing-of-ours").status_code == 404
    clock.advance(hours=13)
    assert client.get(called).status_code == 404
    assert client.post(called, data={"answer": "yes"}).status_code == 404
    assert [state for state, _ in states(filled)] == ["made"]


def test_a_call_by_voice_reads_out_no_link(client: httpx.Client, filled: Connection, snow: Plan) -> None:
    item = next(item for item in snow.interventions if item.network == "street")
    night.lists(filled, item.vehicle or "")
    filled.execute("UPDATE call_out_list SET channel = 'voice'")
    filled.commit()
    body = {"plan_id": snow.id, "keys": [item.key]}
    client.post("/api/v1/calls", json=body, headers={"Accept": "application/json"}).raise_for_status()
    (call,) = calls.calls_since(filled, town.AT)
    assert (call.channel, "https" in call.text) == ("voice", False)


def test_the_secret_of_a_link_lets_no_phone_in_by_itself(client: httpx.Client, filled: Connection, called: str) -> None:
    """Only an answer does: a call that was withdrawn, or refused, opens nothing."""
    secret = called.rpartition("/")[2]
    assert client.post("/api/v1/phones/pair", json={"code": secret}).status_code == 404
    assert [state for state, _ in states(filled)] == ["made"]


def test_a_simulated_town_says_so_to_who_is_called(dsn: str, clock: FixedClock, called: str) -> None:
    clock.simulated = True
    with pool(dsn, "test", size=2) as connections, asking(create_app(settings(), connections, clock)) as client:
        assert "Simulerad stad" in client.get(called, headers=PAGE).text
