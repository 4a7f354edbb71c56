"""What is said to the one who is called."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from planner.calls.texts import call_text, stop_text
from tests.unit.planner.night.test_night_progress import tur
from tests.unit.planner.snapshots import AT, HOUR

ZONE = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("without", "language", "said"),
    [
        ((), "sv", "Utkallning P07: P1-01. Start 03.00, klart senast 05.00. Kvittera: jag kör / kan inte."),
        ((), "en", "Call-out P07: P1-01. Start 03:00, done by 05:00. Acknowledge: I drive / I cannot."),
        (("deadline",), "sv", "Utkallning P07: P1-01. Start 03.00. Kvittera: jag kör / kan inte."),
        (("starts_at",), "sv", "Utkallning P07: P1-01. Klart senast 05.00. Kvittera: jag kör / kan inte."),
        (("starts_at", "deadline"), "sv", "Utkallning P07: P1-01. Kvittera: jag kör / kan inte."),
    ],
)
def test_a_call_names_the_tur_and_the_times_that_the_plan_has(
    without: tuple[str, ...], language: str, said: str
) -> None:
    """In local time; of a start or a deadline that the plan does not give nothing is said."""
    assert words(language).say(call_text([tur(**dict.fromkeys(without))], "P07", ZONE)) == said


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (2, "Utkallning P07: P1-01, sedan P2-01. Start 03.00, klart senast 05.00. Kvittera: jag kör / kan inte."),
        (
            3,
            "Utkallning P07: P1-01 (senast 05.00), sedan P2-01 (senast 06.00). Start 03.00. "
            "Kvittera: jag kör / kan inte.",
        ),
    ],
)
def test_a_call_names_all_turer_in_driving_order(later: int, said: str) -> None:
    """One deadline where they share it, else that of each."""
    second = tur(title="P2-01", starts_at=AT + HOUR, deadline=AT + later * HOUR)
    assert words("sv").say(call_text([tur(), second], "P07", ZONE)) == said


def test_what_should_have_begun_is_to_begin_now() -> None:
    """Never a time that has passed."""
    late, in_time = AT + HOUR / 4, AT
    said = "Utkallning P07: P1-01. Starta nu. Klart senast 05.00. Kvittera: jag kör / kan inte."
    assert words("sv").say(call_text([tur()], "P07", ZONE, late)) == said
    assert "Start 03.00" in words("sv").say(call_text([tur()], "P07", ZONE, in_time))


def test_who_is_stopped_is_told_what_not_to_drive() -> None:
    second = tur(title="P2-01")
    assert words("sv").say(stop_text([tur(), second], "P07")) == "Stoppad, P07: P1-01 och P2-01. Kör inte."
    assert words("en").say(stop_text([tur()], "P07")) == "Stopped, P07: P1-01. Do not drive."
