"""It goes on snowing: every class is driven again before the service day is over, or the plan says that nobody can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from city.entities import Vehicle
from city.manning import RosterTurn
from city.plan import Intervention, Plan
from planner.services import make_plan
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, ahead, depth, limits_with, snow_snapshot, streets, threshold


def night(route_class: str, falls_h: int = 6, **parts: Any) -> SnowSnapshot:
    """Streets of one class with 5 cm, a limit of 4 cm, one slow plough, and snow for some hours."""
    here = tuple(replace(s, route_class=route_class) for s in streets() if s.network == "street" and s.from_node < 5)
    rules = limits_with(threshold("snow.start_dry_cm", route_class, 4.0))
    base = snow_snapshot(
        readings=(depth(5.0),),
        forecasts=(ahead(-4.0, [3.0] * falls_h),),
        vehicles=(Vehicle("P01", "snow", "dep", contractor="ent", work_kmh=2.0),),
        segments=here,
        thresholds=rules,
    )
    return replace(base, **parts)


def runs(plan: Plan) -> list[Intervention]:
    return sorted(plan.interventions, key=lambda item: item.key)


def lies_at_last(snapshot: SnowSnapshot, plan: Plan) -> float:
    """What has fallen on the deepest street since the last run of the plan, with what the plough leaves [cm]."""
    needs = assess_streets(snapshot).needs
    last = max(item.ready_by for item in plan.interventions if item.ready_by)
    done = int((last - needs.weather.start) / HOUR)
    mid = needs.ahead.mid.depth_cm[:, :12]
    return 0.5 + float((mid.max(axis=1) - mid[:, min(done, 11)]).max())


@pytest.mark.parametrize("route_class", ["P1", "P2", "P3"])
def test_every_class_is_driven_again_until_it_stays_under_its_limit(route_class: str) -> None:
    """Before: class 1 once more, the others never."""
    snapshot = night(route_class)
    plan = make_plan(snapshot)
    assert len(runs(plan)) > (4 if route_class == "P1" else 2)
    assert lies_at_last(snapshot, plan) < 4.0
    assert plan.not_cared == ()


def test_class_2_waits_for_the_end_of_the_fall() -> None:
    """Its next run begins when the snow has fallen, not when its limit is reached again."""
    first, second = [item for item in runs(make_plan(night("P2"))) if item.target == "P2-1"]
    assert first.starts_at is not None
    assert second.starts_at is not None
    assert second.asked_from is not None
    assert second.asked_from < second.starts_at
    assert second.starts_at >= AT + 6 * HOUR
    assert second.ready_by is not None
    assert second.deadline is not None
    assert second.ready_by <= second.deadline
    assert "när snön har fallit" in " ".join(reason.text for reason in second.reasons)


def test_a_run_that_nobody_can_drive_is_said_in_line_list_and_verdict() -> None:
    """The crew goes home after an hour and a half."""
    short = night("P2", roster=(RosterTurn("P01", AT - HOUR, AT + timedelta(hours=1, minutes=30)),))
    plan = make_plan(short)
    for item in plan.interventions:
        assert any("Över gränsen igen från" in reason.text for reason in item.reasons)
    one, other = plan.not_cared
    assert (one.kind, one.whole, other.target) == ("no_vehicle", False, "P2-2")
    assert one.why.startswith("Över gränsen igen från kl.")
    assert one.depth_cm is not None
    assert one.depth_cm > 4.0
    assert "2 turer kommer över gränsen igen efter sina sista körningar" in plan.verdict.text


def test_it_does_not_wait_for_the_end_of_the_fall_where_the_crew_is_gone_by_then() -> None:
    plan = make_plan(night("P2", roster=(RosterTurn("P01", AT - HOUR, AT + 5 * HOUR),)))
    assert plan.not_cared == ()
    assert all(item.ready_by is not None and item.ready_by <= AT + 5 * HOUR for item in plan.interventions)
    assert {item.key[-1] for item in plan.interventions} > {"1"}


def test_what_falls_after_the_service_day_is_left_to_the_next() -> None:
    """Noon is nine hours away: a run again, but none for what falls in the afternoon."""
    plan = make_plan(night("P2", falls_h=20))
    assert all(item.asked_from is not None and item.asked_from < AT + 9 * HOUR for item in plan.interventions)
