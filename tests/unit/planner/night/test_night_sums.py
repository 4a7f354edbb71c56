"""Hours, cost and what was spread, of a night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from city.plan import SegmentAction
from planner.night.sums import Worked, sums
from tests.unit.planner.snapshots import AT, HOUR


def test_a_vehicle_on_two_orders_at_once_works_once() -> None:
    """P01 from 0 to 2 h and from 1 to 3 h is three hours; P02, whose price nobody knows, is no part of the cost."""
    worked = [
        Worked("P01", AT, AT + 2 * HOUR, 1000.0),
        Worked("P01", AT + HOUR, AT + 3 * HOUR, 1000.0),
        Worked("P02", AT, AT + timedelta(minutes=30), None),
    ]
    found = sums(worked, [], {})
    assert (found.vehicles, found.worked_s, found.cost, found.unpriced_s) == (2, 12_600.0, 3000.0, 1800.0)


def test_what_is_spread_is_dose_times_width_times_length() -> None:
    """15 g/m² on 200 m of 7 m are 21 kg, each time; a street without a width is told and not counted."""
    salt = SegmentAction(id="a", action="plough_salt", dose_g_m2=15.0, passes=2)
    parts = [salt, salt, SegmentAction(id="b", action="salt", dose_g_m2=10.0), SegmentAction(id="a", action="plough")]
    found = sums([], parts, {"a": (200.0, 7.0), "b": (100.0, None)})
    assert found.spread_kg == {"salt": pytest.approx(42.0)}
    assert found.without_width == 1
    assert found.cost is None
