"""Plans of a building whose ways are known: warm when it opens, no longer than that, and said as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from city.entities import CalendarDay
from city.plan import Intervention, Plan
from planner.heating.snapshot import HeatingSnapshot
from planner.publish import check_schema
from planner.services import make_plan
from tests.benchmarks.madeschools import HEAVY
from tests.benchmarks.schools import POINTS, Month, set_points
from tests.unit.planner.snapshots import limits_with, threshold

MONDAY, TUESDAY, SATURDAY, SUNDAY = 14, 15, 19, 20


@cache
def month() -> Month:
    """Three weeks of a school with radiators under a plain clock."""
    return Month(HEAVY, seed=5, known_days=21, days=1)


def known(day: int, **parts: object) -> HeatingSnapshot:
    return replace(month().snapshot(day), **parts)


def plan_of(snapshot: HeatingSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def item_of(snapshot: HeatingSnapshot) -> Intervention:
    (item,) = plan_of(snapshot).interventions
    return item


def said(item: Intervention) -> str:
    return "; ".join(reason.text for reason in item.reasons)


def test_it_is_warm_when_it_opens_and_set_back_until_then() -> None:
    """The coldest zone is expected over 20 °C from eight to four, and the heat starts in the night, not before."""
    item = item_of(known(TUESDAY))
    hours = list(item.heat)[:24]  # type: ignore[arg-type]
    assert all(hour.indoor_c >= 20.0 for hour in hours[8:16])  # type: ignore[operator]
    assert [hour.set_point_c for hour in hours[:2]] == [16.0, 16.0]
    assert set(set_points(item)[16:]) == {16.0}
    assert item.starts_at is not None
    assert item.ready_by is not None
    assert 1.0 <= (item.ready_by - item.starts_at).total_seconds() / 3600.0 <= 7.0
    assert "byggnaden lärd av 15 dygn" in said(item)
    assert "värme till stängning" in said(item)


def test_a_day_is_not_warmed_for_the_sake_of_the_next() -> None:
    """In the afternoon the set-point is what holds 20 °C, though a day of use follows."""
    assert max(set_points(item_of(known(TUESDAY)))[11:16]) <= 21.3


def test_what_it_costs_is_said_where_the_price_is_told() -> None:
    told = item_of(known(TUESDAY, thresholds=limits_with(threshold("heating.price_kwh", "*", 0.9))))
    (taken,) = (reason for reason in told.reasons if "värme till stängning" in reason.text)
    assert taken.value is not None
    assert f"ca {0.9 * taken.value:,.0f} kr".replace(",", "\N{NO-BREAK SPACE}") in taken.text
    assert " kr" not in said(item_of(known(TUESDAY)))


def test_the_truth_is_as_warm_as_was_said() -> None:
    """The made building, run with the plan's set-points, keeps both zones within half a kelvin of what was expected."""
    made = Month(HEAVY, seed=6, known_days=21, days=1)
    item = item_of(made.snapshot(21))
    made.set_c[21 * 24 : 22 * 24] = set_points(item)
    made.advance(21 * 24, 22 * 24)
    expected = np.array([hour.indoor_c for hour in item.heat][:25], float)  # type: ignore[union-attr]
    came = made.air[:, 21 * 24 : 22 * 24 + 1].min(axis=0)
    assert np.abs(came - expected)[8:17].max() < 0.5


def test_a_sunday_warms_for_monday_and_a_saturday_does_not() -> None:
    sunday, saturday = item_of(known(SUNDAY)), item_of(known(SATURDAY))
    assert "stängt: sänkt hela dygnet" in said(saturday)
    assert set(set_points(saturday)) == {16.0}
    if sunday.starts_at is not None:
        assert "För i morgon" in said(sunday)
    assert any(hour.set_point_c > 16.0 for hour in list(sunday.heat)[24:])  # type: ignore[arg-type]


def test_colder_weather_starts_earlier() -> None:
    """Ten degrees colder, or with ten degrees more doubt, the heat starts earlier; never later."""
    usual = item_of(known(TUESDAY))
    doubted = item_of(known(TUESDAY, thresholds=limits_with(threshold("heating.doubt_k", "*", 10.0))))
    assert doubted.starts_at is not None
    assert usual.starts_at is not None
    assert doubted.starts_at < usual.starts_at


def test_a_sensor_that_is_silent_is_said_and_the_plan_goes_on() -> None:
    """One of two zones not heard since yesterday: named with its age, planned by the model, at least as warm."""
    snapshot = known(TUESDAY)
    heard = tuple(
        row for row in snapshot.readings if row.device != "z1" or (snapshot.at - row.time).total_seconds() > 20 * 3600
    )
    plan = plan_of(replace(snapshot, readings=heard))
    assert any("north" in weak.effect and "räknas fram" in weak.effect for weak in plan.degradations)
    (item,) = plan.interventions
    assert "byggnaden lärd" in said(item)
    assert max(set_points(item)) >= max(set_points(item_of(snapshot)))


def test_without_set_points_and_meter_the_clock_decides_and_says_so() -> None:
    plan = plan_of(known(TUESDAY, points=POINTS[:2]))
    assert any("klockplan" in weak.effect for weak in plan.degradations)
    assert "byggnaden lärd" not in said(plan.interventions[0])
    assert all(hour.kwh is None for hour in plan.interventions[0].heat)  # type: ignore[union-attr]


def test_no_forecast_is_said_and_taken_as_yesterday() -> None:
    """As cold as yesterday's coldest hour: the heat starts no later than by a forecast of that."""
    plan = plan_of(known(TUESDAY, forecasts=()))
    (weak,) = (weak.effect for weak in plan.degradations if "utetemperaturen" in weak.effect)
    assert "senaste dygnets kallaste timme" in weak
    assert "−10 °C" not in weak
    assert "byggnaden lärd" in said(plan.interventions[0])


def test_a_forecast_that_ends_early_is_said() -> None:
    """Twelve of 48 hours are forecast: 36 are missing, and the plan names them."""
    (issue,) = known(TUESDAY).forecasts
    plan = plan_of(known(TUESDAY, forecasts=(replace(issue, steps=issue.steps[:12]),)))
    assert any("36" in weak.effect for weak in plan.degradations if weak.source == "forecast")
    assert not [weak for weak in plan_of(known(TUESDAY)).degradations if weak.source == "forecast"]


def test_nothing_is_learned_where_nobody_knows_how_cold_it_was() -> None:
    """Without outdoor temperatures of the past the clock decides, whatever else is told."""
    snapshot = known(TUESDAY)
    rows = tuple(row for row in snapshot.readings if row.quantity != "air_temperature")
    plan = plan_of(replace(snapshot, readings=rows))
    assert "byggnaden lärd" not in said(plan.interventions[0])
    assert any("klockplan" in weak.effect for weak in plan.degradations)


@pytest.mark.parametrize(("zones", "warm"), [(POINTS[:1], True), ((), False)])
def test_after_school_care_warms_its_own_zones_alone(zones: tuple[object, ...], warm: bool) -> None:
    """Where a zone has hours of after-school care only these count; the other may stay cold. Where none has, all are
    warmed, and that is said."""
    at = known(TUESDAY)
    day = CalendarDay("school", at.service_day, "fritids")
    care = tuple(replace(row, after_school_opens="10:00", after_school_closes="14:00") for row in zones)  # type: ignore[type-var]
    others = tuple(row for row in POINTS if row not in zones)
    days = tuple(row for row in at.calendar if row.day != at.service_day)
    item = item_of(replace(at, points=(*care, *others), calendar=(*days, day)))
    hours = [hour.on for hour in list(item.ventilation)[:24]]  # type: ignore[arg-type]
    assert [n for n, on in enumerate(hours) if on] == list(range(10, 14) if warm else range(8, 16))
    assert ("hela byggnaden värms" in said(item)) is not warm


def test_the_same_snapshot_gives_the_same_hours() -> None:
    snapshot = known(MONDAY)
    assert item_of(snapshot).heat == item_of(snapshot).heat
