"""Which planner makes the plan of a domain. A pure step from snapshot to plan."""

from __future__ import annotations

from city.plan import Plan
from planner.heating import plan_heating
from planner.snapshot import Snapshot
from planner.snow import plan_snow
from planner.waste import plan_waste

PLANNERS = {"snow": plan_snow, "waste": plan_waste, "heating": plan_heating}


def make_plan(snapshot: Snapshot) -> Plan:
    """The plan of a snapshot."""
    return PLANNERS[snapshot.domain](snapshot)
