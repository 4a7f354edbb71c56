"""The doses that a driver reads: of brine what the spreader is set to, beside the dry salt in it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest

from city.catalogue.words import words
from city.plan import SegmentAction
from dashboards.pages.opened import _street
from dashboards.pages.paper.tursheet import _act
from dashboards.web.locale import Locale
from store.daypage import Background

SWEDISH = Locale(words("sv"), ZoneInfo("Europe/Stockholm"))
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("action", "said"), [("brine", "7 g/m² torrt salt (30 g/m² lösning)"), ("salt", "7\N{NO-BREAK SPACE}g/m²")]
)
def test_a_dose_of_brine_is_said_of_salt_and_of_solution(action: str, said: str) -> None:
    line = _street(SegmentAction(id="s/1", action=action, dose_g_m2=7.0), Background((), (), (), (), {}), SWEDISH)
    assert said in line.action


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        ([("plough_salt", 15), ("plough_salt", 10), ("plough", 0)], f"Plog + salt, 10–15{NBSP}g/m²"),
        ([("plough", 0), ("plough", 0), ("plough_sand", 90)], f"Bara plog. Plog + sand, 90{NBSP}g/m²"),
        (
            [("brine", 7), ("brine", 7), ("salt", 15)],
            f"Saltlösning, 7 g/m² torrt salt (30 g/m² lösning). Salt, 15{NBSP}g/m²",
        ),
        (
            [("sand", 90), ("brine", 7), ("sand", 90)],
            f"Sand, 90{NBSP}g/m². Saltlösning, 7 g/m² torrt salt (30 g/m² lösning)",
        ),
    ],
)
def test_the_paper_of_a_tur_says_the_doses_of_each_thing_that_is_spread(snow, spread, said):  # type: ignore[no-untyped-def]
    parts = tuple(SegmentAction(id=f"s/{n}", action=one, dose_g_m2=dose) for n, (one, dose) in enumerate(spread))
    item = msgspec.structs.replace(snow.interventions[0], segments=parts, distance_m=0.0, priority=1)
    assert _act(item, SWEDISH) == f"{said}. Prio 1."
