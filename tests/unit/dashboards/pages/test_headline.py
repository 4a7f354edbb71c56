"""The first sentence of the day page through a night: what it says, how long it is, and that it never contradicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.catalogue.words import words
from city.manning import Absence
from city.vocabulary import CallState
from dashboards.pages.headline import headline, standing_sums, status_figures
from dashboards.web.locale import Locale
from planner.night.standing import Standing, standing
from tests.unit.planner.night.test_standing import AT, HOUR, item, order, plan

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
ENGLISH = Locale(words("en"), ZoneInfo("Europe/Stockholm"))
ITEMS = tuple(item(f"P1-{n}") for n in range(4))


def said(found: Standing, locale: Locale = SWEDISH, *, draft: bool = False) -> tuple[str, str, str]:
    made = headline(found, plan(*ITEMS), locale, certain="4 fordon.", open_draft=draft)
    return made.title, made.lead, made.waits


def at_night(*states: str, late: bool = False, broken: bool = False) -> Standing:
    """Four turer, of which the first are in these states, each with its vehicle; ``broken``: these are out."""
    items = [item(f"P1-{n}", ready_by=AT + (4 if late and n == 0 else 2) * HOUR, vehicle=f"P0{n}") for n in range(4)]
    orders = tuple(replace(order(f"P1-{n}", state), vehicle=f"P0{n}") for n, state in enumerate(states))  # type: ignore[arg-type]
    absences = [Absence(f"P0{n}", AT, AT + 9 * HOUR) for n in range(4)] if broken else ()
    return standing(plan(*items), orders, AT, of=10, absences=absences)


def test_before_anybody_is_called_it_says_what_to_do() -> None:
    assert said(at_night()) == ("Kör ut kl. 04.00: 4 av 10 turer.", "4 fordon.", "4 väntar på dig: kalla ut 4 turer.")
    assert said(at_night(), ENGLISH)[0] == "Go out at 04:00: 4 of 10 routes."


def test_once_people_are_out_it_is_a_status() -> None:
    """Who is out, who has not answered, when it is done, what will be late."""
    title, lead, waits = said(at_night("started", "acknowledged", "sent", "unanswered", late=True))
    assert title == "1 kör, 1 svarar inte. Klart ca 07.00, en blir sen."
    late = "P1-0 blir klar 07.00, 60\N{NO-BREAK SPACE}min efter sin gräns."
    assert lead == f"1 har sagt ja, startar 04.00. {late}"
    assert waits == "1 väntar på dig: P1-3: inget svar, ring."


def test_who_has_said_yes_does_not_drive_yet() -> None:
    """Three words for three states: drives, has said yes, has not answered."""
    found = at_night("acknowledged", "acknowledged", "sent")
    assert said(found)[0] == "2 startar 04.00, 1 ej svarat än. Klart ca 05.00."
    drive, silent, _ = status_figures(found, SWEDISH)
    assert (drive.value, drive.second) == ("0 av 10", "2 har sagt ja, startar 04.00")
    assert (silent.label, silent.value) == ("Ej svarat", "1")
    assert said(found, ENGLISH)[0] == "2 start 04:00, 1 yet to answer. Done about 05:00."


def test_all_in_time_is_never_said_beside_what_is_late() -> None:
    """Who has said yes and has not begun: late against the plan at first, then against the limit."""
    items = tuple(item(f"P1-{n}") for n in range(2))
    orders = (order("P1-0", "started"), replace(order("P1-1", "acknowledged"), vehicle="P02"))

    def ready(minutes: int) -> tuple[str, str]:
        found = standing(plan(*items), orders, AT + HOUR + timedelta(minutes=minutes), of=2)
        return status_figures(found, SWEDISH)[-1].second, said(found)[0]

    assert ready(-1)[0] == "allt i tid"
    assert ready(20) == ("1 efter planen", "1 kör, 1 har sagt ja. Klart ca 05.20.")
    assert ready(75) == ("P1-1 kl. 06.15", "1 kör, 1 har sagt ja. Klart ca 06.15, en blir sen.")


def test_all_in_time_is_never_said_where_a_vehicle_has_two_at_once() -> None:
    """The second begins when the first is done, and it is said when."""
    items = tuple(item(f"P1-{n}", deadline=AT + 9 * HOUR) for n in range(2))
    orders = tuple(order(f"P1-{n}", "acknowledged") for n in range(2))
    ready = status_figures(standing(plan(*items), orders, AT, of=2), SWEDISH)[-1]
    assert (ready.value, ready.second) == ("ca 06.00", "P1-1 väntar på P1-0 till 05.00")


@pytest.mark.parametrize(
    ("call", "silent"),
    [("made", ("1", "1 skickas")), ("by_hand", ("0", "1 ringer du")), ("delivered", ("1", "1 skickas"))],
)
def test_all_have_answered_is_not_said_while_it_is_sent_or_nobody_was_rung(
    call: CallState, silent: tuple[str, str]
) -> None:
    decided = order("P1-0", "decided")
    found = standing(plan(item("P1-0")), (decided,), AT, of=2, calls={decided.id: call})
    figure = status_figures(found, SWEDISH)[1]
    assert (figure.value, figure.second) == silent


def test_who_was_called_with_a_vehicle_that_broke_down_is_not_out_and_waits() -> None:
    """Nor are they counted as not called out: they have no vehicle."""
    found = at_night("started", "acknowledged", "sent", broken=True)
    title, _, waits = said(found)
    assert title == "1 kör, 2 saknar fordon. Klart ca 05.00."
    assert waits == "3 väntar på dig: P1-1 och P1-2: fordonet är ur drift, kalla ut P1-3."
    assert standing_sums(found, SWEDISH) == "10 turer: 1 utkallad, 1 ej skickad, 2 saknar fordon, 6 behövs inte"


def test_an_order_that_nobody_sent_is_not_called_out() -> None:
    """The page that said so let somebody go to bed."""
    assert said(at_night("decided", "decided", "decided", "decided"))[0].startswith("Kör ut kl. 04.00: 4 av 10")


def test_when_all_is_done_it_says_so_and_nothing_waits() -> None:
    title, _, waits = said(at_night("done", "done", "done", "done"))
    assert title == "Allt klart 05.00: 4 turer."
    assert waits == ""


def test_an_open_draft_waits_too() -> None:
    assert said(at_night("done", "done", "done", "done"), draft=True)[2] == "1 väntar på dig: vaktens utkast."


STATES = st.sampled_from(["decided", "sent", "acknowledged", "unanswered", "refused", "started", "aborted", "done"])


@given(st.lists(STATES, max_size=4), st.booleans(), st.booleans(), st.sampled_from([SWEDISH, ENGLISH]))
def test_whatever_happened_the_sentence_and_the_count_agree(
    states: list[str], late: bool, broken: bool, locale: Locale
) -> None:
    """What waits is said where it waits and nowhere else, and every headline says something."""
    found = at_night(*states, late=late, broken=broken)
    title, lead, waits = said(found, locale)
    assert 0 < len(title) <= 62
    assert bool(waits) == (found.waiting > 0)
    assert not waits or waits.startswith(f"{found.waiting} ")
    assert "{" not in title + lead + waits
    figures = status_figures(found, locale)
    assert figures[0].value.startswith(f"{found.count('running')} ")


@pytest.mark.parametrize(("hours", "begins"), [(2, "Kör ut nu: 4 av 10 turer."), (-20, "Kör ut mån 12 jan kl. ")])
def test_a_start_that_is_over_is_now_and_one_of_tomorrow_has_its_date(hours: int, begins: str) -> None:
    now = datetime(2026, 1, 12, 2, 0, tzinfo=UTC) + timedelta(hours=hours)
    title = said(standing(plan(*ITEMS), (), now, of=10))[0]
    assert title.startswith(begins)
    assert hours > 0 or "12 jan" in title


def test_what_starts_later_is_not_called_out_now() -> None:
    """Some should have started, others start in three hours: the first sentence tells them apart."""
    items = (item("P1-0"), *(item(f"P1-{n}", starts_at=AT + 3 * HOUR) for n in (1, 2)))
    found = standing(plan(*items), (), AT + 2 * HOUR, of=10)
    assert said(found)[0] == "Kör ut nu: 1 av 10 turer, 2 till från 06.00."
    assert said(found, ENGLISH)[0] == "Go out now: 1 of 10 routes, 2 more from 06:00."


def test_the_sums_say_where_those_stand_that_have_no_row() -> None:
    found = at_night("done", "started", "sent")
    everything, moved = set(found.turer), set(found.turer) - {next(iter(found.turer))}
    assert "Utkallat tidigare" not in standing_sums(found, SWEDISH, everything)
    assert "3 utkallade (varav 1 under Utkallat tidigare)" in standing_sums(found, SWEDISH, moved)
