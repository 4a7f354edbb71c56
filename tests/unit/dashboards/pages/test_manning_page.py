"""The page of the manning: who is out, away or has another number, said until when, and taken back."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from city.manning import CallOut
from store import calls
from tests.unit.dashboards import town

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
UNTIL = "2026-11-25T12:00"


@pytest.fixture
def listed(filled):
    """Two lists of streets: one for all, one of a contractor."""
    rows = [
        CallOut("street", 1, "P01", "Jour 1", "sms", "070-174 06 11"),
        CallOut("street", 2, "P02", "Jour 2", "voice", "070-174 06 12"),
        CallOut("street", 1, "P03", "Jour 1", "email", "jour@example.org", "egen"),
    ]
    calls.replace_lists(filled, rows)
    filled.commit()
    return filled


def send(client, **fields):
    return client.post("/api/v1/manning", content=urlencode(fields), headers=FORM)


def form_of(page: str, kind: str) -> str:
    """The form of one kind of change in an opened row."""
    return next(part for part in page.split("<form")[1:] if f'name="kind" value="{kind}"' in part).split("</form>")[0]


def words_of(page: str) -> str:
    """The page without its tags, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_it_shows_every_vehicle_with_depot_contractor_and_who_is_called_first(client, listed, snow):
    page = client.get("/bemanning")
    assert page.status_code == 200
    said = words_of(page.text)
    assert "5 av 5 fordon i tjänst." in said
    assert "Åkeri Ett · Depå 1" in said
    assert "070-174 06 11 , sms" in said or "070-174 06 11, sms" in said
    assert "Gator, alla" in said
    assert "Gator, Egen regi" in said
    assert 'href="tel:0701740611"' in page.text
    assert 'aria-current="page">Bemanning' in page.text
    for vehicle in ("P01", "P02", "P03", "G01", "R01"):
        assert f'id="v-{vehicle}"' in page.text


def test_a_town_without_a_fleet_is_led_to_the_start(client, database):
    page = client.get("/bemanning")
    assert page.status_code == 200
    assert "Det finns inga fordon än." in page.text
    assert re.search(r'<a class="btn is-main" href="/start"', page.text)


def test_without_a_list_it_says_that_nobody_is_called(client, filled):
    assert "Ingen ringlista är inläst" in client.get("/bemanning").text


def test_an_opened_vehicle_says_what_saving_does(client, listed, snow):
    mine = [item.target for item in snow.interventions if item.vehicle == "P02"]
    opened = words_of(client.get("/bemanning", params={"opened": "P02"}).text)
    assert mine
    assert f"P02 tas ur {len(mine)} tur" in opened
    assert all(target in opened for target in mine)


def test_who_cannot_be_rung_is_named_beside_how_many_can(client, listed, snow):
    send(client, kind="vehicle_out", vehicle="P03", until_at=UNTIL)
    page = words_of(client.get("/bemanning").text)
    assert "inte P03 Jour 1" in page
    assert "alla nummer är som vanligt" not in page


def test_a_vehicle_out_stands_first_with_its_cause_and_is_taken_back(client, listed, snow):
    after = send(client, kind="vehicle_out", vehicle="P02", until_at=UNTIL, why="hydrauliken läcker")
    assert after.status_code == 200
    assert after.url.path == "/bemanning"
    said = words_of(after.text)
    assert "4 av 5 fordon i tjänst." in said
    assert "P02 är ur drift till ons 25 nov 12.00: hydrauliken läcker. Planen räknas om" in said
    assert said.index("Ur drift till ons") < said.index("I tjänst")
    assert "rings inte nu" in said
    (change,) = client.get("/api/v1/manning").json()["changes"]
    assert change["until_at"] == "2026-11-25T11:00:00Z"
    assert [row["vehicle"] for row in client.get("/api/v1/manning").json()["lists"]] == ["P03", "P01"]
    back = client.post(f"/api/v1/manning/{change['id']}/end", content="", headers=FORM)
    assert "Det är taget tillbaka." in back.text
    assert "5 av 5 fordon i tjänst." in words_of(back.text)
    assert client.get("/api/v1/manning").json()["changes"] == []


def test_a_new_word_of_the_same_vehicle_takes_the_place_of_the_old_one(client, listed, clock):
    send(client, kind="vehicle_out", vehicle="P02", until_at=UNTIL)
    clock.instant = town.AT + timedelta(minutes=5)
    send(client, kind="vehicle_out", vehicle="P02", until_at="2026-11-24T12:00")
    assert [row["until_at"] for row in client.get("/api/v1/manning").json()["changes"]] == ["2026-11-24T11:00:00Z"]


def test_who_is_away_is_not_called_and_another_number_is(client, listed, clock):
    assert send(client, kind="away", vehicle="P01", who="Jour 1", until_at="2026-11-24T06:00").status_code == 200
    number = {"kind": "number", "vehicle": "P02", "who": "Jour 2", "address": "070-999 99", "channel": "sms"}
    said = words_of(send(client, **number, until_at=UNTIL).text)
    assert "Jour 1 på P01 är borta till 06.00." in said
    assert "annat nummer till ons 25 nov 12.00; annars 070-174 06 12" in said
    rows = client.get("/api/v1/manning").json()["lists"]
    called = [(row["vehicle"], row["who"], row["channel"], row["address"]) for row in rows]
    assert called == [("P03", "Jour 1", "email", "jour@example.org"), ("P02", "Jour 2", "sms", "070-999 99")]
    clock.instant = town.AT + timedelta(hours=4)
    assert [row["vehicle"] for row in client.get("/api/v1/manning").json()["lists"]] == ["P03", "P01", "P02"]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"until_at": ""}, "vehicle_out-until_at", "Skriv en tid som"),
        ({"until_at": "i morgon"}, "vehicle_out-until_at", "Skriv en tid som"),
        ({"until_at": "2026-11-24T02:00"}, "vehicle_out-until_at", "är redan förbi"),
        ({"until_at": "2099-01-01T00:00"}, "vehicle_out-until_at", "Högst ett år"),
        ({"until_at": "9999-12-31T23:59"}, "vehicle_out-until_at", "Högst ett år"),
        ({"until_at": "0001-01-01T00:00"}, "vehicle_out-until_at", ""),
        ({"kind": "number", "who": "Jour 1", "address": "ring mig"}, "number-address", "bara siffror"),
        ({"kind": "number", "who": "Jour 1", "address": "0", "channel": "email"}, "number-address", "med @"),
        ({"kind": "away", "who": "Jour 1", "until_at": "aldrig"}, "away-until_at", "Skriv en tid som"),
    ],
)
def test_what_is_wrong_stands_in_its_field_and_what_was_typed_is_kept(client, listed, fields, field, said):
    whole = {"kind": "vehicle_out", "vehicle": "P01", "until_at": UNTIL, "why": "", **fields}
    if whole["kind"] == "vehicle_out":
        whole["why"] = "punktering"
    page = send(client, **whole)
    assert page.status_code == 422
    box = re.search(rf'<input class="input" id="{field}"[^>]*>\s*<p class="wrong"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert box, words_of(page.text)[:600]
    assert said in box[1]
    assert 'aria-invalid="true"' in box[0]
    for name in ("until_at", "why", "address"):
        assert not whole.get(name) or f'value="{whole[name]}"' in page.text
    assert client.get("/api/v1/manning").json()["changes"] == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"vehicle": "P99"}, "Det finns inget fordon P99"),
        ({"kind": "away", "who": "Jour 7"}, "Ingen Jour 7 står på ringlistan"),
        ({"kind": "holiday"}, "välj bland"),
        ({"kind": "away", "who": "Jour 1", "why": "magsjuk"}, "Varför en person är borta sparas inte"),
    ],
)
def test_a_form_of_a_row_that_is_gone_is_answered_with_the_page(client, listed, fields, said):
    page = send(client, **{"kind": "vehicle_out", "vehicle": "P01", "until_at": UNTIL, **fields})
    assert page.status_code == 422
    assert said in words_of(page.text)
    assert "Fordon" in page.text


def test_programs_are_told_as_problems(client, listed):
    body = {"kind": "vehicle_out", "vehicle": "P01", "until_at": "2026-11-25T12:00:00+01:00"}
    made = client.post("/api/v1/manning", json=body)
    assert made.status_code == 201
    assert made.json()["change"]["noted_by"] == "dispatcher"
    refused = client.post("/api/v1/manning", json={**body, "until_at": "soon"})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "12:00" in refused.json()["detail"]
    assert client.post("/api/v1/manning/nope/end", json={}).status_code == 404
    assert client.post("/api/v1/manning/7d9f5a8e-7a0e-4c33-9b60-0a0a0a0a0a0a/end", json={}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("04.30", "2026-11-24T03:30:00Z"),
        ("02:00", "2026-11-25T01:00:00Z"),
        ("2026-11-24 12.00", "2026-11-24T11:00:00Z"),
    ],
)
def test_a_time_may_be_typed_as_people_say_it(client, listed, typed, until):
    """It is 03.06: a clock that has been is meant of tomorrow."""
    body = {"kind": "vehicle_out", "vehicle": "P01", "until_at": typed}
    assert client.post("/api/v1/manning", json=body).json()["change"]["until_at"] == until


def test_orders_that_are_out_are_named_and_not_touched(client, listed, snow):
    item = next(item for item in snow.interventions if item.vehicle == "P02")
    (order,) = client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [item.key]}).json()["ids"]
    client.post(f"/api/v1/orders/{order}/events", json={"kind": "started"})
    send(client, kind="vehicle_out", vehicle="P02", until_at=UNTIL)
    said = words_of(client.get("/bemanning", params={"opened": "P02"}).text)
    assert f"P02 är redan ute: {item.target} (kör). Det rörs inte." in said
    assert client.get("/api/v1/orders").json()["orders"][0]["state"] == "started"


def test_it_reads_in_english_too(client, listed, snow):
    page = client.get("/bemanning", params={"lang": "en", "opened": "P01/Jour 1"})
    said = words_of(page.text)
    assert "5 of 5 vehicles in service." in said
    assert "Jour 1 is away Until further notice Until a set time" in said


def test_a_vehicle_is_out_until_further_notice_unless_a_time_is_set(client, listed, clock):
    """The first choice of the form; it holds until one tap in its row ends it."""
    opened = client.get("/bemanning", params={"opened": "P02"}).text
    assert re.search(r'<input type="radio" name="ends" value="open" checked>', opened)
    assert "required" not in opened[opened.index('id="vehicle_out-until_at"') :].split(">")[0]
    after = send(client, kind="vehicle_out", vehicle="P02", ends="open", until_at="", why="växellådan")
    said = words_of(after.text)
    assert "P02 är ur drift tills vidare: växellådan. Planen räknas om" in said
    assert "Ur drift tills vidare: växellådan" in said
    clock.instant = town.AT + timedelta(days=40)
    (change,) = client.get("/api/v1/manning").json()["changes"]
    assert change["until_at"] is None
    page = client.get("/bemanning").text
    row = page[page.index('id="v-P02"') :]
    row = row[: row.index("</tr>")]
    assert f'action="/api/v1/manning/{change["id"]}/end"' in row
    assert "I tjänst igen" in row
    back = client.post(f"/api/v1/manning/{change['id']}/end", content="", headers=FORM)
    assert "5 av 5 fordon i tjänst." in words_of(back.text)


def test_who_is_away_until_further_notice_is_back_by_one_tap(client, listed):
    said = words_of(send(client, kind="away", vehicle="P01", who="Jour 1", ends="open").text)
    assert "Jour 1 på P01 är borta tills vidare." in said
    assert "Tillbaka" in said
    assert [row["vehicle"] for row in client.get("/api/v1/manning").json()["lists"]] == ["P03", "P02"]


def test_a_time_that_is_asked_for_must_be_given(client, listed):
    page = send(client, kind="vehicle_out", vehicle="P01", ends="at", until_at="")
    assert page.status_code == 422
    assert re.search(r'name="ends" value="at" checked', page.text)
    assert "Skriv en tid som" in page.text


def test_a_form_comes_back_with_the_choice_that_was_sent_whatever_stands_in_the_time(client, listed):
    number = {"kind": "number", "vehicle": "P01", "who": "Jour 1", "address": "fel", "until_at": UNTIL}
    page = send(client, **number, ends="open")
    assert page.status_code == 422
    assert re.search(r'name="ends" value="open" checked', form_of(page.text, "number"))
    assert re.search(r'name="ends" value="open" checked', form_of(page.text, "away"))
    assert re.search(r'name="ends" value="at" checked', form_of(send(client, **number, ends="at").text, "number"))
    assert re.search(r'name="ends" value="at" checked', form_of(send(client, **number).text, "number"))


def test_the_choice_of_the_form_is_no_word_of_a_program(client, listed):
    """What it says by its documentation holds: the time."""
    body = {"kind": "vehicle_out", "vehicle": "P02", "until_at": UNTIL, "ends": "open"}
    made = client.post("/api/v1/manning", json=body)
    assert (made.status_code, made.json()["change"]["until_at"]) == (201, "2026-11-25T11:00:00Z")


def test_a_program_says_null_of_what_has_no_end_and_must_say_something(client, listed, snow):
    body = {"kind": "vehicle_out", "vehicle": "P02"}
    assert client.post("/api/v1/manning", json=body).status_code == 422
    made = client.post("/api/v1/manning", json={**body, "until_at": None})
    assert (made.status_code, made.json()["change"]["until_at"]) == (201, None)
    item = next(item for item in snow.interventions if item.vehicle == "P02")
    page = client.get("/idag", params={"open": item.key}).text
    assert "ur drift tills vidare" in page
    assert client.post("/api/v1/choices", json={"key": item.key, "vehicle": "P02"}).status_code == 201
    refused = client.post(
        "/api/v1/choices",
        json={"key": next(one.key for one in snow.interventions if one.vehicle == "P03"), "vehicle": "P02"},
    )
    assert (refused.status_code, "until further notice" in refused.json()["detail"]) == (422, True)
    moments = words_of(client.get("/idag").text)
    assert "P02 ur drift tills vidare" in moments
