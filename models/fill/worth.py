"""What it is worth to empty a vessel today: what is saved of the visits and of the overflow that would come else.

A visit today that another will soon have to make saves the most of one; a visit to a vessel that was just emptied saves
nothing. Between the two stands the value of a decision that is made every day until for ever: the vessel fills by what
its class holds of days, each day on which it may be visited it is visited or not, whichever is cheaper on average, and
each day that ends over the brim costs. It is found by value iteration over levels and weekdays (Puterman, *Markov
Decision Processes*, 1994, chapter 8), once for many rates and prices, and read off between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.chance import ClassInflow

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
SPREAD: Floats = np.array([-1.2, 0.0, 1.2])
"""Three points for the noise of a level, in its standard deviations."""


@dataclass(frozen=True)
class VisitWorth:
    """Of vessels of one class: what emptying one today saves beside emptying it when it is due, in units of what an
    overflow costs.

    ``saved`` (n_prices, n_rates, 7, n_levels): by the price of a visit over that of a day of overflow, by rate [% a
    day], by weekday, Monday first, and by level [%].
    """

    prices: Floats
    rates: Floats
    levels: Floats
    saved: Floats

    def of(self, price: Floats, rate: Floats, weekday: int, level: Floats, noise_pct: Floats) -> Floats:
        """(n,) of vessels with these prices of a visit (n,), rates (n,) and levels (n,), known but for their noise."""
        at = [np.log(np.maximum(price, 1e-9)), np.log(np.maximum(rate, 1e-9))]
        rows = [_between(value, np.log(grid)) for value, grid in zip(at, (self.prices, self.rates), strict=True)]
        table = self.saved[:, :, weekday]
        found = np.zeros(len(level))
        for off in SPREAD:
            column = _between(np.clip(level + off * noise_pct, 0.0, None), self.levels)
            found += _read(table, (*rows, column)) / len(SPREAD)
        return found


def visit_worth(
    of_class: ClassInflow,
    open_days: Sequence[bool],
    *,
    prices: Floats = np.geomspace(1e-4, 1.0, 11),  # noqa: B008 - a constant
    rates: Floats = np.geomspace(0.5, 80.0, 24),  # noqa: B008 - a constant
    step_pct: float = 2.5,
    highest_pct: float = 160.0,
    days: int = 9,
    weeks: int = 60,
    enough: float = 1e-3,
) -> VisitWorth:
    """Of a class whose vessels can be visited on the weekdays ``open_days`` (7,), Monday first.

    ``days`` quantiles of a day's inflow stand for all. The values of a week are those of ``weeks`` weeks ahead at most,
    fewer where they change by less than ``enough`` between two.
    """
    levels = np.arange(0.0, highest_pct + step_pct, step_pct)
    shares = np.quantile(of_class.days, (np.arange(days) + 0.5) / days)
    shares = shares / max(1e-9, float(shares.mean()))
    ahead = [_ahead(levels, rates, shares * factor) for factor in of_class.weekday]
    value = np.zeros((len(rates), len(prices), len(levels)))
    saved = np.zeros((7, len(rates), len(prices), len(levels)))
    for _ in range(weeks):
        before = value
        for day in range(6, -1, -1):
            to, over = ahead[day]
            waits = value @ to + over
            visited = waits[..., :1]
            saved[day] = waits - visited
            value = np.minimum(waits, visited + prices[:, None]) if open_days[day] else waits
        value = value - value[..., :1]
        if float(np.abs(value - before).max()) < enough:
            break
    return VisitWorth(prices, rates, levels, saved.transpose(2, 1, 0, 3))


def _ahead(levels: Floats, rates: Floats, inflow: Floats) -> tuple[Floats, Floats]:
    """A day with these inflows over the mean (k,), each as likely: how likely it leads from each level to each,
    (n_rates, n_levels after, n_levels before), and to one over the brim, (n_rates, 1, n_levels)."""
    after = levels[None, :, None] + rates[:, None, None] * inflow
    place = np.minimum(after, levels[-1]) / (levels[1] - levels[0])
    low = np.minimum(place.astype(np.int64), len(levels) - 2)
    to = np.zeros((len(rates), len(levels), len(levels)))
    rate, start = np.ogrid[: len(rates), : len(levels)]
    for k in range(len(inflow)):
        part = place[..., k] - low[..., k]
        np.add.at(to, (rate, low[..., k], start), (1.0 - part) / len(inflow))
        np.add.at(to, (rate, low[..., k] + 1, start), part / len(inflow))
    return to, (after > 100.0).mean(axis=-1)[:, None, :]


def _between(value: Floats, grid: Floats) -> tuple[Ints, Floats]:
    """The step of a grid at or below each value (n,), and the part of it beyond; the ends hold for what is outside."""
    place = np.interp(value, grid, np.arange(len(grid)))
    low = np.minimum(place.astype(np.int64), len(grid) - 2)
    return low, place - low


def _read(table: Floats, at: Sequence[tuple[Ints, Floats]]) -> Floats:
    """(n,) a table of three axes read between its entries."""
    found = np.zeros(len(at[0][0]))
    for corner in np.ndindex(2, 2, 2):
        weight = np.ones(len(found))
        rows = []
        for (low, part), up in zip(at, corner, strict=True):
            weight = weight * (part if up else 1.0 - part)
            rows.append(low + up)
        found += weight * table[tuple(rows)]
    return found
