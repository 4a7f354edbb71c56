"""What could be saved at best by whoever knows what will flow in: of visits, vessel by vessel, and of trucks, by the
plan's own rule on the true inflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planner.waste.backtest.case import CollectionCase
from planner.waste.backtest.morning import CollectionMorning
from planner.waste.backtest.policies import PlannedWorth, VesselsWanted
from planner.waste.days import is_open
from planner.waste.price import WastePrices, or_by_age

Floats = npt.NDArray[np.floating[Any]]


class VisitForesight:
    """The fewest visits at a price of a day of overflow, in visits: exact for each vessel by itself, whatever is
    driven (dynamic programming over the days since its emptying)."""

    family = "visit_foresight"

    def __init__(self, case: CollectionCase, setting: float) -> None:
        self.setting = setting
        self._saved = _saved(case, setting)

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those for which going today is part of the fewest."""
        age = np.minimum(morning.age.round().astype(int), self._saved[0].shape[1] - 1)
        saved = self._saved[morning.day - morning.case.learned][np.arange(len(age)), age]
        must = morning.open() & (saved >= 1.0 - 1e-9)
        return VesselsWanted(must, np.zeros(len(must)))


def _saved(case: CollectionCase, overflow: float) -> list[Floats]:
    """By day: (n, ages) what a visit saves then that is paid for nowhere, in visits, by the days since the emptying."""
    n, days = case.inflow.shape
    oldest = int(case.most_age.max())
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(case.inflow, axis=1)], axis=1)
    ahead = np.zeros((n, oldest + 2))
    found: list[Floats] = []
    ages = np.arange(oldest + 1)
    late = np.where(ages[None, :] >= case.most_age[:, None], 1e6, 0.0)
    for day in range(days - 1, case.learned - 1, -1):
        level = total[:, [day + 1]] - total[:, np.maximum(0, day - ages)]
        waits = overflow * (level > 100.0) + ahead[:, 1:] + late
        saved = waits - waits[:, :1]
        found.append(saved)
        can = np.array([is_open(case.date_of(day), of, case.free) for of in case.days])[:, None]
        value = np.where(can, np.minimum(waits, 1.0 + waits[:, :1]), waits)
        ahead = np.concatenate([value, np.full((n, 1), 1e6)], axis=1)
    return found[::-1]


class TruckForesight(PlannedWorth):
    """The plan's rule for whoever knows the levels, the rates and what flows in over the next ``days``: what a visit
    saves in them is counted out, and only what comes after them is the usual value of a level."""

    family = "truck_foresight"

    def __init__(self, prices: WastePrices, drive: Floats, *, days: int = 7) -> None:
        super().__init__(prices, 1.0, drive)
        self.days = days

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those too old, and the worth of all that can be emptied today."""
        can = morning.open()
        return VesselsWanted(can & morning.aged(morning.wait()), np.where(can, self._known(morning), 0.0))

    def _known(self, morning: CollectionMorning) -> Floats:
        """(n,) what emptying each today saves [kr]."""
        case, first = morning.case, morning.day
        last = min(first + self.days, case.inflow.shape[1])
        flow = np.cumsum(np.pad(case.inflow[:, first:last], ((0, 0), (1, 0))), axis=1)
        visit = self.visit(morning)
        begins = np.column_stack([morning.truth[:, None], -flow[:, :-1]])
        value = np.column_stack([self._then(morning, level, last) for level in (begins + flow[:, [-1]]).T])
        for day in range(last - first - 1, -1, -1):
            over = self.prices.overflow * (begins + flow[:, [day + 1]] > 100.0)
            value = value + over
            visited = visit + value[:, day + 1]
            waits, free = value[:, 0], value[:, day + 1]
            can = np.array([is_open(case.date_of(first + day), of, case.free) for of in case.days])
            value = np.where(can[:, None], np.minimum(value, visited[:, None]), value)
        return or_by_age(waits - free, visit, morning.rates(), morning.age, case.most_age)

    def _then(self, morning: CollectionMorning, level: Floats, day: int) -> Floats:
        """(n,) what a level is worth beside an empty vessel on a day after all that is known [kr]."""
        case, found = morning.case, np.zeros(len(level))
        visit = self.visit(morning)
        weekday = case.date_of(day).weekday()
        for days in set(case.days):
            rows = np.array([of == days for of in case.days])
            table = self.table(morning, days)
            price = visit[rows] / self.prices.overflow
            value = table.of(price, morning.rates()[rows], weekday, level[rows], np.zeros(int(rows.sum())))
            found[rows] = value * self.prices.overflow
        return np.minimum(found, visit) if all(is_open(case.date_of(day), of, case.free) for of in case.days) else found
