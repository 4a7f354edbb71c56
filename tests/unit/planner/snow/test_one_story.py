"""Each line tells one story: the faults of a storm night that was read as a road engineer would, one by one."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from city.entities import Building, CalendarDay, Forecast, ForecastStep, GivenOrder, Treatment, Vehicle
from city.manning import Absence, RosterTurn
from city.observation import Observation
from city.plan import Intervention, Plan
from planner.services import make_plan
from planner.snapshot import PlannerParams
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    SOUTH,
    WEST,
    against_slip,
    ahead,
    depth,
    forecast,
    limits_with,
    place,
    snow_snapshot,
    streets,
    threshold,
)

MINUTE = timedelta(minutes=1)
SALTED = against_slip(method="salt")


def lines(plan: Plan, target: str) -> list[Intervention]:
    return sorted((item for item in plan.interventions if item.target == target), key=lambda item: item.key)


def texts(item: Intervention) -> str:
    return " ".join(reason.text for reason in item.reasons)


def slippery_now(until_h: float = 2.0, **parts: Any) -> SnowSnapshot:
    """Bare cycle ways that somebody found slippery, and snow that takes them over 3 cm from the ninth hour on."""
    ways = tuple(s.id for s in streets() if s.network == "cycle")
    seen = Observation("o", ways, "slippery", 1.0, AT - HOUR / 2, AT + until_h * HOUR, "jour", "")
    return snow_snapshot(
        readings=(depth(0.0),),
        forecasts=(ahead(-3.0, [0.0] * 8 + [3.0] * 4),),
        observations=(seen,),
        thresholds=limits_with(*SALTED),
        **parts,
    )


def test_what_is_slippery_now_and_snows_over_later_is_two_drives() -> None:
    """Salt now by the hours of slipperiness, the plough when its limit is reached: each line its own hours."""
    salt, plough = lines(make_plan(slippery_now()), "C1-1")[:2]
    assert (salt.kind, plough.kind) == ("salt", "combi")
    assert (salt.starts_at, salt.reasons[0].unit) == (AT, "")
    assert salt.deadline == datetime.fromisoformat("2026-11-24T06:00:00+01:00")
    assert plough.starts_at is not None
    assert plough.starts_at >= AT + 8 * HOUR
    assert plough.reasons[0].unit == "cm"
    assert "Turen körs också" in texts(salt)
    assert "Turen körs också kl. 03.00: Salt" in texts(plough)


def test_the_plough_follows_a_treatment_that_is_out() -> None:
    """Its salt is called out: what snows over afterwards is still planned, as the next run."""
    night = slippery_now()
    salt = lines(make_plan(night), "C1-1")[0]
    order = GivenOrder("o", "p", "snow", salt.key, "C1-1", "acknowledged", "G01", AT, salt.ready_by)
    held, plough, *_ = lines(make_plan(replace(night, running=(salt,), orders=(order,))), "C1-1")
    assert (held.key, plough.key[-1], plough.kind) == (salt.key, "2", "combi")


def test_frost_is_prevented_before_it_comes() -> None:
    """A wet road that freezes in the morning: moist salt, done when it begins, and not before ``snow.prevent_h``."""
    steps = tuple(
        ForecastStep(
            AT + (i - 25) * HOUR,
            AT + (i - 24) * HOUR,
            max(-5.0, 3.0 - 0.8 * max(0, i - 25)),
            1.0 if 18 <= i < 30 else 0.0,
            humidity_pct=95.0,
            wind_m_s=1.0,
            cloud=1.0,
        )
        for i in range(60)
    )
    clear = Forecast("made", WEST, SOUTH, AT, steps)
    plan = make_plan(snow_snapshot(readings=(depth(0.0),), forecasts=(clear,), thresholds=limits_with(*SALTED)))
    salt = [item for item in plan.interventions if item.kind == "salt"]
    assert salt
    for item in salt:
        begins = item.reasons[0].at
        assert isinstance(begins, datetime)
        assert item.starts_at is not None
        assert item.ready_by is not None
        assert begins - 2 * HOUR <= item.starts_at < item.ready_by <= begins == item.deadline
        assert "innan det blir halt" in texts(item)


def test_a_lead_does_not_plough_bare_ground() -> None:
    """Six hours' lead, and the first flake an hour before the limit: nobody ploughs asphalt."""
    rules = limits_with(threshold("snow.lead_h", "*", 6.0))
    falls = ahead(-4.0, [0.0] * 6 + [9.0] * 2)
    plan = make_plan(snow_snapshot(readings=(depth(0.0),), forecasts=(falls,), thresholds=rules))
    first = [item for item in plan.interventions if item.key.endswith(":1")]
    assert first
    for item in first:
        assert item.starts_at is not None
        assert item.starts_at >= AT + 6 * HOUR
        assert item.asked_from is not None
        assert item.asked_from <= AT + 2 * HOUR


def test_what_melts_before_anybody_is_there_is_left_and_said() -> None:
    """12 cm that are gone in the afternoon, and the only cycle plough comes in the evening."""
    warm = forecast(9.0, 0.0)
    breeze = tuple(replace(s, wind_m_s=9.0, humidity_pct=95.0) for s in warm.steps)
    plan = make_plan(
        snow_snapshot(
            readings=(depth(12.0),),
            forecasts=(replace(warm, steps=breeze),),
            roster=(RosterTurn("G01", AT + 17 * HOUR, AT + 23 * HOUR),),
        )
    )
    assert not lines(plan, "C1-1")
    (left,) = (one for one in plan.not_cared if one.target == "C1-1")
    assert left.whole
    assert "inget kvar att göra" in left.why
    assert "Dessförinnan är det över gränsen från kl. 03.00 till kl. " in left.why
    assert "Before that it is over the limit from 03:00 to " in left.why_en


def test_ice_that_is_gone_before_anybody_is_there_is_said_with_its_hours() -> None:
    """Slippery for four hours from now on, and the only cycle plough comes after eight."""
    plan = make_plan(slippery_now(4.0, roster=(RosterTurn("G01", AT + 8 * HOUR, AT + 20 * HOUR),)))
    whys = [one.why for one in plan.not_cared if "inget kvar att göra" in one.why]
    assert whys
    assert all(
        "Dessförinnan kan det vara halt från kl. 03.00 till kl. 07.00, och ingen kan vara där." in why for why in whys
    )


def school(**parts: Any) -> SnowSnapshot:
    """A school beside the first column of residential streets, on a school day."""
    day = CalendarDay("school", AT.date(), "school")
    return snow_snapshot(buildings=(Building("b", "Skolan", *place(5)),), calendar=(day,), **parts)


def test_the_limit_that_decided_says_why_it_is_not_the_class() -> None:
    """9 cm: under the 10 of residential streets, over the 8 of those that are served as collectors near a school."""
    plan = make_plan(school(readings=(depth(9.0),), forecasts=()))
    item = next(i for i in plan.interventions if i.target.startswith("P3"))
    assert item.reasons[0].threshold == 8.0
    assert "räknas som Gata prio 2 nära skola" in item.reasons[0].text
    assert "Gata prio 2: klart senast" in texts(item)


def test_the_hysteresis_is_in_the_limit_that_is_shown() -> None:
    """7.7 cm, asked for by the plan before: the limit that held is 7.5."""
    plan = make_plan(snow_snapshot(readings=(depth(7.7),), forecasts=(), asked=("P1-1",)))
    (item,) = lines(plan, "P1-1")
    assert item.reasons[0].threshold == 7.5
    assert "gränsen är 0,5 cm lägre, turen var med i planen före" in item.reasons[0].text


SLOW = PlannerParams(tur_minutes=300.0, tur_iterations=2)


def slow(kmh: float, **parts: Any) -> SnowSnapshot:
    """One plough that needs long, and one cycle plough."""
    ploughs = (Vehicle("P01", "snow", "dep", work_kmh=kmh), Vehicle("G01", "snow", "dep", network="cycle"))
    return snow_snapshot(**({"vehicles": ploughs, "roster": (), "params": SLOW, "readings": (depth(12.0),)} | parts))


def why_late(plan: Plan, target: str) -> str:
    return next(r.text for r in lines(plan, target)[0].reasons if "min sen" in r.text)


def test_work_that_is_longer_than_its_time_is_late_for_that() -> None:
    """05.00, due 06.30, and the drive takes longer: no vehicle is busy."""
    late = slow(0.3, forecasts=(), at=AT + 2 * HOUR, readings=(depth(12.0, age=-2 * HOUR),))
    said = why_late(make_plan(late), "P1-1")
    assert "från nu är det 90 min till dess, och turen tar" in said
    assert "kör" not in said.replace("körs", "")


def test_who_is_busy_is_named_with_until_when() -> None:
    """One plough: the second main street waits for the first."""
    alone = slow(0.3, forecasts=())
    plan = make_plan(alone)
    late = [item for item in plan.interventions if item.target.startswith("P1") and item.ready_by > item.deadline]  # type: ignore[operator]
    assert late
    for item in late:
        before = max(
            (one for one in plan.interventions if one.vehicle == "P01" and one.ready_by <= item.starts_at),  # type: ignore[operator]
            key=lambda one: one.ready_by,  # type: ignore[arg-type, return-value]
        )
        assert before.ready_by is not None
        clock = f"{before.ready_by.astimezone(alone.zone):%H.%M}"
        assert f"P01 kör {before.target} till kl. {clock}, och inget annat fordon blir klart tidigare" in why_late(
            plan, item.target
        )


def test_an_absence_and_a_turn_that_begins_late_are_named() -> None:
    gone = Absence("G01", AT - HOUR, AT + 4 * HOUR)
    assert "G01 är ur drift till kl. 07.00" in why_late(make_plan(slow(9.0, absences=(gone,))), "C1-1")
    turns = (RosterTurn("G01", AT + 4 * HOUR, AT + 9 * HOUR),)
    assert "G01 är bemannat först kl. 07.00" in why_late(make_plan(slow(9.0, roster=turns)), "C1-1")


def test_a_free_vehicle_that_leaves_out_streets_is_named() -> None:
    """The narrow one is busy elsewhere until seven; the wide one stands idle and does not fit in."""
    narrow = tuple(replace(s, max_width_m=2.6) if s.id == "s/1-2" else s for s in streets())
    vehicles = (Vehicle("P01", "snow", "dep", width_m=3.2), Vehicle("P02", "snow", "dep", width_m=2.5))
    turns = (RosterTurn("P01", AT - HOUR, AT + 9 * HOUR), RosterTurn("P02", AT + 4 * HOUR, AT + 9 * HOUR))
    plan = make_plan(snow_snapshot(readings=(depth(12.0),), segments=narrow, vehicles=vehicles, roster=turns))
    assert "P02 är bemannat först kl. 07.00; P01 är ledigt men når en sträcka färre" in why_late(plan, "P1-1")


def test_a_latest_start_can_be() -> None:
    """Late as it is: the latest start is the planned one, not one that lies behind it."""
    plan = make_plan(slow(0.3, forecasts=()))
    (item,) = lines(plan, "P1-2")
    assert item.latest_start == item.starts_at
    assert plan.totals["late"] == 1


def test_a_latest_start_stays_within_turn_and_absence() -> None:
    """Residential streets have a day; their plough is out of service in two hours."""
    gone = Absence("P01", AT + 2 * HOUR, AT + 40 * HOUR)
    plan = make_plan(slow(20.0, forecasts=(), absences=(gone,)))
    for item in (one for one in plan.interventions if one.vehicle == "P01"):
        assert item.latest_start is not None
        assert item.ready_by is not None
        assert item.starts_at is not None
        assert item.latest_start + (item.ready_by - item.starts_at) <= AT + 2 * HOUR


def test_the_time_between_two_orders_is_used() -> None:
    """P01 is called out at 03.00 and again at 05.00: what is due fits in between."""
    base = slow(20.0, forecasts=())
    made = {item.target: item for item in make_plan(base).interventions}
    p3 = next(item for name, item in made.items() if name.startswith("P3"))
    later = replace_times(p3, AT + 2 * HOUR)
    order = GivenOrder("o", "p", "snow", later.key, later.target, "acknowledged", "P01", AT, later.ready_by)
    plan = make_plan(replace(base, running=(later,), orders=(order,)))
    (item,) = lines(plan, "P1-1")
    assert item.vehicle == "P01"
    assert item.ready_by is not None
    assert item.ready_by <= AT + 2 * HOUR


def replace_times(item: Intervention, begins: datetime) -> Intervention:
    assert item.ready_by is not None
    assert item.starts_at is not None
    return msgspec.structs.replace(item, starts_at=begins, ready_by=begins + (item.ready_by - item.starts_at))


def test_a_held_line_keeps_what_decided_it_beside_what_is_known_now() -> None:
    """Called out at 12 cm at three; at half past three the sensor says 6."""
    first = make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=()))
    out = lines(first, "P1-1")[0]
    order = GivenOrder("o", "p", "snow", out.key, "P1-1", "started", "P01", AT, out.ready_by, AT)
    now = AT + 30 * MINUTE
    seen = replace(depth(6.0), time=now - 6 * MINUTE)
    later = snow_snapshot(at=now, readings=(seen,), forecasts=(), running=(out,), orders=(order,))
    held = lines(make_plan(later), "P1-1")[0]
    said = [reason.text for reason in held.reasons]
    assert held.reasons[0] == out.reasons[0]
    assert "enligt planen tis 24 nov 03.00, som turen kallades ut efter" in said[1]
    at = said.index("Det här vet planen nu, kl. 03.30")
    assert said.index("givare Snödjup 1 kl. 02.54 12,0 cm") < at < said.index("givare Snödjup 1 kl. 03.24 6,0 cm")
    assert any(text.endswith("snö nu 6,0 cm") for text in said[at:])


def test_a_held_line_says_what_would_take_it_out_by_what_is_known_now() -> None:
    """Called out at 12 cm; then the sensor says 9, and then nothing lies there."""
    out = lines(make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=())), "P1-1")[0]
    order = GivenOrder("o", "p", "snow", out.key, "P1-1", "started", "P01", AT, out.ready_by, AT)
    flips = []
    for cm in (9.0, 0.0):
        now = snow_snapshot(readings=(depth(cm),), forecasts=(), running=(out,), orders=(order,))
        flips.append(lines(make_plan(now), "P1-1")[0].flip)
    assert out.flip not in flips
    assert "marginal 1,0 cm" in flips[0]
    assert flips[1] == "Efter det som är känt nu behövs inget mer på turens sträckor."


def test_two_orders_of_one_tur_both_stay() -> None:
    """Salt that is out and the plough that is called out after it, before what is to be driven after both."""
    salt, plough = lines(make_plan(slippery_now()), "C1-1")[:2]
    orders = tuple(
        GivenOrder(f"o{n}", "p", "snow", one.key, "C1-1", "acknowledged", "G01", AT, one.ready_by)
        for n, one in enumerate((salt, plough))
    )
    plan = make_plan(slippery_now(running=(salt, plough), orders=orders))
    assert [one.key for one in lines(plan, "C1-1")][:2] == [salt.key, plough.key]


def test_snow_on_a_street_that_was_ploughed_says_since_when() -> None:
    """Ploughed an hour ago, and 6 mm an hour ever since."""
    done = tuple(Treatment(s.id, "plough", AT - 2 * HOUR) for s in streets() if s.route_class == "C1")
    plan = make_plan(snow_snapshot(readings=(depth(20.0),), forecasts=(forecast(-4.0, 4.0),), treatments=done))
    (first, *_) = lines(plan, "C1-1")
    assert "plogad kl. 01.00, resten har fallit sedan dess" in first.reasons[0].text
    part = make_plan(snow_snapshot(readings=(depth(20.0),), forecasts=(), treatments=done[:1]))
    assert "inte plogad när turen kördes, klar kl. 01.00" in lines(part, "C1-1")[0].reasons[0].text


def test_hours_of_the_next_service_day_are_said_with_their_day() -> None:
    """Planned at three: snow over the limit of residential streets from the afternoon on."""
    falls = ahead(-4.0, [0.0] * 14 + [3.0] * 8)
    plan = make_plan(snow_snapshot(readings=(depth(0.0),), forecasts=(falls,)))
    item = next(i for i in plan.interventions if i.target.startswith("P3"))
    assert item.reasons[0].text.split(": ")[1].startswith(("torr snö tis 24 nov", "torr snö ons 25 nov"))
    assert "klart senast ons 25 nov" in texts(item)


def test_the_hour_of_the_first_reason_lies_between_limit_and_deadline() -> None:
    """It snows all day: what is said is the depth while the work is due; the flip names the hour that is deepest."""
    plan = make_plan(snow_snapshot(readings=(depth(2.0),), forecasts=(ahead(-4.0, [1.0] * 24),)))
    item = next(i for i in plan.interventions if i.target.startswith("C1"))
    at = item.reasons[0].at
    assert isinstance(at, datetime)
    assert item.asked_from is not None
    assert item.deadline is not None
    assert item.asked_from <= at <= item.deadline
    assert "gränsen nås kl." in item.reasons[0].text
    assert "marginal" in item.flip
    assert "tis 24 nov" in item.flip or "ons 25 nov" in item.flip
    assert not math.isclose(item.reasons[0].value or 0.0, plan.totals["max_depth_cm"], abs_tol=1.0)
