"""Which planner makes the plan of a domain. A pure step from snapshot to plan."""

from __future__ import annotations

from concurrent.futures import Executor

from city.plan import Plan
from planner.heating import plan_heating
from planner.kept import Kept
from planner.snapshot import Snapshot
from planner.snow import plan_snow
from planner.waste import plan_waste

PLANNERS = {"waste": plan_waste, "heating": plan_heating}


def make_plan(snapshot: Snapshot, executor: Executor | None = None, kept: Kept | None = None) -> Plan:
    """The plan of a snapshot. ``executor``: whose workers search the routes, else all cores here; ``kept``: what this
    process keeps from plan to plan; the plan is the same."""
    if snapshot.domain == "snow":
        return plan_snow(snapshot, executor, kept)
    return PLANNERS[snapshot.domain](snapshot)
