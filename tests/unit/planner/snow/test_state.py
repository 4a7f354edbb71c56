"""Where the snow stands now: what fell after a plough or a person was there comes on top, and nothing from before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from city.entities import DepthHour, Treatment
from city.observation import Observation
from planner.snow.depths import LOOK_BACK_H
from planner.snow.state import fallen_since, implausible, on_the_ground, road_hindcast
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


@pytest.mark.parametrize(("hours", "cm"), [(-0.5, 0.0), (LOOK_BACK_H + 0.5, CURVE[-1]), (60.0, CURVE[-1])])
def test_what_fell_since_before_the_hours_is_all_of_them(hours: float, cm: float) -> None:
    assert fallen_since(SNOWED, CURVE, AT - hours * HOUR) == pytest.approx(cm)


OLD = tuple(DepthHour(AT - n * HOUR, 20.0 if n > 30 else 17.0) for n in range(100, 0, -1))
"""Twenty centimetres that settled to seventeen a day and more ago."""


def test_old_snow_beside_a_street_that_was_ploughed_is_not_on_it() -> None:
    """Ploughed two days ago, the sensors in the parks say 17 cm, nothing has fallen since."""
    dry = {"forecasts": (forecast(-6.0, 0.0),), "readings": (depth(17.0),), "devices": snow_snapshot().devices}
    done = (Treatment(FIRST, "plough", AT - 48 * HOUR),)
    assert first_street(dry) == pytest.approx(17.0)
    assert first_street(dry | {"treatments": done, "old_depths": OLD}) == pytest.approx(1.0)
    assert first_street(dry | {"treatments": done}) == pytest.approx(1.0)


def test_what_fell_between_an_old_plough_and_the_last_day_is_on_the_street() -> None:
    """Six centimetres at the sensors since the snow had settled, more than a day ago: no forecast behind knows them."""
    dry = {"forecasts": (forecast(-6.0, 0.0),), "readings": (depth(23.0),), "devices": snow_snapshot().devices}
    done = (Treatment(FIRST, "plough", AT - 48 * HOUR),)
    later = (*OLD[:75], *(DepthHour(hour.time, 23.0) for hour in OLD[75:]))
    assert first_street(dry | {"treatments": done, "old_depths": later}) == pytest.approx(7.0)
    silent = tuple(hour for hour in later if hour.time < AT - 40 * HOUR)
    assert first_street(dry | {"treatments": done, "old_depths": silent}) == pytest.approx(1.0)


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
