"""Fill level of a vessel: trailing mean inflow with its spread, and the probability that it overflows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np

DAY_S = 86_400.0


@dataclass(frozen=True)
class FillState:
    """What is known of one vessel: last level [% of capacity], its time, and inflow [% a day] with its spread.

    ``days`` is how many days of inflow stand behind the rate; ``emptied_at`` the last emptying that shows.
    """

    level_pct: float
    measured_at: datetime
    rate_pct_day: float
    spread_pct_day: float
    days: float
    emptied_at: datetime | None


def fill_state(
    times: Sequence[datetime],
    levels_pct: Sequence[float],
    *,
    class_rate_pct_day: float = 10.0,
    class_spread_pct_day: float = 6.0,
    trust_days: float = 7.0,
    emptied_drop_pct: float = 25.0,
    window_days: float = 28.0,
) -> FillState:
    """Reads a series of levels, oldest first. ValueError on an empty series.

    A fall of ``emptied_drop_pct`` or more is an emptying; smaller falls are settling or noise and count as they
    are. Rate and spread are those of daily inflow over the last ``window_days``, drawn towards the class values
    while there are fewer than ``trust_days`` days.
    """
    if not times:
        raise ValueError("no levels")
    seconds = np.array([moment.timestamp() for moment in times])
    levels = np.asarray(levels_pct, float)
    keep = seconds >= seconds[-1] - window_days * DAY_S
    seconds, levels = seconds[keep], levels[keep]
    steps, gaps = np.diff(levels), np.diff(seconds) / DAY_S
    emptied = steps <= -emptied_drop_pct
    days = float(gaps[~emptied].sum())
    rate, spread = _inflow(seconds, steps, gaps, emptied)
    weight = min(1.0, days / trust_days)
    last_drop = np.flatnonzero(emptied)
    first = len(times) - len(seconds)
    return FillState(
        level_pct=float(levels[-1]),
        measured_at=times[-1],
        rate_pct_day=max(0.0, weight * rate + (1 - weight) * class_rate_pct_day),
        spread_pct_day=max(1.0, weight * spread + (1 - weight) * class_spread_pct_day),
        days=days,
        emptied_at=times[first + int(last_drop[-1]) + 1] if len(last_drop) else None,
    )


def overflow_probability(
    state: FillState, at: datetime, days_ahead: float, *, full_pct: float = 100.0, sensor_pct: float = 3.0
) -> float:
    """P(level > ``full_pct`` at ``at`` + ``days_ahead``) with inflow as a random walk with drift.

    The age of the reading widens it: a stale sensor is less sure, never zero. ``sensor_pct`` is sensor noise.
    """
    age = max(0.0, (at - state.measured_at).total_seconds() / DAY_S)
    days = age + days_ahead
    mean = state.level_pct + state.rate_pct_day * days
    deviation = math.hypot(sensor_pct, state.spread_pct_day * math.sqrt(max(days, 0.0)))
    return 1.0 - NormalDist(mean, deviation).cdf(full_pct)


def level_range(state: FillState, at: datetime, days_ahead: float = 0.0) -> tuple[float, float, float]:
    """Low, middle and high level [%] (10th, 50th and 90th percentile) at a time ahead; within 0 to 150."""
    age = max(0.0, (at - state.measured_at).total_seconds() / DAY_S) + days_ahead
    middle = state.level_pct + state.rate_pct_day * age
    half = 1.2816 * math.hypot(3.0, state.spread_pct_day * math.sqrt(age))
    low, mid, high = (float(np.clip(value, 0.0, 150.0)) for value in (middle - half, middle, middle + half))
    return low, mid, high


def _inflow(
    seconds: np.ndarray[tuple[int], np.dtype[np.float64]],
    steps: np.ndarray[tuple[int], np.dtype[np.float64]],
    gaps: np.ndarray[tuple[int], np.dtype[np.float64]],
    emptied: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> tuple[float, float]:
    """Mean and standard deviation of inflow by whole days before the last reading [% a day]."""
    used = ~emptied
    if not used.any() or gaps[used].sum() <= 0:
        return 0.0, 0.0
    rate = float(steps[used].sum() / gaps[used].sum())
    day = np.floor((seconds[-1] - seconds[1:]) / DAY_S).astype(int)
    inflow = np.bincount(day, np.where(used, steps, 0.0))
    covered = np.bincount(day, np.where(used, gaps, 0.0))
    whole = covered > 0.5
    daily = inflow[whole] / covered[whole]
    return rate, float(daily.std(ddof=1)) if whole.sum() > 2 else abs(rate) * 0.6
