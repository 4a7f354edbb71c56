"""The risk of drifting snow: what blows, what is loose, and what lies open."""

from __future__ import annotations

import numpy as np
import pytest

from models.road.drift import drift_hours, loose_cm, open_sides

NAN = float("nan")
FLAT = np.full((1, 36), NAN)


@pytest.mark.parametrize(
    ("air", "wind", "drifts"),
    [
        (-5.0, 7.7, True),
        (-5.0, 7.6, False),
        (-1.1, 12.0, True),
        (-1.0, 12.0, False),
        (NAN, 12.0, False),
        (-5.0, NAN, False),
    ],
)
def test_it_drifts_in_cold_wind_alone(air: float, wind: float, drifts: bool) -> None:
    """On the edges of both limits; what nobody forecast is no risk that is told."""
    assert drift_hours(np.array([air]), np.array([wind])).tolist() == [drifts]


def test_a_thaw_binds_what_lies_and_not_what_falls_later() -> None:
    """3 cm and 2 more are loose until an hour thaws; of the next 4 cm all are, and settling takes nothing away."""
    rise = np.array([[2.0, -0.5, 0.0, 4.0]])
    assert loose_cm(np.array([3.0]), rise, np.zeros((1, 4), bool)).tolist() == [[5.0, 5.0, 5.0, 9.0]]
    assert loose_cm(np.array([3.0]), rise, np.array([[False, False, True, False]])).tolist() == [[5.0, 5.0, 0.0, 4.0]]


def road(offset: float = 0.0) -> list[tuple[float, float]]:
    """120 m to the east."""
    return [(0.0, offset), (120.0, offset)]


@pytest.mark.parametrize(
    ("others", "is_open"),
    [
        ([], True),
        ([road(100.0)], True),
        ([road(100.0), road(-100.0)], False),
        ([road(220.0), road(-150.0)], False),
        ([road(220.0), road(-400.0)], True),
        ([[(-400.0, 90.0), (600.0, 90.0)], [(-400.0, -90.0), (600.0, -90.0)]], False),
    ],
)
def test_a_street_lies_open_to_a_side_without_streets(others: list[list[tuple[float, float]]], is_open: bool) -> None:
    """Alone, or with neighbours on one side or far off; long straight neighbours count all along. Its own
    continuations hide nothing."""
    town = [road(), [(120.0, 0.0), (900.0, 0.0)], [(-900.0, 0.0), (0.0, 0.0)], *others]
    assert open_sides([road()], town, FLAT).tolist() == [is_open]


def test_hills_hide_a_side_and_a_hill_at_the_end_of_the_road_does_not() -> None:
    """6° to the north and south; to the north alone; to the east and west."""
    both, north, ends = np.zeros((1, 36)), np.zeros((1, 36)), np.zeros((1, 36))
    sides = [32, 33, 34, 35, 0, 1, 2, 3, 4], [14, 15, 16, 17, 18, 19, 20, 21, 22]
    both[0, [*sides[0], *sides[1]]] = 0.1
    north[0, sides[0]] = 0.1
    ends[0, [*range(6, 13), *range(24, 31)]] = 0.1
    assert [open_sides([road()], [road()], angles).tolist() for angles in (both, north, ends)] == [
        [False],
        [True],
        [True],
    ]


def test_no_street_asks_nothing() -> None:
    assert open_sides([], [], np.zeros((0, 36))).tolist() == []
