"""What is said to the one who is called."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from city.catalogue.words import words
from planner.night.escalation import call_text
from tests.unit.planner.night.test_night_progress import tur

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
    assert words(language).say(call_text(tur(**dict.fromkeys(without)), "P07", ZONE)) == said
