"""Salt after it was spread: when it gives out, by hand; and that none comes from nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.salt import BrineHours, UntreatedHours, brine_hours, freezing_c
from models.slipperiness import salt_dose

HOURS = 12


def road(
    film_mm: Any = 0.2,
    surface_c: Any = -2.0,
    falls_mm: Any = 0.0,
    snow_mm: Any = 0.0,
    n: int = 1,
    brine_c: Any = None,
) -> UntreatedHours:
    """A road on which there is ice under RoadSurf's freezing point; what stays wet is as cold unless it is said."""
    film, surface, snow, cold = (
        np.broadcast_to(np.asarray(one, float), (n, HOURS))
        for one in (film_mm, surface_c, snow_mm, surface_c if brine_c is None else brine_c)
    )
    falls = np.broadcast_to(np.asarray(falls_mm, float), (HOURS,))
    return UntreatedHours(film, snow, surface, falls, (cold <= -0.25) & (film + snow > 0.05), cold)


def spread(
    where: UntreatedHours, grams: float, at: int = 0, *, traffic: float = 0.0, plough: tuple[int, ...] = (), **more: Any
) -> BrineHours:
    n = len(where.film_mm)
    dose, ploughed = np.zeros((n, HOURS)), np.zeros((n, HOURS), bool)
    dose[:, at], ploughed[:, list(plough)] = grams, True
    return brine_hours(where, dose, ploughed, np.full(n, traffic), **more)


def test_brine_freezes_where_the_handbook_says() -> None:
    """10 % by weight at −6.56 °C, 1 % at −0.59; without salt at 0, and never under the eutectic."""
    water = np.array([0.9, 0.99, 1.0, 0.01])
    assert freezing_c(np.array([100.0, 10.0, 0.0, 500.0]), water) == pytest.approx([-6.56, -0.59, 0.0, -21.1])


def test_a_road_that_cools_refreezes_in_the_hour_that_was_computed_by_hand() -> None:
    """10 g/m² less a tenth in 0.2 mm are 9/209 = 4.31 %, which freezes at −2.62 °C: with half a degree of margin it
    holds at −2.0, the end of the fourth hour, and not at −2.5."""
    out = spread(road(surface_c=-0.5 * np.arange(1, HOURS + 1)), 10.0)
    assert out.freezes_c[0] == pytest.approx(-2.6233, abs=1e-3)
    assert out.holds[0].tolist() == [True] * 4 + [False] * 8


def test_frost_on_a_cold_dry_road_is_held_all_night() -> None:
    """A hundredth of a millimetre an hour at −4 °C: the dose against it outlasts the night on a quiet street."""
    frost = 0.01 * np.arange(1, HOURS + 1)
    dose = float(salt_dose(np.array([0.1]), np.array([-4.0]))[0])
    out = spread(road(frost, -4.0), dose, traffic=0.02)
    assert out.holds[0, :8].all()
    assert not spread(road(frost, -12.0), dose, traffic=0.02).holds[0, 8:].any()


def test_rain_washes_it_out() -> None:
    """1 mm an hour on a road that holds 2 mm: a third of the salt goes with every hour's water once it is full."""
    dry, wet = (spread(road(2.0, 0.5, rain), 20.0) for rain in (0.0, 1.0))
    assert dry.left_g_m2[0, -1] == pytest.approx(18.0)
    assert wet.left_g_m2[0, 3] / wet.left_g_m2[0, 2] == pytest.approx(2.0 / 3.0)
    assert wet.left_g_m2[0, -1] < 0.5
    assert wet.run_off[0] == pytest.approx(18.0 - wet.left_g_m2[0, -1])


def test_salt_is_held_against_a_road_that_nothing_freezes_on() -> None:
    """0.3 mm of rain an hour on a road that its own freezing holds at −0.21 °C and that would be at −1.5 °C without: to
    freeze at −2.0, half a degree lower, brine needs 3.29 %, so that the 36 g/m² that are left of 40 are enough for
    1.06 mm, and 13.5 for 0.40 mm. A trace of salt holds nothing."""
    falls = np.full(HOURS, 0.3)
    rain = road(0.3 + np.cumsum(falls), -0.21, falls, brine_c=-1.5)
    much, little, trace = (spread(rain, grams) for grams in (40.0, 15.0, 0.01))
    assert much.water_mm[0, :4] == pytest.approx([0.6, 0.9, 1.2, 1.5])
    assert much.holds[0, :4].tolist() == [True, True, False, False]
    assert not little.holds.any()
    assert not trace.holds.any()
    assert (trace.icy_c <= 0.0).all()
    held = spread(road(0.3, -0.21, brine_c=-0.21), 0.01)
    assert held.holds.all()  # on a road that is over RoadSurf's freezing point and has no ice


def test_snowfall_dilutes_by_its_water() -> None:
    """0.3 mm of snow water an hour onto as much, with 18 g/m² in 0.2 mm of film: at −0.3 °C with half a degree of
    margin it takes 1.34 %, that is 1.33 mm: wet at 0.8 and 1.1 mm, and at 1.4 mm it is used up."""
    falls = np.full(HOURS, 0.3)
    out = spread(road(0.2, -0.3, falls, np.cumsum(falls)), 20.0)
    assert out.water_mm[0, :3] == pytest.approx([0.8, 1.1, 1.4])
    assert np.all(np.diff(out.freezes_c[0]) > 0)
    assert out.holds[0].tolist() == [True, True] + [False] * 10


def test_a_plough_takes_slush_and_its_salt() -> None:
    falls = np.full(HOURS, 1.0)
    snow = road(0.0, -1.0, falls, np.cumsum(falls))
    left, gone = spread(snow, 20.0), spread(snow, 20.0, plough=(6,))
    assert gone.water_mm[0, 6] < left.water_mm[0, 6]
    assert gone.ploughed[0] > 0.0
    assert gone.left_g_m2[0, 6] < left.left_g_m2[0, 6]


def test_snow_that_was_ploughed_off_does_not_dilute() -> None:
    """20 mm of snow water: after the plough a millimetre is left of it, and 20 g/m² keep that wet at −0.3 °C."""
    deep = road(0.0, -0.3, 0.0, 20.0)
    assert not spread(deep, 20.0).holds.any()
    assert spread(deep, 20.0, plough=(0,)).water_mm[0, 0] == pytest.approx(1.0)
    assert spread(deep, 20.0, plough=(0,)).holds.all()


def test_traffic_wears_salt_off_a_wet_road_and_not_off_a_dry_one() -> None:
    """RoadSurf's share of the water an hour on a main road, 14.5 %; from a dry road none was lost."""
    wet, moist, dry = (spread(road(film, 0.5), 10.0, traffic=1.0) for film in (1.5, 0.5, 0.05))
    assert wet.left_g_m2[0, 0] == pytest.approx(9.0 * (1.0 - 0.145))
    assert moist.left_g_m2[0, 0] == pytest.approx(9.0 * (1.0 - 0.0725))
    assert dry.left_g_m2[0, -1] == pytest.approx(9.0)


def test_nothing_that_could_freeze_is_no_ice() -> None:
    assert spread(road(0.04, -15.0), 5.0).holds.all()


def test_a_street_that_nobody_salted_is_held_by_none() -> None:
    out = spread(road(0.0, 3.0), 0.0)
    assert not out.holds.any()
    assert spread(road(0.2, -0.2), 10.0, at=5).holds[0].tolist() == [False] * 5 + [True] * 7


def test_all_salt_is_accounted_for() -> None:
    """Whatever the weather: what was spread is left, thrown, worn, run off or ploughed away, and no more."""
    chance = np.random.default_rng(7)
    n = 300
    falls = np.where(chance.random(HOURS) < 0.4, chance.exponential(1.0, HOURS), 0.0)
    where = UntreatedHours(
        chance.exponential(0.4, (n, HOURS)),
        np.where(chance.random((n, HOURS)) < 0.5, 0.0, chance.exponential(4.0, (n, HOURS))),
        chance.normal(-1.0, 3.0, (n, HOURS)),
        falls,
        chance.random((n, HOURS)) < 0.5,
        chance.normal(-1.0, 3.0, (n, HOURS)),
    )
    dose = np.where(chance.random((n, HOURS)) < 0.2, chance.uniform(5.0, 20.0, (n, HOURS)), 0.0)
    out = brine_hours(where, dose, chance.random((n, HOURS)) < 0.1, chance.random(n))
    went = out.thrown + out.worn + out.run_off + out.ploughed
    assert out.left_g_m2[:, -1] + went == pytest.approx(dose.sum(axis=1))
    assert (out.left_g_m2 >= 0.0).all()
    assert (np.stack([out.thrown, out.worn, out.run_off, out.ploughed]) >= 0.0).all()
    assert (out.left_g_m2 <= np.cumsum(dose, axis=1) + 1e-9).all()
    assert (out.water_mm >= 0.0).all()
