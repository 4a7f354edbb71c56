"""Members of an ensemble, corrections of streets, and scores."""

from __future__ import annotations

import numpy as np
import pytest

from models.road.score import bands, brier, by_lead, coverage, crps, errors, event, held, reliability
from models.road.spread import bounds, members, probability
from models.road.start import spread_corrections
from tests.unit.models.road.test_road_balance import day, some


def test_members_come_from_the_seed_and_hold_the_forecast() -> None:
    forcing = day()
    one, two, other = members(forcing, 5, 7), members(forcing, 5, 7), members(forcing, 5, 8)
    assert one[0] is forcing
    assert all(np.array_equal(a.air.air_c, b.air.air_c) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[1].air.air_c, other[1].air.air_c)
    values = np.array([[1.0], [9.0], [8.0]])
    assert [b[0] for b in bounds(values)] == [1.0, pytest.approx(8.8)]
    assert 0.0 < probability(np.array([[True], [True]]))[0] < 1.0


def test_corrections_reach_likely_neighbours_most() -> None:
    stations, streets = some(["road"]), some(["road", "bridge", "road"])
    streets.lon[2] += 1.0
    spread = spread_corrections(streets, stations, np.array([20.0]))
    assert spread[0] == pytest.approx(20.0)
    assert 5.0 < spread[1] < 15.0
    assert abs(spread[2]) < 0.1


def test_scores_of_a_case_done_by_hand() -> None:
    observed = np.array([0.0, 1.0, -1.0, 5.0])
    off = errors(observed + np.array([1.0, -1.0, 1.0, 1.0]), observed)
    assert (off.count, off.rmse, off.mae, off.bias) == (4, 1.0, 1.0, 0.5)
    lead, night = np.array([1.0, 2.0, 3.0, 24.0]), np.array([True, True, False, False])
    parts = by_lead({"model": observed + 2.0}, observed, lead, night)["model"]
    assert [parts[name].count for name in ("all", "near_zero", "night", "+1 h", "+3 h", "+24 h")] == [4, 3, 2, 1, 2, 1]
    said = event(np.array([True, True, False, False]), np.array([True, False, True, False]), np.ones(4, bool))
    assert (said.pod, said.far, said.csi, said.frequency_bias) == (0.5, 0.5, pytest.approx(1 / 3), 1.0)
    assert brier(np.array([1.0, 0.0]), np.array([True, True])) == 0.5
    assert reliability(np.array([0.1, 0.9]), np.array([False, True])) == [(0.1, 0.0, 1), (0.9, 1.0, 1)]


def test_a_range_is_scored_by_what_it_holds_and_by_crps() -> None:
    """Coverage counts both ends and leaves out what is not known; the CRPS of members is E|x - y| - E|x - x'| / 2."""
    seen = np.array([1.0, 2.0, 5.0, np.nan])
    low, high = np.array([1.0, 0.0, 0.0, 0.0]), np.array([2.0, 2.0, 4.0, 9.0])
    assert coverage(seen, low, high) == pytest.approx(2 / 3)
    assert np.isnan(coverage(seen[3:], low[3:], high[3:]))
    members = np.random.default_rng(3).normal(size=(9, 4))
    by_hand = [
        np.mean(np.abs(members[:, k] - seen[k])) - 0.5 * np.mean(np.abs(members[:, None, k] - members[None, :, k]))
        for k in range(3)
    ]
    assert crps(seen, members) == pytest.approx(np.mean(by_hand))
    assert crps(seen, seen[None] + 2.0) == pytest.approx(2.0)
    spread = np.array([[0.0] * 4, [4.0] * 4])
    assert crps(seen, spread, np.array([0.25, 0.75])) == crps(seen, spread)
    told = held(seen, low, high, members, bands(np.arange(4.0), seen, seen > 3)["night"])
    assert (told.count, told.inside, told.width) == (1, 0.0, 4.0)


def test_a_sharper_range_that_still_holds_scores_better() -> None:
    """Quantiles of the true spread beat those twice as wide, half as wide, and those that are 1 K off."""
    random = np.random.default_rng(5)
    seen, levels = random.normal(size=4000), np.linspace(0.05, 0.95, 19)
    true = np.quantile(random.normal(size=20000), levels)[:, None] * np.ones(4000)
    scored = [crps(seen, of, levels) for of in (true, 2.0 * true, 0.5 * true, true + 1.0)]
    assert scored[0] == min(scored)
    assert scored[0] == pytest.approx(np.pi**-0.5, abs=0.02)
