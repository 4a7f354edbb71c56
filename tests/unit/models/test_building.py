"""A building that is fitted on its own record: a thermostat's days, and what its errors say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from models.building.fit import USUAL, ZoneRecord, fit_zone
from models.building.kilowatts import full_heat
from models.building.outcome import outcome
from models.building.zone import natural, run

Floats = npt.NDArray[np.float64]
DAYS = 20
MADE = natural(USUAL + np.array([0.3, -0.4, 0.3, 0.2, 0.02, 0.4, 0.05, -0.1, 0.0, 0.05, 0.1, -0.3, 0.0]))
"""A building that is not the usual one."""


def drivers(days: int = DAYS, *, set_day: float = 21.0) -> Floats:
    """(6, n) weather, people and set-points of a school that is closed on two days of seven."""
    hour = np.arange(days * 24)
    open_ = ((hour // 24 % 7 < 5) & (hour % 24 >= 8) & (hour % 24 < 16)).astype(float)
    warm = (hour // 24 % 7 < 5) & (hour % 24 >= 5) & (hour % 24 < 16)
    outdoor = -2.0 + 5.0 * np.sin(hour / 37.0) + 3.0 * np.cos(hour / 24.0 * 2.0 * np.pi)
    sun = np.maximum(0.0, np.sin((hour % 24 - 8) / 8.0 * np.pi)) * 1.2 * (hour % 24 > 8) * (hour % 24 < 16)
    nothing = np.full(len(hour), np.nan)
    return np.vstack([outdoor, sun, open_, open_, np.where(warm, set_day, 17.0), nothing])


def record(days: int = DAYS, *, noise: float = 0.05) -> tuple[ZoneRecord, Floats]:
    """What a sensor of such a building reads, and its valve."""
    given = drivers(days)
    air, openings = np.empty(given.shape[1] + 1), np.empty(given.shape[1])
    run(np.array([19.0, 18.5, 0.2]), MADE, given, air, openings)
    read = air[:-1] + np.random.default_rng(1).normal(0.0, noise, len(air) - 1)
    return ZoneRecord(read, *given), openings


def test_a_fitted_building_tells_what_other_set_points_do() -> None:
    """Two days of a clock that it never saw, within a quarter of a kelvin throughout."""
    fitted = fit_zone(record()[0])
    other = drivers(2, set_day=20.0)
    state = np.array([18.0, 18.0, 0.1])
    (told, made), openings = (np.empty(49), np.empty(49)), np.empty(48)
    run(state, fitted.rates, other, told, openings)
    run(state, MADE, other, made, openings)
    assert np.abs(told - made).max() < 0.25
    assert fitted.error_k < 0.3


def test_the_shorter_the_record_the_more_is_doubted() -> None:
    errors = [fit_zone(record(days)[0]).error_k for days in (3, 8, 20)]
    assert errors[0] > errors[1] > errors[2]


def test_a_meter_stands_for_set_points() -> None:
    """Driven by metered heat, with no set-point told, the paths of a day are as good."""
    known, openings = record()
    metered = ZoneRecord(known.air, *drivers()[:5], openings)
    fitted = fit_zone(metered)
    assert fitted.error_k < 0.35


def test_without_readings_a_building_is_the_usual_one() -> None:
    known, _ = record(4)
    silent = ZoneRecord(np.full(len(known.air), np.nan), *drivers(4))
    fitted = fit_zone(silent)
    assert fitted.rates == pytest.approx(natural(USUAL))
    assert fitted.days == 0.0
    assert fitted.error_k > 1.0


def test_full_heat_is_told_by_the_meter() -> None:
    openings = np.random.default_rng(2).uniform(0.0, 1.0, (2, 300))
    found = full_heat(openings, 60.0 * openings[0] + 20.0 * openings[1])
    assert found == pytest.approx([60.0, 20.0], rel=0.05)
    assert full_heat(openings, np.full(300, np.nan)) is None


def shortness(set_c: Floats, *, slack: float = 0.0, colder: float = 0.0) -> float:
    """Degree hours that a day of set-points falls short of 18 °C."""
    given = drivers(1)
    weather = np.vstack([given[1], given[0], given[0] - colder])
    air, openings = np.empty((1, 25)), np.empty((1, 24))
    state, slacks = np.array([[20.5, 20.0, 0.3]]), np.full((1, 3), slack)
    short, _ = outcome(
        set_c, given[3], state, MADE[None, :], weather, given[2][None, :], slacks, 18.0, 24.0, air, openings
    )
    return short


def test_what_falls_short_counts_doubt_and_cold() -> None:
    """Set back all day it is short; warm from the night on it is not, but with doubt and in the cold it may be."""
    back, warm = np.full(24, 16.0), np.full(24, 22.0)
    assert shortness(back) > 3.0
    assert shortness(warm) == 0.0
    assert shortness(warm, slack=3.0) > 0.0
    assert shortness(warm, colder=40.0) > 0.0
