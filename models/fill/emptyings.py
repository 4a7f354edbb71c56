"""When a vessel was emptied: by what somebody confirmed, however small the fall, and by falls that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.clean import HOUR_S, NEVER, Levels

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Emptying:
    """At ``second`` the level fell from ``before_pct`` to ``after_pct`` (NaN where no reading tells); ``confirmed`` by
    a driver, a tag or a list."""

    second: float
    before_pct: float
    after_pct: float
    confirmed: bool

    def partial(self, *, left_pct: float = 15.0) -> bool:
        """Whether more than ``left_pct`` was left in it."""
        return self.after_pct > left_pct


def emptyings(
    levels: Levels,
    confirmed: Floats = NEVER,
    *,
    fall_pct: float = 25.0,
    noises: float = 5.0,
    near_s: float = 2 * HOUR_S,
) -> tuple[Emptying, ...]:
    """All emptyings, oldest first. A fall counts from ``fall_pct`` and ``noises`` times the sensor's noise on, where
    the median after it stays down; one within ``near_s`` of a confirmed emptying is that one."""
    rows = np.flatnonzero(np.isfinite(levels.level))
    seconds, level = levels.seconds[rows], levels.level[rows]
    known = np.unique(confirmed)
    seen = [
        (0.5 * (seconds[i] + seconds[i + 1]), seconds[i], seconds[i + 1])
        for i in _falls(seconds, level, max(fall_pct, noises * levels.noise_pct))
    ]
    own = [
        middle for middle, before, after in seen if not ((known >= before - near_s) & (known <= after + near_s)).any()
    ]
    moments = sorted([*((at, True) for at in known.tolist()), *((at, False) for at in own)])
    return tuple(Emptying(at, *_round_about(seconds, level, at), sure) for at, sure in moments)


def _falls(seconds: Floats, level: Floats, least: float, *, before: int = 5, after: int = 3) -> list[int]:
    """Rows after which the level falls for good: the steepest step of each stretch in which the median of the readings
    before stands ``least`` over that of the ``after`` readings that follow."""
    n = len(level)
    if n < 2:
        return []
    k = int(np.clip(round(before * HOUR_S / max(1.0, float(np.median(np.diff(seconds))))), 1, before))
    behind = np.array([np.nan]) if n < k else _trailing(level, k)
    ahead = _trailing(level[::-1], min(after, n))[::-1]
    fall = behind[:-1] - ahead[1:]
    falls = np.flatnonzero(fall >= least)
    groups = np.split(falls, np.flatnonzero(np.diff(falls) > 1) + 1) if len(falls) else []
    return [int(group[np.argmin(np.diff(level)[group])]) for group in groups]


def _trailing(values: Floats, k: int) -> Floats:
    """(n,) the median of each value and the ``k`` - 1 before it; of as many as there are at the beginning."""
    out = np.array([np.median(values[: i + 1]) for i in range(min(k - 1, len(values)))])
    return np.concatenate([out, np.median(np.lib.stride_tricks.sliding_window_view(values, k), axis=1)])


def _round_about(
    seconds: Floats, level: Floats, at: float, *, k: int = 5, near_s: float = 36 * HOUR_S
) -> tuple[float, float]:
    """The level before and after a moment [%]: medians of up to ``k`` readings in ``near_s``, NaN without any."""
    behind = level[(seconds <= at) & (seconds > at - near_s)][-k:]
    ahead = level[(seconds > at) & (seconds < at + near_s)][:k]
    return tuple(float(np.median(part)) if len(part) else float("nan") for part in (behind, ahead))  # type: ignore[return-value]
