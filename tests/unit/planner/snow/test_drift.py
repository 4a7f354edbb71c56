"""The risk of drifting snow is told where streets lie open, and changes no decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city.entities import Forecast, Treatment
from city.plan import Plan
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, depth, forecast, relief, snow_snapshot, streets


def windy(temp: float = -4.0, wind: float | None = 9.0, *, from_hour: int = 25, hours: int = 4) -> Forecast:
    """Dry cold weather in which it blows from the hour of the plan on, else 2 m/s."""
    dry = forecast(temp)
    blows = range(from_hour, from_hour + hours)
    steps = tuple(replace(step, wind_m_s=wind if i in blows else 2.0) for i, step in enumerate(dry.steps))
    return replace(dry, steps=steps)


def risk_of(plan: Plan) -> list[str]:
    """What the turer say of drifts."""
    return [reason.text for item in plan.interventions for reason in item.reasons if "drivsnö" in reason.text]


def weak(plan: Plan) -> list[str]:
    return [one.effect for one in plan.degradations if one.source == "drift"]


def night(**parts: object) -> SnowSnapshot:
    """12 cm on the ground, of which nobody knows when it fell."""
    return snow_snapshot(**{"readings": (depth(12.0),), "forecasts": (windy(),), **parts})


def test_wind_over_loose_snow_is_told_on_the_tur_and_of_the_town() -> None:
    """With hours, wind and the number of streets; the same turer go as in a calm."""
    plan, calm = make_plan(night()), make_plan(night(forecasts=(windy(wind=2.0),)))
    assert [item.target for item in plan.interventions] == [item.target for item in calm.interventions]
    assert any("öppna sträckor tis 24 nov 03.00–07.00, vind 9,0 m/s" in text for text in risk_of(plan)), risk_of(plan)
    assert "tis 24 nov 03.00–07.00" in weak(plan)[0]
    assert "vind upp till 9,0 m/s, −4 °C" in weak(plan)[0]
    assert (risk_of(calm), weak(calm)) == ([], [])
    assert plan.verdict.certainty != "high"


@pytest.mark.parametrize(
    "parts",
    [
        {"forecasts": (windy(-0.5),)},
        {"forecasts": (windy(1.0),)},
        {"forecasts": (windy(wind=None),)},
        {"readings": (depth(0.5),)},
        {"forecasts": (windy(from_hour=50),)},
        {"relief": tuple(relief(segment.id, 0.2) for segment in streets())},
    ],
    ids=["mild", "thaw", "wind unknown", "too little snow", "tomorrow", "between hills"],
)
def test_no_risk_is_told_where_there_is_none(parts: dict[str, object]) -> None:
    plan = make_plan(night(**parts))
    assert (risk_of(plan), weak(plan)) == ([], [])


def test_an_hour_of_thaw_yesterday_bound_the_old_snow() -> None:
    """At +2 °C ten hours ago; without it the risk is told."""
    cold = windy()
    steps = tuple(replace(step, temp_c=2.0 if i == 15 else step.temp_c) for i, step in enumerate(cold.steps))
    assert weak(make_plan(night()))
    assert not weak(make_plan(night(forecasts=(replace(cold, steps=steps),))))


def test_what_the_plough_took_away_lies_beside_the_street() -> None:
    """Fresh snow of the night before drifts back onto streets that were ploughed an hour ago, and calls nobody out."""
    fell = windy()
    steps = tuple(replace(step, precip_mm_h=3.0 if 10 <= i < 15 else 0.0) for i, step in enumerate(fell.steps))
    done = tuple(Treatment(segment.id, "plough", AT - HOUR) for segment in streets())
    plan = make_plan(night(readings=(), forecasts=(replace(fell, steps=steps),), treatments=done))
    assert not plan.interventions
    assert weak(plan)
    bare = make_plan(night(readings=(), forecasts=(windy(),), treatments=done))
    assert not weak(bare)


def test_a_drift_over_midnight_says_both_days() -> None:
    """From 22.00 on until 02.00 of the next day; within a day the clock alone."""
    plan = make_plan(night(forecasts=(windy(from_hour=44),)))
    assert "tis 24 nov 22.00–ons 25 nov 02.00" in weak(plan)[0]
    assert all("tis 24 nov 22.00–ons 25 nov 02.00" in text for text in risk_of(plan))
    assert risk_of(plan)
