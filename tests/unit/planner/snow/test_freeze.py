"""How near a night is to freezing: certainty, the range of turer and the flip go by the road's temperature too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from city.entities import Device, Forecast, ForecastStep, Reading
from city.observation import Observation
from city.plan import Plan
from models.snow import ROAD_CONDITIONS
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
    """Just as much warmer and the model's road is not slippery for as long as the rule asks; the air by 0.7 K less,
    and it is: the road dries too, which takes less of the air."""
    snapshot = night(-4.0, after_h=1)
    plan = plan_of(snapshot)
    assert "° varmare utgår" in plan.verdict.flip
    assert "K warmer" in plan.verdict.flip_en
    assert "cm mer tillkommer" not in plan.verdict.flip
    freezing = Freezing(assess_streets(snapshot).needs)
    k = max(freezing.warmer_k.values())
    warmer = Freezing(assess_streets(night(-4.0 + k + 0.2, after_h=1)).needs)
    assert not warmer.warmer_k
    assert list(Freezing(assess_streets(night(-4.0 + k - 0.7, after_h=1)).needs).warmer_k) == ["C1-1"]


def freezing_rain(air_c: float) -> SnowSnapshot:
    """Rain on cold roads, from two hours ahead to six."""

    def step(hour: int) -> ForecastStep:
        begins, falls = AT + hour * HOUR, 0.8 if 2 <= hour < 6 else 0.0
        sky = {"snow_fraction": 0.0, "humidity_pct": 98.0, "wind_m_s": 2.0, "cloud": 1.0}
        return ForecastStep(begins, begins + HOUR, air_c, falls, **sky)

    return replace(night(air_c), forecasts=(Forecast("made", WEST, SOUTH, AT, tuple(step(h) for h in range(-26, 40))),))


def test_the_flip_of_a_night_of_freezing_rain_is_true_too() -> None:
    """The untreated road lies at −0.2 °C however cold the air is, as its water freezes: 0.2 K would not thaw it."""
    first = Freezing(assess_streets(freezing_rain(-1.5)).needs).warmer_k
    assert first
    assert min(first.values()) > 0.8
    for name, k in first.items():
        assert name not in Freezing(assess_streets(freezing_rain(-1.5 + k + 0.2)).needs).needs.called.turer
        assert name in Freezing(assess_streets(freezing_rain(-1.5 + k - 0.2)).needs).needs.called.turer


WAYS = tuple(s.id for s in streets() if s.network == "cycle")


def kelvins(snapshot: SnowSnapshot) -> tuple[set[str], set[str]]:
    """The turer that a warmer road takes out, and those that may stay out."""
    found = Freezing(assess_streets(snapshot).needs)
    return set(found.warmer_k), set(found.may_stay_out)


def test_no_warmer_road_takes_out_what_somebody_sees_or_measures() -> None:
    """One street of a tur is enough: it is driven for that street whatever the model's road does."""
    ice = night(-4.0, after_h=1)
    assert kelvins(ice) == ({"P1-1", "P3-1", "C1-1"}, {"P1-1", "P3-1", "C1-1"})
    seen = Observation("o", WAYS[:1], "slippery", 1.0, AT - HOUR / 2, AT + 2 * HOUR, "jour", "")
    assert kelvins(replace(ice, observations=(seen,))) == ({"P1-1", "P3-1"}, {"P1-1", "P3-1"})
    device = Device("fri-1", "Friktion", "road_weather", WEST, SOUTH + 0.004, interval_s=600.0, last_time=AT - HOUR / 6)
    measured = Reading("fri-1", "friction", "1", AT - HOUR / 6, 0.12)
    by_sensor = replace(ice, devices=(*ice.devices, device), readings=(*ice.readings, measured))
    assert kelvins(by_sensor) == ({"P1-1"}, {"P1-1"})


def test_no_warmer_road_takes_out_what_is_slippery_by_more_than_ice_of_the_model() -> None:
    """Slush that a plough left, say, which the model has as snow."""
    needs = assess_streets(night(-4.0, after_h=1)).needs
    row = next(i for i, s in enumerate(streets()) if s.id == WAYS[0])
    lying = needs.ahead.mid.condition.copy()
    lying[row] = ROAD_CONDITIONS.index("snow")
    slush = replace(needs, ahead=replace(needs.ahead, mid=replace(needs.ahead.mid, condition=lying)))
    assert set(Freezing(slush).warmer_k) == {"P1-1", "P3-1"}


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
