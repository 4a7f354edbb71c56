"""The hourly grid: what the forecast says and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from city.entities import Forecast, ForecastStep
from models.weather import hourly

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def step(first: int, last: int, temp: float | None = None, precip: float | None = None) -> ForecastStep:
    return ForecastStep(START + first * HOUR, START + last * HOUR, temp, precip)


def issue(*steps: ForecastStep, issued: int = 0, height: float | None = None) -> Forecast:
    return Forecast("made", 14.8, 56.9, START + issued * HOUR, steps, height)


def test_a_long_step_spreads_its_rate_over_its_hours() -> None:
    """A six-hour step of 0.5 mm/h gives 0.5 mm in each of its six hours."""
    grid = hourly([issue(step(0, 1, -1.0, 2.0), step(1, 7, -2.0, 0.5))], START, 8)
    assert grid.precip_mm.tolist()[:7] == [2.0, *[0.5] * 6]
    assert np.isnan(grid.precip_mm[7])


def test_a_hole_stays_a_hole() -> None:
    """An hour that no step covers is NaN, and is counted as missing."""
    grid = hourly([issue(step(0, 1, 1.0, 0.0), step(2, 3, 1.0, 0.0))], START, 3)
    assert np.isnan(grid.temp_c).tolist() == [False, True, False]
    assert grid.missing_hours == 1


def test_a_step_without_precipitation_is_missing_not_dry() -> None:
    """A step that says only temperature leaves its precipitation NaN."""
    grid = hourly([issue(step(0, 1, -1.0))], START, 1)
    assert np.isnan(grid.precip_mm[0])
    assert grid.missing_hours == 1


def test_the_newest_forecast_wins_and_the_older_fills_its_gaps() -> None:
    """Newest first: its hours hold, and hours that it leaves out come from the older one."""
    grid = hourly([issue(step(1, 2, 5.0, 1.0), issued=-1), issue(step(0, 3, -5.0, 0.0), issued=-6)], START, 3)
    assert grid.temp_c.tolist() == [-5.0, 5.0, -5.0]


def test_without_forecasts_nothing_is_known() -> None:
    """No forecast gives NaN for every hour and quantity."""
    grid = hourly([], START, 4, reference_m=120.0)
    assert grid.missing_hours == 4
    assert grid.reference_m == 120.0
    assert np.isnan(grid.wind_m_s).all()


def test_the_height_is_the_forecasts_own_where_it_names_one() -> None:
    """``elevation_m`` of the forecast goes before the reference that is passed in."""
    assert hourly([issue(height=33.0)], START, 1, reference_m=120.0).reference_m == 33.0


@given(st.lists(st.tuples(st.integers(-5, 30), st.integers(1, 12), st.floats(0, 9)), max_size=12))
def test_every_hour_of_the_grid_was_said_by_some_step(rows: list[tuple[int, int, float]]) -> None:
    """A value in an hour is the value of a step that covers it; an uncovered hour is NaN."""
    grid = hourly([issue(*(step(a, a + n, 0.0, rate) for a, n, rate in rows))], START, 24)
    for hour, value in enumerate(grid.precip_mm.tolist()):
        said = {rate for a, n, rate in rows if a <= hour < a + n}
        assert (value in said) if said else np.isnan(value)
