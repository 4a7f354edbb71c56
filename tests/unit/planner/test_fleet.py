"""Which vehicle is chosen, into which gap it is booked, and when it must begin at the latest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city.entities import Contractor, Vehicle
from planner.fleet import Fleet, Prices, TimeWindow
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
