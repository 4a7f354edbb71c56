"""Made vessels with a known inflow, and level sensors on them with the faults that a year of real ones showed.

Frozen before any model was chosen by it. Inflow of a day is log-normal round the vessel's mean times the factor of its
weekday; within a day it follows people. Faults by hour: spikes (2.4 %), hours without a reading, days of silence
(5.7 % of days), settling of 5 to 25 points (5.5 % of days), noise, steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
WEEKDAYS = np.array([0.72, 0.98, 1.02, 1.0, 0.98, 1.1, 1.2])
OF_DAY = np.array([1, 1, 1, 1, 1, 2, 4, 6, 6, 5, 5, 5, 6, 6, 5, 5, 6, 7, 7, 6, 5, 4, 3, 2], float)
BEGIN_S = 1_780_272_000.0
"""Monday 2026-06-01, 00:00 UTC."""


@dataclass(frozen=True)
class MadeVessel:
    """``inflow`` (days,) true [% a day], ``by_hour`` (24 days,); hourly ``seconds`` and ``raw`` readings [%];
    ``emptied`` the seconds at which it was emptied; ``level`` what lay in it after each hour, settled [%]."""

    inflow: Floats
    seconds: Floats
    raw: Floats
    emptied: Floats
    level: Floats
    by_hour: Floats

    @property
    def mean(self) -> float:
        """True inflow [% a day]."""
        return float(self.inflow.mean())


def daily_inflow(rng: np.random.Generator, mean_pct: float, days: int, *, spread: float = 0.85) -> Floats:
    """(days,) [% a day]; ``spread`` is the standard deviation of a day over its mean, besides the weekday."""
    sigma = np.sqrt(np.log1p(spread**2))
    factors = WEEKDAYS[np.arange(days) % 7] / WEEKDAYS.mean()
    return np.asarray(mean_pct * factors * rng.lognormal(-(sigma**2) / 2, sigma, days))


def made_vessel(
    rng: np.random.Generator,
    mean_pct: float,
    days: int,
    *,
    spread: float = 0.85,
    empty_at_pct: float = 20.0,
    noise_pct: float = 2.0,
    step_pct: float = 1.0,
    spikes: float = 0.024,
    silent_days: float = 0.057,
    settling_days: float = 0.055,
) -> MadeVessel:
    """A vessel that is emptied in the morning at which it holds over ``empty_at_pct``."""
    per_day = daily_inflow(rng, mean_pct, days, spread=spread)
    hours = np.concatenate([day * OF_DAY / OF_DAY.sum() for day in per_day])
    by_hour, truth, emptied, now, off = hours.copy(), np.zeros(len(hours)), [], 0.0, 0.0
    settles = rng.random(days) < settling_days
    for hour in range(len(hours)):
        if hour % 24 == 9 and now > empty_at_pct:
            emptied.append(BEGIN_S + 3600.0 * hour + 600.0)
            now = off = 0.0
        if hour % 24 == 13 and settles[hour // 24]:
            off -= min(rng.uniform(5.0, 25.0), 0.5 * now)
        now += hours[hour]
        truth[hour] = max(0.0, now + off)
        hours[hour] = now + off if now + off > 0 else 0.0
    seen = hours + rng.normal(0.0, noise_pct, len(hours))
    jump = rng.random(len(hours)) < spikes
    seen = np.where(jump, rng.uniform(0.0, 100.0, len(hours)), seen)
    seen = np.clip(np.round(seen / step_pct) * step_pct, 0.0, 100.0)
    heard = ~np.repeat(rng.random(days) < silent_days, 24) & (rng.random(len(hours)) > 0.02)
    seconds = BEGIN_S + 3600.0 * (np.arange(len(hours)) + 1.0) - 30.0
    return MadeVessel(per_day, seconds[heard], seen[heard], np.array(emptied), truth, by_hour)
