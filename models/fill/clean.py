"""Raw readings of one level sensor to levels that can be believed; what is not stays, without a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
HOUR_S, DAY_S = 3600.0, 86_400.0
NEVER: Floats = np.zeros(0)
"""No time at which a vessel was emptied for certain."""
Doubt = Literal["", "stuck", "saturated", "restless"]
"""Why a sensor is not believed: it has not moved for too long, it stands at an end of its range, or its readings hold
more spikes than levels."""


@dataclass(frozen=True)
class Levels:
    """Readings of one vessel, oldest first: ``seconds`` (n,), ``raw`` (n,) and ``level`` (n,) [%], which is NaN where
    the reading is a spike or outside its range; ``noise_pct`` of one reading, and what the sensor is doubted for."""

    seconds: Floats
    raw: Floats
    level: Floats
    noise_pct: float
    doubt: Doubt = ""

    def __len__(self) -> int:
        return len(self.seconds)


def cleaned(
    seconds: Floats,
    raw: Floats,
    *,
    breaks: Floats = NEVER,
    window: int = 5,
    lowest_pct: float = -20.0,
    highest_pct: float = 130.0,
    least_spike_pct: float = 15.0,
    noises: float = 4.0,
    steps: float = 4.0,
    least_noise_pct: float = 1.0,
    most_noise_pct: float = 10.0,
    rarely_s: float = 3 * HOUR_S,
) -> Levels:
    """Marks what stands off the median of the ``window`` readings round it by more than ``least_spike_pct`` and than
    ``noises`` times the sensor's own noise. A sensor that is read more than ``rarely_s`` apart rises by much between
    two readings: its noise cannot be told from that and is at most ``most_noise_pct``, and a spike is ``steps`` times
    its usual step too. ``breaks`` are the times at which the vessel was emptied for certain: no window reaches over
    one, so that the first reading after it is no spike.
    """
    inside = np.isfinite(raw) & (raw >= lowest_pct) & (raw <= highest_pct)
    off = np.full(len(raw), np.inf)
    part = np.searchsorted(np.sort(breaks), seconds, side="left")
    for number in np.unique(part[inside]):
        rows = np.flatnonzero(inside & (part == number))
        off[rows] = np.abs(raw[rows] - _middle(raw[rows], window))
    kept = off[inside]
    seen = 1.4826 * float(np.median(kept)) if len(kept) else 0.0
    noise = min(max(least_noise_pct, seen), most_noise_pct)
    rarely = len(kept) > 2 and float(np.median(np.diff(seconds[inside]))) > rarely_s
    step = float(np.quantile(np.abs(np.diff(raw[inside])), 0.75)) if rarely else 0.0
    believed = off <= max(least_spike_pct, noises * noise, steps * step)
    level = np.where(believed, np.clip(np.where(inside, raw, 0.0), 0.0, highest_pct), np.nan)
    return Levels(seconds, raw, level, noise, _doubt(seconds, raw, level, 0.0 if rarely else seen))


def _middle(values: Floats, window: int) -> Floats:
    """(n,) the median of the ``window`` values round each; at the ends that of the outermost ``window``."""
    n = len(values)
    if n < window:
        return np.full(n, np.median(values))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)
    return np.asarray(medians[np.clip(np.arange(n) - window // 2, 0, n - window)])


def _doubt(
    seconds: Floats,
    raw: Floats,
    level: Floats,
    noise_pct: float,
    *,
    stuck_days: float = 14.0,
    same_pct: float = 0.5,
    saturated_days: float = 2.0,
    at_end: float = 0.95,
    restless: float = 0.3,
    restless_pct: float = 18.0,
    least: int = 12,
) -> Doubt:
    """What speaks against the sensor now, whose readings are by ``noise_pct`` off each other.

    A sensor of a vessel that fills slowly, or that tells in wide steps, stands still for long: it is stuck after
    ``stuck_days`` and five times its longest usual rest before.
    """
    if len(seconds) < least:
        return ""
    lately = seconds >= seconds[-1] - saturated_days * DAY_S
    if lately.sum() >= least and (raw[lately] > 99.5).mean() > at_end and seconds[0] < seconds[-1] - stuck_days * DAY_S:
        return "saturated"
    if noise_pct > restless_pct or np.isnan(level[seconds >= seconds[-1] - 7.0 * DAY_S]).mean() > restless:
        return "restless"
    moved = np.flatnonzero(np.diff(np.round(raw / (2.0 * same_pct))))
    still = seconds[-1] - (seconds[moved[-1] + 1] if len(moved) else seconds[0])
    rests = np.diff(seconds[moved + 1]) if len(moved) > 1 else np.zeros(1)
    return "stuck" if still > max(stuck_days * DAY_S, 5.0 * float(np.quantile(rests, 0.9))) else ""
