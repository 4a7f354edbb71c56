"""The road's energy and water: books that close, and what physics says must happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from city.catalogue.words import words
from models.road.forcing import Forcing, ImpossibleValue, on_grid, weather
from models.road.physics import WATERS, WORN_SNOW
from models.road.radiation import sun_position
from models.road.run import Surface, at_rest, run
from models.road.segment import SiteState
from models.road.site import Sites, sites, with_relief

START = datetime(2026, 1, 10, 12, tzinfo=UTC)


def day(hours: int = 48, **changed: object) -> Forcing:
    """A mild wet half and a cold clear half, with whatever a test wants otherwise."""
    h = np.arange(hours + 1)
    fields = {
        "air_c": -1 + 3 * np.cos(h / 24 * 2 * np.pi),
        "humidity_pct": np.full(len(h), 92.0),
        "wind_m_s": 2 + np.sin(h / 5),
        "precip_mm_h": np.where((h > 10) & (h < 30), 1.0, 0.0),
        "cloud": np.where(h < 24, 1.0, 0.1),
    }
    fields |= {name: np.broadcast_to(np.asarray(value, float), (len(h),)) for name, value in changed.items()}
    times = [START + timedelta(hours=int(i)) for i in h]
    return on_grid([weather(times, 60.0, 15.0, 100.0, **fields)], START, hours)


def some(construction: list[str], traffic: float = 1.0) -> Sites:
    return sites([str(i) for i in range(len(construction))], 60.0, 15.0, construction, traffic, elevation_m=100.0)


def mixed(n: int = 24) -> Sites:
    """Streets of every kind among hills."""
    rng = np.random.default_rng(1)
    kinds = [("road", "bridge", "cycle")[i % 3] for i in range(n)]
    rows = sites(
        [str(i) for i in range(n)], 60.0, 15.0, kinds, rng.random(n), elevation_m=100 + 20 * rng.normal(size=n)
    )
    horizon = rng.random((n, 36)) * 0.3
    return with_relief(
        rows, 0.7 + 0.3 * rng.random(n), horizon, rng.random(n) / 20, rng.random(n) * 6, rng.normal(size=n)
    )


def ran(where: Sites, forcing: Forcing, start_c: float = 1.0, **store: float) -> Surface:
    state = at_rest(where, np.full(len(where), start_c), air_c=np.full(len(where), start_c))
    for column, name in enumerate(("water", "ice", "deposit", "snow")):
        state.store[:, column] = store.get(name, 0.0)
    state.salt[:] = store.get("salt", 0.0)
    return run(where, forcing, state)


def test_books_close_with_every_store_in_use() -> None:
    out = ran(mixed(), day(), snow=120.0, ice=60.0, deposit=3.0, water=4.0, salt=20.0)
    assert out.energy_residual().max() < 1e-6
    assert out.water_residual().max() < 1e-6
    used = {name for name, size in zip(WATERS, out.waters.sum(axis=(0, 1)), strict=True) if size > 0}
    assert {"rain", "snowfall", "evaporated", "worn_snow", "run_off", "cap_snow", "cap_ice", "snow_to_water"} <= used
    assert (out.store_mm >= 0).all()


def test_single_precision_stays_beside_double() -> None:
    where, forcing = mixed(), day()
    double = run(where, forcing, at_rest(where, np.full(len(where), 1.0)))
    single = run(where, forcing, at_rest(where, np.full(len(where), 1.0), np.float32))
    assert single.surface_c.dtype == np.float32
    assert np.abs(single.surface_c - double.surface_c).max() < 0.02


def test_a_run_in_two_halves_is_the_run() -> None:
    where, forcing = mixed(6), day()
    whole = run(where, forcing, at_rest(where, np.full(6, 1.0)))
    half = run(where, forcing, at_rest(where, np.full(6, 1.0)), steps=288)
    rest = run(where, forcing, half.after, first=288)
    assert np.allclose(rest.surface_c[:, -1], whole.surface_c[:, -1], atol=1e-9)


def test_still_weather_ends_in_balance() -> None:
    """Air, deep ground and a grey sky all at 5 °C, no traffic: after ten days the surface is there too."""
    long = 5.67e-8 * 278.15**4
    forcing = day(240, air_c=5.0, humidity_pct=50.0, precip_mm_h=0.0, sun_w_m2=0.0, longwave_w_m2=long, wind_m_s=3.0)
    where = sites(["x"], 60.0, 15.0, ["road"], 0.0, deep_c=5.0)
    assert ran(where, forcing, 0.0).surface_c[0, -1] == pytest.approx(5.0, abs=0.01)


def test_ice_holds_the_surface_until_it_has_melted() -> None:
    warm = day(24, air_c=3.0, precip_mm_h=0.0, cloud=1.0, sun_w_m2=0.0)
    bare, icy = ran(some(["road"], 0.0), warm, -0.5), ran(some(["road"], 0.0), warm, -0.5, ice=3.0)
    melting = icy.store_mm[0, :, 1] > 0
    assert melting[0]
    assert not melting[-1]
    assert icy.surface_c[0, melting].max() < 0.6 < bare.surface_c[0, melting].max()


def test_salt_keeps_water_wet_in_frost() -> None:
    cold = day(12, air_c=-4.0, precip_mm_h=0.0, cloud=1.0, humidity_pct=95.0)
    bare, salted = (ran(some(["road"], 0.0), cold, 1.0, water=0.5, salt=salt) for salt in (0.0, 80.0))
    assert bare.store_mm[0, :, 1].max() > 0.2
    assert salted.store_mm[0, :, 1].max() < 0.01


def test_clear_nights_are_colder_than_the_air_and_give_frost() -> None:
    clear = day(18, air_c=-2.0, humidity_pct=97.0, precip_mm_h=0.0, cloud=0.0, wind_m_s=1.5)
    out = ran(some(["road"], 0.1), clear, 0.0)
    assert out.surface_c[0, -1] < -3.0
    assert out.store_mm[0, :, 2].max() > 0.01


def test_traffic_wears_what_a_quiet_street_keeps() -> None:
    snowy = day(24, air_c=-4.0, precip_mm_h=1.0, cloud=1.0)
    busy, quiet = ran(some(["road"]), snowy, -3.0), ran(some(["road"], 0.0), snowy, -3.0)
    assert quiet.waters[0, 0, WORN_SNOW] == 0.0
    assert busy.depth_cm[0, -1] < 0.5 * quiet.depth_cm[0, -1]
    assert 10 < quiet.depth_cm[0, -1] < 48


def test_shade_and_hills() -> None:
    """At noon a street behind a southern wall is colder; a hollow is colder on a calm clear night."""
    forcing = day(30, air_c=-3.0, precip_mm_h=0.0, cloud=0.0, wind_m_s=1.0)
    where = some(["road"] * 3, 0.1)
    horizon = np.zeros((3, 36))
    horizon[1, 9:28] = 0.6
    sky = np.array([1.0, 0.85, 1.0])
    where = with_relief(where, sky, horizon, np.zeros(3), np.zeros(3), np.array([0.0, 0.0, -40.0]))
    out = ran(where, forcing, -3.0)
    assert out.surface_c[1, 23] < out.surface_c[0, 23] - 0.5
    assert out.surface_c[1, 12] > out.surface_c[0, 12]
    assert out.surface_c[2, 12] < out.surface_c[0, 12] - 0.05


def test_missing_fields_are_derived_and_said() -> None:
    forcing = day()
    for language, said in (("en", "long wave from temperature"), ("sv", "långvågig strålning ur temperatur")):
        notes = " ".join(map(words(language).say, forcing.notes))
        assert all(part in notes for part in ("Kasten", "Prata", said))
    assert not np.isnan(forcing.air.longwave).any()


def test_humidity_over_100_is_cut_and_said() -> None:
    forcing = day(humidity_pct=103.0)
    assert forcing.air.humidity.max() == 1.0
    assert "humidity up to 103.0 % cut to 100 %" in map(words("en").say, forcing.notes)


def test_impossible_values_name_field_and_time() -> None:
    with pytest.raises(ImpossibleValue, match=r"wind_m_s at 2026-01-10T12:00:00\+00:00: −1"):
        day(wind_m_s=-1.0)


def test_long_steps_hold_their_rate() -> None:
    """Hourly steps and then one of twelve hours: 1 mm/h stays 1 mm/h."""
    times = [START + timedelta(hours=h) for h in (0, 1, 2, 14)]
    forcing = on_grid([weather(times, 60, 15, air_c=np.full(4, 5.0), precip_mm_h=np.array([0, 0, 0, 1.0]))], START, 14)
    assert forcing.air.precip.sum() * 300 / 3600 == pytest.approx(12.0)


def test_sun_stands_where_almanacs_say() -> None:
    """Stockholm at noon of the solstices: 90 - 59.33 ± 23.44; due south when the clock of the sun is 12."""
    for month, up in ((6, 54.1), (12, 7.25)):
        noon = datetime(2026, month, 21, 10, 50, tzinfo=UTC)
        seconds = np.array([(noon - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()])
        elevation, azimuth = sun_position(seconds, 59.33, 18.07)
        assert np.degrees(elevation[0]) == pytest.approx(up, abs=0.3)
        assert np.degrees(azimuth[0]) == pytest.approx(180.0, abs=2.0)


def test_state_is_not_changed_by_a_run() -> None:
    where = mixed(3)
    state = at_rest(where, np.full(3, 1.0))
    before = SiteState(*(part.copy() for part in state))
    run(where, day(6), state)
    assert all(np.array_equal(a, b) for a, b in zip(before, state, strict=True))
