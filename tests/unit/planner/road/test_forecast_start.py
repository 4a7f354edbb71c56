"""How a road forecast begins: on the last observation, or with a word on why not, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from city.catalogue.words import words
from models.road.start import OFF_K
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, SiteRow, WeatherRow, case_of, forecast_site
from planner.road.words import as_dict, readable
from tests.unit.models.road.test_road_turbulence import nights, seen

AT = datetime(2027, 2, 12, 12, 0, tzinfo=UTC)
SITE = SiteRow("gata", 57.0, 14.0)


def folder(
    surface: list[float], *, cloud: float | None = 1.0, every_min: int = 10, until_min: int = 0, site: SiteRow = SITE
) -> Bundle:
    """Surface temperatures up to some minutes before noon, under steady weather at -3 °C with 3 m/s of wind."""
    sky = {"air_c": -3.0, "humidity_pct": 85.0, "wind_m_s": 3.0, "precip_mm_h": 0.0}
    ahead = tuple(WeatherRow(AT + timedelta(hours=h), cloud=cloud, **sky) for h in range(-4, 7))
    n = len(surface)
    times = [AT - timedelta(minutes=until_min + every_min * (n - 1 - k)) for k in range(n)]
    seen = tuple(ObservedRow(t, surface_c=s, **sky) for t, s in zip(times, surface, strict=True))
    return Bundle(AT, (site,), ahead, seen, (), members=3)


def starts(forecast: SiteForecast) -> list[str]:
    return [text for text in map(words("en").say, forecast.notes) if text.startswith("start:")]


def made(bundle: Bundle) -> SiteForecast:
    return forecast_site(bundle, bundle.sites[0])


def test_a_start_that_is_met_needs_no_word_and_shows_its_correction() -> None:
    bundle = folder([-2.0 + 0.01 * k for k in range(60)])
    forecast = made(bundle)
    assert starts(forecast) == []
    assert abs(forecast.start.miss_k) < OFF_K
    said = readable(bundle, [forecast], words("en"))
    assert f"with a correction of {forecast.start.correction_w_m2:+.0f} W/m²".replace("-", "−") in said
    assert as_dict(bundle, [forecast])["sites"][0]["start"]["observed_c"] == pytest.approx(-1.41)


@pytest.mark.parametrize(("surface_c", "way"), [(24.0, "colder"), (-22.0, "warmer")])
def test_a_start_that_no_correction_meets_is_on_the_observation_and_says_what_remains(
    surface_c: float, way: str
) -> None:
    """It used to begin where the largest correction led, without a word."""
    bundle = folder([surface_c + 0.05 * (k % 3) for k in range(60)])
    forecast = made(bundle)
    (note,) = starts(forecast)
    assert f"K {way} than the last observation" in note
    assert forecast.start.surface_c == pytest.approx(bundle.observed[-1].surface_c, abs=0.05)
    assert abs(forecast.start.miss_k) > OFF_K
    told = as_dict(bundle, [forecast])["sites"][0]
    assert told["start"]["miss_k"] == round(forecast.start.miss_k, 3)
    assert note in told["notes"]
    for language, said in (("sv", "hålls den vid det observerade"), ("en", "held to what was observed")):
        assert said in readable(bundle, [forecast], words(language))


def test_a_silent_and_a_frozen_station_say_where_the_model_begins() -> None:
    for bundle, said in (
        (folder([4.0 + 0.1 * (k % 4) for k in range(20)], until_min=300), "nothing was observed since"),
        (folder([4.0] * 60), "has stood on 4.0 °C for hours"),
    ):
        forecast = made(bundle)
        (note,) = starts(forecast)
        assert said in note
        assert f"begins at {forecast.start.surface_c:.1f}".replace("-", "−") in note
        assert np.isnan(forecast.start.miss_k)


def test_what_was_guessed_before_the_beginning_is_said() -> None:
    """Cloud that nobody said: the correction answers for it too."""
    assert "guess" in " ".join(starts(made(folder([-2.0 + 0.01 * k for k in range(60)], cloud=None))))


def test_natural_ground_says_that_it_is_not_met() -> None:
    bundle = folder([-2.0 + 0.1 * k for k in range(30)], site=SiteRow("mark", 57.0, 14.0, "natural"))
    assert "natural ground" in " ".join(starts(made(bundle)))


def test_a_record_of_a_moment_begins_with_its_last_value() -> None:
    """Nothing before it: the road begins as it was seen last."""
    assert made(folder([4.0, -3.0], every_min=0)).start.surface_c == pytest.approx(-3.0)


def test_no_start_is_off_without_a_word() -> None:
    """Whatever a sensor shows: steady, wandering, jumping, with gaps, hours old."""
    random = np.random.default_rng(15)
    for _ in range(40):
        n = int(random.integers(2, 60))
        steps = random.normal(0.0, random.choice([0.02, 0.3, 3.0]), n)
        surface = np.clip(random.uniform(-25.0, 30.0) + np.cumsum(steps), -50.0, 60.0)
        bundle = folder(
            [float(round(s, 1)) for s in surface],
            cloud=random.choice([0.0, 1.0]),
            every_min=int(random.choice([5, 10, 30])),
            until_min=int(random.choice([0, 3, 40, 150, 400])),
        )
        forecast = made(bundle)
        last = bundle.observed[-1].surface_c or 0.0
        off = max(abs(forecast.start.surface_c - last), abs(np.nan_to_num(forecast.start.miss_k)))
        assert off <= OFF_K or starts(forecast), bundle


def test_an_exchange_of_the_stations_own_is_said() -> None:
    """Three clear windy nights at a station in the open: used, and told with its figures; not without its humidity."""
    forcing = nights(3)
    surface = seen(forcing, 0.02)[0]
    air = forcing.air
    rows = tuple(
        ObservedRow(
            forcing.time_of(k + 1),
            air_c=float(air.air_c[0, k]),
            humidity_pct=100.0 * float(air.humidity[0, k]),
            wind_m_s=float(air.wind[0, k]),
            surface_c=float(surface[k]),
        )
        for k in range(0, forcing.steps, 2)
    )
    at = forcing.time_of(forcing.steps)
    ahead = tuple(WeatherRow(at + timedelta(hours=h), air_c=-4.0, humidity_pct=75.0, wind_m_s=4.0) for h in range(7))
    bundle = Bundle(at, (SiteRow("s", 60.0, 15.0),), ahead, rows, (), members=2)
    case = case_of(bundle, bundle.sites[0])
    assert case.exchange is not None
    assert case.physics.rough_momentum_m == case.exchange.rough_m < 0.1
    said = readable(bundle, [made(bundle)], words("en"))
    assert f"from its own 3 nights (roughness {case.exchange.rough_m:.2f} m instead of 0.40)" in said
    dry = tuple(replace(row, humidity_pct=None) for row in rows)
    assert case_of(replace(bundle, observed=dry), bundle.sites[0]).exchange is None
