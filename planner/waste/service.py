"""Waste as one of the services."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

from planner.service import Kept, Made, Second
from planner.waste.plan import plan_waste
from planner.waste.snapshot import WasteSnapshot


class Waste:
    """Its plans take no time worth keeping, and nobody watches over them yet."""

    snapshot = WasteSnapshot
    watched = False

    def make(self, snapshot: WasteSnapshot, executor: Executor | None = None) -> Made:
        """The plan of a snapshot."""
        return Made(snapshot, plan_waste(snapshot))

    def look_again(self, snapshot: WasteSnapshot, live: Kept, executor: Executor | None = None) -> Second:
        """Nothing: there is no watch over it."""
        return Second(None)

    def prepare(self, snapshot: WasteSnapshot) -> Iterator[str]:
        """Nothing: its plans are quick."""
        return iter(())
