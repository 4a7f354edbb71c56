"""Heating as one of the services."""

from __future__ import annotations

from collections.abc import Iterator, Set
from concurrent.futures import Executor

from planner.heating.need import BuildingDay, days_of
from planner.heating.plan import plan_heating
from planner.heating.snapshot import HeatingSnapshot
from planner.service import Kept, Made, Second
from planner.thresholds.limits import limits


class Heating:
    """Its plans take no time worth keeping, and nobody watches over them yet."""

    snapshot = HeatingSnapshot
    watched = False
    backtested = False

    def judge(self, snapshot: HeatingSnapshot) -> list[BuildingDay]:
        """What each building's day is like."""
        return days_of(snapshot, limits(snapshot.thresholds))

    def plan(self, snapshot: HeatingSnapshot, judged: list[BuildingDay], executor: Executor | None = None) -> Made:
        """The hours of heat and ventilation of a judgement."""
        return Made(snapshot, plan_heating(snapshot, judged))

    def look_again(
        self, snapshot: HeatingSnapshot, live: Kept, executor: Executor | None = None, stays: Set[str] = frozenset()
    ) -> Second:
        """Nothing: there is no watch over it."""
        return Second(None)

    def prepare(self, snapshot: HeatingSnapshot) -> Iterator[str]:
        """Nothing: its plans are quick."""
        return iter(())
