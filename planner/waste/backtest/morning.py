"""What a policy may see on a morning: levels as the sensors tell them, ages, and what flowed in until then."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from models.fill.chance import ClassInflow, FillState, class_inflow, drawn_rate, sums_ahead
from models.fill.clean import DAY_S
from planner.waste.backtest.case import CollectionCase, SensedCase, until
from planner.waste.days import days_to_next_visit, is_open

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
SILENT_DAYS = 2.0
"""A vessel that was not heard for longer goes by its age."""


@dataclass
class CollectionMorning:
    """The morning of a ``day``. ``level`` (n,) [%] is the last that was heard, ``quiet`` (n,) days ago; ``age`` (n,)
    [days]; ``truth`` (n,) [%] is for foresight alone."""

    case: CollectionCase
    sensed: SensedCase
    day: int
    level: Floats
    quiet: Floats
    age: Floats
    truth: Floats
    classed: ClassInflow
    _states: list[FillState] | None = field(default=None, repr=False)

    @property
    def date(self) -> date:
        """Its date."""
        return self.case.date_of(self.day)

    def open(self) -> Bools:
        """(n,) whether a truck comes to each vessel today."""
        return np.array([is_open(self.date, days, self.case.free) for days in self.case.days])

    def wait(self) -> Floats:
        """(n,) days until the next possible visit."""
        return self.wait_until(self.case.days)

    def wait_until(self, days: tuple[Set[int], ...]) -> Floats:
        """(n,) days until the next visit on these weekdays."""
        known = {of: days_to_next_visit(self.date, of, self.case.free) for of in {frozenset(of) for of in days}}
        return np.array([known[frozenset(of)] for of in days])

    def states(self) -> list[FillState]:
        """What is known of each vessel, as a plan has it."""
        if self._states is None:
            self._states = [self._state(row) for row in range(len(self.level))]
        return self._states

    def _state(self, row: int) -> FillState:
        flowed = until(self.sensed.flowed[row], self.day)
        rate, days = drawn_rate(flowed, self.classed)
        now = self.case.seconds_of(self.day)
        measured = now - DAY_S * float(self.quiet[row])
        noise = max(1.0, self.sensed.faults.noise_pct)
        return FillState(float(self.level[row]), measured, noise, flowed, self.classed, rate, days, None)

    def believed(self) -> Bools:
        """(n,) whether the level of each decides."""
        return self.quiet <= SILENT_DAYS

    def chance(self, ahead: Floats) -> Floats:
        """(n,) the chance that each overflows within so many days (n,); 0 where its level does not decide."""
        now = self.case.seconds_of(self.day)
        found = np.zeros(len(self.level))
        for row, state in enumerate(self.states()):
            if self.quiet[row] <= SILENT_DAYS:
                sums, weights = sums_ahead(state, now, float(ahead[row]))
                found[row] = float(weights @ ndtr((state.level_pct + sums - 100.0) / state.noise_pct))
        return found

    def rates(self) -> Floats:
        """(n,) mean inflow [% a day]."""
        return np.array([state.rate_pct_day for state in self.states()])

    def aged(self, wait: Floats) -> Bools:
        """(n,) whether the age of each asks for it before so many days."""
        return np.asarray(self.age >= self.case.most_age - wait)


def classed_on(case: CollectionCase, seen: SensedCase, day: int) -> ClassInflow:
    """The class of all vessels, as it is known on a day."""
    return class_inflow([until(flowed, day) for flowed in seen.flowed])
