"""The night's work: a street that snows over again after it was ploughed is in the plan a second time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city.entities import Vehicle
from city.plan import Intervention
from planner.services import make_plan
from planner.snapshot import Snapshot
from tests.unit.planner.snapshots import ahead, depth, limits_with, snow_snapshot, streets, threshold


def lasting(left_cm: float, *, mm_h: float = 4.0) -> Snapshot:
    """A main street with 5 cm, a limit of 4 cm, one slow plough, and snow all night."""
    here = tuple(segment for segment in streets() if segment.route_class == "P1" and segment.from_node < 5)
    rules = limits_with(threshold("snow.start_dry_cm", "P1", 4.0), threshold("snow.left_after_plough_cm", "*", left_cm))
    return snow_snapshot(
        readings=(depth(5.0),),
        forecasts=(ahead(-4.0, [mm_h] * 20),),
        vehicles=(Vehicle("P01", "snow", "dep", contractor="ent", work_kmh=2.0),),
        segments=here,
        thresholds=rules,
    )


def runs(snapshot: Snapshot) -> list[Intervention]:
    """The runs of the main tur, in their order."""
    return sorted((item for item in make_plan(snapshot).interventions), key=lambda item: item.key)


def test_what_the_plough_left_counts_when_it_snows_on() -> None:
    """A centimetre and a half more of residue is as much more depth in the second run, and none in the first."""
    little, much = runs(lasting(0.5)), runs(lasting(2.0))
    assert [item.key[-1] for item in little][:2] == [item.key[-1] for item in much][:2] == ["1", "2"]
    depths = [(item.reasons[0].value, item.reasons[0].range) for item in (little[1], much[1])]
    assert depths[1][0] - depths[0][0] == pytest.approx(1.5, abs=0.002)  # type: ignore[operator]
    assert depths[1][1][0] - depths[0][1][0] == pytest.approx(1.5, abs=0.002)  # type: ignore[index]
    assert little[0].reasons[0].value == much[0].reasons[0].value


def test_the_residue_may_be_what_takes_a_street_over_its_limit_again() -> None:
    """What falls stays under 4 cm after the plough; with the residue on top it does not."""
    short = ahead(-4.0, [4.0, 2.0])
    assert [len(runs(replace(lasting(left), forecasts=(short,)))) for left in (0.0, 3.0)] == [1, 2]


def test_where_it_stops_snowing_nothing_is_driven_again() -> None:
    dry = ahead(-4.0, [0.0])
    assert [item.key[-1] for item in runs(replace(lasting(1.0), forecasts=(dry,)))] == ["1"]
