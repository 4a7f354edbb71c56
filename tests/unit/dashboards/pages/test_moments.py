"""The record of a night, minute by minute: which tur, what, and who; what was taken back says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.entities import OrderEvent
from city.observation import Observation
from dashboards.pages.record import told
from dashboards.pages.who import note_said
from dashboards.web.locale import Locale
from planner.orders import add_event, decide
from store import daypage, judgements, orders
from store.judgements import Decline
from store.record import Happening
from tests.unit.dashboards import night, town
from tests.unit.dashboards.pages.test_day_page import said

AT = datetime(2027, 1, 12, 2, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def lines(*found: Happening, language: str = "sv") -> list[str]:
    return [line.text for line in told(found, Locale(words(language), ZoneInfo("Europe/Stockholm")))]


@pytest.mark.parametrize(
    ("slot", "swedish", "english"),
    [
        ("18:00", "Plan version 1, kl. 18.00", "Plan version 1, of 18:00"),
        ("event:by-hand:2027-01-12", "Plan version 1, för hand", "Plan version 1, by hand"),
        ("event:draft:7", "Plan version 1, ur vaktens utkast", "Plan version 1, from the watch’s draft"),
        ("event:undo:7", "Plan version 1, som före utkastet", "Plan version 1, as before the draft"),
        ("storm", "Plan version 1, kl. storm", "Plan version 1, of storm"),
    ],
)
def test_a_plan_is_told_by_when_it_was_due_or_who_made_it(slot: str, swedish: str, english: str) -> None:
    plan = Happening(AT, "plan", slot, "", "", "", "", None, {"version": 1})
    assert [lines(plan), lines(plan, language="en")] == [[swedish], [english]]


def step(kind: str, who: str, *keys: str, undone_at: datetime | None = None) -> list[Happening]:
    return [Happening(AT, "order", kind, who, key, "P01", "", undone_at, {"passed": False}) for key in keys]


def test_a_driver_is_a_vehicle_and_several_turer_are_one_line() -> None:
    """Two turer acknowledged in a minute by one driver; a second run says that it is one."""
    found = step("acknowledged", "P11", "snow:P1-1:2027-01-11:1", "snow:C1-1:2027-01-11:2")
    assert lines(*found) == ["P1-1, C1-1 omg 2: kvitterad, förare P11"]
    assert lines(*found, language="en") == ["P1-1, C1-1 run 2: acknowledged, driver P11"]
    assert lines(*step("decided", "dispatcher", "snow:P1-1:2027-01-11:1")) == ["P1-1: beslutad, arbetsledare"]


def test_what_was_taken_back_stands_there_as_taken_back() -> None:
    found = step("started", "dispatcher", "snow:P1-1:2027-01-11:1", undone_at=AT + MINUTE)
    assert lines(*found) == ["P1-1: startad (togs tillbaka 03.04), arbetsledare"]


def test_a_draft_says_which_turer() -> None:
    change = {"added": ["snow:P2-1:2027-01-11:1"], "dropped": ["snow:C1-2:2027-01-11:2"], "bust": False}
    draft = Happening(AT, "draft", "", "", "", "", "", None, change)
    left = Happening(AT + MINUTE, "answer", "rejected", "dispatcher", "", "", "", None, change)
    assert lines(draft, left) == [
        "Vakten: utkast, P2-1 till; C1-2 omg 2 utgår",
        "Planen fick stå mot utkastet (P2-1 till; C1-2 omg 2 utgår), arbetsledare",
    ]


def test_a_draft_that_the_watch_took_back_leaves_one_line_with_the_reason() -> None:
    change = {"added": ["snow:P2-1:2027-01-11:1"], "dropped": [], "bust": True, "more": True}
    back = Happening(AT, "answer", "rejected", "watch", "", "", "", None, change)
    assert lines(back) == ["Utkastet drogs tillbaka: snön väntas inte längre (P2-1 till), vakten"]
    assert lines(back, language="en") == ["Draft withdrawn: the snow is no longer expected (P2-1 added), the watch"]


def test_what_a_draft_decided_is_told_once_and_a_note_of_the_watch_in_the_readers_language() -> None:
    """With the draft that was taken, and as taken back where it was."""
    key = "snow:P2-1:2027-01-11:1"
    note = words("sv")("plan.night.from_draft")
    taken = Happening(AT, "answer", "accepted", "dispatcher", "", "", "", AT + MINUTE, {"added": [key], "dropped": []})
    made = Happening(AT, "order", "decided", "dispatcher", key, "P01", note, None, {"passed": False})
    assert lines(taken, made) == ["Utkastet togs (P2-1 till) (togs tillbaka 03.04), arbetsledare"]
    english = Locale(words("en"), ZoneInfo("Europe/Stockholm"))
    assert note_said(note, english) == "from the watch’s draft"
    assert note_said("hydraulslang", english) == "hydraulslang"


def test_a_call_says_to_whom_by_which_way_and_about_which_turer() -> None:
    more = {"role": "Jour 1", "channel": "sms"}
    calls = [
        Happening(AT, "call", "sent", "dagsplan", f"snow:P1-{n}:2027-01-11:1", "P01", "", None, more) for n in (1, 2)
    ]
    unsure = Happening(AT, "call", "unsure", "dagsplan", "snow:P1-3:2027-01-11:1", "P02", "", None, more)
    assert lines(*calls, unsure) == [
        "P01 utkallad per sms, Jour 1: P1-1, P1-2, dagsplan",
        "P02: ovisst om sms till Jour 1 kom fram, P1-3, dagsplan",
    ]


def test_the_day_page_tells_declines_steps_and_observations_with_their_tur(client, filled, snow, clock):
    first, second = snow.interventions[:2]
    judgements.add_decline(filled, Decline(snow.id, second.key, "drifting", "", "dispatcher", town.AT + 6 * MINUTE))
    (order,) = decide(filled, snow.id, [first.key], "dispatcher", town.AT)
    add_event(filled, order, "sent", "dispatcher", town.AT + MINUTE)
    add_event(filled, order, "acknowledged", "P01", town.AT + 2 * MINUTE)
    seen = Observation(
        str(uuid.uuid4()), ("s/0-0/0-1",), "snow_depth", 9.0, town.AT, town.AT + timedelta(hours=4), "dispatcher", ""
    )
    judgements.add_observation(filled, seen, town.AT + 7 * MINUTE)
    filled.commit()
    clock.advance(minutes=9)
    page = said(client.get("/idag"))
    for line in (
        f"03.12 {second.target} avstådd: drivsnö, arbetsledare",
        f"03.07 {first.target}: utkallad, arbetsledare",
        f"03.08 {first.target}: kvitterad, förare P01",
        "03.13 Sett på plats, Storgatan: 9,0 cm, arbetsledare",
    ):
        assert line in page


def test_at_a_minute_there_is_the_vehicle_the_contractor_and_the_step_of_then(client, filled, snow, clock):
    """Passed on to P07 (Åkeri Ett) after six minutes: before that it is the plan's vehicle and its own contractor. A
    step that was taken back later stood then."""
    made = night.walk(filled, snow, clock)
    item = snow.interventions[2]
    (row,) = rows_at(filled, made["passed"], town.AT + 3 * MINUTE)
    assert (row.vehicle, row.contractor) == (item.vehicle, item.contractor)
    (row,) = rows_at(filled, made["passed"], town.AT + 9 * MINUTE)
    assert (row.vehicle, row.contractor) == ("P07", "ett")
    orders.add_event(filled, OrderEvent(made["done"], "undone", town.AT + 8 * MINUTE, "dispatcher", undoes=3))
    (then,) = rows_at(filled, made["done"], town.AT + 7 * MINUTE)
    (now,) = rows_at(filled, made["done"], town.AT + 9 * MINUTE)
    assert (then.state, now.state) == ("done", "started")
    filled.commit()
    assert "klar (togs tillbaka 03.14)" in said(client.get("/idag"))


def rows_at(connection, order_id, at):
    found = daypage.orders_with_events(connection, "snow", town.AT - timedelta(hours=1), until=at)
    return [order for order in found if order.id == order_id]
