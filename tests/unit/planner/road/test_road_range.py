"""The range of a road forecast from files: by what is known, and how likely ice is in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from planner.road.forecast import Bundle, ObservedRow, SiteForecast, SiteRow, WeatherRow, forecast_site
from planner.road.uncertain import chance_slippery, lacking

AT = datetime(2027, 1, 12, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = SiteRow("bro", 56.9, 14.8, "bridge")
WHOLE: dict[str, Any] = {
    "humidity_pct": 92.0, "wind_m_s": 2.0, "precip_mm_h": 0.0, "cloud": 0.2, "pressure_hpa": 1000.0,
}  # fmt: skip


def told(*, seen: bool = True, **changed: float | None) -> SiteForecast:
    """A frosty night of which everything is known but ``changed``."""
    weather = WHOLE | changed
    ahead = tuple(WeatherRow(AT + h * HOUR, air_c=-2.0 - h / 8, **weather) for h in range(-1, 13))
    rows = [
        ObservedRow(AT + h / 2 * HOUR, air_c=-1.0, surface_c=0.5 - h / 10 if seen else None, **weather)
        for h in range(-12, 1)
    ]
    return forecast_site(Bundle(AT, (SITE,), ahead, tuple(rows), ()), SITE)


def width(forecast: SiteForecast) -> np.ndarray:
    return np.asarray(forecast.high_c - forecast.low_c)


def test_only_what_makes_forecasts_worse_makes_the_range_wider() -> None:
    """Notes widen nothing by themselves: no pressure and no wind leave it, no cloud and no observation widen it."""
    whole = width(told())
    assert np.allclose(width(told(pressure_hpa=None)), whole)
    assert np.allclose(width(told(wind_m_s=None)), whole)
    assert width(told(cloud=None))[-1] > 1.2 * whole[-1]
    assert width(told(seen=False))[0] > 3.0 * whole[0]
    assert np.all(np.diff(whole) > 0.0)


def test_a_range_and_its_probabilities_are_of_one_distribution() -> None:
    forecast = told()
    assert np.all((forecast.low_c < forecast.surface_c) & (forecast.surface_c < forecast.high_c))
    assert np.all((forecast.frozen > 0.9) == (forecast.high_c < 0.0))
    assert np.all(np.diff(forecast.quantiles_c, axis=0) > 0.0)


def test_what_a_forecast_lacks() -> None:
    """Radiation does instead of cloud where both its parts are said; a dew point instead of humidity."""
    row = WeatherRow(AT, air_c=0.0, sun_w_m2=0.0, longwave_w_m2=250.0, dew_point_c=-1.0)
    assert lacking([row]) == ("wind",)
    assert lacking([WeatherRow(AT, air_c=0.0, sun_w_m2=0.0, wind_m_s=1.0)]) == ("cloud", "humidity")
    assert lacking([WeatherRow(AT, air_c=0.0), WeatherRow(AT, wind_m_s=1.0, cloud=1.0, humidity_pct=90.0)]) == ()


def test_a_wet_road_that_may_freeze_may_be_slippery() -> None:
    """A film of water at +0.5 °C with an error of 0.7 K: about a third of the distribution lies under freezing, though
    no member has ice; a dry one is never slippery, a warm one hardly."""
    members = 0.5 + np.linspace(-0.05, 0.05, 10)[:, None]
    film = np.zeros((10, 1, 4))
    film[..., 0] = 0.3
    at = np.array([0.7])
    assert 0.15 < chance_slippery(members, film, at)[0] < 0.4
    assert chance_slippery(members, np.zeros((10, 1, 4)), at)[0] < 0.05
    assert chance_slippery(members + 5.0, film, at)[0] < 0.05
