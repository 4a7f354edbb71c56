"""What flowed into each vessel on each day of a past: from readings of its level, or from what its emptyings held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.past import VesselPast

Floats = npt.NDArray[np.floating[Any]]
LEAST_DAYS = 14.0
"""A vessel of which less is known is not tried."""


@dataclass(frozen=True)
class DailyInflow:
    """Of one vessel: ``pct`` (t,) [% of capacity] of each day, and the share of days that were ``drawn`` from its own
    others, as nobody knows what came on them."""

    pct: Floats
    drawn: float


def from_levels(past: VesselPast, days: Floats, rng: np.random.Generator) -> DailyInflow | None:
    """Of readings, over days that begin at ``days`` (t + 1,) [s]; a day that nobody knows is drawn from those that are
    known, of its weekday where there are three. None where too little is known."""
    flowed = past.flowed.between(days[:-1], days[1:])
    known = np.isfinite(flowed)
    if known.sum() < LEAST_DAYS:
        return None
    weekday = np.arange(len(flowed)) % 7
    for day in np.flatnonzero(~known):
        alike = flowed[known & (weekday == weekday[day])]
        flowed[day] = rng.choice(alike if len(alike) >= 3 else flowed[known])
    return DailyInflow(flowed, float((~known).mean()))


def from_emptyings(
    seconds: Floats, held_pct: Floats, days: Floats, weekday: Floats, rng: np.random.Generator, *, spread: float = 0.85
) -> DailyInflow | None:
    """Of emptyings at ``seconds`` (k,) that held ``held_pct`` (k,), over days that begin at ``days`` (t + 1,) [s].

    What an emptying held flowed in since the one before; on which of the days nobody knows, so that it is dealt out by
    a chance of this ``spread`` of a day over its mean and the factors of weekdays (7,), the first of ``days`` first:
    dealt out evenly it would be too easy to foresee. Days before the first emptying and after the last are drawn from
    the others. None where too little is known.
    """
    n = len(days) - 1
    shape = np.sqrt(np.log1p(spread**2))
    weight = weekday[np.arange(n) % 7] * rng.lognormal(-(shape**2) / 2, shape, n)
    flowed, known = np.zeros(n), np.zeros(n, bool)
    for since, until, held in zip(seconds, seconds[1:], held_pct[1:], strict=False):
        part = np.clip(np.minimum(days[1:], until) - np.maximum(days[:-1], since), 0.0, None) / (days[1:] - days[:-1])
        share = part * weight
        if share.sum() > 0.0:
            flowed += held * share / share.sum()
            known |= part > 0.5
    if known.sum() < LEAST_DAYS:
        return None
    flowed[~known] = rng.choice(flowed[known], int((~known).sum()))
    return DailyInflow(flowed, float((~known).mean()))


def weekday_factors(seconds: Sequence[Floats], held_pct: Sequence[Floats], days: Floats) -> Floats:
    """(7,) how much flows in on each weekday, the first of ``days`` first, over the mean: from emptyings of many
    vessels that are at most two days apart; ones where there are too few."""
    sums, times = np.zeros(7), np.zeros(7)
    for when, held in zip(seconds, held_pct, strict=True):
        gaps = np.diff(when)
        near = (gaps < 2.0 * 86_400.0) & (gaps > 6 * 3600.0)
        middle = np.searchsorted(days, when[:-1][near] + 0.5 * gaps[near]) - 1
        np.add.at(sums, middle % 7, held[1:][near])
        np.add.at(times, middle % 7, gaps[near] / 86_400.0)
    if times.min() < 10.0:
        return np.ones(7)
    rate = sums / times
    return np.asarray(rate / rate.mean())
