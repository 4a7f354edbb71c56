"""Calling out through the interface and by forms: the sheet, the act, the board, and what people do there."""

from __future__ import annotations

import pytest

from store import calls
from tests.unit.dashboards import night

PAGE = {"Accept": "text/html"}


@pytest.fixture
def listed(filled, snow):
    """All vehicles of the plan are on a list; no line serves their channel."""
    night.lists(filled, *sorted({item.vehicle for item in snow.interventions if item.network == "street"}))
    return snow


def call_out(client, plan, *places, **more):
    keys = [plan.interventions[place].key for place in places]
    return client.post("/api/v1/calls", json={"plan_id": plan.id, "keys": keys, **more})


def streets(plan):
    return [n for n, item in enumerate(plan.interventions) if item.network == "street"]


def board(client):
    return client.get("/api/v1/calls").json()


def test_the_sheet_is_looked_at_and_then_called_out(client, listed):
    """What it says before is what is on the board after; nothing is sent where no line is."""
    place = streets(listed)[0]
    item = listed.interventions[place]
    seen = client.get("/api/v1/calls/sheet", params={"plan_id": listed.id, "keys": [item.key]}).json()
    assert (seen["vehicles"], seen["by_hand"], seen["lines"][0]["vehicle"]) == (1, 1, item.vehicle)
    assert board(client)["rows"] == []
    answer = call_out(client, listed, place)
    assert answer.status_code == 201
    (row,) = board(client)["rows"]
    assert (row["call_id"], row["vehicle"], row["word"]) == (answer.json()["calls"][0], item.vehicle, "by_hand")
    assert row["address"] == seen["lines"][0]["address"] != ""
    assert [tur["order_id"] for tur in row["turer"]] == answer.json()["orders"]
    assert {one["state"] for one in client.get("/api/v1/orders").json()["orders"]} == {"decided"}


def test_a_call_out_is_taken_back_while_it_can(client, listed, clock):
    made = call_out(client, listed, *streets(listed)[:2]).json()
    assert board(client)["undo"]["kind"] == "withdraw"
    clock.advance(seconds=5)
    answer = client.post("/api/v1/calls/withdraw", json={"ids": made["calls"]})
    assert sorted(answer.json()["ids"]) == sorted(made["calls"])
    assert client.get("/api/v1/orders").json()["orders"] == []
    assert client.post("/api/v1/calls/withdraw", json={"ids": made["calls"]}).status_code == 409
    assert client.post("/api/v1/calls/withdraw", json={"ids": []}).status_code == 422
    assert call_out(client, listed, *streets(listed)[:2]).status_code == 201


def test_another_vehicle_than_the_plan_s(client, listed):
    """Of a program as an object, of a form as KEY=VEHICLE."""
    first, second = streets(listed)[:2]
    key, other = listed.interventions[first].key, listed.interventions[second].key
    call_out(client, listed, first, vehicles={key: "P03"})
    fields = {"plan_id": listed.id, "keys": [other], "vehicles": [f"{other}=P02"]}
    answer = client.post("/api/v1/calls", data=fields, headers=PAGE, follow_redirects=False)
    assert (answer.status_code, "said=called_out" in answer.headers["location"]) == (303, True)
    assert {row["vehicle"] for row in board(client)["rows"]} == {"P02", "P03"}
    assert call_out(client, listed, first, vehicles={key: 5}).status_code == 422


def test_what_is_only_decided_is_taken_up(client, listed):
    place = streets(listed)[0]
    keys = [listed.interventions[place].key]
    (order,) = client.post("/api/v1/orders", json={"plan_id": listed.id, "keys": keys}).json()["ids"]
    answer = client.post("/api/v1/calls", json={"plan_id": listed.id, "orders": [order]})
    assert answer.json()["orders"] == [order]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"plan_id": "x", "keys": ["a"]}, 404),
        ({"plan_id": "00000000-0000-0000-0000-000000000000", "keys": ["a"]}, 404),
        ({"keys": ["a"]}, 404),
    ],
)
def test_what_is_not_there_is_not_called_out(client, body, status):
    assert client.post("/api/v1/calls", json=body).status_code == status


def test_nothing_and_twice_are_refused(client, listed):
    assert call_out(client, listed).status_code == 422
    place = streets(listed)[0]
    call_out(client, listed, place)
    assert call_out(client, listed, place).status_code == 409
    fields = {"plan_id": listed.id, "keys": [listed.interventions[place].key]}
    page = client.post("/api/v1/calls", data=fields, headers=PAGE)
    assert (page.status_code, "någon hann före" in page.text) == (409, True)


def test_rang_then_taken_back_then_stopped(client, listed, clock):
    """By their word; a form comes back to the page, which can say what was done."""
    place = streets(listed)[0]
    (call,) = call_out(client, listed, place).json()["calls"]
    address = f"/api/v1/calls/{call}"
    answer = client.post(f"{address}/rang", data={"note": ""}, headers=PAGE, follow_redirects=False)
    assert (answer.status_code, "said=call_rang" in answer.headers["location"]) == (303, True)
    (row,) = board(client)["rows"]
    assert (row["word"], row["by_dispatcher"], board(client)["undo"]["kind"]) == ("acknowledged", True, "order")
    (order,) = board(client)["undo"]["ids"]
    undone = client.post(f"/api/v1/orders/{order}/undo", json={})
    assert [event["kind"] for event in undone.json()["history"]][:1] == ["decided"]
    assert board(client)["rows"][0]["word"] == "by_hand"
    clock.advance(seconds=20)
    client.post(f"{address}/rang", json={})
    told = client.post(f"{address}/stop", json={}).json()["call"]
    row = board(client)["rows"][0]
    assert (row["call_id"], row["kind"], row["needs"]) == (told, "stop", True)
    assert client.get("/api/v1/orders").json()["orders"][0]["state"] == "aborted"


def test_cannot_goes_to_the_next_with_its_cause(client, filled, listed):
    place = streets(listed)[0]
    vehicle = listed.interventions[place].vehicle
    night.lists(filled, vehicle, "P03" if vehicle != "P03" else "P02")
    (call,) = call_out(client, listed, place).json()["calls"]
    made = client.post(f"/api/v1/calls/{call}/cannot", json={"note": "startar inte"}).json()["call"]
    row = board(client)["rows"][0]
    assert (row["call_id"], row["instead_of"]["vehicle"], row["instead_of"]["refused"]) == (made, vehicle, True)
    known = calls.histories(filled, [call])[call]
    assert ("refused", "startar inte") in {(event.kind, event.note) for event in known}
    assert client.post(f"/api/v1/calls/{call}/again", json={}).status_code == 409
    assert client.post(f"/api/v1/calls/{call}/fly", json={}).status_code == 422
    assert client.post("/api/v1/calls/none/rang", json={}).status_code == 404


def test_a_driver_says_what_is_theirs(client, listed):
    """The vehicle stands in the history, not the dispatcher."""
    place = streets(listed)[0]
    (order,) = call_out(client, listed, place).json()["orders"]
    address = f"/api/v1/orders/{order}/events"
    client.post(address, json={"kind": "sent"})
    told = client.post(address, json={"kind": "acknowledged", "by": "driver"}).json()["history"]
    assert [event["who"] for event in told][-2:] == ["dispatcher", listed.interventions[place].vehicle]
    assert board(client)["rows"][0]["word"] == "acknowledged"


def test_an_end_that_nobody_saw_is_asked_of_a_form_and_marked_for_a_program(client, listed):
    """A form confirms; a program is not asked; both stay only said."""
    for place, confirm in zip(streets(listed)[:2], (False, True), strict=True):
        keys = [listed.interventions[place].key]
        (order,) = client.post("/api/v1/orders", json={"plan_id": listed.id, "keys": keys}).json()["ids"]
        address = f"/api/v1/orders/{order}/events"
        if confirm:
            page = client.post(address, data={"kind": "started"}, headers=PAGE)
            assert (page.status_code, "inte sett" in page.text) == (409, True)
            sure = {"kind": "started", "confirm": "true"}
            assert client.post(address, data=sure, headers=PAGE, follow_redirects=False).status_code == 303
        else:
            answer = client.post(address, json={"kind": "started"})
            assert (answer.status_code, answer.json()["only_said"]) == (201, ["started"])
        assert client.get(f"/api/v1/orders/{order}/progress").json()["only_said"] == ["started"]


def test_the_board_since_a_time(client, listed, clock):
    call_out(client, listed, streets(listed)[0])
    clock.advance(hours=1)
    assert len(board(client)["rows"]) == 1
    since = clock.now().isoformat()
    assert client.get("/api/v1/calls", params={"since": since}).json()["rows"] == []
    assert client.get("/api/v1/calls?since=2026-11-24T03:00:00").status_code == 422
