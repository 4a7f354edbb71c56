"""Heat load and indoor temperature ahead: each candidate, their weights, and buildings of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from models.blend import blended, weights_of
from models.heatload import CANDIDATES, LoadRecord, blend, candidates, fit, signature
from models.indoor import WAYS, IndoorRecord, indoor_blend, two_masses

DAYS = 70


def made(days: int = DAYS, seed: int = 1) -> LoadRecord:
    """A building of 2 kW and 0.5 kW for each degree under 15, half of it at night and on free days, with noise."""
    rng = np.random.default_rng(seed)
    hours = np.arange(24 * days)
    outdoor = 3.0 + 4.0 * np.sin(hours / 24 / 9) + 3.0 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)
    mean = np.convolve(outdoor, np.ones(24) / 24)[: len(hours)]
    free = ((hours // 24) % 7 >= 5).astype(np.int64)
    used = np.where((hours % 24 >= 6) & (hours % 24 < 18) & (free == 0), 1.0, 0.5)
    load = used * (2.0 + 0.5 * np.maximum(0.0, 15.0 - mean)) + rng.normal(0.0, 0.1, len(hours))
    return LoadRecord(load, outdoor, (hours % 24).astype(np.int64), free)


def test_the_signature_finds_what_was_put_in() -> None:
    """Slope and base of a day hour and of a night hour."""
    record = made()
    found = signature(record, np.arange(48, len(record.load)))
    assert found.slope[12] == pytest.approx(0.5, rel=0.1)
    assert found.slope[2] == pytest.approx(0.25, rel=0.15)
    assert found.slope[12 + 24] == pytest.approx(0.25, rel=0.2)


def test_no_candidate_knows_what_comes() -> None:
    """What is metered from the origin on changes nothing that is said of it."""
    record, origin = made(), 24 * 50
    other = LoadRecord(
        np.where(np.arange(len(record.load)) < origin, record.load, 99.0), record.outdoor, record.hour, record.free
    )
    told, again = (candidates(one, fit(one, origin), origin, 48) for one in (record, other))
    assert np.array_equal(told, again, equal_nan=True)


def test_the_blend_is_near_the_best_and_says_how_each_did() -> None:
    """On a building that the signature describes it and boosting have the say, and the noise is nearly all that is
    left."""
    record, origin = made(), 24 * 60
    got = blend(record, origin, 48)
    error = np.sqrt(np.mean((got.load - record.load[origin : origin + 48]) ** 2))
    assert error < 0.3
    assert got.champion in ("signature", "boosted", "weather", "moved")
    assert got.rmse[CANDIDATES.index("yesterday")] > got.rmse[CANDIDATES.index(got.champion)]
    assert got.errors.shape == (28, 24)


def test_a_candidate_that_fails_when_the_operation_changes_loses_its_say() -> None:
    """The load is halved four weeks ago: what lives of yesterday takes over from the signature."""
    record, origin = made(), 24 * 65
    halved = np.where(np.arange(len(record.load)) < 24 * 37, record.load, 0.5 * record.load)
    got = blend(LoadRecord(halved, record.outdoor, record.hour, record.free), origin, 24)
    named = dict(zip(CANDIDATES, got.weights.tolist(), strict=True))
    assert named["signature"] < 0.1
    error = np.sqrt(np.mean((got.load - 0.5 * record.load[origin : origin + 24]) ** 2))
    assert error < 0.15 * record.load.mean()


def test_a_short_record_has_simple_answers_alone() -> None:
    """Twelve days: no boosting, and still a load for every hour."""
    record = made(14)
    got = blend(record, 24 * 12, 48)
    assert np.isnan(got.said[4:]).all()
    assert np.isfinite(got.load).all()


def test_holes_in_the_meter_and_never_below_nothing() -> None:
    """A third of the hours unmetered: an answer for every hour, none negative."""
    record = made()
    load = np.where(np.random.default_rng(2).random(len(record.load)) < 0.3, np.nan, record.load)
    got = blend(LoadRecord(load, record.outdoor, record.hour, record.free), 24 * 60, 24)
    assert (got.load >= 0.0).all()


def test_weights_follow_the_errors_and_the_unscored_have_none() -> None:
    """Half the squared error is eight times the say; none at all where nothing was scored."""
    got = weights_of(np.array([1.0, 2.0, np.nan]), power=3.0)
    assert got[0] == pytest.approx(8 * got[1])
    assert got[2] == 0.0
    assert weights_of(np.array([np.nan, np.nan]), power=3.0).tolist() == [0.5, 0.5]
    assert np.isnan(blended(np.array([[np.nan], [np.nan]]), np.array([0.5, 0.5]))).all()


def rooms(days: int = 30, seed: int = 3) -> IndoorRecord:
    """A building of two masses with a heater by day and a set-back by night."""
    rng = np.random.default_rng(seed)
    n = 24 * days
    hours = np.arange(n)
    outdoor = 2.0 + 5.0 * np.sin(hours / 24 / 5) + rng.normal(0.0, 0.5, n)
    heat = np.where((hours % 24 >= 5) & (hours % 24 < 16) & ((hours // 24) % 7 < 5), 70.0, 40.0)
    indoor, mass, air = np.empty(n), 18.0, 19.0
    for hour in range(n):
        indoor[hour] = air + rng.normal(0.0, 0.05)
        flow = 0.15 * (mass - air)
        air += flow + 0.025 * (heat[hour] - air) + 0.008 * (outdoor[hour] - air)
        mass += -0.05 * flow + 0.01 * (outdoor[hour] - mass)
    return IndoorRecord(indoor, outdoor, heat)


def test_indoors_a_days_path_is_near_what_came() -> None:
    """Within 0.4 K where no change errs by more than a degree; the building's own model or a ridge leads."""
    record, origin = rooms(), 24 * 28
    hidden = IndoorRecord(
        np.where(np.arange(len(record.indoor)) <= origin, record.indoor, np.nan), record.outdoor, record.heating
    )
    got = indoor_blend(hidden, origin)
    came = record.indoor[origin + 1 : origin + 25]
    assert np.sqrt(np.mean((got.indoor - came) ** 2)) < 0.4
    assert got.champion not in ("persistence", "yesterday")
    assert got.rmse[WAYS.index("persistence")] > 2 * got.rmse.min()


def test_parameters_that_end_on_a_bound_are_told() -> None:
    """A room that nothing moves: what outdoor air does to it ends on its bound."""
    record = rooms()
    still = IndoorRecord(np.full(len(record.indoor), 20.0), record.outdoor, record.heating)
    got = two_masses(still, 24 * 25)
    assert got is not None
    assert "indoor_outdoor" in got.weak


def test_a_few_days_indoors_are_not_enough_for_a_model() -> None:
    """Then the last temperature stands."""
    record = rooms(4)
    got = indoor_blend(record, 24 * 3, 12)
    assert got.building is None
    assert got.indoor == pytest.approx(np.full(12, record.indoor[24 * 3]))
