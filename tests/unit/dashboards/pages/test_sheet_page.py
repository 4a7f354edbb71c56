"""The sheet before a call-out: another vehicle where a tur's own cannot, streets by name, starts that passed."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlparse

import pytest

from tests.unit.dashboards import night, town

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


@pytest.fixture
def listed(filled, snow):
    """The plan's ploughs and P01, which is free all night, are on the list."""
    night.lists(filled, "P01", "P02", "P03")
    return snow


@pytest.fixture
def item(listed):
    """A street tur of P02."""
    return next(one for one in listed.interventions if one.vehicle == "P02")


def sheet(client, plan, *keys, **more):
    return client.get("/idag/utkallning", params={"plan_id": plan.id, "keys": keys, **more}).text


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def form_of(page: str) -> list[tuple[str, str]]:
    """What the sheet's button sends as it stands."""
    form = page[page.index('<form class="sheet"') : page.index("</form>")]
    found = re.findall(r'<input type="(?:hidden|checkbox)" name="(\w+)" value="([^"]*)"(?: checked)?', form)
    chosen = re.findall(r'<option value="([^"]*)" selected>', form)
    return [(name, html.unescape(value)) for name, value in [*found, *(("vehicles", one) for one in chosen)]]


def send(client, fields):
    return client.post("/idag/utkallning", content=urlencode(fields), headers=FORM, follow_redirects=False)


def out_of_service(client, vehicle: str) -> None:
    made = client.post("/api/v1/manning", json={"kind": "vehicle_out", "vehicle": vehicle, "until_at": None})
    assert made.status_code == 201


def order_of(client):
    return client.get("/api/v1/orders").json()["orders"][0]


def test_a_free_vehicle_stands_in_for_one_that_is_out_and_is_called(client, listed, item):
    """Said in words, and sent as it stands."""
    out_of_service(client, "P02")
    page = sheet(client, listed, item.key)
    assert "P01 är ledig: föreslås i stället för P02, som är ur drift" in words_of(page)
    fields = form_of(page)
    assert {("vehicles", ""), ("shown", f"{item.key}=P01")} <= set(fields)
    sent = send(client, fields)
    assert sent.status_code == 303
    assert parse_qs(urlparse(sent.headers["location"]).query)["said"] == ["called_out.0.1"]
    order = order_of(client)
    assert (order["vehicle"], order["contractor"], order["state"]) == ("P01", "ett", "decided")
    (row,) = client.get("/api/v1/calls").json()["rows"]
    assert (row["vehicle"], row["who"]) == ("P01", "Jour 1")


def test_after_a_no_another_is_proposed(client, listed, item):
    """Its order is over; the plan still has the vehicle that said no."""
    (order,) = client.post("/api/v1/orders", json={"plan_id": listed.id, "keys": [item.key]}).json()["ids"]
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "sent"})
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "refused", "note": "startar inte"})
    assert order_of(client)["state"] == "refused"
    said = words_of(sheet(client, listed, item.key))
    assert "P01 är ledig: föreslås i stället för P02, som har sagt nej" in said


def test_what_a_driver_broke_off_goes_to_another(client, listed, item):
    (order,) = client.post("/api/v1/orders", json={"plan_id": listed.id, "keys": [item.key]}).json()["ids"]
    for kind in ("started", "aborted"):
        client.post(f"/api/v1/orders/{order}/events", json={"kind": kind, "by": "driver"})
    said = words_of(sheet(client, listed, item.key))
    assert "P01 är ledig: föreslås i stället för P02, som har brutit av" in said


def test_another_can_be_chosen_and_is_called(client, listed, item):
    """Shown at once with what speaks against it; the list stays, with the proposal among its lines."""
    out_of_service(client, "P02")
    page = sheet(client, listed, item.key, vehicles=f"{item.key}=P03")
    assert "P03 är valt i stället för P02" in words_of(page)
    assert re.search(r'<option value="[^"]*=P02" disabled>', page)
    assert re.search(r'<option value="[^"]*=P01">', page)
    assert send(client, form_of(page)).status_code == 303
    assert order_of(client)["vehicle"] == "P03"


def test_the_list_says_of_the_proposed_vehicle_what_its_line_says(client, listed, clock):
    """The second tur begins when the first, begun late, is done: P01 has other work before that."""
    clock.instant = town.AT.replace(hour=2, minute=59)
    first, second, others = (
        next(one for one in listed.interventions if one.target == name) for name in ("P1-1", "P1-3", "P1-4")
    )
    out_of_service(client, "P02")
    client.post("/api/v1/choices", json={"key": others.key, "vehicle": "P01"})
    page = sheet(client, listed, first.key, second.key)
    assert "P01 är ledig: föreslås i stället för P02" in words_of(page)
    (said,) = re.findall(r'<option value="" selected>(P01[^<]*)', page)
    assert said.endswith("ledig")


def test_a_list_changed_without_script_is_taken_as_it_is_sent(client, listed, item):
    """The line stood under the proposal; what was chosen in it drives."""
    out_of_service(client, "P02")
    fields = [(name, value) for name, value in form_of(sheet(client, listed, item.key)) if name != "vehicles"]
    assert send(client, [*fields, ("vehicles", f"{item.key}=P03")]).status_code == 303
    assert order_of(client)["vehicle"] == "P03"


def test_a_vehicle_that_broke_down_since_the_sheet_was_shown_is_not_replaced_unseen(client, listed, item):
    fields = form_of(sheet(client, listed, item.key))
    out_of_service(client, "P02")
    page = send(client, fields)
    assert page.status_code == 409
    assert "Ett fordon har ändrats sedan du såg listan. Inget är skickat" in page.text
    assert "P01 är ledig" in words_of(page.text)
    assert client.get("/api/v1/orders").json()["orders"] == []


def test_one_list_that_is_changed_leaves_the_other_proposals_proposals(client, listed):
    """The form is asked for anew with all its lists: what nobody chose may still become another."""
    first, last = (one for one in listed.interventions if one.target in {"P1-1", "P3-2"})
    out_of_service(client, "P02")
    page = sheet(client, listed, first.key, last.key)
    assert words_of(page).count("är ledig: föreslås i stället för P02") == 1
    lists = [value for name, value in form_of(page) if name == "vehicles"]
    assert len(lists) == 2
    said = words_of(sheet(client, listed, first.key, last.key, vehicles=[f"{first.key}=P03", lists[1]]))
    assert ("P03 är valt i stället för P02" in said, "P01 är valt" in said) == (True, False)
    assert "P01 är ledig: föreslås i stället för P02" in said


@pytest.mark.parametrize("since", ["no", "booked"])
def test_a_proposal_that_said_no_or_was_booked_since_is_not_sent(client, listed, item, since):
    """Nobody chose it: another is proposed, and the sheet is shown anew."""
    out_of_service(client, "P02")
    fields = form_of(sheet(client, listed, item.key))
    assert ("shown", f"{item.key}=P01") in fields
    other = next(one for one in listed.interventions if one.vehicle == "P03" and one.starts_at == item.starts_at)
    key = item.key if since == "no" else other.key
    client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [key], "vehicles": {key: "P01"}})
    order = order_of(client)["id"]
    if since == "no":
        client.post(f"/api/v1/orders/{order}/events", json={"kind": "sent"})
        client.post(f"/api/v1/orders/{order}/events", json={"kind": "refused"})
    page = send(client, fields)
    assert page.status_code == 409
    assert "Ett fordon har ändrats sedan du såg listan. Inget är skickat" in page.text
    assert [one["id"] for one in client.get("/api/v1/orders").json()["orders"]] == [order]


def test_where_none_is_free_it_says_which_is_first(client, listed, item):
    for vehicle in ("P02", "P01"):
        out_of_service(client, vehicle)
    said = words_of(sheet(client, listed, item.key))
    assert "P02 är ur drift tills vidare: välj ett annat fordon" in said
    assert "P03 blir ledigt först" in said
    assert "Ingen kan kallas ut." in said


def test_a_program_sees_why_and_sends_what_it_saw(client, listed, item):
    out_of_service(client, "P02")
    seen = client.get("/api/v1/calls/sheet", params={"plan_id": listed.id, "keys": [item.key]}).json()
    (line,) = seen["lines"]
    (tur,) = line["turer"]
    assert (line["vehicle"], tur["instead"]["of"], tur["instead"]["cause"]) == ("P01", "P02", "out")
    body = {"plan_id": listed.id, "keys": [item.key]}
    assert client.post("/api/v1/calls", json=body).status_code == 409
    assert client.post("/api/v1/calls", json={**body, "vehicles": {item.key: "P01"}}).status_code == 201
    assert order_of(client)["vehicle"] == "P01"


def test_turer_are_named_by_their_street_too(client, listed, item):
    street = item.title.removeprefix(item.target).strip()
    assert street
    other = next(one for one in listed.interventions if one.vehicle == "P03")
    client.post("/api/v1/declines", json={"plan_id": listed.id, "keys": [other.key], "cause": "drifting", "note": ""})
    said = words_of(sheet(client, listed, item.key))
    assert f"{item.target} {street}" in said
    assert f"Avstådda: {other.target} {other.title.removeprefix(other.target).strip()}." in said


def test_a_start_that_has_passed_is_said_as_now(client, listed, item, clock):
    """And when it is done at the earliest, not when it was planned to be."""
    clock.instant = item.starts_at + timedelta(minutes=7)
    planned = item.starts_at + timedelta(hours=1)
    said = words_of(sheet(client, listed, item.key))
    assert f"start nu (planerad {planned:%H.%M})" in said
    assert f"Första start nu (planerad {planned:%H.%M})." in said
    ready = item.ready_by + timedelta(minutes=7, hours=1)
    assert f"klar tidigast {ready:%H.%M}" in said


def test_a_start_ahead_is_said_by_its_time_alone(client, listed, item):
    said = words_of(sheet(client, listed, item.key))
    assert "start nu" not in said
    assert "tidigast" not in said


def test_where_nobody_of_the_list_is_left_the_board_leads_to_the_sheet(client, filled, listed, item, clock):
    """It proposes a vehicle that is on no list, and calls it out about the order that waits."""
    night.lists(filled, "P02")
    filled.commit()
    made = client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [item.key]}).json()
    clock.advance(minutes=1)
    client.post(f"/api/v1/calls/{made['calls'][0]}/cannot", json={"note": "startar inte"})
    page = client.get("/idag").text
    assert "Ingen är kvar på ringlistan." in page
    row = page[page.index('id="next-P02"') :]
    form = row[row.index('action="/idag/utkallning"') : row.index("</form>", row.index('action="/idag/utkallning"'))]
    assert (f'value="{item.key}"' in form, "Välj annat fordon" in form) == (True, True)
    seen = sheet(client, listed, item.key)
    assert "P01 är ledig: föreslås i stället för P02, som har sagt nej" in words_of(seen)
    assert send(client, form_of(seen)).status_code == 303
    assert (order_of(client)["id"], order_of(client)["vehicle"]) == (made["orders"][0], "P01")


def test_the_board_warns_of_a_vehicle_that_said_yes_and_is_out(client, listed, item):
    """A plain yes would be believed."""
    call = client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [item.key]}).json()["calls"][0]
    client.post(f"/api/v1/calls/{call}/rang", json={})
    out_of_service(client, "P02")
    page = client.get("/idag").text
    row = page[page.index('id="call-P02"') :]
    assert "Fordonet är ur drift" in words_of(row[: row.index("</tr>")])


def test_the_plans_vehicle_that_was_chosen_after_a_no_shows_at_once(client, listed, item):
    """Another had it and said no: the row has whom the sheet would call, says whose the no was, and says what was
    done."""
    client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [item.key], "vehicles": {item.key: "P01"}})
    client.post(f"/api/v1/orders/{order_of(client)['id']}/events", json={"kind": "sent"})
    call = client.get("/api/v1/calls").json()["rows"][0]["call_id"]
    client.post(f"/api/v1/calls/{call}/rang", json={})
    client.post(f"/api/v1/orders/{order_of(client)['id']}/events", json={"kind": "refused"})
    assert (order_of(client)["vehicle"], order_of(client)["state"]) == ("P01", "refused")
    answer = client.post("/api/v1/choices", data={"key": item.key, "vehicle": "P02"}, headers={"Accept": "text/html"})
    page = answer.text
    assert "P02 är valt. Ingen är kallad än." in words_of(page)
    row = page[page.index(f'data-key="{item.key}"') :]
    row = words_of(row[: row.index("</tr>")])
    assert " P02 " in row
    assert "gällde P01" in row


def test_who_was_rung_and_cannot_is_noted_on_the_board(client, listed, item):
    """Beside who was rung and can."""
    client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [item.key]})
    page = client.get("/idag").text
    assert "Ringde, kan inte" in words_of(page)
    call = client.get("/api/v1/calls").json()["rows"][0]["call_id"]
    assert f"/api/v1/calls/{call}/cannot" in page


def test_what_undo_takes_back_is_named_where_the_line_says_something_else(client, listed, item, clock):
    """A no to one, while the message to another is about to leave."""
    other = next(one for one in listed.interventions if one.vehicle == "P03" and one.network == "street")
    first = client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [item.key]}).json()["calls"][0]
    clock.advance(minutes=1)
    client.post("/api/v1/calls", json={"plan_id": listed.id, "keys": [other.key]})
    clock.advance(seconds=1)
    client.post(f"/api/v1/calls/{first}/rang", json={})
    assert "Ångra utskicket till P03" in words_of(client.get("/idag").text)


def test_rounds_are_called_rounds_and_named(client, publish):
    """On the sheet and on the board."""
    plan = publish("waste")
    one = plan.interventions[0]
    assert "Kalla ut 1 rond med 1 fordon" in words_of(sheet(client, plan, one.key))
    client.post("/api/v1/calls", json={"plan_id": plan.id, "keys": [one.key]})
    page = client.get("/idag?domain=waste").text
    board = words_of(page[page.index('id="board-h"') : page.index("</section>", page.index('id="board-h"'))])
    assert "1 fordon, 1 rond" in board
    assert one.title in board
