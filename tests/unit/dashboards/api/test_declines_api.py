"""A decline takes effect: the tur stands last, waits for nobody and cannot be called out, until it is taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from city.plan import Plan
from tests.unit.dashboards import town

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


def turned_down(client, plan: Plan, *places: int, **parts: str):
    keys = [plan.interventions[place].key for place in places]
    body = {"plan_id": plan.id, "keys": keys, "cause": "drifting", "note": "öppet fält", **parts}
    return client.post("/api/v1/declines", json=body)


def ticked(page: str) -> int:
    return page.count('name="keys"')


def test_declined_rows_stand_last_without_a_tick_and_can_be_taken_back(client, snow):
    before = ticked(client.get("/idag").text)
    key = snow.interventions[0].key
    assert turned_down(client, snow, 0, 1).status_code == 201
    page = client.get("/idag").text
    assert ticked(page) == before - 2
    assert "Avstådda (2)" in page
    assert "Avstådd 03.06: drivsnö" in page
    assert "arbetsledare: öppet fält" in page
    assert page.index("Avstådda (2)") > page.index('class="table plan-table')
    after = client.post("/api/v1/declines/end", content=urlencode({"key": key}), headers=FORM)
    assert after.status_code == 200
    assert "Avstådda (1)" in after.text
    assert ticked(after.text) == before - 1
    assert client.post("/api/v1/declines/end", json={"keys": [key]}).json() == {"ended": []}


def test_what_is_declined_cannot_be_called_out_until_it_is_taken_back(client, snow):
    key = snow.interventions[0].key
    turned_down(client, snow, 0)
    body = {"plan_id": snow.id, "keys": [key]}
    refused = client.post("/api/v1/orders", json=body)
    assert refused.status_code == 409
    assert "was declined" in refused.json()["detail"]
    both = {**body, "keys": [snow.interventions[1].key, key]}
    assert client.post("/api/v1/orders", json=both).status_code == 409
    assert client.get("/api/v1/orders").json()["orders"] == []
    assert client.post("/api/v1/declines/end", json={"keys": [key]}).json() == {"ended": [key]}
    assert client.post("/api/v1/orders", json=body).status_code == 201


def test_what_is_called_out_cannot_be_declined_and_none_is_then(client, snow):
    """All or none: the other one stays too."""
    client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [snow.interventions[0].key]})
    refused = turned_down(client, snow, 1, 0)
    assert refused.status_code == 409
    assert "stop the call-out instead" in refused.json()["detail"]
    assert client.get("/api/v1/declines").json()["hold"] == []
    keys = [("keys", item.key) for item in snow.interventions[:2]]
    form = urlencode([("plan_id", snow.id), ("cause", "other"), *keys])
    page = client.post("/api/v1/declines", content=form, headers=FORM)
    assert page.status_code == 409
    assert "Stoppa utkallningen" in page.text


def test_a_decline_holds_over_the_next_plan_of_the_night(client, publish, snow, clock):
    turned_down(client, snow, 0)
    clock.instant = town.AT + timedelta(minutes=30)
    newer = publish("snow")
    key = snow.interventions[0].key
    assert key in {item.key for item in newer.interventions}
    assert [row["key"] for row in client.get("/api/v1/declines").json()["hold"]] == [key]
    page = client.get("/idag").text
    assert "Avstådda (1)" in page
    assert client.post("/api/v1/orders", json={"plan_id": newer.id, "keys": [key]}).status_code == 409
    then = client.get("/idag", params={"at": (town.AT - timedelta(seconds=1)).isoformat()}).text
    assert "Avstådda" not in then


def test_the_ticked_rows_are_declined_from_beside_the_main_button_without_script(client, snow):
    """What the button of the page sends: the form of the call-out, its ticked rows, and the cause beside it."""
    page = client.get("/idag").text
    box = page[page.index('<details class="decline-box">') : page.index("</details>")]
    assert re.search(r'<button [^>]*form="call-out"[^>]*formaction="/api/v1/declines"', box)
    assert len(re.findall(r'form="call-out"', box)) == 3
    keys = [("keys", item.key) for item in snow.interventions[:2]]
    form = urlencode([("plan_id", snow.id), *keys, ("cause", "practice"), ("why", "kör i morgon")])
    after = client.post("/api/v1/declines", content=form, headers=FORM)
    assert "Avstådda (2)" in after.text
    assert "kör i morgon" in after.text


@pytest.mark.parametrize(("path", "fields"), [("", {"cause": "other"}), ("/end", {})])
def test_nothing_ticked_is_said_in_place(client, snow, path, fields):
    page = client.post(f"/api/v1/declines{path}", content=urlencode({"plan_id": snow.id, **fields}), headers=FORM)
    assert page.status_code == 422
    assert path or "ingen rad var kryssad" in page.text


def test_the_open_pages_hear_of_a_decline(client, filled, snow, clock):
    from dashboards.api.events import state
    from dashboards.web.context import AppContext

    context = AppContext(town.settings(), None, clock)
    before = state(context, filled)["snow"]["noted"]
    turned_down(client, snow, 0)
    assert state(context, filled)["snow"]["noted"] != before


def test_no_cause_is_chosen_beforehand_and_none_is_said_in_its_field(client, snow):
    page = client.get("/idag").text
    for name in ('id="decline-cause"', 'id="why-'):
        box = page[page.index(name) :]
        assert box[: box.index("</select>")].count("selected") == 0
        assert '><option value="">Välj skäl</option>' in box[: box.index("</select>")]
    keys = [("keys", item.key) for item in snow.interventions[:2]]
    form = urlencode([("plan_id", snow.id), *keys, ("cause", ""), ("why", "kör i morgon")])
    refused = client.post("/api/v1/declines", content=form, headers=FORM)
    assert refused.status_code == 422
    box = refused.text[refused.text.index('<details class="decline-box" open>') :]
    box = box[: box.index("</details>")]
    assert 'id="decline-cause" name="cause" form="call-out" aria-invalid="true"' in box
    assert "Välj skälet först. Inget är avstått." in box
    assert 'value="kör i morgon"' in box
    assert client.get("/api/v1/declines").json()["declines"] == []
    assert ticked(refused.text) == ticked(page)
    assert refused.text.count("checked") == 2


def test_of_a_row_it_is_said_in_the_row(client, snow):
    item = snow.interventions[3]
    form = urlencode({"plan_id": snow.id, "key": item.key, "cause": ""})
    page = client.post("/api/v1/declines", content=form, headers=FORM)
    assert page.status_code == 422
    row = page.text[page.text.index(f'id="why-r-{item.key.replace(":", "-")}"') :]
    assert row.startswith(row.split(">")[0])
    assert 'aria-invalid="true"' in row.split(">")[0]
    assert "Välj skälet först" in row[: row.index("</form>")]
    assert '<details class="decline-box">' in page.text


def figures(page: str) -> dict[str, str]:
    found = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)<span", page)
    return {label: value.replace("\N{NO-BREAK SPACE}", " ") for label, value in found}


def test_turer_hours_price_and_headline_follow_a_decline_at_once(client, snow):
    """And are as before when it is taken back."""
    first = client.get("/idag").text
    before = figures(first)
    keys = [item.key for item in snow.interventions if item.vehicle == "P02"]
    body = {"plan_id": snow.id, "keys": keys, "cause": "drifting", "note": ""}
    assert client.post("/api/v1/declines", json=body).status_code == 201
    page = client.get("/idag").text
    after = figures(page)
    assert {label for label in before if before[label] != after.get(label)} >= {"Kostnad", "Körtid"}
    cost = [int(re.sub(r"\D", "", one["Kostnad"])) for one in (before, after)]
    assert 0 < cost[1] < cost[0]
    n = len({item.target for item in snow.interventions}) - len({key.split(":")[1] for key in keys})
    assert re.search(rf"<h1[^>]*>Kör ut (nu|kl\. [\d.]+): {n} av ", page)
    lead = page[page.index('<p class="lead">') :].split("</p>")[0]
    assert f"{len(keys)} turer är avstådda." in lead
    assert "Alla turer behövs" not in lead
    assert "2 fordon." in lead
    client.post("/api/v1/declines/end", json={"keys": keys})
    assert figures(client.get("/idag").text) == before


def test_what_would_change_the_answer_is_not_said_of_a_tur_that_is_declined(client, snow):
    from dashboards.pages.declines import flip_after

    key = snow.interventions[0].key
    target = snow.interventions[0].target
    assert flip_after(f"Blir det mindre utgår {target}.", snow, {key}) == ""
    assert flip_after(f"Blir det mindre utgår {target}0.", snow, {key}) != ""
    assert flip_after(f"Blir det mindre utgår {target}.", snow, {}) != ""
