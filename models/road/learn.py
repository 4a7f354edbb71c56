"""What the physics gets wrong in one city, learned from its own stations, and off until that is worth something.

Gradient boosting on residuals (observed minus physics) with two quantiles for the range. Held out in two ways, by
blocks of time and by station; only where both beat the physics does ``worth`` say so, and both figures are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FEATURES = (
    "lead_h", "hour_sine", "hour_cosine", "air_c", "spread_k", "wind_m_s", "cloud", "sky", "elevation_m",
    "last_residual_k",
)  # fmt: skip
"""Columns of a feature table (n, 10); ``spread_k`` is dew point minus surface; NaN is missing."""


@dataclass(frozen=True)
class Verdict:
    """RMSE of the physics and of the corrected forecast on what was held out [K], by block and by station.

    A figure is NaN where there was too little to hold out; then the correction stays off.
    """

    physics_block: float
    corrected_block: float
    physics_station: float
    corrected_station: float

    def worth(self, *, least_gain: float = 0.02) -> bool:
        """Whether the correction beats the physics by ``least_gain`` in both ways."""
        limit = 1.0 - least_gain
        block = self.corrected_block < limit * self.physics_block
        station = self.corrected_station < limit * self.physics_station
        return bool(block and station)

    def text(self) -> str:
        """Both figures in a line."""
        on = "on" if self.worth() else "off"
        return (
            f"learned correction {on}: held out by time {self.corrected_block:.2f} K against {self.physics_block:.2f} K"
            f" of the physics, by station {self.corrected_station:.2f} against {self.physics_station:.2f}"
        )


@dataclass(frozen=True)
class Correction:
    """A learned correction: ``add`` is 0 while it is not worth it."""

    middle: HistGradientBoostingRegressor
    low: HistGradientBoostingRegressor
    high: HistGradientBoostingRegressor
    verdict: Verdict

    def add(self, features: Floats) -> Floats:
        """(n,) what to add to the physics' surface temperature [K]."""
        on = self.verdict.worth()
        return np.asarray(self.middle.predict(features)) if on else np.zeros(len(features))

    def range(self, features: Floats) -> tuple[Floats, Floats]:
        """(n,) 10th and 90th percentile of the residual [K], for the range round the physics."""
        return np.asarray(self.low.predict(features)), np.asarray(self.high.predict(features))


def learn(features: Floats, residual_k: Floats, station: Ints, hours: Floats, *, seed: int = 1) -> Correction:
    """From pairs (n,): features (n, 10), residuals [K], the station and the time [h] of each.

    Blocks are of a week or of a fifth of the record, whichever is shorter, with a day left out at both borders.
    """
    with threadpool_limits(1, user_api="openmp"):  # in small tables threads mostly wait for each other
        verdict = Verdict(
            *_held_out(features, residual_k, _blocks(hours), seed),
            *_held_out(features, residual_k, _stations(station), seed),
        )
        middle, low, high = (_model(quantile, seed).fit(features, residual_k) for quantile in (None, 0.1, 0.9))
    return Correction(middle, low, high, verdict)


def _model(quantile: float | None, seed: int) -> HistGradientBoostingRegressor:
    how: dict[str, Any] = {"max_iter": 150, "learning_rate": 0.06, "min_samples_leaf": 40, "random_state": seed}
    if quantile is None:
        return HistGradientBoostingRegressor(**how)
    return HistGradientBoostingRegressor(loss="quantile", quantile=quantile, **how)


def _held_out(
    features: Floats, residual: Floats, parts: Iterator[tuple[Bools, Bools]], seed: int
) -> tuple[float, float]:
    """RMSE of the physics and of the corrected forecast over all held-out parts [K]."""
    before, after = [], []
    for train, test in parts:
        if train.sum() >= 200 and test.sum() >= 20:
            left = residual[test] - _model(None, seed).fit(features[train], residual[train]).predict(features[test])
            before.append(residual[test])
            after.append(left)
    if not before:
        return float("nan"), float("nan")
    return _rms(np.concatenate(before)), _rms(np.concatenate(after))


def _blocks(hours: Floats, *, longest_h: float = 168.0, apart_h: float = 24.0) -> Iterator[tuple[Bools, Bools]]:
    size = min(longest_h, max(1.0, float(np.ptp(hours)) / 5.0))
    for begin in np.arange(hours.min(), hours.max(), size):
        test = (hours >= begin) & (hours < begin + size)
        yield (hours < begin - apart_h) | (hours >= begin + size + apart_h), test


def _stations(station: Ints) -> Iterator[tuple[Bools, Bools]]:
    for one in np.unique(station) if len(np.unique(station)) > 1 else ():
        yield station != one, station == one


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))
