"""Heating as one of the services."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

from planner.heating.plan import plan_heating
from planner.heating.snapshot import HeatingSnapshot
from planner.service import Kept, Made, Second


class Heating:
    """Its plans take no time worth keeping, and nobody watches over them yet."""

    snapshot = HeatingSnapshot
    watched = False

    def make(self, snapshot: HeatingSnapshot, executor: Executor | None = None) -> Made:
        """The plan of a snapshot."""
        return Made(snapshot, plan_heating(snapshot))

    def look_again(self, snapshot: HeatingSnapshot, live: Kept, executor: Executor | None = None) -> Second:
        """Nothing: there is no watch over it."""
        return Second(None)

    def prepare(self, snapshot: HeatingSnapshot) -> Iterator[str]:
        """Nothing: its plans are quick."""
        return iter(())
