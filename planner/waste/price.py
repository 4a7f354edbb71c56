"""What emptying a vessel today saves, in money, and which vessels of a room a visit empties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.chance import ClassInflow, FillState
from models.fill.clean import DAY_S
from models.fill.worth import VisitWorth, visit_worth
from planner.thresholds.limits import Limits
from planner.waste.days import open_days
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.share import Stops, drive_shares

Floats = npt.NDArray[np.floating[Any]]
USUAL_FILL = 75.0
"""How full a vessel is that is emptied by need [%]; tells how often a truck comes, no more."""


@dataclass(frozen=True)
class WastePrices:
    """What a kilometre, an hour and a day of overflow cost [kr], and how long the work at a vessel takes [s]."""

    km: float
    hour: float
    overflow: float
    vessel_s: float

    @property
    def vessel(self) -> float:
        """What the work at a vessel costs [kr]."""
        return self.hour * self.vessel_s / 3600.0

    def of(self, metres: float, seconds: float) -> float:
        """What so much driving and work costs [kr]."""
        return self.km * metres / 1000.0 + self.hour * seconds / 3600.0

    def ways(self, metres: Floats, seconds: Floats) -> Floats:
        """What ways cost [kr]; inf where there is none."""
        return np.asarray(self.km * metres / 1000.0 + self.hour * seconds / 3600.0)


def kg_per_l(rules: Limits, fraction: str) -> float:
    """What a litre of a fraction weighs as it lies in its vessels [kg]; 0 is not counted."""
    return rules.usual("waste.kg_per_litre", fraction)


def prices_of(rules: Limits) -> WastePrices:
    """The prices that a city set."""
    return WastePrices(
        rules.usual("waste.km_cost"),
        rules.usual("waste.hour_cost"),
        rules.value("waste.overflow_cost"),
        60.0 * rules.value("waste.minutes_per_vessel"),
    )


@dataclass(frozen=True)
class VesselStands:
    """Vessels as their worth is told: level [%], its noise [%], rate [% a day], age [days] with the most that it may
    be, and the number of vessels of the fraction in the room, each (n,)."""

    level: Floats
    noise: Floats
    rate: Floats
    age: Floats
    most_age: Floats
    beside: Floats


def visit_price(prices: WastePrices, drive: Floats, beside: Floats) -> Floats:
    """(n,) what a visit to each vessel costs [kr]: the work there, and of the share of its room in a round (n,) what
    falls on it where about half of the vessels ``beside`` it (n,) are emptied together."""
    return np.asarray(prices.vessel + drive / (0.5 * (1.0 + beside)))


def or_by_age(by_level: Floats, visit: Floats, rate: Floats, age: Floats, most_age: Floats) -> Floats:
    """(n,) what emptying saves [kr], of vessels that their age asks for before their level does by their age: as much
    of a visit as they are old of the age that they may come to."""
    aged = visit * np.clip(age / np.maximum(1.0, most_age - 1.0), 0.0, 1.0)
    return np.asarray(np.where(rate * most_age < USUAL_FILL, np.maximum(by_level, aged), by_level))


def worth_of(table: VisitWorth, weekday: int, prices: WastePrices, drive: Floats, seen: VesselStands) -> Floats:
    """(n,) what emptying each vessel today saves [kr]: of the way and the work of a later visit, and of overflow.

    ``drive`` (n,) is the share of its room in a round. A vessel that its age asks for before its level does saves as
    much of a visit as it is old of the age that it may come to.
    """
    visit = visit_price(prices, drive, seen.beside)
    overflow = max(prices.overflow, 1e-6)
    by_level = table.of(visit / overflow, seen.rate, weekday, seen.level, seen.noise) * overflow
    return or_by_age(by_level, visit, seen.rate, seen.age, seen.most_age)


class Worths:
    """The tables of one plan, by class and the weekdays on which a truck comes; each is made when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, frozenset[int]], VisitWorth] = {}

    def of(self, of_class: ClassInflow, days: frozenset[int]) -> VisitWorth:
        """The table of vessels of a class that can be emptied on these weekdays."""
        key = id(of_class), days
        if key not in self._made:
            self._made[key] = visit_worth(of_class, [day in days for day in range(7)])
        return self._made[key]


def room_shares(needs: Sequence[RoomNeed], rules: Limits, costs: Floats, capacity_l: float, tip: float) -> Floats:
    """(n,) what coming to each of these rooms usually costs in driving [kr]; ``costs`` as ``drive_shares`` takes
    them."""
    often = [min(1.0, max(1.0 / max(1.0, _every(view, rules)) for view in need.views)) for need in needs]
    load = [sum(view.vessel.litres * USUAL_FILL / 100.0 for view in need.views) for need in needs]
    known = np.where(np.isfinite(costs), costs, 0.0)
    stops = Stops(np.array(load, float), np.array(often, float))
    return drive_shares(known, stops, capacity_l, tip)


def _every(view: VesselView, rules: Limits) -> float:
    """How many days apart a vessel is emptied by need."""
    most = max_age_days(rules, view.vessel)
    return most if view.state is None or view.doubt else min(most, USUAL_FILL / max(0.1, view.state.rate_pct_day))


def worth_by_vessel(
    needs: Sequence[RoomNeed],
    at: datetime,
    rules: Limits,
    prices: WastePrices,
    drive: Floats,
    weekday: int,
    worths: Worths,
) -> dict[str, float]:
    """What emptying saves [kr], of the vessels whose level decides.

    ``drive`` (n,) is the share of each room in a round [kr].
    """
    rows: dict[tuple[int, frozenset[int]], list[tuple[VesselView, FillState, float, int]]] = {}
    for need, share in zip(needs, drive, strict=True):
        if rules.usual_word("waste.mode", need.fraction) == "calendar":
            continue
        for view in need.views:
            if view.state is not None and not view.doubt and not view.shut:
                key = id(view.state.of_class), open_days(view.vessel, rules)
                rows.setdefault(key, []).append((view, view.state, float(share), len(need.views)))
    found: dict[str, float] = {}
    for (_, days), group in rows.items():
        table = worths.of(group[0][1].of_class, days)
        share = np.array([one[2] for one in group])
        values = worth_of(table, weekday, prices, share, _standing(group, at.timestamp(), rules))
        found |= {one[0].vessel.id: float(value) for one, value in zip(group, values, strict=True)}
    return found


def _standing(group: Sequence[tuple[VesselView, FillState, float, int]], at: float, rules: Limits) -> VesselStands:
    """Each level is carried on from its reading to ``at``."""
    columns = [
        (
            state.level_pct + state.rate_pct_day * max(0.0, at - state.measured_at) / DAY_S,
            state.noise_pct,
            state.rate_pct_day,
            view.waited_days,
            max_age_days(rules, view.vessel),
            float(beside),
        )
        for view, state, _, beside in group
    ]
    return VesselStands(*np.array(columns, float).T)
