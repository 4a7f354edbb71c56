"""Where the snow stands now: what fell after a plough or a person was there comes on top, and nothing from before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from city.entities import Treatment
from city.observation import Observation
from planner.snow.state import LOOK_BACK_H, fallen_since, implausible, on_the_ground, road_hindcast
from tests.unit.planner.snapshots import AT, HOUR, depth, forecast, snow_snapshot, streets

FIRST = streets()[0].id
SNOWED = snow_snapshot(readings=(), devices=(), forecasts=(forecast(-6.0, 0.5),))
"""Half a millimetre of water an hour as snow, all of the last day; no sensor."""
CURVE = road_hindcast(SNOWED).depth_cm[0]


def seen(cm: float, hours_ago: float) -> Observation:
    return Observation("o", (FIRST,), "snow_depth", cm, AT - hours_ago * HOUR, AT + HOUR, "jour", "mätt")


def first_street(snapshot_parts: dict[str, object], left_cm: float = 1.0) -> float:
    """Depth of the first street now [cm]."""
    return float(on_the_ground(replace(SNOWED, **snapshot_parts), left_cm)[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("hours", [1, 3, 12, LOOK_BACK_H])
def test_what_has_fallen_is_that_of_the_hours_since(hours: int) -> None:
    """The curve's own rise from that hour to now: not the whole day's, and more the longer ago."""
    assert fallen_since(SNOWED, CURVE, AT - hours * HOUR) == pytest.approx(CURVE[-1] - CURVE[LOOK_BACK_H - hours])
    assert np.all(np.diff(CURVE) > 0.0)


@pytest.mark.parametrize("hours", [-0.5, LOOK_BACK_H + 1.0])
def test_of_a_time_that_no_hour_covers_nothing_is_known(hours: float) -> None:
    assert fallen_since(SNOWED, CURVE, AT - hours * HOUR) == 0.0


def test_what_fell_after_somebody_looked_comes_on_top_of_it() -> None:
    for hours in (3.0, 12.0):
        since = fallen_since(SNOWED, CURVE, AT - hours * HOUR)
        assert first_street({"observations": (seen(2.0, hours),)}) == pytest.approx(2.0 + since)


def test_a_cleared_street_holds_the_residue_and_what_fell_since() -> None:
    for hours in (3.0, 12.0):
        since = fallen_since(SNOWED, CURVE, AT - hours * HOUR)
        assert 1.0 + since < CURVE[-1]
        done = (Treatment(FIRST, "plough_salt", AT - hours * HOUR),)
        assert first_street({"treatments": done}) == pytest.approx(1.0 + since)
        assert first_street({"treatments": done}, left_cm=2.5) == pytest.approx(2.5 + since)


def test_the_last_plough_of_a_street_counts() -> None:
    done = tuple(Treatment(FIRST, "plough", AT - hours * HOUR) for hours in (12.0, 3.0))
    assert first_street({"treatments": done}) == pytest.approx(1.0 + fallen_since(SNOWED, CURVE, AT - 3.0 * HOUR))


def test_only_readings_out_of_their_range_that_are_young_are_named() -> None:
    """The newest of each device; what is in range or old is not."""
    rows = (depth(600.0), depth(700.0, age=timedelta(minutes=1)), depth(9.0), depth(-50.0, age=3 * HOUR))
    found = implausible(snow_snapshot(readings=rows))
    assert [row.value for row in found] == [700.0]
    assert implausible(snow_snapshot()) == []
