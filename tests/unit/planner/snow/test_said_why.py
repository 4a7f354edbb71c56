"""What a line says of why: the school beside a slippery street, what somebody saw where that decides, and which end of
the forecast's range does."""

from __future__ import annotations

from typing import Any

import pytest

from city.entities import Building, CalendarDay
from city.observation import Observation
from city.plan import Intervention, Plan
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    against_slip,
    ahead,
    depth,
    limits_with,
    place,
    snow_snapshot,
    streets,
    threshold,
)
from tests.unit.planner.snow.test_freeze import freezing_rain

WAYS = tuple(s.id for s in streets() if s.network == "cycle")
SAND = limits_with(*against_slip(method="sand"))


def line(plan: Plan, kind: str) -> Intervention:
    return next(item for item in plan.interventions if item.target.startswith(kind))


def texts(item: Intervention) -> str:
    return " ".join(reason.text for reason in item.reasons)


def saw(names: tuple[str, ...], value: float, until_h: float, quantity: str = "slippery") -> tuple[Observation, ...]:
    return (Observation("o", names, quantity, value, AT - HOUR / 2, AT + until_h * HOUR, "jour", ""),)


def test_a_slippery_street_near_a_school_says_that_its_class_is_raised() -> None:
    near = {"buildings": (Building("b", "Skolan", *place(5), kind="school"),), "thresholds": SAND}
    names = tuple(s.id for s in streets() if s.route_class == "P3")
    seen = {"observations": saw(names, 1.0, 8.0), "readings": (depth(0.0),), "forecasts": (ahead(-4.0, [0.0] * 24),)}
    day = CalendarDay("school", AT.date(), "school")
    raised = line(make_plan(snow_snapshot(calendar=(day,), **near, **seen)), "P3")
    assert "räknas som Gata prio 2 nära skola" in raised.reasons[0].text
    assert "nära skola" not in texts(line(make_plan(snow_snapshot(**near, **seen)), "P3"))


def rain(**parts: Any) -> SnowSnapshot:
    """Rain that freezes from the third hour on, where sand is spread once it has."""
    night = freezing_rain(-1.5)
    return snow_snapshot(
        **{"forecasts": night.forecasts, "readings": (depth(0.0),), "thresholds": SAND, "relief": night.relief, **parts}
    )


@pytest.mark.parametrize(
    ("value", "until_h", "said"), [(1.0, 1.5, True), (1.0, 0.5, False), (0.0, 2.0, True), (0.0, 0.5, False)]
)
def test_what_was_seen_is_a_reason_where_it_holds_when_it_gets_slippery(
    value: float, until_h: float, said: bool
) -> None:
    """Half an hour of ice that was seen is too short to ask for anything: the run is for the rain of two hours on."""
    item = line(make_plan(rain(observations=saw(WAYS, value, until_h))), "C1")
    assert ("Sett kl. " in texts(item)) is said


@pytest.mark.parametrize(("reading", "word"), [("low", "låga"), ("mid", None), ("high", "höga")])
def test_the_flip_says_which_end_of_the_forecast_decides(reading: str, word: str | None) -> None:
    """The depth that is shown is the middle; the margin is that of the reading that the class goes by."""
    rules = limits_with(threshold("snow.decide_by", "*", None, text=reading))
    falls = (ahead(-4.0, [5.0] * 8),)
    item = line(make_plan(snow_snapshot(readings=(depth(4.0),), forecasts=falls, thresholds=rules)), "P1")
    if word is None:
        assert "Klassen går efter" not in item.flip
        return
    tail = item.flip.split(f"Klassen går efter prognosens {word} värde, här ")[1]
    cm = float(tail.split(" cm")[0].replace(",", "."))
    limit, margin = (
        float(item.flip.split(f"{name} ")[1].split(" cm")[0].replace(",", ".")) for name in ("Under", "marginal")
    )
    assert cm == pytest.approx(limit + margin, abs=0.11)
    assert f"goes by the {reading} value" in item.flip_en
