"""What a plan keeps of the street that decides: the dew point where the forecast names none."""

from __future__ import annotations

import numpy as np
import pytest

from models.weather import GRID, HourlyWeather
from planner.snow.curve import dew_points
from tests.unit.planner.snapshots import AT


def weather(**known: float) -> HourlyWeather:
    names = {"precip_mm_h": "precip_mm", "precip_min_mm_h": "precip_low_mm", "precip_max_mm_h": "precip_high_mm"}
    fields = {names.get(name, name): np.array([known.get(name, np.nan)]) for name in GRID}
    return HourlyWeather(start=AT, reference_m=0.0, **fields)


def test_the_dew_point_comes_from_air_and_humidity() -> None:
    """The tables of Alduchov and Eskridge: 20 °C and 50 % give 9.3 °C; saturated air has its own temperature."""
    assert dew_points(weather(temp_c=20.0, humidity_pct=50.0))[0] == pytest.approx(9.26, abs=0.02)
    assert dew_points(weather(temp_c=-4.0, humidity_pct=100.0))[0] == pytest.approx(-4.0)
    assert dew_points(weather(temp_c=-4.0, humidity_pct=80.0, dew_point_c=-5.5))[0] == -5.5
    assert np.isnan(dew_points(weather(temp_c=-4.0))[0])
