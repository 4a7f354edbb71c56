"""Where an intervention stands: sent is said of what was sent, done with who says so, late of what had to be begun."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from city.entities import OrderEvent
from city.manning import Absence
from city.plan import Intervention
from dashboards.pages.history import history_of, undo_of
from dashboards.pages.status import LOOKS, Standpoint, acts_of, behind, may_choose, status_of
from dashboards.web.locale import Locale
from planner.night.progress import Progress
from store.orders import OrderNow
from tests.unit.dashboards.town import AT

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def item(**changes: object) -> Intervention:
    fields = {
        "id": "1", "key": "snow:P1-1:2026-11-23:1", "kind": "plough", "target": "P1-1", "title": "P1-1 Storgatan",
        "priority": 1, "score": 1.0, "reasons": (), "flip": "", "flip_en": "", "vehicle": "P11", "starts_at": AT,
        "ready_by": AT + HOUR, "deadline": AT + 2 * HOUR, "latest_start": AT + HOUR, "minutes": 60.0,
    }  # fmt: skip
    return Intervention(**(fields | changes))


def order(state: str, who: str = "dispatcher", note: str = "", at=AT) -> OrderNow:
    return OrderNow("o", "p", "snow", item().key, "P1-1", "P11", None, None, AT, state, at, who, note)


def event(kind: str, who: str = "dispatcher", at=AT) -> OrderEvent:
    return OrderEvent("o", kind, at, who)


def said(
    state: str | None, now=AT, *, who: str = "dispatcher", history: Sequence[OrderEvent] = (), **more: object
) -> tuple[str, str]:
    made = None if state is None else order(state, who)
    status = status_of(Standpoint(more.pop("of", item()), made, now, history=history, **more), SWEDISH)
    return status.word.replace("\xa0", " "), status.second.replace("\xa0", " ")


def test_what_nobody_has_sent_is_not_called_out():
    status = status_of(Standpoint(item(), order("decided"), AT), SWEDISH)
    assert (status.word, status.look, status.needs) == ("Ej skickad", "is-warn", True)
    assert may_choose(Standpoint(item(), order("decided"), AT))


def test_the_double_tick_is_of_an_answer_alone():
    assert [state for state, (_, icon) in LOOKS.items() if icon == "seen"] == ["acknowledged"]


@pytest.mark.parametrize("state", ["sent", "acknowledged", "unanswered"])
def test_a_vehicle_that_is_out_of_service_is_no_yes(state):
    """Its driver may have said yes; the row says what is broken, until when, and the way on, and needs a hand."""
    broken = Absence("P11", AT, AT + 5 * HOUR)
    assert said(state, out=broken) == (
        "Ur drift",
        "P11 till 08.06: öppna raden, välj Kan inte, sedan Byt fordon",
    )
    assert status_of(Standpoint(item(), order(state), AT, out=broken), SWEDISH).needs
    assert said("started", out=broken)[0] != "Ur drift"
    assert said("decided", out=broken, call="made")[0] == "Ur drift"
    assert said("decided", out=broken)[0] == "Ej skickad"


def test_sent_waits_for_an_answer_and_says_where_the_message_is():
    assert said("sent") == ("Utkallad 03.06", "väntar svar")
    came = [event("sent", "dagsplan"), event("delivered", "dagsplan", AT + MINUTE)]
    assert said("sent", history=came) == ("Utkallad 03.06", "levererat 03.07 · väntar svar")


@pytest.mark.parametrize(
    ("call", "word", "waits"),
    [("made", "Skickas", False), ("by_hand", "Ring själv", True), ("failed", "Gick inte fram", True)],
)
def test_a_call_that_did_not_leave_is_said_of_the_order(call, word, waits):
    status = status_of(Standpoint(item(), order("decided"), AT, call=call), SWEDISH)
    assert (status.word, status.needs) == (word, waits)
    assert not may_choose(Standpoint(item(), order("decided"), AT, call=call))


def test_an_order_that_went_on_to_somebody_who_must_be_rung_says_so():
    at = Standpoint(item(), order("sent"), AT, call="by_hand")
    assert (status_of(at, SWEDISH).word, status_of(at, SWEDISH).needs) == ("Ring själv", True)
    assert status_of(Standpoint(item(), order("sent"), AT, call="delivered"), SWEDISH).word == "Utkallad 03.06"


def test_who_says_it_stays_with_an_acknowledgement_and_an_end():
    assert said("acknowledged") == ("Kvitterad 03.06", "enligt arbetsledare")
    assert said("acknowledged", who="P11") == ("Kvitterad 03.06", "")
    unseen = Progress("done", "none", 2, share=1.0)
    assert said("done", far=unseen) == ("Klar 03.06", "enligt arbetsledare, inte sett")
    assert said("done", who="P11", far=unseen) == ("Klar 03.06", "")
    heard = Progress("done", "live", 2, share=1.0, heard_at=AT)
    assert said("done", far=heard) == ("Klar 03.06", "")


def test_a_share_is_only_of_what_was_heard():
    nobody = Progress("started", "none", 2, share=None, ready_at=AT + HOUR)
    assert said("started", far=nobody) == ("Kör 03.06", "enligt arbetsledare, inte sett · klar ca 04.06")
    heard = Progress("started", "live", 2, share=0.43, heard_at=AT, ready_at=AT + HOUR)
    assert said("started", far=heard) == ("Kör 43 %", "klar ca 04.06")


def test_late_is_what_had_to_be_begun_and_is_not():
    """A proposal has until its latest start; what was called out has until its start."""
    assert said(None, AT + 30 * MINUTE)[0] == "Föreslagen"
    assert said(None, AT + HOUR + 12 * MINUTE)[0] == "Försenad 12 min"
    assert said("acknowledged", AT + 12 * MINUTE, who="P11") == (
        "Försenad 12 min",
        "Kvitterad 03.06 · skulle ha börjat 03.06",
    )
    assert said("aborted", AT + 9 * HOUR)[0] == "Avbruten 03.06"


def test_a_start_that_is_over_is_not_shown_as_planned():
    """A proposal that nobody took up says so before it is late; a yes says when it starts."""
    assert said(None, AT + 30 * MINUTE) == ("Föreslagen", "skulle ha börjat 03.06")
    assert said(None, AT - MINUTE) == ("Föreslagen", "")
    assert said("decided", AT + 2 * MINUTE) == ("Ej skickad", "skulle ha börjat 03.06")
    assert said("acknowledged", AT - MINUTE, who="P11") == ("Kvitterad 03.06", "startar 03.06")
    assert said("started", AT + 2 * MINUTE, who="P11")[1] == ""


def test_behind_names_what_will_be_late():
    def late(now, state=None, **more):
        return behind(Standpoint(item(), None if state is None else order(state), now, **more), SWEDISH)

    assert late(AT + HOUR) == ""
    assert late(AT + 80 * MINUTE) == "Blir 20\xa0min sen"
    slow = Progress("started", "live", 2, share=0.1, heard_at=AT, ready_at=AT + 3 * HOUR)
    assert late(AT, "started", far=slow) == "Blir 60\xa0min sen"
    assert behind(Standpoint(item(ready_by=AT + 3 * HOUR), None, AT), SWEDISH) == "Blir 60\xa0min sen"


def test_advice_is_approved_and_neither_called_out_nor_late():
    advice = {"advice": True, "of": item(kind="heat")}
    assert said(None, AT + 9 * HOUR, **advice) == ("Föreslagen", "")
    decided = [event("decided")]
    assert said("started", AT + 9 * HOUR, history=decided, **advice) == ("Godkänd 03.06", "")
    assert not may_choose(Standpoint(item(), order("decided"), AT, advice=True))
    assert acts_of(order("decided"), advice=True) == ("aborted",)


def test_a_drivers_no_is_a_no_and_no_decline():
    assert said("refused", who="P11")[0] == "Kan inte 03.06"


def test_only_a_step_of_the_desk_can_be_taken_back():
    assert undo_of([event("decided"), event("sent", "dagsplan")], AT, SWEDISH) == ""
    assert undo_of([event("started"), event("done")], AT, SWEDISH) == "klar 03.06"
    assert undo_of([event("started", "P11")], AT, SWEDISH) == ""


def test_a_history_names_drivers_by_their_vehicle():
    lines = history_of([event("decided"), event("acknowledged", "P11")], "P11", AT, SWEDISH)
    assert [line.who for line in lines] == ["arbetsledare", "förare P11"]
