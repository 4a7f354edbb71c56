"""Ice that somebody saw or a device measured, on streets that are dry by the model: what is spread on it, and what of
what was spread ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from city.entities import Device, Forecast, ForecastStep, Reading, Treatment
from city.observation import Observation
from city.plan import Intervention
from planner.services import make_plan
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, depth, limits_with, snow_snapshot, streets, threshold

WAYS = tuple(s.id for s in streets() if s.route_class == "C1")
ROWS = [i for i, s in enumerate(streets()) if s.route_class == "C1"]
SALT = (threshold("snow.anti_slip", "C1", None, text="salt"),)


def dry(air_c: float = -2.0, *rules: Any, **parts: Any) -> SnowSnapshot:
    """Nothing falls, and nothing comes out of the air."""
    steps = tuple(
        ForecastStep(AT + h * HOUR, AT + (h + 1) * HOUR, air_c, 0.0, humidity_pct=70.0, wind_m_s=2.0, cloud=1.0)
        for h in range(-26, 40)
    )
    given = {"readings": (depth(0.0),), "thresholds": limits_with(*SALT, *rules)}
    return snow_snapshot(**{**given, "forecasts": (Forecast("made", WEST, SOUTH, AT, steps),), **parts})


def saw(until_h: float = 8.0) -> tuple[Observation, ...]:
    return (Observation("o", WAYS, "slippery", 1.0, AT - 2 * HOUR, AT + until_h * HOUR, "jour", ""),)


def spread(action: str, g_m2: float | None, hours_ago: float = 1.0) -> tuple[Treatment, ...]:
    return tuple(Treatment(name, action, AT - hours_ago * HOUR, g_m2) for name in WAYS)


def measured(friction: float) -> dict[str, Any]:
    """A device beside the cycle way, ten minutes ago."""
    device = Device("fri-1", "Friktion", "road_weather", WEST, SOUTH + 0.004, interval_s=600.0, last_time=AT - HOUR / 6)
    said = Reading("fri-1", "friction", "1", AT - HOUR / 6, friction)
    night = dry()
    return {"devices": (*night.devices, device), "readings": (*night.readings, said)}


def on_ways(snapshot: SnowSnapshot) -> list[Intervention]:
    return [item for item in make_plan(snapshot).interventions if item.target.startswith("C1")]


def done(item: Intervention) -> set[tuple[str, float]]:
    assert isinstance(item.segments, tuple)
    return {(part.action, part.dose_g_m2) for part in item.segments}


def slippery(snapshot: SnowSnapshot) -> list[int]:
    """The hours in which a cycle way is slippery."""
    found = assess_streets(snapshot).needs.asked.slippery[ROWS].any(axis=0)
    return [int(hour) for hour in found.nonzero()[0]]


def test_the_dose_for_ice_that_somebody_saw_is_that_of_ice() -> None:
    """By the model the road is dry: that asks for 5 g/m²."""
    assert not on_ways(dry())
    assert done(on_ways(dry(observations=saw()))[0]) == {("salt", 20.0)}
    less = threshold("snow.salt_most_g_m2", "*", 15.0)
    assert done(on_ways(dry(-2.0, less, observations=saw()))[0]) == {("salt", 15.0)}


def test_the_dose_for_ice_that_a_device_measured_is_that_of_ice() -> None:
    items = [item for item in make_plan(dry(**measured(0.12))).interventions if item.kind == "salt"]
    assert items
    assert {pair for item in items for pair in done(item)} == {("salt", 20.0)}


def test_ice_that_somebody_saw_is_sanded_where_it_is_too_cold_for_salt() -> None:
    assert done(on_ways(dry(-12.0, observations=saw()))[0]) == {("sand", 150.0)}


@pytest.mark.parametrize(
    ("air_c", "treated", "hours"),
    [
        (-2.0, (), range(8)),
        (-2.0, spread("salt", 5.0), range(8)),
        (-2.0, (*spread("salt", 10.0, 1.5), *spread("salt", 10.0)), range(0)),
        (-2.0, spread("salt", 20.0), range(0)),
        (-2.0, spread("salt", None), range(0)),
        (-2.0, spread("salt", 20.0, 3.0), range(8)),
        (-12.0, spread("salt", 20.0), range(8)),
        (-2.0, spread("sand", 150.0), range(3, 8)),
    ],
)
def test_what_was_seen_holds_unless_what_was_spread_since_could_melt_it(
    air_c: float, treated: tuple[Treatment, ...], hours: range
) -> None:
    """Too little, before it was seen, or where it is too cold: until its own end. Sand is for its four hours."""
    assert slippery(dry(air_c, observations=saw(), treatments=treated)) == list(hours)


def test_the_plan_says_that_what_was_spread_was_not_enough() -> None:
    item = on_ways(dry(observations=saw(), treatments=spread("salt", 5.0)))[0]
    said = " ".join(reason.text for reason in item.reasons)
    assert "5 g/m²: räckte inte, det är halt enligt vad någon har sett" in said
    assert "räcker så långt planen ser" not in said


def test_an_order_that_is_out_says_so_too() -> None:
    night = dry(observations=saw(), treatments=spread("salt", 5.0))
    out = replace(night, running=tuple(on_ways(night)))
    said = " ".join(reason.text for item in on_ways(out) for reason in item.reasons)
    assert "räckte inte, det är halt enligt vad någon har sett" in said
    assert "räcker så långt planen ser" not in said


def test_the_plan_after_its_own_salting_asks_for_no_more() -> None:
    night = dry(observations=saw())
    item = on_ways(night)[0]
    assert item.ready_by is not None
    assert isinstance(item.segments, tuple)
    spread_now = tuple(Treatment(part.id, part.action, item.ready_by, part.dose_g_m2) for part in item.segments)
    assert not on_ways(replace(night, at=AT + HOUR, treatments=spread_now))


def test_a_device_that_still_measures_ice_is_believed_before_a_salting_that_was_too_small() -> None:
    assert slippery(dry(**measured(0.12), treatments=spread("salt", 5.0))) == [0, 1]
    assert slippery(dry(**measured(0.12), treatments=spread("salt", 20.0))) == []
    assert slippery(dry(**measured(0.12), treatments=spread("salt", 20.0, 4.0))) == [0, 1]
    assert slippery(dry(**measured(0.12), treatments=spread("sand", 150.0))) == []
