"""Why a tur is not asked for any more: how near it comes to its limit now; nothing of one that still is."""

from __future__ import annotations

from city.catalogue.words import words
from planner.snow.plan import assess_streets
from planner.snow.words.gone import not_asked
from tests.unit.planner.snapshots import depth, snow_snapshot


def said(cm: float, target: str) -> str | None:
    judged = assess_streets(snow_snapshot(readings=(depth(cm),)))
    why = not_asked(judged.needs, judged.turer, target)
    return None if why is None else words("sv").say(why)


def test_a_tur_that_is_not_asked_for_says_how_near_it_comes() -> None:
    why = said(2.0, "C1-1")
    assert why is not None
    assert why.startswith("Nu väntas som mest 2,0 cm")
    assert "mot gränsen 3,0 cm" in why


def test_one_that_is_still_asked_for_by_another_run_says_nothing() -> None:
    assert said(9.0, "C1-1") is None
    assert said(9.0, "unknown") is None
