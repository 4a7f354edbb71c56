"""Which vehicle is chosen, into which gap it is booked, and when it must begin at the latest."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.absence import absent_until
from city.entities import Contractor, Vehicle
from city.manning import Absence, RosterTurn
from planner.fleet import Fleet, TimeWindow
from planner.night.prices import Prices
from planner.night.rest import Rota
from tests.unit.planner.snapshots import AT, HOUR

PLOUGH = Vehicle("P01", "snow", "dep", contractor="dear")
OTHER = Vehicle("P02", "snow", "dep", contractor="cheap")
PRICES = Prices(
    0.0, {name: Contractor(name, name, cost_per_h=price) for name, price in (("dear", 900.0), ("cheap", 300.0))}
)
MINUTE = timedelta(minutes=1)


def fleet(other_free_h: float = 0.0) -> Fleet:
    """A dear plough that is free at once, and a cheap one that is free ``other_free_h`` hours later."""
    free = {"P01": AT, "P02": AT + other_free_h * HOUR}
    return Fleet([PLOUGH, OTHER], free, {"P01": 0, "P02": 0}, prices=PRICES)


def chosen(fleet: Fleet, deadline_h: float, left_out: dict[str, int] | None = None) -> str:
    """Who is sent for an hour of work that may begin at once."""
    window = TimeWindow(AT, AT + deadline_h * HOUR)
    found = fleet.choose("street", window, lambda _: HOUR, lambda v: (left_out or {}).get(v.id, 0))
    assert found is not None
    return found.id


@pytest.mark.parametrize(("deadline_h", "goes"), [(2.0, "P02"), (1.9, "P01")])
def test_who_is_done_in_time_goes_before_who_is_cheap(deadline_h: float, goes: str) -> None:
    """The cheap one, free in an hour, is sent as long as it is done in time."""
    assert chosen(fleet(1.0), deadline_h) == goes


def test_where_all_are_late_the_least_late_goes() -> None:
    assert chosen(fleet(0.5), 0.5) == "P01"


def test_of_those_in_time_and_of_one_price_who_begins_first_goes() -> None:
    same = fleet(1.0)
    same.prices = Prices(500.0)
    assert chosen(same, 9.0) == "P01"


@pytest.mark.parametrize(("left_out", "goes"), [({"P01": 1}, "P02"), ({"P02": 1}, "P01")])
def test_who_leaves_out_least_goes_before_who_is_in_time(left_out: dict[str, int], goes: str) -> None:
    """One too late and one too dear: both are better than a street that is not ploughed."""
    assert chosen(fleet(3.0), 2.0, left_out) == goes


def test_a_new_call_out_counts_with_its_least_hours() -> None:
    """The cheap one is paid for four hours at least: dear for the first hour, for nothing in the second."""
    both = fleet()
    both.prices = Prices(0.0, {**PRICES.contractors, "cheap": Contractor("cheap", "cheap", 300.0, least_hours=4.0)})
    assert chosen(both, 9.0) == "P01"
    both.assign(OTHER, TimeWindow(AT, AT + 9 * HOUR), HOUR)
    assert chosen(both, 9.0) == "P02"


def test_the_latest_start_leaves_time_for_what_the_vehicle_does_after() -> None:
    """An hour due in nine hours, and then two hours due in six: the first must begin three hours before six."""
    one = fleet()
    first = one.assign(PLOUGH, TimeWindow(AT, AT + 9 * HOUR), HOUR)
    second = one.assign(PLOUGH, TimeWindow(AT, AT + 6 * HOUR), 2 * HOUR)
    other = one.assign(OTHER, TimeWindow(AT, AT + 9 * HOUR), HOUR)
    found = one.latest_starts({first: AT + 9 * HOUR, second: AT + 6 * HOUR, other: AT + 9 * HOUR})
    assert found == {second: AT + 4 * HOUR, first: AT + 3 * HOUR, other: AT + 8 * HOUR}


def test_its_own_deadline_may_be_the_earlier_one() -> None:
    one = fleet()
    first = one.assign(PLOUGH, TimeWindow(AT, AT + HOUR), HOUR)
    second = one.assign(PLOUGH, TimeWindow(AT, AT + 9 * HOUR), HOUR)
    assert one.latest_starts({first: AT + HOUR, second: AT + 9 * HOUR}) == {first: AT, second: AT + 8 * HOUR}


def test_work_goes_into_the_first_gap_that_is_long_enough() -> None:
    one = fleet()
    one.assign(PLOUGH, TimeWindow(AT + HOUR, AT + 9 * HOUR), HOUR)
    assert one.begins(PLOUGH, AT, 60 * MINUTE) == AT
    assert one.begins(PLOUGH, AT, 61 * MINUTE) == AT + 2 * HOUR


ABSENT = {"P01": [(AT + HOUR, AT + 3 * HOUR)]}


@pytest.mark.parametrize(("lasts", "begins_h"), [(60, 0), (61, 3), (0, 0)])
def test_work_is_done_before_a_vehicle_is_out_of_service_or_begun_when_it_is_back(lasts: int, begins_h: int) -> None:
    one = fleet()
    one.absent = ABSENT
    assert one.begins(PLOUGH, AT, lasts * MINUTE) == AT + begins_h * HOUR
    assert one.begins(OTHER, AT, lasts * MINUTE) == AT


def test_a_vehicle_that_is_out_for_longer_than_the_plan_looks_ahead_is_not_chosen() -> None:
    one = fleet(1.0)
    one.absent = {"P02": [(AT, None)]}
    assert chosen(one, 9.0) == "P01"
    one.absent["P01"] = [(AT - HOUR, None)]
    assert one.choose("street", TimeWindow(AT, AT + 9 * HOUR), lambda _: HOUR, lambda _: 0) is None


def test_an_absence_that_the_horizon_cuts_has_no_end() -> None:
    """Whole minutes hold what is said to the second; what ends before the horizon is over then."""
    second = timedelta(seconds=1)
    rows = [Absence("P01", AT + second, AT + HOUR + second), Absence("P01", AT + 5 * HOUR, AT + 6 * HOUR)]
    found = absent_until(rows, AT + 6 * HOUR)
    assert found == {"P01": [(AT, AT + HOUR + MINUTE), (AT + 5 * HOUR, None)]}


spans = st.tuples(st.integers(0, 600), st.integers(1, 300)).map(
    lambda row: (AT + row[0] * MINUTE, AT + (row[0] + row[1]) * MINUTE)
)


@given(st.lists(spans, max_size=5), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20_000)), max_size=6))
def test_no_booking_overlaps_an_absence(out: list[Any], work: list[tuple[int, int]]) -> None:
    """Whatever is booked in whichever order, with crews that must rest: in service for all of it, or refused."""
    one = fleet()
    one.absent = {"P01": sorted(out)}
    one.turns = {"P01": [RosterTurn("P01", AT, AT + 12 * HOUR)]}
    one.rota = Rota(6 * HOUR, 4 * HOUR)
    for earliest, seconds in work:
        wish = TimeWindow(AT + earliest * MINUTE, AT + 20 * HOUR)
        with suppress(ValueError):
            made = one.assign(PLOUGH, wish, timedelta(seconds=seconds))
            assert all(made.ready_by <= begins or ends <= made.starts_at for begins, ends in out)
