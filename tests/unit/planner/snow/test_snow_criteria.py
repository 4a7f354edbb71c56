"""Start criteria beyond the depth: hold, hysteresis, readings, schools, free days, what people saw, and what it
costs."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from city.entities import Building, CalendarDay, Contractor, Device, Reading, Treatment, Vehicle
from city.errors import PlanNotPossible
from city.manning import RosterTurn
from city.observation import Observation
from city.plan import Intervention, Plan
from planner.publish import check_schema
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    ahead,
    depth,
    forecast,
    limits_with,
    place,
    snow_snapshot,
    street,
    streets,
    threshold,
)

MORNING = date(2026, 11, 24)


def plan_of(snapshot: SnowSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def classes(plan: Plan) -> set[str]:
    return {item.target.split("-")[0] for item in plan.interventions}


def still(cm: float, **parts: object) -> SnowSnapshot:
    return snow_snapshot(readings=(depth(cm),), forecasts=(), **parts)


def of(plan: Plan, route_class: str) -> list[Intervention]:
    return [item for item in plan.interventions if item.target.startswith(route_class)]


def reasons(item: Intervention) -> str:
    return " · ".join(reason.text for reason in item.reasons)


# ---- hold, hysteresis, readings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cm", "asked", "goes"), [(7.6, (), False), (7.6, ("P1-1",), True), (7.4, ("P1-1",), False)])
def test_a_tur_that_is_asked_for_stays_until_well_under(cm: float, asked: tuple[str, ...], goes: bool) -> None:
    """8 cm with half a centimetre of hysteresis: at 7.6 cm a tur stays that was asked for, and none is added."""
    assert ("P1" in classes(plan_of(still(cm, asked=asked)))) is goes


def test_hysteresis_never_asks_for_bare_ground() -> None:
    """A limit of half a centimetre with half a centimetre of hysteresis: asked for, and nothing lies there."""
    low = limits_with(*(threshold("snow.start_dry_cm", name, 0.5) for name in ("P1", "P3", "C1")))
    assert not plan_of(still(0.0, asked=("P1-1", "P3-1", "C1-1"), thresholds=low)).verdict.go


@pytest.mark.parametrize(("hold_h", "goes"), [(1.0, True), (24.0, False)])
def test_a_limit_must_hold_for_its_hours(hold_h: float, goes: bool) -> None:
    """Snow that melts away within hours: over the limit now, but not all day."""
    rules = limits_with(threshold("snow.hold_h", "*", hold_h))
    mild = snow_snapshot(readings=(depth(4.0),), forecasts=(forecast(5.0, 0.0),), thresholds=rules)
    assert ("C1" in classes(plan_of(mild))) is goes


def test_the_high_reading_decides_where_a_city_says_so() -> None:
    """1.8 mm of snow on bare ground stays under 3 cm by the middle; by its high reading it does not."""
    falling = snow_snapshot(readings=(depth(0.0),), forecasts=(ahead(-6.0, [0.45] * 4),))
    assert "C1" not in classes(plan_of(falling))
    by_high = limits_with(threshold("snow.decide_by", "C1", None, text="high"))
    assert "C1" in classes(plan_of(replace(falling, thresholds=by_high)))


def test_a_lead_lets_work_begin_before_the_limit_is_reached() -> None:
    falling = snow_snapshot(readings=(depth(0.0),), forecasts=(ahead(-4.0, [1.0] * 10),))
    led = limits_with(threshold("snow.lead_h", "*", 2.0))
    first, before = (of(plan_of(replace(falling, thresholds=rules)), "C1")[0] for rules in (limits_with(), led))
    assert first.asked_from is not None
    assert before.asked_from == first.asked_from - 2 * HOUR


def test_a_word_that_no_threshold_knows_is_a_refusal() -> None:
    wrong = limits_with(threshold("snow.decide_by", "C1", None, text="maybe"))
    with pytest.raises(PlanNotPossible, match="low, mid, high"):
        make_plan(still(5.0, thresholds=wrong))


@pytest.mark.parametrize("key", ["snow.start_dry_cm", "snow.start_wet_cm", "snow.done_within_h", "snow.friction"])
def test_a_class_without_a_threshold_is_a_stated_refusal(key: str) -> None:
    rules = tuple(row for row in limits_with() if (row.key, row.scope) != (key, "P3"))
    with pytest.raises(PlanNotPossible, match=f"{key} has no value for P3"):
        make_plan(still(15.0, thresholds=rules))


# ---- days ------------------------------------------------------------------------------------------------------------


def school(**parts: object) -> SnowSnapshot:
    """A residential street beside a school and one far away, 8.5 cm: over the limit of P2, under that of P3."""
    two = (street(0, 1, "P3", name="Skolgatan"), *(street(n, n + 1, "P1") for n in (1, 2)), street(3, 4, "P3"))
    near = Building("s", "Skolan", *place(0), kind="school")
    return still(8.5, segments=two, buildings=(near,), **parts)


def test_streets_to_schools_rise_on_school_days() -> None:
    at_school = (CalendarDay("school", MORNING, "school"),)
    rules = limits_with(threshold("snow.school_near_m", "*", 100.0))
    plan = plan_of(school(calendar=at_school, thresholds=rules))
    assert [part.id for item in of(plan, "P3") for part in item.segments] == ["s/0-1"]  # type: ignore[union-attr]


@pytest.mark.parametrize("calendar", [(), (CalendarDay("school", MORNING, "closed"),)])
def test_other_days_they_do_not(calendar: tuple[CalendarDay, ...]) -> None:
    assert not of(plan_of(school(calendar=calendar)), "P3")


@pytest.mark.parametrize(
    ("day", "holiday", "clock"),
    [(24, False, "06:30"), (28, False, "07:30"), (29, False, "09:00"), (24, True, "09:00")],
)
def test_free_days_may_be_done_later(day: int, holiday: bool, clock: str) -> None:
    """Tuesday, Saturday, Sunday, and a Tuesday that is a holiday."""
    shift = timedelta(days=day - 24)
    base = still(9.0)
    moved = replace(
        base,
        at=AT + shift,
        service_day=base.service_day + shift,
        readings=(replace(base.readings[0], time=base.readings[0].time + shift),),
        roster=tuple(RosterTurn(t.vehicle, t.starts_at + shift, t.ends_at + shift) for t in base.roster),
        calendar=(CalendarDay("holiday", date(2026, 11, day), "holiday"),) if holiday else (),
    )
    item = of(plan_of(moved), "P1")[0]
    assert item.deadline is not None
    assert f"{item.deadline.astimezone(moved.zone):%H:%M}" == clock


# ---- what people saw -------------------------------------------------------------------------------------------------


def saw(value: float, *, quantity: str = "snow_depth", until: datetime = AT + 4 * HOUR) -> Observation:
    here = tuple(s.id for s in streets() if s.route_class == "P1")
    return Observation("t", here, quantity, value, AT - HOUR / 2, until, "jour", "mätt på plats")


def test_what_an_officer_saw_goes_before_sensors_and_is_said() -> None:
    assert "P1" not in classes(plan_of(still(12.0, observations=(saw(1.0),))))
    item = of(plan_of(still(0.0, observations=(saw(11.0),))), "P1")[0]
    assert "av jour: 11,0 cm; gäller till kl. 07.00 (mätt på plats)" in reasons(item)


def test_what_was_seen_holds_no_longer_than_said() -> None:
    assert "P1" in classes(plan_of(still(12.0, observations=(saw(1.0, until=AT),))))


def test_what_falls_after_somebody_looked_is_added() -> None:
    falling = {"forecasts": (ahead(-4.0, [2.0] * 10),), "readings": (depth(0.0),)}
    plan = plan_of(snow_snapshot(observations=(saw(5.0),), **falling))
    assert of(plan, "P1")[0].asked_from < of(plan_of(snow_snapshot(**falling)), "P1")[0].asked_from  # type: ignore[operator]


def test_a_street_that_was_ploughed_after_somebody_looked_is_clear() -> None:
    done = tuple(Treatment(s.id, "plough_salt", AT - HOUR / 4) for s in streets() if s.route_class == "P1")
    assert "P1" not in classes(plan_of(still(0.0, observations=(saw(11.0),), treatments=done)))


# ---- slipperiness ----------------------------------------------------------------------------------------------------

SALT = (threshold("snow.anti_slip", "P1", None, text="salt"),)


def actions(plan: Plan) -> dict[str, tuple[str, float]]:
    return {
        part.id: (part.action, part.dose_g_m2)
        for item in plan.interventions
        for part in item.segments  # type: ignore[union-attr]
    }


def freezing(now_c: float, *, cold_h: int = 0) -> SnowSnapshot:
    """Rain yesterday at 2 °C, and ``now_c`` since ``cold_h`` hours ago and on."""
    wet = forecast(2.0, 0.5)
    steps = tuple(
        replace(step, temp_c=now_c, precip_mm_h=0.0) if step.valid_from >= AT - cold_h * HOUR else step
        for step in wet.steps
    )
    return snow_snapshot(readings=(depth(0.0),), forecasts=(replace(wet, steps=steps),), thresholds=limits_with(*SALT))


def test_brine_goes_out_before_a_wet_road_freezes() -> None:
    """Main streets alone, with a dose of practice, before anything is slippery."""
    damp = freezing(-3.0)
    plan = plan_of(damp)
    assert classes(plan) == {"P1"}
    assert {item.kind for item in plan.interventions} <= {"brine", "salt"}
    assert all(5.0 <= dose <= 20.0 for _, dose in actions(plan).values())
    item = plan.interventions[0]
    assert (item.reasons[0].threshold, item.reasons[0].unit) == (0.25, "")
    assert item.reasons[0].value is not None
    assert item.reasons[0].value < 0.25


def test_what_is_too_cold_for_salt_is_sanded_on_hills_alone() -> None:
    hill = tuple(replace(s, grade_pct=8.0 if s.id == "s/0-1" else 1.0) for s in streets() if s.from_node < 5)
    plan = plan_of(replace(freezing(-25.0, cold_h=4), segments=hill))
    assert {part: action for part, (action, _) in actions(plan).items()} == {"s/0-1": "sand"}


def test_a_street_that_was_salted_is_left_alone_while_it_holds() -> None:
    """As much as the water on it asks for; how long less lasts: ``test_salted.py``."""
    damp = freezing(-3.0)
    done = tuple(Treatment(s.id, "brine", AT - HOUR, 250.0) for s in streets())
    assert plan_of(damp).verdict.go
    assert not plan_of(replace(damp, treatments=done)).verdict.go


def test_ploughing_in_frost_is_followed_by_salt() -> None:
    plan = plan_of(snow_snapshot(readings=(depth(12.0),), forecasts=(forecast(-3.0),), thresholds=limits_with(*SALT)))
    main = of(plan, "P1")[0]
    assert main.kind == "combi"
    assert {part.action for part in main.segments} == {"plough_salt"}  # type: ignore[union-attr]
    assert {part.action for part in of(plan, "P3")[0].segments} == {"plough"}  # type: ignore[union-attr]
    assert "Plog och salt på" in reasons(main)


def test_a_mild_road_is_ploughed_and_no_more() -> None:
    plan = plan_of(snow_snapshot(readings=(depth(12.0),), forecasts=(forecast(4.0),), thresholds=limits_with(*SALT)))
    assert {action for action, _ in actions(plan).values()} == {"plough"}


def test_what_was_spread_after_somebody_found_it_slippery_counts() -> None:
    dry = snow_snapshot(readings=(depth(0.0),), forecasts=(), thresholds=limits_with(*SALT))
    done = tuple(Treatment(s.id, "salt", AT - HOUR / 4) for s in streets())
    assert not plan_of(replace(dry, observations=(saw(1.0, quantity="slippery"),), treatments=done)).verdict.go


def test_a_person_who_finds_it_slippery_is_believed() -> None:
    dry = snow_snapshot(readings=(depth(0.0),), forecasts=(), thresholds=limits_with(*SALT))
    assert not plan_of(dry).verdict.go
    plan = plan_of(replace(dry, observations=(saw(1.0, quantity="slippery"),)))
    assert classes(plan) == {"P1"}
    assert "halt" in reasons(plan.interventions[0])


def measured(friction: float, *, minutes: float = 10.0) -> SnowSnapshot:
    """A road that freezes, which the model calls slippery, and a device on it that says otherwise or not."""
    damp = freezing(-3.0, cold_h=4)
    devices = (*damp.devices, Device("mu-1", "Friktion 1", "road_weather", *place(1)))
    said = Reading("mu-1", "friction", "", AT - timedelta(minutes=minutes), friction)
    return replace(damp, devices=devices, readings=(*damp.readings, said), segments=(street(0, 1), street(1, 2)))


def test_a_road_that_a_device_finds_rough_is_not_salted() -> None:
    """What it measured holds for two hours; what the model says of the hours after is prevented before they come."""
    assert "salt" in {item.kind for item in plan_of(measured(0.12)).interventions}
    rough = plan_of(measured(0.7)).interventions[0]
    assert (rough.kind, rough.deadline) == ("salt", AT + 2 * HOUR)


@pytest.mark.parametrize("nonsense", [12.0, 55.0, 1.21, -0.01, -3e9, math.nan])
def test_a_friction_that_cannot_be_is_not_used_and_is_said(nonsense: float) -> None:
    """In per cent or broken: the plan is that of the model alone, and names the sensor."""
    silent = plan_of(measured(0.12, minutes=300))
    plan = plan_of(measured(nonsense))
    assert plan.verdict.go
    assert actions(plan) == actions(silent)
    assert [item.asked_from for item in plan.interventions] == [item.asked_from for item in silent.interventions]
    (said,) = [item for item in plan.degradations if item.source == "mu-1"]
    assert "utanför 0,0–1,2 och används inte" in said.effect
    assert "is not used" in said.effect_en
    assert said.age_s == 600.0


def test_the_last_friction_that_can_be_counts() -> None:
    """One wrong reading does not silence a sensor that was right before it."""
    good = measured(0.7, minutes=20)
    both = replace(good, readings=(*good.readings, *measured(55.0).readings[-1:]))
    assert [i.asked_from for i in plan_of(both).interventions] == [i.asked_from for i in plan_of(good).interventions]


# ---- who goes, and what it costs -------------------------------------------------------------------------------------


def test_lasting_snow_sends_class_1_again_before_class_2() -> None:
    """One plough, snow all night: the second run of the main streets begins before the residential ones."""
    one = (Vehicle("P01", "snow", "dep", contractor="ent", work_kmh=2.0),)
    rules = limits_with(*(threshold("snow.start_dry_cm", name, 4.0) for name in ("P1", "P3")))
    here = tuple(s for s in streets() if s.network == "street")
    falling = snow_snapshot(
        readings=(depth(5.0),), forecasts=(ahead(-4.0, [4.0] * 20),), vehicles=one, segments=here, thresholds=rules
    )
    plan = plan_of(falling)
    runs = {item.key.rsplit(":", 1)[1]: item for item in of(plan, "P1")}
    assert set(runs) > {"1", "2"}
    assert "körs en gång till" in reasons(runs["2"])
    booked = sorted((item.starts_at, item.ready_by) for item in plan.interventions)  # type: ignore[type-var]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(booked))  # type: ignore[operator]
    assert runs["2"].starts_at >= runs["1"].ready_by  # type: ignore[operator]


@pytest.mark.parametrize(("least_h", "vehicles"), [(None, 2), (4.0, 1)])
def test_a_least_call_out_keeps_vehicles_at_home(least_h: float | None, vehicles: int) -> None:
    """Where each vehicle costs four hours at least, one does both turer as long as they are done in time."""
    who = (Contractor("ent", "Entreprenören", 1000.0, least_hours=least_h),)
    plan = plan_of(still(12.0, contractors=who, segments=tuple(s for s in streets() if s.network == "street")))
    assert len({item.vehicle for item in plan.interventions}) == vehicles
    paid = 4.0 if least_h else sum(item.minutes for item in plan.interventions) / 60.0
    assert plan.verdict.cost == pytest.approx(1000.0 * paid, abs=1.0)


def test_the_latest_start_still_meets_the_deadline() -> None:
    """Begun at its latest each tur is done in time, and so is what its vehicle does after it."""
    plan = plan_of(still(12.0))
    for item in plan.interventions:
        assert item.latest_start is not None
        assert item.latest_start + (item.ready_by - item.starts_at) <= item.deadline  # type: ignore[operator]
    assert plan.verdict.latest_start == min(item.latest_start for item in plan.interventions if item.latest_start)


def test_what_would_change_the_verdict_is_true() -> None:
    """'0.6 cm less' takes the first tur out and leaves the others; '0.5 cm more' brings the next one in."""
    plan = plan_of(still(8.5))
    assert plan.verdict.flip.startswith("Blir det 0,5 cm mindre utgår P1-")
    assert "Blir det 1,5 cm mer tillkommer P3-1" in plan.verdict.flip
    assert "P1" not in classes(plan_of(still(7.99)))
    assert "P3" in classes(plan_of(still(10.0)))
    assert "P3" not in classes(plan_of(still(9.99)))


def test_the_verdict_says_how_many_the_range_holds() -> None:
    plan = plan_of(snow_snapshot(readings=(depth(0.0),), forecasts=(ahead(-4.0, [1.2] * 6),)))
    assert plan.verdict.turer_range is not None
    low, high = plan.verdict.turer_range
    assert low <= plan.totals["turer_needed"] <= high
    assert low < high
