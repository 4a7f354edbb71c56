"""Salt, sand and overtime of a plan, beside the full call-out's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from city.entities import CalendarDay
from city.plan import Plan
from city.totals import SnowTotals, totals_of
from planner.services import make_plan
from planner.snow.usage import area_m2, overtime_h
from planner.thresholds.limits import limits
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    depth,
    forecast,
    limits_with,
    snow_snapshot,
    street,
    streets,
    threshold,
)

MAIN = (threshold("snow.anti_slip", "P1", None, text="salt"),)


def sums(plan: Plan) -> SnowTotals:
    return totals_of(plan, SnowTotals)


def snowy(**parts: Any) -> Plan:
    """12 cm on cold streets; the main ones are salted after the plough."""
    rules = limits_with(*MAIN)
    return make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=(forecast(-3.0),), thresholds=rules, **parts))


def test_salt_is_dose_times_length_times_width() -> None:
    """Eight main streets of 100 m, both ways 3 m wide, at 20 g/m²: 96 kg, as in a full call-out; of sand none, and
    nobody knows how much that would take."""
    plan = snowy()
    doses = {part.dose_g_m2 for item in plan.interventions for part in item.segments if part.dose_g_m2}  # type: ignore[union-attr]
    assert doses == {20.0}
    assert sums(plan).salt_kg == pytest.approx(8 * 100.0 * 6.0 * 20.0 / 1000.0)
    assert sums(plan).full_salt_kg == pytest.approx(8 * 100.0 * 6.0 * 20.0 / 1000.0)
    assert (sums(plan).sand_kg, sums(plan).full_sand_kg) == (0.0, None)


def test_a_full_call_out_salts_what_the_plan_leaves() -> None:
    """The cycle ways are over their 3 cm and salted, the main streets are not: these take 96 kg more."""
    both = limits_with(*MAIN, threshold("snow.anti_slip", "C1", None, text="salt"))
    few = sums(make_plan(snow_snapshot(readings=(depth(5.0),), forecasts=(forecast(-3.0),), thresholds=both)))
    assert few.salt_kg == pytest.approx(4 * 100.0 * 2.5 * 20.0 / 1000.0)
    assert few.full_salt_kg == pytest.approx(few.salt_kg + 96.0)


def test_a_street_that_is_known_is_as_wide_as_it_is() -> None:
    one = street(0, 1)
    assert area_m2(one) == 600.0
    assert area_m2(replace(one, width_m=8.5)) == 850.0
    assert area_m2(replace(one, oneway=True)) == 300.0
    assert area_m2(street(20, 21, "C1", network="cycle")) == 250.0


def test_a_plan_that_spreads_nothing_has_none() -> None:
    assert sums(make_plan(snow_snapshot(readings=(depth(12.0),), forecasts=(forecast(3.0),)))).salt_kg == 0.0


def span(begins_h: float, ends_h: float, day: int = 24) -> tuple[datetime, datetime]:
    """Local hours of a day in November 2026: an hour before UTC."""
    midnight = datetime(2026, 11, day, tzinfo=UTC) - HOUR
    return midnight + begins_h * HOUR, midnight + ends_h * HOUR


@pytest.mark.parametrize(
    ("spans", "hours"),
    [
        ([span(3, 6)], 3.0),
        ([span(6, 9)], 1.0),
        ([span(9, 15)], 0.0),
        ([span(15, 18), span(15, 18)], 4.0),
        ([span(22, 31)], 9.0),  # over midnight, to seven
        ([span(9, 12, day=28)], 3.0),  # a Saturday
        ([span(9, 12, day=25)], 3.0),  # a holiday
        ([span(0, 24)], 15.0),
    ],
)
def test_overtime_is_what_lies_outside_seven_to_four(spans: list[tuple[datetime, datetime]], hours: float) -> None:
    town = snow_snapshot(calendar=(CalendarDay("holiday", date(2026, 11, 25), "holiday"),))
    assert overtime_h(town, limits(town.thresholds), spans) == pytest.approx(hours)


def test_a_city_sets_its_own_hours() -> None:
    rules = limits(limits_with(threshold("snow.ordinary_from", "*", None, text="05:00")))
    assert overtime_h(snow_snapshot(), rules, [span(3, 6)]) == pytest.approx(2.0)


def test_a_night_is_overtime_and_a_part_of_the_full_call_outs() -> None:
    few = tuple(s for s in streets() if s.route_class == "P1")
    done = sums(snowy())
    assert done.overtime_h == pytest.approx(sum(i.minutes for i in snowy().interventions) / 60.0, abs=0.2)
    assert done.full_overtime_h is not None
    assert sums(snowy(segments=few)).full_overtime_h < done.full_overtime_h  # type: ignore[operator]
    assert AT.hour == 2
