"""What is called out counts as driven: the plan after it drives the same turer again, or says that nobody can."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from city.entities import GivenOrder, Treatment
from city.manning import RosterTurn
from city.plan import Intervention, Plan
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, depth
from tests.unit.planner.snow.test_again import night as snowing
from tests.unit.planner.snow.test_salted import night as freezing

MINUTE = timedelta(minutes=1)
Run = tuple[str, datetime | None, datetime | None]
NIGHTS = {name: snowing(name) for name in ("P1", "P2", "P3")} | {"salt": freezing(wet_mm=0.5)}


def later(snapshot: SnowSnapshot, plan: Plan, after: timedelta = 5 * MINUTE) -> SnowSnapshot:
    """The same night a little later, when all turer of a plan have been asked for before."""
    readings = tuple(replace(reading, time=snapshot.at + after) for reading in snapshot.readings)
    asked = tuple(sorted({item.target for item in plan.interventions}))
    return replace(snapshot, at=snapshot.at + after, readings=readings, asked=asked)


def first_runs(plan: Plan) -> tuple[Intervention, ...]:
    return tuple(item for item in plan.interventions if item.key.endswith(":1"))


def sent(snapshot: SnowSnapshot, items: tuple[Intervention, ...]) -> SnowSnapshot:
    """The same with these under way: their drivers have acknowledged."""
    orders = tuple(
        GivenOrder(f"o-{item.key}", "p", "snow", item.key, item.target, "acknowledged", item.vehicle, AT, item.ready_by)
        for item in items
    )
    return replace(snapshot, running=items, orders=orders)


def further(plan: Plan) -> list[Run]:
    runs = [item for item in plan.interventions if not item.key.endswith(":1")]
    return sorted((item.key, item.starts_at, item.ready_by) for item in runs)


@pytest.mark.parametrize("kind", NIGHTS)
def test_what_is_sent_is_driven_again_as_in_a_plan_of_nothing_sent(kind: str) -> None:
    """Before: the second runs were gone from the plan, and nobody was told."""
    plan = make_plan(NIGHTS[kind])
    fresh = make_plan(later(NIGHTS[kind], plan))
    held = make_plan(sent(later(NIGHTS[kind], plan), first_runs(fresh)))
    assert further(fresh)
    assert further(held) == further(fresh)
    assert held.not_cared == fresh.not_cared


def test_what_nobody_can_drive_again_is_said_though_the_first_run_is_out() -> None:
    short = snowing("P2", roster=(RosterTurn("P01", AT - HOUR, AT + 90 * MINUTE),))
    fresh = make_plan(short)
    held = make_plan(sent(later(short, fresh), first_runs(fresh)))
    assert {one.target for one in fresh.not_cared} == {one.target for one in held.not_cared}
    assert all(one.why.startswith("Över gränsen igen från kl.") and not one.whole for one in held.not_cared)
    assert "2 turer kommer över gränsen igen efter sina sista körningar" in held.verdict.text


def test_a_crew_that_is_out_until_its_turn_ends_leaves_the_next_salting_to_nobody() -> None:
    ice = freezing(wet_mm=0.5)
    (first, *_) = first_runs(make_plan(ice))
    alone = replace(ice, roster=(RosterTurn("G01", AT - HOUR, first.ready_by or AT),))
    held = make_plan(sent(later(alone, make_plan(alone)), (first,)))
    (one,) = [one for one in held.not_cared if one.target == first.target]
    assert one.why.startswith("Kan bli halt igen från kl.")


@pytest.mark.parametrize("kind", ["P1", "salt"])
def test_a_run_that_is_half_done_is_driven_again_on_all_of_its_streets(kind: str) -> None:
    """What is reported of its streets counts from then, the rest from when it is to be done."""
    fresh = make_plan(NIGHTS[kind])
    (first, *_) = first_runs(fresh)
    assert isinstance(first.segments, tuple)
    begun = sent(later(NIGHTS[kind], fresh), (first,))
    orders = tuple(replace(one, state="started", started_at=AT) for one in begun.orders)
    half = first.segments[: len(first.segments) // 2]
    done = tuple(Treatment(part.id, part.action, AT + 2 * MINUTE, part.dose_g_m2 or None) for part in half)
    plan = make_plan(replace(begun, orders=orders, treatments=done))
    (again,) = [item for item in plan.interventions if item.key == first.key[:-1] + "2"]
    assert isinstance(again.segments, tuple)
    assert {part.id for part in again.segments} == {part.id for part in first.segments}
    assert first.ready_by is not None
    assert again.starts_at is not None
    assert again.starts_at >= first.ready_by


@pytest.mark.parametrize("out", [False, True])
def test_a_further_run_names_the_run_before_it_and_not_an_older_plough(out: bool) -> None:
    """Ploughed an hour ago; the plan itself ploughs it before its second run, whether that is sent or not."""
    old = tuple(Treatment(s.id, "plough", AT - HOUR) for s in NIGHTS["P1"].segments)
    snapshot = replace(snowing("P1", 8), treatments=old, readings=(depth(8.0),))
    plan = make_plan(snapshot)
    plan = make_plan(sent(later(snapshot, plan), first_runs(plan))) if out else plan
    first, again = sorted((item for item in plan.interventions if item.target == "P1-1"), key=lambda i: i.key)[:2]
    assert first.ready_by is not None
    clock = f"{first.ready_by.astimezone(snapshot.zone):%H.%M}"
    assert f"plogas i körningen före, klar kl. {clock}, och det här faller efter den" in again.reasons[0].text
    assert "resten har fallit sedan dess" not in again.reasons[0].text


def test_a_run_that_is_late_is_driven_again_after_now() -> None:
    """It was to be done an hour ago; it snows on."""
    fresh = make_plan(NIGHTS["P1"])
    (first, *_) = first_runs(fresh)
    assert first.ready_by is not None
    now = later(NIGHTS["P1"], fresh, first.ready_by + HOUR - AT)
    plan = make_plan(replace(sent(now, (first,)), orders=()))
    again = [item for item in plan.interventions if item.target == first.target and item.key != first.key]
    assert again
    assert all(item.starts_at and item.starts_at > now.at for item in again)
