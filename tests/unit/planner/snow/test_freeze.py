"""How near a night is to freezing: certainty, the range of turer and the flip go by the road's temperature too."""

from __future__ import annotations

from typing import Any

import pytest

from city.entities import Forecast, ForecastStep
from city.plan import Plan
from planner.services import make_plan
from planner.snow.freeze import Freezing
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    SOUTH,
    WEST,
    against_slip,
    depth,
    limits_with,
    relief,
    snow_snapshot,
    streets,
    threshold,
)

RULES = limits_with(*against_slip(method="salt"))


def night(air_c: float, *, after_h: int = 0, rain_until: int = 0, **parts: Any) -> SnowSnapshot:
    """Everything known; rain in mild air until now, then overcast and as cold as this from an hour on."""
    steps = [
        ForecastStep(
            AT + h * HOUR, AT + (h + 1) * HOUR, 3.0 if h < after_h else air_c, 0.5 if -6 <= h < rain_until else 0.0,
            snow_fraction=0.0, humidity_pct=92.0, wind_m_s=2.0, cloud=1.0,
        )
        for h in range(-26, 40)
    ]  # fmt: skip
    given = {"readings": (depth(0.0),), "thresholds": RULES, "relief": tuple(relief(s.id) for s in streets())}
    forecast = Forecast("made", WEST, SOUTH, AT, tuple(steps))
    return snow_snapshot(**{**given, "forecasts": (forecast,), **parts})


def plan_of(snapshot: SnowSnapshot) -> Plan:
    return make_plan(snapshot)


def test_ice_that_may_not_come_is_not_certain() -> None:
    """The road is a little under zero, over it at the warm end of its range; six degrees colder it is not."""
    near, sure = plan_of(night(-4.0, after_h=1)), plan_of(night(-5.5, after_h=-4))
    assert near.verdict.go
    assert sure.verdict.go
    assert (near.verdict.certainty, sure.verdict.certainty) == ("medium", "high")
    assert near.verdict.turer_range is not None
    assert near.verdict.turer_range[0] < near.verdict.turer_range[1]
    assert sure.verdict.turer_range is not None
    assert sure.verdict.turer_range[0] == sure.verdict.turer_range[1] > 0


def test_the_flip_of_an_ice_night_is_in_degrees_and_true() -> None:
    """Just as much warmer and the model's road is not slippery for as long as the rule asks."""
    snapshot = night(-4.0, after_h=1)
    plan = plan_of(snapshot)
    assert "° varmare utgår" in plan.verdict.flip
    assert "K warmer" in plan.verdict.flip_en
    assert "cm mer tillkommer" not in plan.verdict.flip
    freezing = Freezing(assess_streets(snapshot).needs)
    k = max(freezing.warmer_k.values())
    warmer = Freezing(assess_streets(night(-4.0 + k + 0.6, after_h=1)).needs)
    assert not warmer.warmer_k


@pytest.mark.parametrize(("air_c", "said"), [(1.0, True), (9.0, False)])
def test_a_wet_night_near_zero_says_how_much_colder_it_may_get(air_c: float, said: bool) -> None:
    plan = plan_of(night(air_c, rain_until=12))
    assert not plan.verdict.go
    assert ("° kallare tillkommer" in plan.verdict.flip) is said
    assert (plan.verdict.certainty == "medium") is said


def test_snow_over_the_limit_for_too_short_a_time_says_for_how_long_it_must_stay() -> None:
    """Twelve hours are asked for; nine centimetres thaw before."""
    steps = [
        ForecastStep(
            AT + h * HOUR, AT + (h + 1) * HOUR, -3.0 if h < 3 else 9.0, 0.0 if h < 3 else 4.0, snow_fraction=0.0,
            humidity_pct=90.0, wind_m_s=5.0, cloud=1.0,
        )
        for h in range(-26, 40)
    ]  # fmt: skip
    rules = limits_with(*(threshold("snow.hold_h", name, 12.0) for name in ("P1", "P2", "P3", "C1", "C2")))
    snapshot = snow_snapshot(forecasts=(Forecast("made", WEST, SOUTH, AT, tuple(steps)),), thresholds=rules)
    plan = plan_of(snapshot)
    assert not plan.verdict.go
    assert "h av de 12 h som krävs" in plan.verdict.text
    assert "Ligger snön kvar" in plan.verdict.flip
