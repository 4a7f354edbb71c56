"""What a visit to a room empties, and whether it is worth coming."""

from __future__ import annotations

import numpy as np

from planner.waste.decide import VesselsAsked, visits
from planner.waste.price import WastePrices

PRICES = WastePrices(15.0, 900.0, 600.0, 180.0)
"""The work at a vessel costs 45."""


def asked(room: list[int], must: list[bool], worth: list[float], litres: float = 500.0) -> VesselsAsked:
    n = len(room)
    return VesselsAsked(np.array(room), np.array(must), np.array(worth), np.full(n, litres), np.full(n, 0.5))


def test_what_may_wait_pushes_nothing_that_must_off_the_truck() -> None:
    """Two musts and six others of a room go onto a truck of five: the musts, and the three that are worth most."""
    worth = [0.0, 0.0, 60.0, 61.0, 62.0, 63.0, 64.0, 65.0]
    one = asked([0] * 8, [True, True, *[False] * 6], worth)
    (visit,) = visits(one, np.array([10.0]), PRICES, 2500.0)
    assert visit.must
    assert visit.vessels == (0, 1, 5, 6, 7)


def test_a_room_of_more_than_a_truckload_is_emptied_as_far_as_it_goes() -> None:
    """Four musts of 500 l, a truck of 1,200."""
    (visit,) = visits(asked([0] * 4, [True] * 4, [0.0] * 4), np.array([10.0]), PRICES, 1200.0)
    assert len(visit.vessels) == 2


def test_a_truck_leaves_for_what_pays_and_for_no_less() -> None:
    """Three rooms that save 30 each beside their work do not pay for a truck; ten do; a must takes any along."""
    few, many = (asked(list(range(n)), [False] * n, [75.0] * n) for n in (3, 10))
    assert visits(few, np.full(3, 10.0), PRICES, 1e6) == []
    assert len(visits(many, np.full(10, 10.0), PRICES, 1e6)) == 10
    with_must = asked([0, 1, 2], [True, False, False], [0.0, 75.0, 20.0])
    assert [visit.room for visit in visits(with_must, np.full(3, 10.0), PRICES, 1e6)] == [0, 1]


def test_what_saves_less_than_its_part_of_the_way_is_not_looked_at() -> None:
    """A room far off whose visit saves one beside the work there."""
    one = asked([0, 1], [True, False], [0.0, 46.0])
    assert [visit.room for visit in visits(one, np.array([10.0, 400.0]), PRICES, 1e6)] == [0]
