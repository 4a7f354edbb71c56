"""A case tried with every policy: the plan's, calendars with and without skips, levels, chances, areas, foresight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.waste.backtest.case import CollectionCase, SensedCase, SensorFaults, sensed
from planner.waste.backtest.foresight import TruckForesight, VisitForesight
from planner.waste.backtest.policies import (
    AreaRounds,
    ByChance,
    ByLevel,
    CollectionPolicy,
    FixedDays,
    FixedDaysWithSkips,
    PlannedWorth,
)
from planner.waste.backtest.replay import CollectionRun, replay_collection
from planner.waste.price import USUAL_FILL, WastePrices
from planner.waste.share import Stops, drive_shares

Floats = npt.NDArray[np.floating[Any]]
LEVELS = (50.0, 60.0, 70.0, 80.0)
CHANCES = (0.01, 0.02, 0.05, 0.1, 0.2)
SKIPS = (0.005, 0.02, 0.05, 0.1, 0.2)
AREAS = (0.15, 0.3, 0.6, 1.5)
COSTS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""What the plan's price of overflow is multiplied with for its frontier."""


@dataclass(frozen=True)
class CollectionTrial:
    """A case with its sensors, the prices, the ``limit`` of the chance over which a vessel must be emptied, and the
    share of each room in a round (m,) [kr]. ``iterations`` of the search of a day's rounds."""

    case: CollectionCase
    seen: SensedCase
    prices: WastePrices
    limit: float
    drive: Floats
    iterations: int = 200
    seed: int = 1

    def run(self, policy: CollectionPolicy, step: Callable[[int], None] = lambda _: None) -> CollectionRun:
        """One policy; the plan's and foresight's with the price of overflow that they were given."""
        prices, times, routed = self.prices, 1, not isinstance(policy, VisitForesight)
        if isinstance(policy, PlannedWorth):
            prices = policy.prices
        if isinstance(policy, TruckForesight):
            times = 10
        return replay_collection(
            self.case,
            self.seen,
            policy,
            prices,
            self.drive,
            iterations=self.iterations * times,
            seed=self.seed,
            routed=routed,
            step=step,
        )


def trial_of(
    case: CollectionCase,
    prices: WastePrices,
    limit: float,
    faults: SensorFaults | None = None,
    *,
    seed: int = 1,
    iterations: int = 200,
) -> CollectionTrial:
    """The trial of a case with sensors of these faults."""
    drive = shares_of(case, prices)
    return CollectionTrial(case, sensed(case, faults or SensorFaults(), seed), prices, limit, drive, iterations, seed)


def shares_of(case: CollectionCase, prices: WastePrices) -> Floats:
    """(m,) the share of each room in a round [kr], from the days that are learned from."""
    rate = np.maximum(0.1, case.inflow[:, : case.learned].mean(axis=1))
    often = 1.0 / np.maximum(1.0, np.minimum(case.most_age, USUAL_FILL / rate))
    per_day = np.zeros(case.n_rooms)
    np.maximum.at(per_day, case.room, often)
    load = np.bincount(case.room, case.litres * USUAL_FILL / 100.0, minlength=case.n_rooms).astype(float)
    costs = prices.ways(case.metres, case.seconds)
    most_l = min(case.fleet.most_l, 1e9)
    return drive_shares(costs, Stops(load, per_day), most_l, prices.hour * case.fleet.tip_s / 3600.0)


def planned(trial: CollectionTrial, factors: Sequence[float] = COSTS) -> Iterator[CollectionPolicy]:
    """The plan's own rule at prices of overflow."""
    for factor in factors:
        prices = replace(trial.prices, overflow=trial.prices.overflow * factor)
        yield PlannedWorth(prices, trial.limit, trial.drive)


def baselines(trial: CollectionTrial) -> Iterator[CollectionPolicy]:
    """The city's own calendar where it has one, fixed ones, each with skips; levels, chances, areas."""
    case = trial.case
    for name, days in calendars(case):
        yield FixedDays(days, 0.0, name)
        for chance in SKIPS:
            yield FixedDaysWithSkips(days, chance, f"{name}_skips")
    yield from (ByLevel(level) for level in LEVELS)
    yield from (ByChance(chance) for chance in CHANCES)
    yield from (AreaRounds(quarters(case), expected) for expected in AREAS)


def calendars(case: CollectionCase) -> list[tuple[str, tuple[frozenset[int], ...]]]:
    """The calendar of the city where every vessel has days; else one to three rounds a week, half of the town on other
    days than the other."""
    if all(case.calendar):
        return [("calendar", case.calendar)]
    half = (case.places[:, 0] > np.median(case.places[:, 0])).astype(int)[case.room]
    weeks = {
        "once": (frozenset({0}), frozenset({2})),
        "twice": (frozenset({0, 3}), frozenset({1, 4})),
        "thrice": (frozenset({0, 2, 4}), frozenset({0, 2, 4})),
    }
    return [(name, tuple(days[of] for of in half)) for name, days in weeks.items()]


def quarters(case: CollectionCase) -> npt.NDArray[np.int64]:
    """(m,) the quarter of the town that each room lies in."""
    east, north = (case.places[:, axis] > np.median(case.places[:, axis]) for axis in (0, 1))
    return np.asarray(east.astype(np.int64) + 2 * north.astype(np.int64))


def foresights(
    trial: CollectionTrial, visits: Sequence[float] = (1.0,), factors: Sequence[float] = (1.0,)
) -> Iterator[CollectionPolicy]:
    """Whoever knows what will flow in: the fewest visits at prices of a day of overflow in visits, and the plan's rule
    on the truth at its price of overflow times ``factors``."""
    yield from (VisitForesight(trial.case, overflow) for overflow in visits)
    for factor in factors:
        prices = replace(trial.prices, overflow=trial.prices.overflow * factor)
        yield TruckForesight(prices, trial.drive)


def run_all(
    trial: CollectionTrial, policies: Sequence[CollectionPolicy], executor: Executor, told: Callable[[int, int], None]
) -> list[CollectionRun]:
    """Every policy, on the workers of ``executor``; ``told`` how many of how many are done."""
    waiting = [executor.submit(trial.run, policy) for policy in policies]
    found = []
    for number, one in enumerate(waiting):
        found.append(one.result())
        told(number + 1, len(waiting))
    return found
