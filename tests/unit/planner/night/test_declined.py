"""The figures of a plan without what was declined: what is left is summed, and priced as the plan was."""

from __future__ import annotations

from functools import partial

from city.totals import SnowTotals, saving, totals_of
from planner.fleet import prices_of
from planner.night.declined import without_declined
from planner.night.prices import price_of
from planner.services import make_plan
from tests.unit.planner.snapshots import depth, snow_snapshot

SNAPSHOT = snow_snapshot(readings=(depth(12.0),))
PRICE = partial(price_of, prices_of(SNAPSHOT), SNAPSHOT.vehicles)


def test_nothing_declined_is_the_plan_itself() -> None:
    plan = make_plan(SNAPSHOT)
    assert without_declined(plan, (), PRICE) is plan
    assert without_declined(plan, {"snow:nope:2026-11-23:1"}, PRICE) is plan


def test_turer_hours_way_and_price_are_of_what_is_left() -> None:
    plan = make_plan(SNAPSHOT)
    gone, *rest = plan.interventions
    left = without_declined(plan, {gone.key}, PRICE)
    was, now = totals_of(plan, SnowTotals), totals_of(left, SnowTotals)
    assert now.minutes is not None
    assert now.distance_m is not None
    assert abs(now.minutes - sum(item.minutes for item in rest)) < 0.1
    assert abs(now.distance_m - sum(item.distance_m for item in rest)) < 0.1
    assert (was.turer_needed or 0) - (now.turer_needed or 0) == 1
    assert now.deadhead_m is None
    assert left.verdict.cost == round(PRICE(rest))
    assert (saving(left) or 0.0) > (saving(plan) or 0.0)


def test_all_declined_costs_nothing_and_has_no_latest_start() -> None:
    plan = make_plan(SNAPSHOT)
    left = without_declined(plan, {item.key for item in plan.interventions}, PRICE)
    assert (left.verdict.cost, left.verdict.latest_start, left.interventions) == (0, None, ())
