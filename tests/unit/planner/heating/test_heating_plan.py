"""The heating plan: hours of the day, set-points and starts, also when the clocks change."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.entities import Building, CalendarDay
from city.plan import Intervention, Plan
from planner.heating.snapshot import HeatingSnapshot
from planner.publish import check_schema
from planner.services import make_plan
from tests.unit.planner.snapshots import AT, HOUR, forecast, heating_snapshot, indoor, limits_with, place, threshold


def plan_of(snapshot: HeatingSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def item_of(snapshot: HeatingSnapshot, building: str = "b1") -> Intervention:
    return next(item for item in plan_of(snapshot).interventions if item.target == building)


def set_points(item: Intervention) -> list[float]:
    return [hour.set_point_c for hour in item.heat]  # type: ignore[union-attr]


def today(item: Intervention) -> list[float]:
    """The set-points of the first 24 hours."""
    return set_points(item)[:24]


def closed_days() -> tuple[CalendarDay, ...]:
    return tuple(CalendarDay("school", date(2026, 11, day), "closed") for day in (24, 25))


def on_day(day: date, **parts: object) -> HeatingSnapshot:
    at = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
    return heating_snapshot(service_day=day, at=at, forecasts=(forecast(-3.0, issued=at),), **parts)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 47), (date(2026, 10, 25), 49), (date(2026, 11, 24), 48)]
)
def test_two_days_have_their_own_number_of_hours(day: date, hours: int) -> None:
    """The service day and the day after: 47 hours in spring, 49 in autumn, else 48, without a gap."""
    item = item_of(on_day(day))
    starts = [hour.starts_at for hour in item.heat]  # type: ignore[union-attr]
    assert len(starts) == len(set_points(item)) == hours
    assert {b - a for a, b in itertools.pairwise(starts)} == {HOUR}
    assert len(item.ventilation) == hours  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [date(2026, 3, 30), date(2026, 10, 26), date(2026, 11, 24)])
def test_opening_is_local_time(day: date) -> None:
    """Heat is to be ready at 08.00 on the wall, summer or winter time."""
    item = item_of(on_day(day))
    assert item.ready_by is not None
    assert item.ready_by.astimezone(heating_snapshot().zone).hour == 8


def test_a_closed_day_is_set_back_all_day() -> None:
    """On closed days no hour is warm, nothing is ventilated, and the flip names a booking."""
    item = item_of(heating_snapshot(calendar=closed_days()))
    assert set(set_points(item)) == {16.0}
    assert not any(hour.on for hour in item.ventilation)  # type: ignore[union-attr]
    assert item.starts_at is None
    assert "bokning" in item.flip
    assert "stängt: sänkt hela dygnet" in [reason.text for reason in item.reasons]


def test_an_evening_hire_keeps_it_warm_until_ten() -> None:
    """On an evening of hire the last warm hour is 21 to 22."""
    item = item_of(heating_snapshot(calendar=(CalendarDay("school", date(2026, 11, 24), "evening"),)))
    assert set_points(item)[21] == 21.0
    assert set_points(item)[22] == 16.0


def test_a_day_that_no_calendar_knows_is_said() -> None:
    """A weekday counts as a school day, a Saturday as closed, and both are degradations."""
    plan = plan_of(heating_snapshot(calendar=()))
    assert plan.totals["heated"] == 2
    assert "calendar" in {item.source for item in plan.degradations}
    saturday = plan_of(on_day(date(2026, 11, 21), calendar=()))
    assert saturday.totals["heated"] == 0


def test_no_set_back_in_the_night_before_use_in_severe_cold() -> None:
    """Under -15 °C a building whose ways nobody knows is held for twelve hours before it opens; at -14 °C it is not."""
    cold = item_of(heating_snapshot(forecasts=(forecast(-15.5),)))
    assert set(today(cold)[3:16]) == {21.0}
    assert set(today(cold)[16:20]) == {16.0}
    assert set(set_points(cold)[20:40]) == {21.0}
    mild = item_of(heating_snapshot(forecasts=(forecast(-14.0),), readings=indoor("tmp-1", 20.5)))
    assert today(mild)[3] == 16.0


def test_a_closed_day_in_severe_cold_is_set_back_and_says_so() -> None:
    """Nobody there: no hour of the day is warm, in the words as in the set-points, and no floor is passed."""
    plan = plan_of(heating_snapshot(forecasts=(forecast(-18.0),), calendar=closed_days()))
    item = next(item for item in plan.interventions if item.target == "b1")
    assert set(set_points(item)) == {16.0}
    assert "stängt: sänkt hela dygnet" in [reason.text for reason in item.reasons]
    assert plan.verdict.text == "Sänkt värme hela dygnet i 2 byggnader."
    assert plan.totals["heating_hours"] == 0


def test_a_cold_monday_begins_on_sunday() -> None:
    """A closed Sunday starts the heat in its evening where Monday's opening asks for it, and says for when."""
    sunday = date(2026, 11, 22)
    item = item_of(on_day(sunday, calendar=(), readings=()))
    assert item.starts_at is not None
    assert item.ready_by == datetime.fromisoformat("2026-11-23T08:00:00+01:00")
    assert item.starts_at < datetime.fromisoformat("2026-11-23T00:00:00+01:00")
    said = [reason.text for reason in item.reasons]
    assert "stängt: sänkt hela dygnet" in said
    assert any(text.startswith("För i morgon: öppnar 08.00") for text in said)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(5, 24), st.floats(-30, 15), st.floats(10, 19), st.sampled_from(["school", "closed", "fritids", "evening"])
)
def test_never_under_the_floor(temp: float, outdoor: float, night: float, kind: str) -> None:
    """Whatever is measured, forecast or set for the night: no hour is under 16 °C, none over the day's 21."""
    snapshot = heating_snapshot(
        readings=indoor("tmp-1", temp),
        forecasts=(forecast(outdoor),),
        thresholds=limits_with(threshold("heating.night_c", "*", night)),
        calendar=(CalendarDay("school", date(2026, 11, 24), kind),),
    )
    for item in plan_of(snapshot).interventions:
        assert 16.0 <= min(set_points(item)) <= max(set_points(item)) <= 21.0


def test_the_start_is_early_enough_and_no_earlier() -> None:
    """17.5 °C now, 1 K/h measured, set back to 17: three hours before opening are needed, and four are not."""
    item = item_of(heating_snapshot(thresholds=limits_with(threshold("heating.night_c", "*", 17.0))))
    assert item.starts_at == datetime.fromisoformat("2026-11-24T05:00:00+01:00")
    warm = item_of(heating_snapshot(readings=indoor("tmp-1", 20.9), forecasts=(forecast(12.0),)))
    assert warm.starts_at == warm.ready_by or warm.starts_at > item.starts_at  # type: ignore[operator]


def test_too_little_time_is_said() -> None:
    """At 12 °C five hours do not suffice: heat at once, and a reason says what will be reached."""
    item = item_of(heating_snapshot(readings=indoor("tmp-1", 12.0)))
    assert item.starts_at == AT
    assert any("inte 20,0: tiden räcker inte" in reason.text for reason in item.reasons)
    assert not any("räcker inte" in reason.text for reason in item_of(heating_snapshot()).reasons)


def test_the_flip_is_true() -> None:
    """Where it is over 20 °C at opening without heat the start is at opening; a little colder it is before."""
    mild = (forecast(19.9),)
    over = item_of(heating_snapshot(readings=indoor("tmp-1", 20.4), forecasts=mild))
    under = item_of(heating_snapshot(readings=indoor("tmp-1", 19.8), forecasts=mild))
    assert "Över 20,0 °C" in under.flip
    assert over.starts_at == over.ready_by
    assert under.starts_at < under.ready_by  # type: ignore[operator]


def test_half_hours_are_warm_from_the_hour_in_which_they_begin() -> None:
    """Opening at 07.30 with three hours of lead: warm from 04, ready by 07.30, ventilated while anybody is there."""
    early = (Building("b1", "Ängsskolan", *place(6), device="tmp-1", opens="07:30", closes="15:30"),)
    night = limits_with(threshold("heating.night_c", "*", 17.0))
    item = item_of(heating_snapshot(buildings=early, thresholds=night))
    assert item.starts_at == datetime.fromisoformat("2026-11-24T04:00:00+01:00")
    assert item.ready_by == datetime.fromisoformat("2026-11-24T07:30:00+01:00")
    assert set_points(item)[3:5] == [17.0, 21.0]
    assert set_points(item)[15:17] == [21.0, 17.0]
    assert [i for i, hour in enumerate(item.ventilation) if hour.on][:9] == list(range(7, 16))  # type: ignore[arg-type]


def test_a_silent_building_gets_a_clock_plan_and_says_so() -> None:
    """Without a fresh reading the night set-point stands in, the rate is called a default, and it is listed."""
    plan = plan_of(heating_snapshot())
    silent = next(item for item in plan.interventions if item.target == "b2")
    assert any("förval: för få uppvärmningar mätta" in reason.text for reason in silent.reasons)
    assert not any("inne" in reason.text for reason in silent.reasons)
    assert any(item.source == "b2" and item.age_s is None for item in plan.degradations)


def test_without_outdoor_forecast_the_assumption_is_said() -> None:
    """No forecast, or one without temperatures: -10 °C is assumed and listed; no 0 °C is shown."""
    for missing in ((), (forecast(None, None),)):
        plan = plan_of(heating_snapshot(forecasts=missing))
        assert any("−10 °C antas" in item.effect for item in plan.degradations)
        assert not any("kallast ute" in reason.text for item in plan.interventions for reason in item.reasons)


def test_an_order_under_way_is_kept() -> None:
    """A building whose plan is being carried out keeps it, whatever is measured now."""
    first = item_of(heating_snapshot())
    later = plan_of(heating_snapshot(readings=indoor("tmp-1", 12.0), running=(first,)))
    assert first in later.interventions
    assert sum(item.target == "b1" for item in later.interventions) == 1


def test_no_buildings_is_said() -> None:
    """Nothing to heat is a refusal with low certainty."""
    plan = plan_of(heating_snapshot(buildings=()))
    assert (plan.verdict.go, plan.verdict.certainty) == (False, "low")
    assert [clause.text for clause in plan.verdict.clauses] == ["Inga byggnader är inlagda: inget att värma."]


def test_one_building_is_said_as_one() -> None:
    """Never '1 byggnader', nor '1 buildings'."""
    one = heating_snapshot(buildings=(Building("b1", "Ängsskolan", *place(6), device="tmp-1"),))
    assert plan_of(one).verdict.text.endswith("i 1 av 1 byggnad.")
    assert plan_of(one).verdict.text_en.endswith("in 1 of 1 building.")
    closed = plan_of(replace(one, calendar=closed_days()))
    assert closed.verdict.text == "Sänkt värme hela dygnet i 1 byggnad."


def test_a_building_without_a_name_is_called_by_its_id() -> None:
    plan = plan_of(heating_snapshot(buildings=(Building("b7", "", *place(6)),)))
    assert [item.title for item in plan.interventions] == ["b7"]
    assert any("b7" in weak.effect for weak in plan.degradations)


def test_readings_in_any_order_give_the_same_plan() -> None:
    """The newest reading is the newest by time, not by row."""
    rows = heating_snapshot().readings
    a, b = plan_of(heating_snapshot()), plan_of(heating_snapshot(readings=rows[::-1]))
    assert [replace_id(i) for i in a.interventions] == [replace_id(i) for i in b.interventions]


def replace_id(item: Intervention) -> tuple[object, ...]:
    return item.key, item.starts_at, item.heat, [reason.text for reason in item.reasons]


def test_a_reading_of_yesterday_is_not_taken_for_now() -> None:
    """Older than the threshold of three hours it is listed with its age."""
    old = tuple(replace(r, time=r.time - timedelta(hours=4)) for r in indoor("tmp-1", 17.5))
    plan = plan_of(heating_snapshot(readings=old))
    assert any(item.source == "b1" and item.age_s and item.age_s > 4 * 3600 for item in plan.degradations)


@pytest.mark.parametrize(("opens", "closes"), [("8.00", "16:00"), ("25:00", "16:00"), ("17:00", "16:00")])
def test_hours_that_cannot_be_read_stop_nobody_else(opens: str, closes: str) -> None:
    """One wrong row costs its building the usual hours, which the plan says, and its neighbours nothing."""
    base = heating_snapshot()
    wrong = replace(base.buildings[0], opens=opens, closes=closes)
    plan = make_plan(replace(base, buildings=(wrong, base.buildings[1])))
    good = make_plan(base)
    assert [(item.target, item.starts_at, item.heat) for item in plan.interventions] == [
        (item.target, item.starts_at, item.heat) for item in good.interventions
    ]
    (said,) = [weak.effect for weak in plan.degradations if opens in weak.effect]
    assert "Ängsskolan" in said
