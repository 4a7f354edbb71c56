"""Where the streets of a tur lie on the line of its drive, driven either way and passed twice."""

from __future__ import annotations

import pytest

from planner.calls.driver.drive import places_on

STEP = 0.001
"""A thousandth of a degree of latitude is 111 m."""
A, B, C, D = ((14.8, 56.8 + n * STEP) for n in range(4))


def test_streets_lie_where_they_are_driven():
    first, second = places_on([A, B, C, D], [[A, B], [C, D]])
    assert first == pytest.approx((0.0, 111.2), abs=0.5)
    assert second == pytest.approx((222.4, 333.6), abs=0.5)


def test_a_street_that_is_driven_against_its_drawing_is_found():
    ((begins, ends),) = places_on([A, B, C], [[C, B]])
    assert (begins, ends) == pytest.approx((111.2, 222.4), abs=0.5)


def test_a_street_that_is_passed_twice_is_the_pass_that_follows():
    there_and_back = [A, B, C, B, A]
    first, second = places_on(there_and_back, [[B, C], [A, B]])
    assert first == pytest.approx((111.2, 222.4), abs=0.5)
    assert second == pytest.approx((333.6, 444.8), abs=0.5)


def test_a_street_that_is_not_on_the_line_has_no_place():
    assert places_on([A, B], [[C, D], [A, B]]) == [None, pytest.approx((0.0, 111.2), abs=0.5)]
    assert places_on([], [[A, B]]) == [None]
