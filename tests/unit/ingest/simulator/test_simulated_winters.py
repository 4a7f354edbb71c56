"""The made winters: the same from the same seed, of the climate that they claim, forecast worse the farther ahead."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from city.vocabulary import ROUTE_CLASSES
from city.winter import FINE, LAW, SimulatedWinter, settle_snow, with_perfect_foresight
from ingest.simulator.winter import DAYS, Climate, wet_days, winter
from ingest.simulator.winter_forecast import cm_per_mm, errors
from ingest.simulator.winter_town import town

SEEDS = range(1, 25)


@cache
def made() -> tuple[SimulatedWinter, ...]:
    return tuple(winter(seed) for seed in SEEDS)


def months(values: np.ndarray) -> list[np.ndarray]:
    return np.split(values, np.cumsum([24 * days for days in DAYS])[:-1])


def test_a_seed_makes_the_same_winter_again_and_another_seed_another() -> None:
    again, other = winter(1), winter(2)
    assert np.array_equal(again.ahead_fresh, made()[0].ahead_fresh)
    assert np.array_equal(again.seen_fresh, made()[0].seen_fresh)
    assert not np.array_equal(again.fresh, other.fresh)
    assert again.simulated


def test_the_months_are_as_warm_as_the_normals_say() -> None:
    means = np.mean([[part.mean() / 100.0 for part in months(one.air)] for one in made()], axis=0)
    assert means == pytest.approx(Climate().air_c, abs=0.9)


def test_the_months_have_as_many_wet_days_as_the_normals_say() -> None:
    chance = np.random.default_rng(1)
    days = np.mean(
        [[part.sum() for part in np.split(wet_days(chance, Climate()), np.cumsum(DAYS))][:5] for _ in range(300)],
        axis=0,
    )
    assert days == pytest.approx(Climate().wet_days, rel=0.08)


def test_new_snow_is_less_the_warmer_and_none_in_warm_air() -> None:
    depth = cm_per_mm(np.arange(-20.0, 8.0, 0.1))
    assert (np.diff(depth) < 0).all()
    assert depth[0] == pytest.approx(1.47, abs=0.01)
    assert depth[-1] < 0.001


def test_a_forecast_is_worse_the_farther_ahead() -> None:
    error = [
        np.mean(
            [
                np.abs(one.ahead_fresh[1, :-24, :, lead] - np.roll(one.fresh, -lead, axis=0)[:-24]).mean()
                for one in made()
            ]
        )
        for lead in (0, 5, 11, 17, 23)
    ]
    assert (np.diff(error) > 0).all()
    assert all((np.diff(part) > 0).all() for part in errors())


def test_low_is_never_over_mid_nor_mid_over_high() -> None:
    for one in made()[:4]:
        assert (one.ahead_fresh[0] <= one.ahead_fresh[1]).all()
        assert (one.ahead_fresh[1] <= one.ahead_fresh[2]).all()


def test_without_error_the_forecast_is_the_truth_but_for_the_snow_s_looseness_and_the_uneven_cover() -> None:
    exact = winter(3, error=0.0, variation=0.0)
    depth, said = exact.fresh.sum(), exact.ahead_fresh[1, :, :, 0].sum()
    assert said == pytest.approx(depth, rel=0.1)
    assert np.array_equal(exact.ahead_air[:, :, 0], exact.air)


def test_one_who_foresees_is_told_what_comes() -> None:
    place, one = with_perfect_foresight(town(), made()[0])
    assert np.array_equal(one.ahead_fresh[2, 100:200, :, 7], one.fresh[107:207])
    assert np.array_equal(place.groups.believed, town().groups.share)


def test_the_town_has_three_hundred_turer_and_a_night_s_work() -> None:
    groups, contract = town().groups, town().contract
    assert len(groups) == 300
    assert set(groups.route_class.tolist()) == set(range(len(ROUTE_CLASSES)))
    for network, vehicles in enumerate(contract.vehicles):
        own = (groups.route_class >= 3) == bool(network)
        assert 7.0 < groups.minutes[own].sum() / 60.0 / vehicles < 9.0


@pytest.mark.parametrize("air", [-1500, -10, 0, 40, 900])
def test_more_snow_before_is_never_less_snow_after(air: int) -> None:
    for fresh in (0, 7, 300):
        after = [settle_snow(100 * FINE * cm, 40 * FINE * cm, fresh, air, LAW)[0] for cm in range(30)]
        assert after == sorted(after)


def test_snow_settles_to_its_core_in_the_cold_and_goes_in_the_mild() -> None:
    depth, core = 10 * 100 * FINE, 4 * 100 * FINE
    cold = mild = (depth, core)
    for _ in range(24):
        cold, mild = settle_snow(*cold, 0, -500, LAW), settle_snow(*mild, 0, 300, LAW)
    assert core < cold[0] < depth
    assert cold[1] == core
    assert mild[0] < cold[0] / 2
