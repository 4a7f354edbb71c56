"""Missing is never zero: every subset of missing inputs gives a plan or a stated refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from city.errors import PlanNotPossible
from city.plan import Plan
from planner.publish import check_schema
from planner.services import make_plan
from planner.snapshot import Snapshot
from tests.unit.planner.snapshots import (
    depth,
    forecast,
    heating_snapshot,
    limits_with,
    snow_snapshot,
    street,
    streets,
    waste_snapshot,
)

FLAT = tuple(replace(s, elevation_m=None) for s in streets())
UNKNOWN = (*streets(), street(3, 8, keeper="unknown"))
SNOW: dict[str, dict[str, Any]] = {
    "forecast": {"forecasts": ()},
    "sensors": {"readings": (), "devices": ()},
    "terrain": {"segments": FLAT},
    "vehicles": {"vehicles": ()},
    "depots": {"depots": ()},
    "contractors": {"contractors": ()},
    "roster": {"roster": ()},
    "thresholds": {"thresholds": ()},
    "streets": {"segments": ()},
}
WASTE: dict[str, dict[str, Any]] = {
    "levels": {"readings": ()},
    "vehicles": {"vehicles": ()},
    "depots": {"depots": ()},
    "streets": {"segments": ()},
    "thresholds": {"thresholds": ()},
    "rooms": {"rooms": ()},
    "vessels": {"vessels": ()},
}
HEATING: dict[str, dict[str, Any]] = {
    "forecast": {"forecasts": ()},
    "temperatures": {"forecasts": (forecast(None, None),)},
    "indoor": {"readings": ()},
    "calendar": {"calendar": ()},
    "thresholds": {"thresholds": ()},
    "buildings": {"buildings": ()},
}
SAID = {
    "forecast": "forecast",
    "sensors": "snow_sensors",
    "terrain": "terrain",
    "roster": "roster",
    "thresholds": "thresholds",
    "levels": "level_sensors",
    "calendar": "calendar",
    "indoor": "b1",
}


def subsets(parts: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    return [names for n in range(len(parts) + 1) for names in combinations(parts, n)]


def without(snapshot: Snapshot, parts: dict[str, dict[str, Any]], names: tuple[str, ...]) -> Plan:
    for name in names:
        snapshot = replace(snapshot, **parts[name])
    plan = make_plan(snapshot)
    check_schema(plan)
    assert plan.verdict.text
    assert plan.verdict.text_en
    if not plan.verdict.go:
        assert not plan.interventions or all(item.starts_at is None for item in plan.interventions)
    assert all(item.effect and item.effect_en for item in plan.degradations)
    return plan


def sources(plan: Plan) -> set[str]:
    return {item.source for item in plan.degradations}


def test_every_subset_of_missing_snow_inputs() -> None:
    """2^9 snapshots: each a plan or a refusal that obeys the schema, with what is missing listed."""
    for names in subsets(SNOW):
        plan = without(snow_snapshot(readings=(depth(12.0),)), SNOW, names)
        streets_there = "streets" not in names
        for name in set(names) & {"forecast", "sensors", "thresholds"}:
            assert SAID[name] in sources(plan), (names, name)
        if streets_there and "terrain" in names:
            assert "terrain" in sources(plan)
        if "roster" in names and "vehicles" not in names:
            assert "roster" in sources(plan)
        if not streets_there or {"forecast", "sensors"} & set(names):
            assert plan.verdict.certainty != "high", names
        if streets_there and "sensors" not in names:
            stuck = {"vehicles", "depots"} & set(names)
            assert plan.verdict.go is not bool(stuck), names
            assert ("fleet" in sources(plan)) is bool(stuck), names
        for item in plan.interventions:
            assert item.reasons[0].value is not None
            assert item.reasons[0].value > 0


def test_every_subset_without_the_limits_of_a_class() -> None:
    """2^8 snapshots whose residential streets have no start limit: a refusal that names threshold and class wherever
    there are streets, a plan where there are none."""
    others = {name: parts for name, parts in SNOW.items() if name != "thresholds"}
    bare = tuple(row for row in limits_with() if (row.key, row.scope) != ("snow.start_wet_cm", "P3"))
    for names in subsets(others):
        snapshot = snow_snapshot(readings=(depth(12.0),), thresholds=bare)
        if "streets" in names:
            assert not without(snapshot, others, names).verdict.go
            continue
        with pytest.raises(PlanNotPossible, match="snow.start_wet_cm has no value for P3"):
            without(snapshot, others, names)


def test_every_subset_of_missing_waste_inputs() -> None:
    """2^7 snapshots: each a plan or a refusal; a level that is not known is never a figure."""
    for names in subsets(WASTE):
        plan = without(waste_snapshot(), WASTE, names)
        rooms_there = not {"rooms", "vessels"} & set(names)
        if "levels" in names and rooms_there:
            assert "level_sensors" in sources(plan)
            assert " % risk" not in plan.verdict.text
            assert not any("nivå" in reason.text for item in plan.interventions for reason in item.reasons)
        if not rooms_there:
            assert plan.verdict.certainty == "low"
        if rooms_there and "levels" not in names:
            assert plan.verdict.go is not bool({"vehicles", "depots", "streets"} & set(names)), names


def test_every_subset_of_missing_heating_inputs() -> None:
    """2^6 snapshots: each a plan or a refusal; no temperature that nobody measured or forecast is shown."""
    for names in subsets(HEATING):
        plan = without(heating_snapshot(), HEATING, names)
        if "buildings" in names:
            assert plan.verdict.certainty == "low"
            continue
        for name in set(names) & {"forecast", "calendar", "indoor", "thresholds"}:
            assert SAID[name] in sources(plan), (names, name)
        texts = [reason.text for item in plan.interventions for reason in item.reasons]
        assert any("kallast ute" in text for text in texts) is not bool({"forecast", "temperatures"} & set(names))
        assert any(text.startswith("inne") for text in texts) is ("indoor" not in names)


def test_keepers_that_nobody_knows_are_listed() -> None:
    """One street without a known keeper is planned and counted."""
    plan = without(snow_snapshot(segments=UNKNOWN), {}, ())
    assert any(item.source == "keeper" and "1 av" in item.effect for item in plan.degradations)


@pytest.mark.parametrize("hole", [{"temp_c": None}, {"precip_mm_h": None}])
def test_a_forecast_with_holes_is_said(hole: dict[str, None]) -> None:
    """Hours without temperature or amount are counted in a degradation, and snow is held during them."""
    whole = forecast(-3.0, 1.0)
    holed = replace(whole, steps=tuple(replace(s, **hole) if i % 5 == 0 else s for i, s in enumerate(whole.steps)))
    plan = without(snow_snapshot(forecasts=(holed,)), {}, ())
    assert any("Prognosen saknar värden för 5 h" in item.effect for item in plan.degradations)


def test_a_vehicle_of_which_no_turn_is_known_is_named() -> None:
    """It is taken as manned beside those of which the roster knows, and the plan says which it is."""
    base = snow_snapshot()
    known = base.vehicles[0].id
    turns = tuple(turn for turn in base.roster if turn.vehicle == known)
    assert turns
    plan = make_plan(replace(base, roster=turns))
    (said,) = [weak.effect for weak in plan.degradations if weak.source == "roster"]
    assert all(vehicle.id in said for vehicle in base.vehicles[1:])
    assert known not in said.replace(",", " ").split()
