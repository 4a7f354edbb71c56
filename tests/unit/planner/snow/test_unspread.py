"""Streets that get slippery and that nothing is spread on are said, with what would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from city.entities import Device, Forecast, ForecastStep, Reading, Treatment
from city.observation import Observation
from city.plan import NotCared, Plan
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    SOUTH,
    WEST,
    against_slip,
    depth,
    limits_with,
    snow_snapshot,
    streets,
)


def weather(*, air_c: float, rain_until: int) -> Forecast:
    """Rain until so many hours from now, mild but for the last eight hours; from then on ``air_c``, clear where it is
    dry."""
    steps = [
        ForecastStep(
            AT + h * HOUR, AT + (h + 1) * HOUR, 2.0 if h < -8 else air_c, 0.8 if -14 <= h < rain_until else 0.0,
            snow_fraction=0.0, humidity_pct=90.0, wind_m_s=1.0, cloud=1.0 if h < rain_until else 0.2,
        )
        for h in range(-26, 40)
    ]  # fmt: skip
    return Forecast("made", WEST, SOUTH, AT, tuple(steps))


COLD = weather(air_c=-11.0, rain_until=-7)
RAIN = weather(air_c=-1.5, rain_until=4)
RULES = limits_with(*against_slip(method="salt"))


def night(forecast: Forecast = COLD, **parts: Any) -> SnowSnapshot:
    return snow_snapshot(**{"readings": (depth(0.0),), "forecasts": (forecast,), "thresholds": RULES, **parts})


def untreated(plan: Plan) -> list[NotCared]:
    return [one for one in plan.not_cared if one.kind == "untreated"]


MAIN = tuple(sorted(s.id for s in streets() if s.route_class == "P1"))


def test_streets_too_cold_for_salt_are_said_and_what_would_do() -> None:
    """Cycle ways are sanded instead; the streets are no places for sand."""
    plan = make_plan(night())
    assert {item.kind for item in plan.interventions} == {"sand"}
    (main,) = untreated(plan)
    assert (main.target, tuple(sorted(main.segments)), main.whole) == ("P1", MAIN, False)
    assert "för kallt för salt (vägen ner till −" in main.why
    assert "salt verkar ner till −6 °C" in main.why
    assert "too cold for salt" in main.why_en
    assert main.ways[0].text.startswith("Sand på alla hjälper: 150 g/m² på 0,8 km")
    assert "Det blir halt på 8 sträckor där det är för kallt för salt" in plan.verdict.text


def test_it_is_said_where_nothing_is_driven_too() -> None:
    town = night(segments=tuple(s for s in streets() if s.network == "street"))
    plan = make_plan(town)
    assert not plan.interventions
    assert "för kallt för salt" in plan.verdict.text
    assert not make_plan(night(weather(air_c=3.0, rain_until=-7))).not_cared


def test_a_sanded_class_is_left_to_ice_but_not_to_wet_ice() -> None:
    rules = limits_with(*against_slip(method="sand"))
    (one, *_) = untreated(make_plan(night(RAIN, thresholds=rules)))
    assert "Gata prio 1 sandas bara i backar och i korsningar mellan huvudgator" in one.why
    assert "friktion 0,08" in one.why
    assert untreated(make_plan(night(COLD, thresholds=rules))) == []


def test_what_was_sanded_or_seen_is_left_out() -> None:
    sanded = tuple(Treatment(name, "sand", AT - HOUR / 2, 150.0) for name in MAIN)
    assert untreated(make_plan(night(treatments=sanded))) == []
    seen = Observation("o", MAIN, "slippery", 0.0, AT - HOUR / 2, AT + 39 * HOUR, "jour", "")
    assert untreated(make_plan(replace(night(), observations=(seen,)))) == []


def test_slush_that_freezes_where_it_is_too_cold_for_salt_is_said() -> None:
    """Wet snow, ploughed two hours ago: by the model it is a little loose snow, and it is ice."""
    steps = [
        ForecastStep(
            AT + h * HOUR, AT + (h + 1) * HOUR, 0.3 if h < 0 else -11.0, 1.5 if -10 <= h < -3 else 0.0,
            snow_fraction=1.0, humidity_pct=92.0, wind_m_s=2.0,
        )
        for h in range(-26, 40)
    ]  # fmt: skip
    wet = night(Forecast("made", WEST, SOUTH, AT, tuple(steps)), readings=(depth(6.0),))
    ploughed = tuple(Treatment(s.id, "plough", AT - 2 * HOUR) for s in streets())
    (main,) = untreated(make_plan(replace(wet, treatments=ploughed)))
    assert tuple(sorted(main.segments)) == MAIN
    assert "för kallt för salt" in main.why


def test_what_a_sensor_measures_where_it_is_too_cold_for_salt_is_said() -> None:
    """A dry road by the model, and friction 0.12 at a sensor beside four of its streets."""
    dry = night(weather(air_c=-11.0, rain_until=-40))
    assert untreated(make_plan(dry)) == []
    device = Device("fri-1", "Friktion", "road_weather", WEST + 0.002, SOUTH, interval_s=600.0, last_time=AT - HOUR / 6)
    measured = Reading("fri-1", "friction", "1", AT - HOUR / 6, 0.12)
    plan = make_plan(replace(dry, devices=(*dry.devices, device), readings=(*dry.readings, measured)))
    found = {name for one in untreated(plan) for name in one.segments}
    assert "s/0-1" in found
    assert found < {s.id for s in streets() if s.network == "street"}
