"""Which planner makes the plan of a domain. A pure step from snapshot to plan."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

from city.plan import Plan
from planner.heating.plan import plan_heating
from planner.snapshot import Snapshot
from planner.snow.archive import pack
from planner.snow.memory import Kept
from planner.snow.plan import Judged, judge_streets, snow_plan
from planner.waste.plan import plan_waste

PLANNERS = {"waste": plan_waste, "heating": plan_heating}


@dataclass(frozen=True)
class Made:
    """A plan, and of a snow plan the judgement of the streets that it was made from."""

    snapshot: Snapshot
    plan: Plan
    judged: Judged | None = None

    def strands(self) -> bytes | None:
        """What is kept of a snow plan for back-tests."""
        if self.judged is None:
            return None
        called = tuple(sorted({item.target for item in self.plan.interventions}))
        return pack(self.judged.needs.strands, self.snapshot.asked, called)


def make(snapshot: Snapshot, executor: Executor | None = None, kept: Kept | None = None) -> Made:
    """The plan of a snapshot. ``executor``: whose workers search the routes, else all cores here; ``kept``: what this
    process keeps from plan to plan; the plan is the same."""
    if snapshot.domain != "snow":
        return Made(snapshot, PLANNERS[snapshot.domain](snapshot))
    kept = kept or Kept()
    judged = judge_streets(snapshot, kept)
    return Made(snapshot, snow_plan(snapshot, judged, executor, kept), judged)


def make_plan(snapshot: Snapshot, executor: Executor | None = None, kept: Kept | None = None) -> Plan:
    """The plan alone."""
    return make(snapshot, executor, kept).plan
