"""What people saw, what they turned down and the watch's drafts: by JSON, by the page's forms, and as it was at a
minute."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city.clock import FixedClock
from city.entities import Threshold
from planner.watch.drafts import watch
from store import judgements, plans
from tests.unit.dashboards import town

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
LATER = town.AT + timedelta(minutes=30)


def saw(client, **parts):
    body = {"street": "Storgatan", "quantity": "snow_depth", "value": 30.0, "hours": 5, "why": "stod där"}
    return client.post("/api/v1/observations", json={**body, **parts})


def drafted(database, client):
    """Residential streets wait for 60 cm from ten minutes after the plan: the watch's draft half an hour later."""
    assert saw(client, street="Skolgränd", value=1.0).status_code == 201
    for key in ("snow.start_dry_cm", "snow.start_wet_cm"):
        rule = Threshold(key, "P3", 60.0, "cm", 0, town.AT + timedelta(minutes=10), "test", "test")
        plans.add_threshold(database, rule)
    database.commit()
    (draft,) = watch(database, town.settings(), FixedClock(LATER), "observation:1")
    return draft


def test_what_was_seen_is_kept_listed_and_taken_back(client, filled):
    made = saw(client).json()["observation"]
    assert len(made["segments"]) == town.SIDE - 1
    assert [row["id"] for row in client.get("/api/v1/observations").json()["observations"]] == [made["id"]]
    assert client.post(f"/api/v1/observations/{made['id']}/end", json={}).status_code == 200
    assert client.post(f"/api/v1/observations/{made['id']}/end", json={}).status_code == 200
    assert client.get("/api/v1/observations").json()["observations"] == []


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ({"street": "Ingenstans"}, 404, "no street called Ingenstans"),
        ({"segments": ["nope"]}, 404, "no street segment nope"),
        ({"value": "mycket"}, 422, "value must be a number"),
        ({"value": -1}, 422, "from 0 to 400"),
        ({"value": 5, "quantity": "slippery"}, 422, "1 (it is) or 0"),
        ({"quantity": "colour"}, 422, "choose from snow_depth, slippery"),
        ({"hours": 0}, 422, "at most 24"),
        ({"hours": 25}, 422, "at most 24"),
        ({"hours": "1e-300"}, 422, "at most 24"),
        ({"value": "9" * 400}, 422, "must be a number"),
        ({"street": ""}, 422, "name the streets"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(client, filled, parts, status, said):
    answer = saw(client, **parts)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert client.get("/api/v1/observations").json()["observations"] == []


def test_what_nobody_noted_cannot_be_taken_back(client, filled):
    answer = client.post("/api/v1/observations/7d9f5a8e-7a0e-4c33-9b60-0a0a0a0a0a0a/end", json={})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query", ["at=0001-01-01T00:00", "at=9999-12-31T23:59", "day=9999-12-31", "at=2026-11-24T09:00:00Z"]
)
def test_a_time_that_cannot_be_looked_at_is_refused(client, snow, query):
    assert client.get(f"/idag?{query}").status_code == 422


def test_an_order_that_was_refused_later_still_stands_at_its_minute(client, database, snow, clock):
    """Sent, refused, decided again: at the minute between the first was sent."""
    key = snow.interventions[0].key
    body = {"plan_id": snow.id, "keys": [key]}
    (first,) = client.post("/api/v1/orders", json=body).json()["ids"]
    client.post(f"/api/v1/orders/{first}/events", json={"kind": "sent"})
    clock.instant = town.AT + timedelta(minutes=10)
    client.post(f"/api/v1/orders/{first}/events", json={"kind": "refused"})
    client.post("/api/v1/orders", json=body)
    clock.instant = town.AT + timedelta(minutes=20)
    at = (town.AT + timedelta(minutes=5)).isoformat()
    then = client.get("/idag", params={"domain": "snow", "day": str(snow.service_day), "at": at}).text
    assert "Utkallad" in then


def test_a_tur_can_be_named_instead_of_its_streets(client, snow):
    item = snow.interventions[0]
    made = saw(client, street="", plan_id=snow.id, key=item.key).json()["observation"]
    assert set(made["segments"]) == {part.id for part in item.segments}


def test_declines_are_counted_by_cause(client, snow):
    body = {"plan_id": snow.id, "keys": [snow.interventions[0].key], "cause": "drifting", "note": "öppet fält"}
    assert client.post("/api/v1/declines", json=body).status_code == 201
    client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [snow.interventions[1].key]})
    found = client.get("/api/v1/declines").json()
    assert [(row["cause"], row["note"]) for row in found["declines"]] == [("drifting", "öppet fält")]
    counts = found["counts"]
    assert (counts["drifting"], counts["accepted"], counts["other"]) == (1, 1, 0)


@pytest.mark.parametrize("change", [{"cause": "tired"}, {"keys": []}, {"keys": ["nope"]}, {"plan_id": "nope"}])
def test_a_decline_needs_a_known_cause_and_key(client, snow, change):
    body = {"plan_id": snow.id, "keys": [snow.interventions[0].key], "cause": "other", **change}
    assert client.post("/api/v1/declines", json=body).status_code in {404, 422}
    assert client.get("/api/v1/declines").json()["declines"] == []


def test_a_draft_is_shown_and_taken_with_one_tap(client, database, snow):
    waiting = next(item for item in snow.interventions if item.target == "P3-1")
    client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [waiting.key]})
    draft = drafted(database, client)
    assert waiting.key in {change.key for change in draft.difference.dropped}
    page = client.get("/idag").text
    assert "Läget har ändrats" in page
    assert len(draft.difference.dropped) > 1
    assert f"{len(draft.difference.dropped)} turer utgår." in page
    told = {change.vehicle for change in draft.difference.added if change.vehicle}  # nobody was called out
    assert f">Ta ändringen{f', {len(told)} får besked' if told else ''}<" in page
    assert "Ingen som är utkallad kallas tillbaka." in page
    assert "Ingenting väntar på dig" not in page
    said = page.split("Vakten: utkast, ")[1].split("<")[0]
    assert f"{', '.join(change.target for change in draft.difference.dropped)} utgår" in said
    assert client.get("/api/v1/drafts/snow").json()["draft"]["id"] == draft.id
    after = client.post(f"/api/v1/drafts/{draft.id}", content="answer=accept", headers=FORM)
    assert after.status_code == 200
    assert 'id="draft"' not in after.text
    states = {order["key"]: order["state"] for order in client.get("/api/v1/orders").json()["orders"]}
    assert states == {waiting.key: "aborted", **{change.key: "decided" for change in draft.difference.added}}
    again = client.post(f"/api/v1/drafts/{draft.id}", content="answer=accept", headers=FORM)
    assert again.status_code == 409
    assert "Utkastet gäller inte längre" in again.text
    assert "arbetsledare tog utkastet, plan 2 gäller." in again.text
    assert client.post(f"/api/v1/drafts/{draft.id}", json={"answer": "reject"}).status_code == 409


def test_a_draft_that_is_left_is_gone_and_the_plan_stands(client, database, snow):
    draft = drafted(database, client)
    assert client.post(f"/api/v1/drafts/{draft.id}", json={"answer": "reject"}).status_code == 200
    assert 'id="draft"' not in client.get("/idag").text
    assert client.get("/api/v1/drafts/snow").status_code == 404
    assert client.get("/api/v1/plans/snow/latest").json()["id"] == snow.id


def test_the_page_has_forms_for_both(client, snow):
    page = client.get("/idag").text
    assert 'action="/api/v1/observations"' in page
    assert 'action="/api/v1/declines"' in page
    assert "stämmer inte med vår praxis" in page
    sent = client.post(
        "/api/v1/observations", content="street=Hamnplan&quantity=snow_depth&value=1%2C5&hours=3&why=", headers=FORM
    )
    assert sent.status_code == 200
    assert "arbetsledare: 1,5" in sent.text


def test_a_decline_by_form_leads_back_to_its_row(client, snow):
    body = f"plan_id={snow.id}&key={snow.interventions[0].key}&cause=practice"
    sent = client.post("/api/v1/declines", content=body, headers=FORM)
    assert sent.status_code == 200
    assert [row["cause"] for row in client.get("/api/v1/declines").json()["declines"]] == ["practice"]
    assert sent.url.fragment


def test_the_page_as_it_was_at_a_minute(client, database, snow, clock):
    """Just after the draft it waits for an answer and nothing is ordered; once taken it is gone, and what was seen
    stays."""
    draft = drafted(database, client)
    clock.instant = LATER + timedelta(minutes=5)
    client.post(f"/api/v1/drafts/{draft.id}", json={"answer": "accept"})
    clock.instant = LATER + timedelta(hours=2)
    now = client.get("/idag").text
    assert "Natten, minut för minut" in now
    assert "ur vaktens utkast" in now
    params = {"domain": "snow", "day": str(snow.service_day)}
    before = client.get("/idag", params={**params, "at": (LATER + timedelta(minutes=1)).isoformat()}).text
    assert "Så här såg sidan ut" in before
    assert 'id="draft"' in before
    assert 'action="/api/v1/drafts' not in before
    assert 'action="/api/v1/orders"' not in before
    assert "Ej skickad" not in before
    after = client.get("/idag", params={**params, "at": (LATER + timedelta(minutes=6)).isoformat()}).text
    assert 'id="draft"' not in after
    assert "stod där" in after


def test_events_tell_that_something_was_noted(client, filled, snow):
    from dashboards.api.events import state

    context = client  # the stamp is read through the application's own function below
    assert context is not None
    first = _noted(filled, state)
    saw(client)
    assert _noted(filled, state) != first


def _noted(database, state):
    from dashboards.web.context import AppContext

    context = AppContext(town.settings(), None, FixedClock(town.AT + timedelta(minutes=1)))
    return state(context, database)["snow"]["noted"]


def test_every_word_of_a_cause_is_known():
    from typing import get_args

    from city.catalogue.words import words
    from city.vocabulary import DeclineCause

    for language in ("sv", "en"):
        for cause in get_args(DeclineCause):
            assert words(language)(f"cause.{cause}")
    assert judgements.Decline.__name__ == "Decline"


@pytest.mark.parametrize(
    ("at", "hours", "use"),
    [
        ("2026-11-24T10:00:00Z", "24", "Den första planen räknar med det, om den görs före ons 25 nov 11.00."),
        ("2026-11-24T12:30:00Z", "24", "Den första planen görs senast 18.00 och räknar med det."),
        ("2026-11-24T12:30:00Z", "0,1", "och då gäller det inte längre: skriv fler timmar."),
    ],
)
def test_what_is_noted_before_the_first_plan_has_its_receipt(client, filled, clock, at, hours, use):
    """Street, figure and time, that the first plan takes it in or not, and the way to take it back."""
    from datetime import datetime

    clock.instant = datetime.fromisoformat(at)
    assert '<option value="Storgatan">' in client.get("/idag").text
    body = f"street=Storgatan&seen=snow_depth&value=4%2C5&hours={hours}&why="
    page = client.post("/api/v1/observations", content=body, headers=FORM).text
    live = page[page.index('<div id="live"') :]
    live = live[: live.index("</div></div>")].replace("\N{NO-BREAK SPACE}", " ")
    assert "Sparat." in live
    assert "4,5 cm på Storgatan (8 sträckor), gäller till" in live
    assert use in live
    assert "Ta tillbaka" in page[page.index('id="observations"') :]
    assert "Sparat." not in client.get("/idag", params={"day": "2026-11-20"}).text


def test_a_street_in_the_other_language_of_the_town_is_found_by_its_stem(client, filled):
    """At most three are suggested, each a button."""
    filled.execute("UPDATE road_segment SET name = 'Mannerheimintie' WHERE name = 'Ringen'")
    filled.commit()
    body = "street=Manerheimv%C3%A4gen&seen=snow_depth&value=4&hours=4&why="
    page = client.post("/api/v1/observations", content=body, headers=FORM)
    assert page.status_code == 422
    assert "Manerheimvägen finns inte under det namnet i gatunätet; menade du Mannerheimintie?" in page.text
    assert 1 <= page.text.count('name="street_meant"') <= 3
