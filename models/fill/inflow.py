"""What has flowed into a vessel: a curve that only rises, over emptyings and noise, and where nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from models.fill.clean import DAY_S, HOUR_S, Levels
from models.fill.emptyings import Emptying

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Inflow:
    """``total`` (n,) [% of capacity] that had flowed in by ``seconds`` (n,), from 0; ``known`` (n - 1,) whether the
    readings tell what came between two of them: no long gap, no emptying that nobody timed; ``brim`` (n - 1,) where the
    level stood at the brim, where what flows on cannot be seen."""

    seconds: Floats
    total: Floats
    known: Bools
    brim: Bools

    def between(self, since: Floats, until: Floats) -> Floats:
        """What flowed in between times (k,) [%]; NaN where a part of it is not known, or most of it was at the brim.

        What flows in at the brim for a smaller part is taken to flow as in the rest: a day that ends full was no small
        one."""
        if len(self.seconds) < 2:
            return np.full(len(since), np.nan)
        amount = np.interp(until, self.seconds, self.total) - np.interp(since, self.seconds, self.total)
        lack, full = (self._share(which, since, until) for which in (~self.known, self.brim))
        sure = (since >= self.seconds[0]) & (until <= self.seconds[-1]) & (lack <= 0.05) & (full <= 0.5)
        return np.asarray(np.where(sure, amount / (1.0 - np.minimum(full, 0.5)), np.nan))

    def _share(self, which: Bools, since: Floats, until: Floats) -> Floats:
        """(k,) the share of each time in which ``which`` (n - 1,) holds."""
        time = np.concatenate([[0.0], np.cumsum(np.where(which, np.diff(self.seconds), 0.0))])
        passed = np.interp(until, self.seconds, time) - np.interp(since, self.seconds, time)
        return np.asarray(passed / np.maximum(1.0, until - since))

    @property
    def known_days(self) -> float:
        """How much of the time is known [days]."""
        return float(np.diff(self.seconds)[self._told].sum() / DAY_S) if len(self.seconds) > 1 else 0.0

    @property
    def _told(self) -> Bools:
        return np.asarray(self.known & ~self.brim)

    @property
    def rate(self) -> float:
        """Mean of what is known [% a day]; NaN where nothing is."""
        days = self.known_days
        return float(np.diff(self.total)[self._told].sum() / days) if days > 0 else float("nan")


def inflow(
    levels: Levels,
    emptied: Sequence[Emptying],
    *,
    longest_gap_s: float = 36 * HOUR_S,
    brim_pct: float = 98.0,
    ends: int = 5,
) -> Inflow:
    """The inflow of each fill, from one emptying to the next, one after the other.

    What a fill holds is the median of its last ``ends`` readings less that of its first, carried to the whole time
    between its emptyings at its own rate; within it the curve follows the readings as far as they rise. A level at the
    brim tells nothing of what flows on.
    """
    rows = np.flatnonzero(np.isfinite(levels.level))
    seconds, level = levels.seconds[rows], levels.level[rows]
    noise = levels.noise_pct
    cuts = np.searchsorted(seconds, [one.second for one in emptied])
    when: list[Floats] = []
    total: list[Floats] = []
    known: list[Bools] = []
    brim: list[Bools] = []
    base = 0.0
    limits = [0, *cuts.tolist(), len(seconds)]
    moments = [
        seconds[0] if len(seconds) else 0.0,
        *(one.second for one in emptied),
        seconds[-1] if len(seconds) else 0.0,
    ]
    for number, (first, last) in enumerate(pairwise(limits)):
        if last <= first:
            continue
        since = moments[number] if number else seconds[first]
        until = moments[number + 1] if number + 1 < len(moments) - 1 else seconds[last - 1]
        part = slice(first, last)
        raised = level[part] + _settled(seconds[part], level[part], noise)
        at, rise, sure = _fill(seconds[part], raised, since, until, longest_gap_s, ends, noise)
        full = np.concatenate([[False], level[part] >= brim_pct, [level[last - 1] >= brim_pct]])
        if when:
            known.append(np.array([at[0] - when[-1][-1] < 1.0]))
            brim.append(np.zeros(1, bool))
        brim.append(full[:-1] & full[1:])
        when.append(at)
        total.append(base + rise)
        known.append(sure)
        base += float(rise[-1])
    if not when:
        return Inflow(np.zeros(0), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))
    return Inflow(np.concatenate(when), np.concatenate(total), np.concatenate(known), np.concatenate(brim))


def _fill(
    seconds: Floats, level: Floats, since: float, until: float, longest_gap_s: float, ends: int, noise_pct: float
) -> tuple[Floats, Floats, Bools]:
    """One fill: times with its two ends, what had flowed in by each [%], and what is known between them."""
    ends = ends if np.ptp(level) < 8.0 * noise_pct else min(3, ends)
    k = min(ends, max(1, len(level) // 2))
    if since >= seconds[0]:
        since = seconds[0] - 1e-3
    until = max(until, seconds[-1] + 1e-3)
    at = np.concatenate([[since], seconds, [until]])
    span = float(seconds[-k:].mean() - seconds[:k].mean())
    rise = max(0.0, float(np.median(level[-k:]) - np.median(level[:k])))
    whole = rise * (until - since) / span if span > 0 else 0.0
    whole = min(whole, rise + 0.5 * rise + 5.0)
    shape = _rising(seconds, level, since, until)
    gaps = np.diff(at)
    sure = gaps <= longest_gap_s
    if len(level) < 2:
        sure[:] = False
    return at, whole * shape, sure


def _settled(
    seconds: Floats, level: Floats, noise_pct: float, *, least_pct: float = 5.0, noises: float = 3.0, k: int = 5
) -> Floats:
    """(n,) what the contents have settled by each reading of a fill [%]: falls that stay and that no hump came before,
    which are no inflow less. ``k`` readings stand on each side of a fall, and ``k`` more for what was before."""
    n, lost = len(level), np.zeros(len(level))
    if n < 3 * k:
        return lost
    medians = np.median(np.lib.stride_tricks.sliding_window_view(level, k), axis=1)
    at = np.arange(2 * k, n - k + 1)
    fall = medians[at - k] - medians[at]
    stays = medians[at - 2 * k] - medians[at] >= 0.5 * fall
    falls = np.flatnonzero(stays & (fall >= max(least_pct, noises * noise_pct)))
    for group in np.split(falls, np.flatnonzero(np.diff(falls) > 1) + 1) if len(falls) else []:
        row = group[np.argmax(fall[group])]
        lost[at[row] :] += fall[row]
    return lost


def _rising(seconds: Floats, level: Floats, since: float, until: float) -> Floats:
    """(n + 2,) from 0 to 1 along the readings as far as they rise, even where they do not."""
    at = np.concatenate([[since], seconds, [until]])
    even = (at - since) / max(1e-9, until - since)
    fitted = isotonic_regression(level).x
    if fitted[-1] - fitted[0] < 1.0:
        return even
    inner = (fitted - fitted[0]) / (fitted[-1] - fitted[0])
    head, tail = even[1], 1.0 - even[-2]
    return np.concatenate([[0.0], head + inner * max(0.0, 1.0 - head - tail), [1.0]])
