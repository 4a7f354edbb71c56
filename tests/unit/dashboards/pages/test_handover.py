"""The hand-over: what became of each tur, and what the next shift must do, as JSON, as a page and on the day page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planner.night.call_out import escalate
from planner.orders import add_event
from tests.unit.dashboards import night, town
from tests.unit.dashboards.pages.test_day_page import said

DAY = "2026-11-23"


@pytest.fixture
def made(filled, snow, clock):
    return night.walk(filled, snow, clock)


def by_order(client, made):
    answer = client.get(f"/api/v1/handover/{DAY}")
    assert answer.status_code == 200
    turer = {tur["order_id"]: tur for tur in answer.json()["turer"] if tur["order_id"]}
    return {name: turer[order] for name, order in made.items()}


def test_each_tur_says_what_became_of_it_and_what_is_left(client, snow, made):
    found = by_order(client, made)
    assert {name: tur["todo"] for name, tur in found.items()} == {
        "broken": "rest",
        "driving": "follow",
        "passed": "wait",
        "done": None,
    }
    driving = found["driving"]
    assert (driving["share"], len(driving["left"]), driving["feed"]) == (pytest.approx(1 / 6, abs=0.01), 10, "live")
    assert driving["left"][0].keys() == {"id", "name", "length_m"}
    assert (found["broken"]["share"], found["broken"]["left"]) == (None, None)
    assert found["broken"]["remarks"][0]["note"] == "hydraulslang"
    assert found["done"]["share"] == 1.0


def test_who_did_not_answer_stands_there_with_who_was_next(client, snow, made):
    tur = by_order(client, made)["passed"]
    (passed,) = tur["passed_on"]
    assert tur["vehicle"] == "P07"
    assert (passed["from_vehicle"], passed["to_vehicle"], passed["who"]) == (
        snow.interventions[2].vehicle,
        "P07",
        "Jour 2",
    )
    assert passed["waited_s"] == 360.0


def test_the_night_counts_what_is_left_and_what_nobody_knows(client, snow, made):
    found = client.get(f"/api/v1/handover/{DAY}").json()
    proposed = len(snow.interventions) - 4
    assert found["states"] == {"aborted": 1, "started": 1, "sent": 1, "done": 1, "proposed": proposed}
    assert (found["unknown"], found["left_streets"]) == (1, 22)
    assert [tur["todo"] for tur in found["turer"]][: 1 + proposed] == ["rest"] + ["decide"] * proposed


def test_a_tur_that_was_called_out_anew_is_to_be_done_once(client, snow, made):
    key = snow.interventions[0].key
    client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [key]})
    found = [tur for tur in client.get(f"/api/v1/handover/{DAY}").json()["turer"] if tur["key"] == key]
    assert sorted((tur["state"], tur["todo"]) for tur in found) == [("aborted", None), ("decided", "wait")]


def test_a_day_without_anything_says_so(client, filled):
    found = client.get("/api/v1/handover/2026-01-02").json()
    assert (found["turer"], found["left_m"]) == ([], 0.0)
    assert "Ingen tur är planerad eller utkallad" in said(client.get("/overlamning?day=2026-01-02"))
    assert client.get("/api/v1/handover/yesterday").status_code == 422


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "sv",
            [
                "4 turer utkallade, varav 1 klar. {left} planerade är inte utkallade. 22 sträckor kvar",
                "För 1 tur vet ingen hur långt den har kommit.",
                "03.12 {silent} svarade inte på 6 min: gick till P07 (Jour 2)",
                "03.10 avbruten, arbetsledare: hydraulslang",
                "Kör det som är kvar:",
            ],
        ),
        (
            "en",
            [
                "4 routes called out, of which 1 is done. {left} planned were not called out. 22 segments left",
                "Of 1 route nobody knows how far it has come.",
                "03:12 {silent} did not answer for 6 min: went to P07 (Jour 2)",
                "Drive what is left:",
            ],
        ),
    ],
)
def test_the_page_says_it_in_words(client, snow, made, language, words):
    page = said(client.get(f"/overlamning?lang={language}"))
    own = {"left": len(snow.interventions) - 4, "silent": snow.interventions[2].vehicle}
    assert [part for part in words if part.format(**own) not in page] == []


def test_streets_that_nobody_saw_are_to_be_looked_at(client, filled, snow, made, clock):
    """Only two of twelve streets have a track when the driver says 'done': the others are named."""
    add_event(filled, made["driving"], "done", "dispatcher", clock.now())
    filled.commit()
    tur = by_order(client, made)["driving"]
    assert (tur["todo"], len(tur["unseen"]), tur["left"]) == ("look", 10, [])
    assert "fordonet har inte setts på" in said(client.get("/overlamning"))


def test_the_day_page_shows_share_end_and_who_was_next(client, snow, made):
    page = said(client.get("/idag"))
    assert "Kör 17 %" in page
    assert "klar ca 03." in page
    assert "Inget svar 6 min: gick till P07" in page
    assert "inget svar på 6 min, gick till P07, dagsplan: Jour 2" in page
    assert f'href="/overlamning?day={DAY}"' in client.get("/idag").text


def test_a_silent_vehicle_and_one_that_was_never_heard_are_said(client, filled, snow, made, clock):
    clock.advance(minutes=20)
    assert "inga positioner på" in said(client.get("/idag"))
    add_event(filled, made["passed"], "started", "dispatcher", clock.now())
    filled.commit()
    assert "inga positioner" in said(client.get("/idag"))


def test_an_order_that_nobody_answers_stands_first_and_can_be_acknowledged(client, filled, snow, made, clock):
    escalate(filled, town.settings(), town.AT + timedelta(minutes=12))
    filled.commit()
    text = client.get("/idag").text
    assert "Inget svar 03.18" in said(client.get("/idag"))
    assert text.index(snow.interventions[2].key) < text.index(snow.interventions[5].key)
    assert by_order(client, made)["passed"]["todo"] == "call"
    answer = client.post(
        f"/api/v1/orders/{made['passed']}/events", json={"kind": "acknowledged", "note": "ringde, kvitterad"}
    )
    assert answer.status_code == 201
    assert by_order(client, made)["passed"]["remarks"][-1]["note"] == "ringde, kvitterad"
