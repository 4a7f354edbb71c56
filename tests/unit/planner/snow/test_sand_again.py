"""Sand counts for some hours: where the street is slippery after them, it is sanded again or that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from city.manning import RosterTurn
from city.plan import Intervention, Plan
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, limits_with, threshold
from tests.unit.planner.snow.test_held_again import first_runs, further, later, sent
from tests.unit.planner.snow.test_salted import night


def sanded_ways(*rules: Any, **parts: Any) -> SnowSnapshot:
    """Cycle ways of the first class are sanded, and slippery from now on."""
    own = limits_with(threshold("snow.anti_slip", "C1", None, text="sand"), *rules)
    return replace(night(), thresholds=own, **parts)


def sand(plan: Plan) -> list[Intervention]:
    return sorted((i for i in plan.interventions if i.kind == "sand" and i.target == "C1-1"), key=lambda i: i.key)


@pytest.mark.parametrize("lasts_h", [3.0, 4.0])
def test_a_street_is_sanded_again_when_its_sand_counts_no_more(lasts_h: float) -> None:
    """In the hour in which it ends, as with sand of before the plan; before: sanded once, and no word of the ice."""
    now, then = sand(make_plan(sanded_ways(threshold("snow.treatment_lasts_h", "*", lasts_h))))
    assert now.ready_by is not None
    assert then.starts_at is not None
    assert timedelta(0) <= now.ready_by + lasts_h * HOUR - then.starts_at < HOUR
    assert isinstance(now.segments, tuple)
    assert isinstance(then.segments, tuple)
    assert {part.id for part in now.segments} == {part.id for part in then.segments}


def test_sand_that_does_not_last_the_second_time_either_is_said() -> None:
    (*_, then) = sand(make_plan(sanded_ways(threshold("snow.treatment_lasts_h", "*", 3.0))))
    assert any(reason.text.startswith("Räcker inte heller") for reason in then.reasons)


def test_where_the_ice_is_gone_by_then_nothing_is_sanded_again() -> None:
    assert len(sand(make_plan(sanded_ways(threshold("snow.treatment_lasts_h", "*", 12.0))))) == 1


def test_a_next_sanding_that_nobody_can_drive_is_said_as_one_of_sand() -> None:
    plan = make_plan(sanded_ways(roster=(RosterTurn("G01", AT - HOUR, AT + 2 * HOUR),)))
    (item,) = sand(plan)
    assert any("när sanden inte räknas längre, och ingen kan sanda den igen" in one.text for one in item.reasons)
    (one,) = [one for one in plan.not_cared if one.target == item.target]
    assert one.why.startswith("Kan bli halt igen från kl. 07.00, efter den sista sandning som planen har")
    assert "efter sin sista sandning och ingen kan sanda den igen" in plan.verdict.text


def test_sand_that_is_under_way_is_followed_too() -> None:
    plan = make_plan(sanded_ways())
    fresh = make_plan(later(sanded_ways(), plan))
    assert further(make_plan(sent(later(sanded_ways(), plan), first_runs(fresh)))) == further(fresh)
