"""The hand-over: what became of each tur, and what the next shift must do, as JSON, as a page and on the day page."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from city.call import Call, CallEvent
from city.draft import Change, Difference
from city.plan import NotCared
from planner.calls.escalate import escalate
from planner.orders import add_event, decide
from planner.publish import publish
from store import calls, drafts, judgements, plans, roads
from store.drafts import Draft
from store.judgements import Decline
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
    assert (found["called"], found["called_runs"], found["done_runs"]) == (called(snow), 4, 1)
    assert found["todo"] == ["decide", "rest", "wait", "follow"]
    assert [tur["state"] for tur in found["turer"]][4:] == ["proposed"] * proposed


def test_a_tur_that_was_called_out_anew_is_to_be_done_once(client, snow, made):
    key = snow.interventions[0].key
    client.post("/api/v1/orders", json={"plan_id": snow.id, "keys": [key]})
    found = [tur for tur in client.get(f"/api/v1/handover/{DAY}").json()["turer"] if tur["key"] == key]
    assert sorted((tur["state"], tur["todo"]) for tur in found) == [("aborted", None), ("decided", "send")]


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
                "{turer} utkallade, varav 1 klar.",
                "{left} planerade är inte utkallade. 22 sträckor kvar",
                "För 1 tur vet ingen hur långt den har kommit.",
                "03.12 {silent} svarade inte på 6 min: gick till P07 (Jour 2)",
                "03.10 avbruten, arbetsledare: hydraulslang",
                "Kör det som är kvar",
                "Vad har hänt hittills",
                "Till nästa skift",
                "Beslut och händelser",
            ],
        ),
        (
            "en",
            [
                "{turer} called out, of which 1 is done.",
                "{left} planned were not called out. 22 streets left",
                "Of 1 route nobody knows how far it has come.",
                "03:12 {silent} did not answer for 6 min: went to P07 (Jour 2)",
                "Drive what is left",
                "What has happened so far",
                "For the next shift",
            ],
        ),
    ],
)
def test_the_page_says_it_in_words(client, snow, made, language, words):
    page = said(client.get(f"/overlamning?lang={language}"))
    n, (turer, runs) = called(snow), {"sv": ("turer", " i 4 körningar"), "en": ("routes", " in 4 runs")}[language]
    own = {"turer": f"{n} {turer}{runs if n < 4 else ''}", "silent": snow.interventions[2].vehicle}
    own["left"] = len(snow.interventions) - 4
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


def test_a_tur_that_is_driven_twice_stands_once_in_the_list_and_twice_in_the_night(client, filled, snow, clock):
    """Run 1 is done with streets that nobody saw; run 2 has been begun: what run 1 left is run 2's."""
    made = night.walk(filled, snow, clock)
    add_event(filled, made["driving"], "done", "P01", clock.now())
    again = second_run(filled, snow, snow.interventions[1], clock.now())
    add_event(filled, again, "started", "P01", clock.now())
    filled.commit()
    found = client.get(f"/api/v1/handover/{DAY}").json()
    runs = [tur for tur in found["turer"] if tur["target"] == snow.interventions[1].target]
    assert [(tur["run"], tur["state"], tur["todo"]) for tur in runs] == [(1, "done", None), (9, "started", "follow")]
    assert (found["called"], found["called_runs"]) == (called(snow), 5)
    page = said(client.get("/overlamning"))
    assert f"{called(snow)} turer i 5 körningar utkallade" in page
    assert f"{snow.interventions[1].target} omg 9" in page


def called(plan):
    """How many turer the four orders of the walk are of."""
    three = plan.interventions[:3]
    other = next(item for item in plan.interventions[3:] if item.vehicle != three[1].vehicle)
    return len({item.target for item in (*three, other)})


def second_run(connection, plan, item, now):
    again = msgspec.structs.replace(item, key=item.key.rsplit(":", 1)[0] + ":9", id="again", starts_at=now)
    newer = msgspec.structs.replace(
        plan,
        id=str(uuid.uuid4()),
        version=plan.version + 1,
        supersedes=plan.id,
        slot="event:again",
        created_at=now,
        interventions=(*plan.interventions, again),
    )
    plans.add_plan(connection, newer)
    return decide(connection, newer.id, [again.key], "dispatcher", now)[0]


def test_it_says_what_was_late_what_it_cost_and_what_nobody_drives(client, filled, snow, made, clock):
    """An hour after its planned start the tur that was sent has not begun; the others' hours are paid for."""
    planned = snow.interventions[2].starts_at
    clock.advance(seconds=(planned + timedelta(minutes=54) - clock.now()).total_seconds())
    found = client.get(f"/api/v1/handover/{DAY}").json()
    tur = next(tur for tur in found["turer"] if tur["order_id"] == made["passed"])
    assert tur["began_late_s"] == 54 * 60
    page = said(client.get(f"/overlamning?day={DAY}"))
    assert "min sen" in page or "efter gränsen" in page
    assert found["sums"]["vehicles"] >= 2
    assert found["sums"]["cost"] > 0
    assert "Körtid" in page


def test_what_was_declined_is_nobodys_to_do_and_stands_among_the_decisions(client, filled, snow, made):
    key = snow.interventions[-1].key
    judgements.add_decline(filled, Decline(snow.id, key, "drifting", "", "dispatcher", town.AT))
    filled.commit()
    found = client.get(f"/api/v1/handover/{DAY}").json()
    (tur,) = [tur for tur in found["turer"] if tur["key"] == key]
    assert (tur["todo"], tur["declined"]) == (None, "drifting")
    assert [one["step"] for one in found["decisions"] if one["kind"] == "decline"] == ["drifting"]


@pytest.mark.parametrize("turned_down", [True, False])
def test_a_no_to_what_was_turned_down_is_nobodys_to_drive(client, filled, snow, turned_down):
    """What is still asked for is to be driven by another."""
    key = snow.interventions[0].key
    (order,) = decide(filled, snow.id, [key], "dispatcher", town.AT)
    add_event(filled, order, "sent", "dispatcher", town.AT)
    add_event(filled, order, "refused", "P01", town.AT)
    if turned_down:
        judgements.add_decline(filled, Decline(snow.id, key, "drifting", "", "dispatcher", town.AT))
    filled.commit()
    turer = client.get(f"/api/v1/handover/{DAY}").json()["turer"]
    assert [tur["todo"] for tur in turer if tur["key"] == key] == [None if turned_down else "rest"]


def test_a_draft_that_waits_is_the_next_shifts_to_answer(client, filled, snow, made):
    """With the tur that it adds and why; once it is answered it is a decision, with who."""
    key = snow.interventions[-1].key
    change = Change(
        key=key, target=snow.interventions[-1].target, title="", vehicle="P02", starts_at=None, why="12,1 cm", why_en=""
    )
    draft = Draft(str(uuid.uuid4()), snow.id, town.AT, "watch", Difference(added=(change,)))
    drafts.add_draft(filled, draft, msgspec.structs.replace(snow, inputs_hash="other"), b"")
    filled.commit()
    assert client.get(f"/api/v1/handover/{DAY}").json()["draft"]["id"] == draft.id
    page = said(client.get("/overlamning"))
    assert "Ta ställning till utkastet" in page
    assert f"Vaktens utkast 03.06: {snow.interventions[-1].target} till" in page
    assert "12,1 cm" in page
    drafts.answer(filled, draft.id, False, town.AT + timedelta(minutes=1), "dispatcher", None)
    filled.commit()
    assert client.get(f"/api/v1/handover/{DAY}").json()["draft"] is None
    page = said(client.get("/overlamning"))
    assert f"arbetsledare Planen fick stå mot utkastet ({snow.interventions[-1].target} till)" in page


def test_a_call_of_which_nobody_knows_whether_it_arrived_is_to_be_rung(client, filled, snow, made):
    """'Ovisst': first in the list, with the vehicle, the role and the tur; no number stands there."""
    number = "00000000-0000-0000-0000-0000000000c1"
    when = town.AT + timedelta(minutes=8), "dispatcher", town.AT
    calls.add_call(filled, Call(number, "go", "P07", None, "Jour 2", "sms", "070-7", "Kör", *when, (made["passed"],)))
    for n, kind in enumerate(("made", "tried", "unsure"), start=1):
        calls.add_event(filled, CallEvent(number, kind, town.AT + timedelta(minutes=n), "dagsplan"))
    filled.commit()
    found = client.get(f"/api/v1/handover/{DAY}").json()
    assert [call["state"] for call in found["calls"]] == ["unsure"]
    assert found["todo"][0] == "call"
    page = said(client.get("/overlamning"))
    assert f"Ring för hand P07, Jour 2: {snow.interventions[2].target}" in page
    assert "ovisst om det kom fram 03.09" in page
    assert f"P07: ovisst om sms till Jour 2 kom fram, {snow.interventions[2].target}" in page
    assert "070-7" not in page


@pytest.mark.parametrize("domain", ["waste", "heating"])
def test_the_days_hand_over_is_of_all_three(client, filled, publish, clock, domain):
    plan = publish(domain)
    key = plan.interventions[0].key
    client.post("/api/v1/orders", json={"plan_id": plan.id, "keys": [key]})
    found = client.get(f"/api/v1/handover/{plan.service_day}?domain={domain}").json()
    assert [tur["todo"] for tur in found["turer"] if tur["key"] == key] == ["send"]
    page = said(client.get(f"/overlamning?domain={domain}"))
    assert "Skicka ut" in page
    assert "Vad har hänt hittills" in page


def test_in_the_morning_the_night_is_over(client, filled, snow, made, clock):
    clock.advance(minutes=4 * 60)
    assert "Vad hände i natt" in said(client.get(f"/overlamning?day={DAY}"))


def test_what_nobody_drove_is_named_with_its_cause_and_its_place_on_the_map(client, filled, snow, clock):
    """'323 of 324' helps nobody to find the last one."""
    lost = NotCared(
        target="street:P1", title="Torget", kind="unreachable", whole=False, network="street", priority=1,
        why="Ingen väg i nätet leder dit.", why_en="No way in the network leads there.", segments=("s/0-0/0-1",),
    )  # fmt: skip
    cut_off = roads.load_segments(filled)[0]
    roads.replace_segments(filled, "OpenStreetMap", [replace(cut_off, reachable=False), *town.streets()[1:]])
    totals = snow.totals | {"unreachable_segments": 1}
    decide(filled, snow.id, [snow.interventions[0].key], "dispatcher", town.AT)
    publish(filled, msgspec.structs.replace(snow, not_cared=(lost,), totals=totals, inputs_hash="lost"), clock.now())
    filled.commit()
    answer = client.get("/overlamning")
    assert "Torget (1 sträcka): Ingen väg i nätet leder dit." in said(answer)
    assert f"1 sträcka nås inte från vägnätet: {cut_off.name}." in said(answer)
    assert "/karta?domain=snow&amp;key=-street%3AP1" in answer.text


def next_shift(answer):
    """The words of the list of what is to be done."""
    return said(answer).split("Till nästa skift")[1].split("Sent eller kvar")[0]


HOUR = timedelta(hours=1)


def of_one_vehicle(filled, snow, clock, *spans):
    """Turer of P01, decided at 03.06: from when to when each is planned [h after it]; with the orders."""
    turer = tuple(
        msgspec.structs.replace(
            item,
            vehicle="P01",
            contractor=snow.interventions[0].contractor,
            starts_at=town.AT + begins * HOUR,
            ready_by=town.AT + ends * HOUR,
        )
        for item, (begins, ends) in zip(snow.interventions, spans, strict=False)
    )
    publish(filled, msgspec.structs.replace(snow, interventions=turer, inputs_hash="both"), clock.now())
    live = plans.latest(filled, "snow", "assist")
    assert live is not None
    orders = decide(filled, live.id, [item.key for item in turer], "dispatcher", town.AT)
    filled.commit()
    return [item.target for item in turer], orders


def test_turer_of_one_vehicle_that_overlap_are_the_next_shifts_to_put_right(client, filled, snow, clock):
    (first, then), _ = of_one_vehicle(filled, snow, clock, (1, 2), (1.5, 3))
    todo = next_shift(client.get("/overlamning"))
    assert f"Krockar P01: {first} till 05.06, men {then} från 04.36" in todo


def test_a_tur_that_lasts_long_overlaps_each_that_begins_in_it(client, filled, snow, clock):
    (long, short, last), _ = of_one_vehicle(filled, snow, clock, (1, 4), (1.5, 2), (3, 3.5))
    todo = next_shift(client.get("/overlamning"))
    assert f"P01: {long} till 07.06, men {short} från 04.36" in todo
    assert f"P01: {long} till 07.06, men {last} från 06.06" in todo


def test_what_was_called_out_after_another_is_no_clash(client, filled, snow, clock):
    """Its driver was told when it begins."""
    (first, then), orders = of_one_vehicle(filled, snow, clock, (1, 2), (1.5, 3))
    for order in orders:
        add_event(filled, order, "sent", "dispatcher", town.AT)
    filled.commit()
    todo = next_shift(client.get("/overlamning"))
    assert "Krockar" not in todo
    assert f"I tur och ordning P01: {then} börjar efter {first}, 05.06" in todo


def test_of_a_tur_that_starts_later_nobody_asks_how_far_it_is(client, filled, snow, clock):
    key = next(item.key for item in snow.interventions if item.starts_at > town.AT + timedelta(minutes=1))
    (order,) = decide(filled, snow.id, [key], "dispatcher", town.AT)
    for step in ("sent", "acknowledged"):
        add_event(filled, order, step, "dispatcher", town.AT)
    filled.commit()
    assert "vet ingen hur långt" not in said(client.get("/overlamning"))


def test_a_vehicle_that_is_out_of_service_is_told_to_the_next_shift(client, filled, snow):
    out = {"kind": "vehicle_out", "vehicle": "G01", "until_at": "2026-11-24T12:00:00+01:00", "why": "växellådan"}
    assert client.post("/api/v1/manning", json=out).status_code == 201
    todo = next_shift(client.get("/overlamning"))
    assert "Fordon ur drift G01 är ur drift till 12.00: växellådan." in todo
    assert "G01 är ur drift" not in said(client.get("/overlamning?domain=waste"))


def test_a_tur_without_a_vehicle_is_named_once(client, filled, snow, clock):
    bare = NotCared(
        target="P1-2", title="P1-2 Unioninkatu", kind="left_out", whole=True, network="street", priority=1,
        why="Inget fordon kommer dit.", why_en="No vehicle gets there.", segments=("s/0-0/0-1",),
    )  # fmt: skip
    decide(filled, snow.id, [snow.interventions[0].key], "dispatcher", town.AT)
    totals = snow.totals | {"without_vehicle": 1}
    publish(filled, msgspec.structs.replace(snow, not_cared=(bare,), totals=totals, inputs_hash="bare"), clock.now())
    filled.commit()
    page = said(client.get("/overlamning"))
    assert "P1-2 Unioninkatu (1 sträcka): Inget fordon kommer dit." in page
    assert "har inget fordon som kan köra den" not in page
