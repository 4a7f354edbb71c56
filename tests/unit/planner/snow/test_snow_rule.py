"""The start rule: what is at or over its limit, for how long, and since when."""

from __future__ import annotations

import numpy as np
import pytest

from planner.snow.rule import MOST_CM, NONE, begin_hundredths, decide, first_held, hundredths, limit_hundredths, nearest


def curve(*depths_cm: float) -> np.ndarray:
    return hundredths(np.array(depths_cm))


def test_a_depth_at_its_limit_is_over_it() -> None:
    assert first_held(curve(2.99, 3.0), curve(np.nan, np.nan), limit_hundredths(3.0), 0, 1) == 1


def test_a_limit_of_nothing_holds_on_bare_ground() -> None:
    assert first_held(curve(0.0), curve(np.nan), 0, 500, 1) == 0


def test_what_is_not_known_is_never_over() -> None:
    assert first_held(curve(np.nan, np.nan), curve(np.nan, np.nan), 0, 0, 1) == NONE


def test_wet_snow_has_a_limit_of_its_own() -> None:
    assert first_held(curve(2.0, np.nan), curve(np.nan, 2.0), 300, 200, 1) == 1


def test_a_margin_is_a_part_of_the_limit() -> None:
    assert [begin_hundredths(8.0, margin) for margin in (0.0, 20.0, 90.0)] == [800, 640, 80]
    assert begin_hundredths(0.0, 20.0) == 0


@pytest.mark.parametrize(("hold_h", "first"), [(1, 1), (2, 3), (3, 3), (4, NONE)])
def test_a_limit_must_hold(hold_h: int, first: int) -> None:
    dry = curve(0, 5, 0, 5, 6, 5)
    assert first_held(dry, curve(*[np.nan] * 6), 500, 500, hold_h) == first


def test_the_margin_is_that_of_the_hour_farthest_over() -> None:
    assert nearest(curve(1.0, 4.0, 2.0), curve(np.nan, np.nan, 3.5), 300, 200) == (2, 150)


def test_many_strands_at_once() -> None:
    dry, wet = np.stack([curve(0, 4), curve(0, 2)]), np.stack([curve(np.nan, np.nan)] * 2)
    first, margin, limits = np.zeros(2, np.int64), np.zeros(2, np.int64), np.array([300, 300])
    decide(dry, wet, limits, limits, np.ones(2, np.int64), first, margin)
    assert first.tolist() == [1, NONE]
    assert margin.tolist() == [100, -100]


def test_depths_are_kept_whole_and_bounded() -> None:
    assert hundredths(np.array([0.004, 0.006, 1e6, np.nan, -3.0])).tolist() == [0, 1, round(MOST_CM * 100), NONE, NONE]
