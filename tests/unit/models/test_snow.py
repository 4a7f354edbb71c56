"""Snow for start limits by the road model: what lies there, the range, and that alike streets are run once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.road.air import rain_share
from models.road.alike import alike, rounded
from models.road.hours import lacking
from models.road.physics import PHYSICS
from models.road.site import Sites, sites
from models.snow import Hindcast, SnowRange, snow_hindcast, snow_range, warmer_by
from models.weather import HourlyWeather

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NAN = float("nan")
Row = list[float]


def sky(temp: Row, precip: Row, *, fraction: float = NAN, low: float = NAN, high: float = NAN) -> HourlyWeather:
    def held(value: float) -> np.ndarray:
        return np.full(len(temp), value)

    return HourlyWeather(
        START, np.array(temp), np.array(precip), held(low), held(high), held(fraction), held(92.0), held(3.0),
        held(NAN), held(1.0), held(NAN), 100.0, 59.0, 15.0,
    )  # fmt: skip


def town(*heights: float, traffic: float = 0.1) -> Sites:
    n = len(heights)
    names = [str(i) for i in range(n)]
    return rounded(sites(names, [59.0] * n, [15.0] * n, ["road"] * n, traffic, elevation_m=heights))


def ahead(weather: HourlyWeather, depth: float = 0.0, where: Sites | None = None) -> SnowRange:
    """From this depth on, after a day of the first hour's air without precipitation."""
    place = town(100.0) if where is None else where
    day = sky([float(weather.temp_c[0])] * 24, [0.0] * 24)
    return snow_range(place, weather, snow_hindcast(place, day), np.full(len(place), depth))


@pytest.mark.parametrize(("wind", "cm"), [(0.0, 12.66), (1.0, 12.66), (4.0, 9.52), (9.0, 7.63)])
def test_cold_snow_lies_as_deep_as_published(wind: float, cm: float) -> None:
    """10 mm in 5 h at -5 °C: Pahaut's 109 - 30 = 79 kg/m³ in a calm, 26 more at 4 m/s, 52 at 9; settled by 5 % at most,
    and the air over a main street is never quite still."""
    weather = replace(sky([-5.0] * 5, [2.0] * 5), wind_m_s=np.full(5, wind))
    for traffic in (0.1, 1.0):
        depth = ahead(weather, where=town(100.0, traffic=traffic)).mid.depth_cm[0, -1]
        assert 0.92 * cm < depth < cm


@pytest.mark.parametrize(("temp", "wet"), [(-1.0, False), (0.0, False), (0.2, False), (0.4, True)])
def test_snow_is_wet_where_it_becomes_heavy(temp: float, wet: bool) -> None:
    """Dry up to a quarter of a degree over 0 °C, on a road that is colder."""
    weather = sky([temp] * 3, [2.0] * 3, fraction=1.0)
    place = town(100.0)
    behind = snow_hindcast(place, sky([-8.0] * 24, [0.0] * 24))
    assert bool(snow_range(place, weather, behind, np.zeros(1)).mid.wet[0, 0]) is wet


@pytest.mark.parametrize(("temp", "rain"), [(0.5, 0.0), (0.6, 0.5), (1.1, 0.5), (1.2, 1.0)])
def test_the_phase_rule_turns_a_quarter_of_a_degree_before_roadsurfs(temp: float, rain: float) -> None:
    """At 95 % humidity snow up to 0.55 °C, half and half to 1.17 °C, then rain; as published 0.25 K more of each."""
    assert rain_share(temp, 0.95, PHYSICS.rain_earlier_k) == rain
    assert rain_share(temp + 0.25, 0.95, 0.0) == rain


def test_rain_at_plus_five_melts_what_lies() -> None:
    """A day of it leaves nothing of 5 cm, and the first hour leaves most."""
    out = ahead(sky([5.0] * 24, [4.0] * 24), 5.0)
    assert out.mid.depth_cm[0, 0] > 2.0
    assert out.mid.depth_cm[0, -1] == 0.0
    assert out.mid.wet[0, 0]


def test_the_ground_melts_snow_that_the_air_would_keep() -> None:
    """After a day at +6 °C the first snow at -1 °C meets a warm road: less lies than after a day at -8 °C."""
    place, snow = town(100.0), sky([-1.0] * 4, [1.0] * 4)
    depth = []
    for before in (6.0, -8.0):
        behind = snow_hindcast(place, sky([before] * 24, [0.0] * 24))
        depth.append(float(snow_range(place, snow, behind, np.zeros(1)).mid.depth_cm[0, -1]))
    assert depth[0] < depth[1] - 0.5


def test_an_hour_without_an_amount_makes_no_snow() -> None:
    """One known hour of 2 mm in a day that nobody forecast else is 2 mm of snow, not its rate for half a day."""
    behind = snow_hindcast(town(100.0), sky([NAN] * 23 + [-4.0], [NAN] * 23 + [2.0]))
    assert 0.5 < behind.depth_cm[0, -1] < 2.5
    assert behind.depth_cm[0, 22] == 0.0


def test_without_any_weather_the_snow_is_held() -> None:
    """Depth as it is, no surface temperature."""
    out = snow_range(
        town(100.0), sky([NAN] * 3, [NAN] * 3), Hindcast(np.zeros((1, 0)), None, np.zeros(1)), np.array([4.0])
    )
    assert out.mid.depth_cm[0].tolist() == [4.0] * 3
    assert np.isnan(out.mid.surface_c).all()


def test_high_streets_get_snow_where_the_valley_gets_rain() -> None:
    """+1.6 °C at the forecast's height: rain there, though it says so itself; snow 300 m higher up by the rule."""
    out = ahead(sky([1.6] * 4, [2.0] * 4, fraction=0.0), where=town(100.0, 400.0)).mid
    assert out.depth_cm[0, -1] == 0.0
    assert out.depth_cm[1, -1] > 3.0


def test_the_providers_range_is_used() -> None:
    own = ahead(sky([-4.0] * 6, [1.0] * 6, low=0.0, high=5.0))
    ours = ahead(sky([-4.0] * 6, [1.0] * 6))
    assert own.low.depth_cm[0, -1] == 0.0
    assert own.high.depth_cm[0, -1] > ours.high.depth_cm[0, -1]


def test_a_forecast_that_lacks_fields_has_a_wider_range_of_what_hangs_on_them() -> None:
    """No quarter more of everything: without cloud the surface is less sure, without humidity rain or snow is; amounts
    in frost are as sure as they were, and the middle stays."""
    cold, mild = (replace(sky([c] * 6, [1.0] * 6), wind_m_s=np.full(6, 2.0)) for c in (-4.0, 0.6))
    cloudless, dry = replace(cold, cloud=np.full(6, NAN)), replace(mild, humidity_pct=np.full(6, NAN))
    assert (lacking(cold), lacking(cloudless), lacking(dry)) == ((), ("cloud",), ("humidity",))
    a, b = ahead(cold), ahead(cloudless)
    assert b.mid.depth_cm[0, -1] == pytest.approx(a.mid.depth_cm[0, -1], rel=0.02)
    assert b.high.depth_cm[0, -1] == pytest.approx(a.high.depth_cm[0, -1], rel=0.02)
    assert width(b)[-1] > 1.2 * width(a)[-1]
    assert warmer_by(dry)[0] > 1.3 * warmer_by(mild)[0]
    assert ahead(replace(cold, wind_m_s=np.full(6, NAN))).high.depth_cm[0, -1] < a.high.depth_cm[0, -1] + 0.3


def width(of: SnowRange) -> np.ndarray:
    """(n_hours,) of the range of the first street's surface [K]."""
    return np.asarray(of.low.surface_c[0] - of.high.surface_c[0])


def test_the_air_is_less_sure_the_farther_ahead() -> None:
    """A forecast's first hour is read ±0.7 K, a day ahead ±1.9: at +2.5 °C the first hour is rain either way."""
    weather = sky([1.9] * 24, [0.0] * 24)
    assert warmer_by(weather)[0] == pytest.approx(0.69, abs=0.01)
    assert warmer_by(weather)[-1] == pytest.approx(1.92, abs=0.01)
    early, late = (sky([2.5] * 24, [2.0 if k in hours else 0.0 for k in range(24)]) for hours in ((0, 1), (22, 23)))
    assert ahead(early).high.depth_cm.max() == 0.0
    assert ahead(late).high.depth_cm.max() > 0.5


def test_what_lies_now_is_known_to_half_a_centimetre() -> None:
    """From the first hour on, but a bare street is bare."""
    still = sky([-4.0] * 3, [0.0] * 3)
    eight, bare = ahead(still, 8.0), ahead(still, 0.0)
    for of, cm in ((eight.low, 7.5), (eight.mid, 8.0), (eight.high, 8.5)):
        assert of.depth_cm[0, 0] == pytest.approx(cm, abs=0.1)
    assert bare.high.depth_cm.max() == 0.0


def test_the_surface_has_the_range_of_hindcasts() -> None:
    """Low is the warm side. It is narrower where a station that was met stands, grows from there, and snow keeps it at
    the melting point."""
    weather = sky([-1.0] * 12, [0.0] * 12)
    where = town(100.0, 100.0)
    behind = replace(snow_hindcast(where, weather), near=np.array([1.0, 0.0]))
    dry = snow_range(where, weather, behind, np.zeros(2))
    met, far = dry.low.surface_c - dry.high.surface_c
    assert met[0] < 0.6 * far[0]
    assert met[0] < 0.7 * met[5]
    assert np.allclose((dry.low.surface_c + dry.high.surface_c) / 2.0, dry.mid.surface_c)
    white = snow_range(where, weather, behind, np.full(2, 8.0))
    assert white.low.surface_c.max() == 0.0


def test_impossible_values_are_read_as_missing() -> None:
    """A provider's 900 °C, or 4000 mm, in one hour neither stops the plan nor reaches it."""
    out = ahead(sky([-4.0, 900.0, -4.0], [1.0, 1.0, 4000.0]))
    assert 0.5 < out.mid.depth_cm[0, -1] < 3.0


def test_a_street_alone_gives_what_it_gives_in_its_town() -> None:
    """Shared runs do not hang on the neighbours, and no more sites are run than differ."""
    heights = (100.0, 104.0, 96.0, 151.0, NAN)
    weather = sky([-0.5] * 6, [1.5] * 6)
    together = ahead(weather, 2.0, town(*heights)).mid.depth_cm
    apart = np.concatenate([ahead(weather, 2.0, town(height)).mid.depth_cm for height in heights])
    assert together.tolist() == apart.tolist()
    rows, kind = alike(town(*heights))
    assert (len(rows), kind[0], kind[1]) == (3, kind[1], kind[2])


hours = st.lists(st.tuples(st.floats(-20, 12) | st.just(NAN), st.floats(0, 15) | st.just(NAN)), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(hours, st.floats(0, 40), st.floats(0, 1) | st.just(NAN))
def test_the_range_holds_the_middle_and_no_snow_comes_from_nowhere(
    rows: list[tuple[float, float]], depth: float, fraction: float
) -> None:
    """0 <= low <= mid <= high in every hour, finite, and never more water than lay and fell."""
    temp, precip = (list(column) for column in zip(*rows, strict=True))
    where = town(100.0, 300.0)
    weather = sky(temp, precip, fraction=fraction)
    out = snow_range(where, weather, Hindcast(np.zeros((2, 0)), None, np.zeros(2)), np.full(2, depth))
    assert (out.low.depth_cm >= 0).all()
    assert (out.low.depth_cm <= out.mid.depth_cm).all()
    assert (out.mid.depth_cm <= out.high.depth_cm).all()
    assert np.isfinite(out.high.depth_cm).all()
    fell = np.cumsum(np.nan_to_num(precip))
    assert (out.mid.water_mm <= (depth + 0.05) * 1.2 + fell + 1e-6).all()
