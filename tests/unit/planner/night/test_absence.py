"""Vehicles that are out of service: no plan books them then, and every plan says who is out and what has no vehicle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.catalogue.stored import sentence_of
from city.entities import Vehicle
from city.manning import Absence
from city.plan import Plan
from planner.services import make_plan
from tests.unit.planner.snapshots import AT, HOUR, depth, snow_snapshot, waste_snapshot

MINUTE = timedelta(minutes=1)
SNOWY: dict[str, Any] = {"readings": (depth(12.0),)}


def said(plan: Plan, language: str = "sv") -> str:
    return " ".join(sentence_of(weak, "effect", language) for weak in plan.degradations if weak.source == "fleet")


def test_a_vehicle_that_is_out_gets_nothing_and_others_take_its_turer() -> None:
    usual = make_plan(snow_snapshot(**SNOWY))
    assert {item.vehicle for item in usual.interventions} == {"P01", "P02", "G01"}
    without = make_plan(snow_snapshot(**SNOWY, absences=(Absence("P01", AT - HOUR, AT + 40 * HOUR),)))
    assert {item.vehicle for item in without.interventions} == {"P02", "G01"}
    assert {item.key for item in without.interventions} == {item.key for item in usual.interventions}
    assert "P01 är ur drift till ons 25 nov 19.00." in said(without)
    assert "P01 is out of service until Wed 25 Nov 19:00." in said(without, "en")


def test_a_tur_without_a_vehicle_says_who_is_out() -> None:
    out = tuple(Absence(name, AT - HOUR, AT + 40 * HOUR) for name in ("P01", "P02"))
    plan = make_plan(snow_snapshot(**SNOWY, absences=out))
    assert {item.vehicle for item in plan.interventions} == {"G01"}
    assert plan.totals["without_vehicle"] > 0
    assert "har inget fordon, eftersom P01 och P02 är ur drift." in said(plan)


def test_one_that_is_out_later_is_named_with_its_begin_and_one_of_another_fleet_not_at_all() -> None:
    rows = (Absence("P01", AT + 2 * HOUR, AT + 4 * HOUR), Absence("A01", AT, AT + HOUR))
    plan = make_plan(snow_snapshot(**SNOWY, absences=rows))
    assert "P01 är ur drift från tis 24 nov 05.00 till tis 24 nov 07.00." in said(plan)
    assert "A01" not in said(plan)


absences = st.lists(
    st.builds(
        lambda vehicle, begins, lasts: Absence(vehicle, AT + begins * MINUTE, AT + (begins + lasts) * MINUTE),
        st.sampled_from(["P01", "P02", "G01", "A01", "A02"]),
        st.integers(-120, 900),
        st.integers(1, 2000),
    ),
    max_size=6,
).map(tuple)


def assert_in_service(plan: Plan, rows: tuple[Absence, ...]) -> None:
    for item in plan.interventions:
        assert item.starts_at is not None
        assert item.ready_by is not None
        for row in rows:
            apart = item.ready_by <= row.starts_at or row.until_at <= item.starts_at
            assert item.vehicle != row.vehicle or apart, (item.target, item.starts_at, item.ready_by, row)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(absences)
def test_no_snow_plan_books_a_vehicle_that_is_out(rows: tuple[Absence, ...]) -> None:
    assert_in_service(make_plan(snow_snapshot(**SNOWY, absences=rows)), rows)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(absences)
def test_no_waste_plan_books_a_truck_that_is_out(rows: tuple[Absence, ...]) -> None:
    """Two trucks of the same kind."""
    trucks = tuple(Vehicle(name, "waste", "dep", contractor="ent", capacity_l=8000.0) for name in ("A01", "A02"))
    assert_in_service(make_plan(waste_snapshot(vehicles=trucks, absences=rows)), rows)


@pytest.mark.parametrize(("hours", "starts_h"), [(2, 3), (8, 8)])
def test_a_round_waits_until_its_truck_is_back(hours: int, starts_h: int) -> None:
    """The shift begins at 06.00, three hours from now; the only truck is back two or eight hours from now."""
    plan = make_plan(waste_snapshot(absences=(Absence("A01", AT - HOUR, AT + hours * HOUR),)))
    assert [item.starts_at for item in plan.interventions] == [AT + starts_h * HOUR]


def test_where_the_only_truck_is_out_all_day_nothing_is_fetched_and_the_plan_says_it() -> None:
    plan = make_plan(waste_snapshot(absences=(Absence("A01", AT - HOUR, AT + 30 * HOUR),)))
    assert not plan.interventions
    assert "A01 är ur drift till ons 25 nov 09.00." in said(plan)
    assert "Ingen ledig bil" in said(plan)


def test_another_truck_goes_where_there_is_one() -> None:
    trucks = tuple(Vehicle(name, "waste", "dep", contractor="ent", capacity_l=8000.0) for name in ("A01", "A02"))
    plan = make_plan(waste_snapshot(vehicles=trucks, absences=(Absence("A01", AT, AT + 5 * HOUR),)))
    assert {item.vehicle for item in plan.interventions} == {"A02"}
