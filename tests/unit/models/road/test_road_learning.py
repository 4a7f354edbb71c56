"""Learning is off until it beats the physics on what it has not seen."""

from __future__ import annotations

import numpy as np

from models.road.learn import FEATURES, learn


def pairs(n: int = 900, stations: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    return random.normal(size=(n, len(FEATURES))), np.arange(n) % stations, np.linspace(0.0, 60 * 24.0, n)


def test_noise_teaches_nothing_and_stays_off() -> None:
    features, station, hours = pairs()
    made = learn(features, np.random.default_rng(4).normal(size=len(features)), station, hours)
    assert not made.verdict.worth()
    assert (made.add(features) == 0).all()
    assert "correction off" in made.verdict.text()


def test_a_fault_that_every_station_has_is_learned() -> None:
    features, station, hours = pairs()
    residual = np.where(features[:, FEATURES.index("wind_m_s")] < 0, 1.5, -0.5)
    residual = residual + 0.3 * np.random.default_rng(4).normal(size=len(features))
    made = learn(features, residual, station, hours)
    assert made.verdict.worth()
    assert made.verdict.corrected_station < 0.5 < made.verdict.physics_station
    low, high = made.range(features)
    assert 0.7 < ((residual >= low) & (residual <= high)).mean() < 0.95


def test_one_station_alone_cannot_vouch_for_others() -> None:
    features, _, hours = pairs()
    made = learn(features, features[:, 3], np.zeros(len(features), np.int64), hours)
    assert np.isnan(made.verdict.physics_station)
    assert not made.verdict.worth()
