"""How a policy did: overflow, visits, way and hours of trucks, and two policies at equal overflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.waste.backtest.replay import CollectedDay, CollectionRun

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class CollectionScore:
    """Of a policy at a setting: days of overflow of 1,000 of a vessel, litres over the brim a week, visits of a vessel
    a week, how full an emptied vessel is [%] and the share of them under half full, kilometres and hours of trucks a
    week, rounds a week, musts refused for time, and the longest that a vessel waited [days]."""

    family: str
    setting: float
    overflow: float
    litres: float
    visits: float
    filled: float
    under_half: float
    km: float
    hours: float
    rounds: float
    refused: int
    longest: float


def scored(run: CollectionRun, days: Sequence[CollectedDay] | None = None) -> CollectionScore:
    """The score of a run, or of some of its days."""
    days = run.days if days is None else days
    weeks, emptied = len(days) / 7.0, max(1, sum(day.emptied for day in days))
    return CollectionScore(
        run.family,
        run.setting,
        1000.0 * sum(day.overflow for day in days) / (run.vessels * len(days)),
        sum(day.litres for day in days) / weeks,
        sum(day.emptied for day in days) / (run.vessels * weeks),
        sum(day.filled_pct for day in days) / emptied,
        sum(day.under_half for day in days) / emptied,
        sum(day.km for day in days) / weeks,
        sum(day.hours for day in days) / weeks,
        sum(day.rounds for day in days) / weeks,
        sum(day.refused for day in days),
        run.longest,
    )


Measure = Callable[[CollectionScore], float]


def at_overflow(frontier: Sequence[CollectionScore], overflow: float, of: Measure) -> float:
    """What a policy takes, ``of`` its score, where it lets as much overflow: read between its settings; NaN where they
    do not reach that far. With one setting alone, that one where it lets no more."""
    points = sorted((score.overflow, of(score)) for score in frontier)
    x, y = np.array(points).T
    if x[0] > overflow:
        return float("nan")
    lowest = np.minimum.accumulate(y)
    return float(np.interp(overflow, x, lowest))


def saved_share(calendar: float, policy: float, foresight: float) -> float:
    """How much of what foresight saves on a calendar a policy saves; NaN where foresight saves nothing."""
    return (calendar - policy) / (calendar - foresight) if calendar > foresight else float("nan")


def drawn_weeks(runs: Sequence[CollectionRun], *, draws: int = 200, seed: int = 1) -> list[list[CollectionRun]]:
    """The runs over weeks drawn from their own with replacement, the same weeks for all: a block bootstrap, for the
    spread of what is read from them."""
    weeks = min(len(run.days) for run in runs) // 7
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        picked = rng.integers(0, weeks, weeks)
        found.append(
            [
                CollectionRun(
                    run.family,
                    run.setting,
                    run.vessels,
                    tuple(day for week in picked for day in run.days[7 * week : 7 * week + 7]),
                    run.longest,
                )
                for run in runs
            ]
        )
    return found
