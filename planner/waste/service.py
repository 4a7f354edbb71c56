"""Waste as one of the services."""

from __future__ import annotations

from collections.abc import Iterator, Set
from concurrent.futures import Executor

from planner.service import Kept, Made, Second
from planner.thresholds.limits import limits
from planner.waste.need import assess
from planner.waste.plan import plan_waste
from planner.waste.room import RoomNeed
from planner.waste.snapshot import WasteSnapshot


class Waste:
    """Its plans take no time worth keeping, and nobody watches over them yet."""

    snapshot = WasteSnapshot
    watched = False
    backtested = True

    def judge(self, snapshot: WasteSnapshot) -> list[RoomNeed]:
        """Which rooms must be emptied, and which may."""
        return assess(snapshot, limits(snapshot.thresholds))

    def plan(self, snapshot: WasteSnapshot, judged: list[RoomNeed], executor: Executor | None = None) -> Made:
        """The rounds of a judgement."""
        return Made(snapshot, plan_waste(snapshot, judged))

    def look_again(
        self, snapshot: WasteSnapshot, live: Kept, executor: Executor | None = None, stays: Set[str] = frozenset()
    ) -> Second:
        """Nothing: there is no watch over it."""
        return Second(None)

    def prepare(self, snapshot: WasteSnapshot) -> Iterator[str]:
        """Nothing: its plans are quick."""
        return iter(())
