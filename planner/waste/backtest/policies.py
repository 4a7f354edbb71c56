"""Whom each policy empties on a morning: calendars, levels, chances, areas, and what a plan decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from models.fill.worth import VisitWorth, visit_worth
from planner.waste.backtest.morning import CollectionMorning
from planner.waste.price import VesselStands, WastePrices, visit_price, worth_of

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class VesselsWanted:
    """(n,) which vessels must be emptied, and what emptying each saves [kr]: 0 where it is not weighed."""

    must: Bools
    worth: Floats


class CollectionPolicy(Protocol):
    """One way to choose, with the setting that it was given."""

    @property
    def family(self) -> str:
        """Its kind; those of one kind lie on one frontier."""

    @property
    def setting(self) -> float:
        """What was set."""

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Whom it empties today."""


def _only(must: Bools) -> VesselsWanted:
    return VesselsWanted(must, np.zeros(len(must)))


@dataclass(frozen=True)
class FixedDays:
    """A calendar: each vessel on its weekdays, whatever is in it."""

    days: tuple[frozenset[int], ...]
    setting: float
    family: str = "calendar"

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those of today."""
        return _only(_on_its_day(morning, self.days))


@dataclass(frozen=True)
class FixedDaysWithSkips:
    """The same rounds, leaving out what will hardly overflow before its next one."""

    days: tuple[frozenset[int], ...]
    setting: float
    family: str = "calendar_skips"

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those of today that are over the chance, or too old."""
        wait = morning.wait_until(self.days)
        asks = (morning.chance(wait) > self.setting) | morning.aged(wait)
        return _only(_on_its_day(morning, self.days) & asks)


@dataclass(frozen=True)
class ByLevel:
    """Every vessel over a level, on any day on which a truck comes."""

    setting: float
    family: str = "level"

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those that stand over it, or are too old."""
        full = (morning.level >= self.setting) & morning.believed()
        return _only(morning.open() & (full | morning.aged(morning.wait())))


@dataclass(frozen=True)
class ByChance:
    """Every vessel over a chance of overflow before the next possible visit, each for itself."""

    setting: float
    family: str = "chance"

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Those over it, or too old."""
        wait = morning.wait()
        return _only(morning.open() & ((morning.chance(wait) > self.setting) | morning.aged(wait)))


@dataclass(frozen=True)
class AreaRounds:
    """A round through an area when so many overflows are expected in it; it takes all that will soon be due."""

    area: npt.NDArray[np.integer[Any]]
    setting: float
    family: str = "areas"
    soon_days: float = 2.0
    soon: float = 0.1

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """All of the areas that go that are soon due; those too old elsewhere."""
        wait = morning.wait()
        chance, later = morning.chance(wait), morning.chance(wait + self.soon_days)
        of = self.area[morning.case.room]
        goes = np.bincount(of, chance, minlength=int(self.area.max()) + 1)[of] > self.setting
        return _only(morning.open() & ((goes & (later > self.soon)) | morning.aged(wait)))


class PlannedWorth:
    """What the plan decides: musts by chance and age, all others by what they save; tables are made anew each week."""

    family = "plan"

    def __init__(self, prices: WastePrices, limit: float, drive: Floats) -> None:
        self.prices, self.limit, self.drive = prices, limit, drive
        self.setting = prices.overflow
        self._week, self._tables = -1, dict[frozenset[int], VisitWorth]()

    def choose(self, morning: CollectionMorning) -> VesselsWanted:
        """Musts, and the worth of all that can be emptied today."""
        wait, can = morning.wait(), morning.open()
        must = can & ((morning.chance(wait) > self.limit) | morning.aged(wait))
        worth = np.where(can & morning.believed(), self.worth(morning, morning.level, morning.rates()), 0.0)
        return VesselsWanted(must, worth)

    def worth(self, morning: CollectionMorning, level: Floats, rate: Floats) -> Floats:
        """(n,) what emptying each saves [kr]."""
        case = morning.case
        noise = np.full(len(level), max(1.0, morning.sensed.faults.noise_pct))
        now = level + rate * morning.quiet
        found = np.zeros(len(level))
        for days in set(case.days):
            rows = np.array([of == days for of in case.days])
            columns = (now, noise, rate, morning.age, case.most_age, case.beside)
            stands = VesselStands(*(column[rows] for column in columns))
            share = self.drive[case.room][rows]
            found[rows] = worth_of(self.table(morning, days), morning.date.weekday(), self.prices, share, stands)
        return found

    def visit(self, morning: CollectionMorning) -> Floats:
        """(n,) what a visit to each vessel costs [kr]."""
        return visit_price(self.prices, self.drive[morning.case.room], morning.case.beside)

    def table(self, morning: CollectionMorning, days: frozenset[int]) -> VisitWorth:
        """The table of this week for vessels of these weekdays."""
        if morning.day // 7 != self._week:
            self._week, self._tables = morning.day // 7, {}
        if days not in self._tables:
            self._tables[days] = visit_worth(morning.classed, [day in days for day in range(7)])
        return self._tables[days]


def _on_its_day(morning: CollectionMorning, days: tuple[frozenset[int], ...]) -> Bools:
    """(n,) whether today is one of the weekdays of each and no holiday."""
    if morning.date in morning.case.free:
        return np.zeros(len(days), bool)
    return np.array([morning.date.weekday() in of for of in days])
