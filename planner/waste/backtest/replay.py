"""A policy over a past: each morning it chooses, trucks drive its rounds, then the day's inflow comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.waste.backtest.case import CollectionCase, SensedCase
from planner.waste.backtest.morning import CollectionMorning, classed_on
from planner.waste.backtest.policies import CollectionPolicy, VesselsWanted
from planner.waste.decide import RoomVisit, VesselsAsked, visits
from planner.waste.price import WastePrices
from planner.waste.rounds import Round, Truck, plan_rounds

Floats = npt.NDArray[np.floating[Any]]
BRIM_PCT = 100.0
MOST_PCT = 400.0
"""What lies beside a vessel is not counted beyond."""


@dataclass(frozen=True)
class CollectedDay:
    """What came of one day: vessels that end it over the brim, litres over it, vessels emptied, of those under half
    full, and how full they were together [%]; kilometres, hours of trucks, rounds, and vessels that must be emptied
    and were not."""

    overflow: int
    litres: float
    emptied: int
    under_half: int
    filled_pct: float
    km: float
    hours: float
    rounds: int
    refused: int


@dataclass(frozen=True)
class CollectionRun:
    """What came of a policy, day by day; ``longest`` is the longest that a vessel waited [days]; ``vessels`` how many
    there are."""

    family: str
    setting: float
    vessels: int
    days: tuple[CollectedDay, ...]
    longest: float


def replay_collection(
    case: CollectionCase,
    seen: SensedCase,
    policy: CollectionPolicy,
    prices: WastePrices,
    drive: Floats,
    *,
    iterations: int = 200,
    seed: int = 1,
    routed: bool = True,
    step: Callable[[int], None] = lambda _: None,
) -> CollectionRun:
    """One policy. ``drive`` (m,) is the share of each room in a round [kr]; ``routed`` False counts visits alone.

    A vessel begins with what flows in in up to three days, as if it had been emptied on a day of its own; ``step`` is
    told each day.
    """
    n, days = case.inflow.shape
    level = _begin(case)
    heard, quiet, age = level.copy(), np.zeros(n), _age_of(case, level)
    rows: list[CollectedDay] = []
    longest, classed = 0.0, classed_on(case, seen, case.learned)
    for day in range(case.learned, days):
        if (day - case.learned) % 7 == 0:
            classed = classed_on(case, seen, day)
        told = np.clip(level + seen.noise[:, day], 0.0, seen.faults.highest_pct)
        new = seen.heard[:, day]
        heard, quiet = np.where(new, told, heard), np.where(new, 0.0, quiet + 1.0)
        wanted = policy.choose(CollectionMorning(case, seen, day, heard, quiet, age, level, classed))
        driven = _driven(case, wanted, level, drive, prices, iterations, seed, routed)
        before = level[driven.done]
        for known in (level, heard, quiet, age):
            known[driven.done] = 0.0
        level = np.minimum(level + case.inflow[:, day], MOST_PCT)
        age += 1.0
        longest = max(longest, float(age.max()))
        rows.append(_day(case, level, day, before, driven))
        step(day)
    return CollectionRun(policy.family, policy.setting, n, tuple(rows), longest)


@dataclass(frozen=True)
class DrivenDay:
    """The vessels that are ``done``, the rounds that empty them, and the vessels that no truck had time for."""

    done: list[int]
    rounds: Sequence[Round]
    refused: int


def _day(case: CollectionCase, level: Floats, day: int, before: Floats, driven: DrivenDay) -> CollectedDay:
    """A day that ends with these levels; ``before`` is what the emptied vessels held [%]."""
    spilt = np.minimum(case.inflow[:, day], np.maximum(0.0, level - BRIM_PCT))
    return CollectedDay(
        int((level > BRIM_PCT).sum()),
        float((spilt * case.litres).sum() / 100.0),
        len(driven.done),
        int((before < 50.0).sum()),
        float(before.sum()),
        sum(item.metres for item in driven.rounds) / 1000.0,
        sum(item.seconds for item in driven.rounds) / 3600.0,
        len(driven.rounds),
        driven.refused,
    )


def _begin(case: CollectionCase) -> Floats:
    """(n,) levels of the first morning: spread evenly over what flows in in three days."""
    week = case.inflow[:, max(0, case.learned - 7) : case.learned].mean(axis=1)
    return np.asarray(np.minimum(week * 3.0 * ((np.arange(len(week)) * 0.618) % 1.0), 90.0))


def _age_of(case: CollectionCase, level: Floats) -> Floats:
    """(n,) days since the emptying that the first levels stand for."""
    mean = case.inflow[:, : case.learned].mean(axis=1)
    return np.asarray(np.minimum(level / np.maximum(0.1, mean), 3.0))


def _driven(
    case: CollectionCase,
    wanted: VesselsWanted,
    level: Floats,
    drive: Floats,
    prices: WastePrices,
    iterations: int,
    seed: int,
    routed: bool,
) -> DrivenDay:
    """What trucks do of what is wanted."""
    loads = np.clip(level, 5.0, 120.0) / 100.0 * case.litres
    asked = VesselsAsked(case.room, wanted.must, wanted.worth, loads, np.clip(level / 100.0, 0.0, 1.0))
    found = visits(asked, drive, prices, case.fleet.most_l)
    if not routed:
        return DrivenDay([vessel for visit in found if visit.must for vessel in visit.vessels], (), 0)
    rounds = _rounds(case, found, prices, iterations, seed) if found else []
    visited = {stop for item in rounds for stop in item.stops if stop is not None}
    done = [vessel for number in sorted(visited) for vessel in found[number].vessels]
    return DrivenDay(done, rounds, len(set(np.flatnonzero(wanted.must).tolist()) - set(done)))


def _rounds(
    case: CollectionCase, found: Sequence[RoomVisit], prices: WastePrices, iterations: int, seed: int
) -> list[Round]:
    """The rounds of a day; none where not one room can be reached in a shift."""
    places = np.array([0, 1, *(visit.room + 2 for visit in found)])
    fleet = case.fleet
    trucks = [Truck(f"T{n + 1}", fleet.capacity_l, 0, fleet.shift_s) for n in range(fleet.trucks)]
    made = plan_rounds(
        [visit.pickup(prices) for visit in found],
        trucks,
        case.metres[np.ix_(places, places)],
        case.seconds[np.ix_(places, places)],
        iterations=iterations,
        seed=seed,
        tip_s=fleet.tip_s,
        kr_per_km=prices.km,
        kr_per_h=prices.hour,
    )
    return [item for item in made or [] if any(stop is not None for stop in item.stops)]
