"""The snow rule: what falls, melts and settles, and what it never does."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.snow import fresh_density, snow_on_road, snow_range, snow_share
from models.weather import HourlyWeather

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
Floats = npt.NDArray[np.float64]
NAN = float("nan")


def sky(
    temp: list[float],
    precip: list[float],
    *,
    fraction: list[float] | None = None,
    humidity: float = 90.0,
    low: float = NAN,
    high: float = NAN,
) -> HourlyWeather:
    n = len(temp)
    return HourlyWeather(
        START,
        np.array(temp),
        np.array(precip),
        np.full(n, low),
        np.full(n, high),
        np.full(n, NAN) if fraction is None else np.array(fraction),
        np.full(n, humidity),
        np.full(n, NAN),
        100.0,
    )


def at(*heights: float) -> Floats:
    return np.array(heights, float)


def test_no_snow_without_precipitation() -> None:
    """Ten dry hours at -10 °C on bare ground leave it bare."""
    out = snow_on_road(sky([-10.0] * 10, [0.0] * 10), at(100.0), at(0.0))
    assert out.depth_cm.max() == 0.0
    assert not out.wet.any()


def test_cold_snow_has_the_published_density() -> None:
    """10 mm of water at -5 °C: 67.92 + 51.25 exp(-5/2.59) = 75.4 kg/m³, so 13.3 cm."""
    out = snow_on_road(sky([-5.0], [10.0]), at(100.0), at(0.0))
    assert fresh_density(at(-5.0))[0] == pytest.approx(75.36, abs=0.01)
    assert out.depth_cm[0, 0] == pytest.approx(13.27, abs=0.01)


def test_rain_at_plus_five_melts_what_lies() -> None:
    """One hour at +5 °C with 4 mm of rain melts 5 * (0.17 + 0.0125 * 4) = 1.1 mm; a day of it leaves nothing."""
    hour = snow_on_road(sky([5.0], [4.0]), at(100.0), at(5.0))
    assert 5.0 * 1.2 - hour.water_mm[0, 0] == pytest.approx(1.1)
    assert snow_on_road(sky([5.0] * 24, [4.0] * 24), at(100.0), at(5.0)).depth_cm[0, -1] == 0.0


def test_high_streets_are_deeper_near_zero() -> None:
    """With +1.6 °C at the forecast's height the rain of the valley is snow 300 m higher up."""
    out = snow_on_road(sky([1.6] * 4, [2.0] * 4, humidity=95.0), at(100.0, 400.0), at(0.0, 0.0))
    assert out.depth_cm[0, -1] == 0.0
    assert out.depth_cm[1, -1] > 3.0


def test_a_street_without_height_takes_the_forecasts() -> None:
    """NaN elevation gives the same snow as the reference height."""
    out = snow_on_road(sky([0.3] * 4, [2.0] * 4), at(100.0, NAN), at(1.0, 1.0))
    assert out.depth_cm[0].tolist() == out.depth_cm[1].tolist()


@pytest.mark.parametrize(("temp", "precip"), [(NAN, 3.0), (4.0, NAN), (NAN, NAN)])
def test_a_missing_hour_leaves_the_snow_as_it_is(temp: float, precip: float) -> None:
    """Depth, water and wetness after an hour without temperature or precipitation are those before it."""
    out = snow_on_road(sky([0.5, temp], [2.0, precip]), at(100.0), at(4.0))
    assert out.depth_cm[0, 1] == out.depth_cm[0, 0]
    assert out.water_mm[0, 1] == out.water_mm[0, 0]
    assert out.wet[0].tolist() == [True, True]


def test_the_forecasts_own_phase_is_taken_where_the_air_is_its_own() -> None:
    """A snow fraction of 1 at +3 °C is snow at the forecast's height, though the rule says rain."""
    assert snow_share(at(3.0), 90.0)[0] == 0.0
    out = snow_on_road(sky([3.0], [5.0], fraction=[1.0]), at(100.0), at(0.0))
    assert out.water_mm[0, 0] > 4.0


def test_low_is_not_over_mid_when_the_forecast_says_freezing_rain() -> None:
    """Said to be rain at 0 °C: the warmer low reading must not turn it into snow by the rule."""
    out = snow_range(sky([0.0] * 5, [2.0] * 5, fraction=[0.0] * 5), at(100.0), at(1.0))
    assert (out.low.depth_cm <= out.mid.depth_cm).all()


def test_the_providers_range_is_used() -> None:
    """A wide range of the provider gives a wider range of snow than its absence."""
    own = snow_range(sky([-4.0] * 6, [1.0] * 6, low=0.0, high=5.0), at(100.0), at(0.0))
    ours = snow_range(sky([-4.0] * 6, [1.0] * 6), at(100.0), at(0.0))
    assert own.low.depth_cm[0, -1] == 0.0
    assert own.high.depth_cm[0, -1] > ours.high.depth_cm[0, -1]


hours = st.lists(
    st.tuples(
        st.floats(-20, 12) | st.just(NAN),
        st.floats(0, 15) | st.just(NAN),
        st.floats(0, 1) | st.just(NAN),
    ),
    min_size=1,
    max_size=30,
)


@given(hours, st.lists(st.floats(0, 500), min_size=1, max_size=3), st.floats(0, 40), st.floats(20, 100))
def test_the_range_holds_the_middle_and_nothing_is_negative(
    rows: list[tuple[float, float, float]], heights: list[float], depth: float, humidity: float
) -> None:
    """0 <= low <= mid <= high in every hour and on every street, and every figure is finite."""
    temp, precip, fraction = (list(column) for column in zip(*rows, strict=True))
    weather = sky(temp, precip, fraction=fraction, humidity=humidity)
    out = snow_range(weather, at(*heights), np.full(len(heights), depth))
    assert (out.low.depth_cm >= 0).all()
    assert (out.low.depth_cm <= out.mid.depth_cm).all()
    assert (out.mid.depth_cm <= out.high.depth_cm).all()
    assert np.isfinite(out.high.depth_cm).all()
    assert (out.mid.water_mm >= 0).all()


@given(hours, st.floats(0, 40), st.floats(20, 100))
def test_water_comes_from_the_sky_alone(rows: list[tuple[float, float, float]], depth: float, humidity: float) -> None:
    """What lies is at most the start and all that fell, and melts by no more than heat and rain can melt."""
    temp, precip, fraction = (np.array(column) for column in zip(*rows, strict=True))
    weather = sky(list(temp), list(precip), fraction=list(fraction), humidity=humidity)
    out = snow_on_road(weather, at(100.0), at(depth)).water_mm[0]
    known = np.isfinite(temp) & np.isfinite(precip)
    fell = np.where(known, np.nan_to_num(precip), 0.0)
    most = np.where(known, np.maximum(np.nan_to_num(temp), 0.0) * (0.17 + 0.0125 * fell), 0.0)
    before = np.concatenate([[depth * 1.2], out[:-1]])
    assert (out <= before + fell + 1e-9).all()
    assert (out >= before - most - 1e-9).all()


@given(st.lists(st.floats(0, 10), min_size=1, max_size=20))
def test_below_zero_all_that_falls_stays(falls: list[float]) -> None:
    """At -8 °C the storage is the sum of snowfall to the last millimetre: nothing melts."""
    out = snow_on_road(sky([-8.0] * len(falls), falls), at(100.0), at(0.0))
    assert out.water_mm[0, -1] == pytest.approx(sum(falls))
    assert (out.depth_cm[0] >= 100.0 * out.water_mm[0] / 350.0 - 1e-9).all()
