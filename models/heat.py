"""How fast a building warms and cools, from its own indoor temperatures; and when the heat must start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WarmUp:
    """Warming rate [K/h]: slow (10th percentile), typical (median), fast (90th), from ``mornings`` rises.

    ``cooling_per_h`` is the share of the difference to outdoors that is lost each hour without heat; ``measured``
    is False where defaults stand in.
    """

    slow_k_h: float
    typical_k_h: float
    fast_k_h: float
    cooling_per_h: float
    mornings: int
    measured: bool


def warm_up(
    times: Sequence[datetime],
    indoor_c: Sequence[float],
    outdoor_c: float,
    *,
    default_k_h: float = 0.8,
    default_cooling_per_h: float = 0.012,
    least_rise_k: float = 0.8,
    least_rises: int = 3,
) -> WarmUp:
    """Finds the rises of at least ``least_rise_k`` in hourly means and takes their rates.

    ``outdoor_c`` is the mean outdoor temperature of the period [°C], for the cooling share. With fewer than
    ``least_rises`` rises the default rate holds, with half and one and a half of it as its range.
    """
    hours, temps = _hourly(times, indoor_c)
    rates = [rise / length for rise, length in _rises(hours, temps) if rise >= least_rise_k and length >= 1]
    cooling = _cooling(hours, temps, outdoor_c)
    if len(rates) < least_rises:
        share = default_cooling_per_h if cooling is None else cooling
        return WarmUp(default_k_h / 2, default_k_h, default_k_h * 1.5, share, len(rates), measured=False)
    slow, typical, fast = (float(value) for value in np.quantile(rates, (0.1, 0.5, 0.9)))
    return WarmUp(slow, typical, fast, default_cooling_per_h if cooling is None else cooling, len(rates), measured=True)


def cooled(indoor_c: float, outdoor_c: float, hours: float, cooling_per_h: float, floor_c: float) -> float:
    """Indoor temperature after ``hours`` without heat [°C], never under the set-back ``floor_c``."""
    free = outdoor_c + (indoor_c - outdoor_c) * math.exp(-cooling_per_h * max(0.0, hours))
    return max(min(indoor_c, floor_c), free)


def lead_hours(
    indoor_c: float,
    outdoor_c: float,
    target_c: float,
    until_open_h: float,
    floor_c: float,
    rate_k_h: float,
    share: float,
) -> int:
    """Whole hours before opening at which the heat must start so that ``target_c`` is reached at opening.

    The building cools until the start, so later starts are from a lower temperature; the latest that still
    reaches the target is taken, and all of the time where none does.
    """
    longest = max(0, math.floor(until_open_h))
    for lead in range(longest + 1):
        begin = cooled(indoor_c, outdoor_c, until_open_h - lead, share, floor_c)
        if begin + rate_k_h * lead >= target_c:
            return lead
    return longest


def _hourly(times: Sequence[datetime], values: Sequence[float]) -> tuple[npt.NDArray[np.int64], Floats]:
    hour = np.array([int(moment.timestamp() // 3600) for moment in times], np.int64)
    kept, index = np.unique(hour, return_inverse=True)
    sums = np.bincount(index, np.asarray(values, float), len(kept)) if len(kept) else np.zeros(0)
    return kept, sums / np.maximum(1, np.bincount(index, minlength=len(kept)))


def _rises(hours: npt.NDArray[np.int64], temps: Floats, *, least_k_h: float = 0.2) -> list[tuple[float, float]]:
    """Unbroken rises as (kelvin, hours)."""
    found: list[tuple[float, float]] = []
    rise, length = 0.0, 0
    for gap, step in zip(np.diff(hours), np.diff(temps), strict=True):
        if gap == 1 and step >= least_k_h:
            rise, length = rise + float(step), length + 1
        elif length:
            found.append((rise, float(length)))
            rise, length = 0.0, 0
    return [*found, (rise, float(length))] if length else found


def _cooling(hours: npt.NDArray[np.int64], temps: Floats, outdoor_c: float) -> float | None:
    """Median hourly share of the difference to outdoors that is lost while the temperature falls."""
    if len(hours) < 3 or not math.isfinite(outdoor_c):
        return None
    steps, gaps = np.diff(temps), np.diff(hours)
    falling = (gaps == 1) & (steps < -0.02) & (temps[:-1] - outdoor_c > 5.0)
    if falling.sum() < 5:
        return None
    return float(np.clip(np.median(-steps[falling] / (temps[:-1][falling] - outdoor_c)), 0.001, 0.1))
