"""Which planner makes the plan of a domain. A pure step from snapshot to plan."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

from city.plan import Plan
from planner.heating.plan import plan_heating
from planner.snapshot import Snapshot
from planner.snow.archive import pack
from planner.snow.cache import PlanCache
from planner.snow.plan import Assessment, assess_streets, snow_plan
from planner.waste.plan import plan_waste

PLANNERS = {"waste": plan_waste, "heating": plan_heating}


@dataclass(frozen=True)
class Made:
    """A plan, and of a snow plan the judgement of the streets that it was made from."""

    snapshot: Snapshot
    plan: Plan
    assessed: Assessment | None = None

    def curves(self) -> bytes | None:
        """What is cache of a snow plan for back-tests."""
        if self.assessed is None:
            return None
        called = tuple(sorted({item.target for item in self.plan.interventions}))
        return pack(self.assessed.needs.groups, self.snapshot.asked, called)


def make(snapshot: Snapshot, executor: Executor | None = None, cache: PlanCache | None = None) -> Made:
    """The plan of a snapshot. ``executor``: whose workers search the routes, else all cores here; ``cache``: what this
    process keeps from plan to plan; the plan is the same."""
    if snapshot.domain != "snow":
        return Made(snapshot, PLANNERS[snapshot.domain](snapshot))
    cache = cache or PlanCache()
    assessed = assess_streets(snapshot, cache)
    return Made(snapshot, snow_plan(snapshot, assessed, executor, cache), assessed)


def make_plan(snapshot: Snapshot, executor: Executor | None = None, cache: PlanCache | None = None) -> Plan:
    """The plan alone."""
    return make(snapshot, executor, cache).plan
