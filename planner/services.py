"""The services of this installation, and the plan of a snapshot: a pure step by the service that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from city.plan import Plan
from city.vocabulary import Domain
from planner.heating.service import Heating
from planner.service import Made, Service
from planner.snapshot import Snapshot
from planner.snow.service import Snow
from planner.waste.service import Waste

Services = Mapping[Domain, Service[Any, Any]]
SERVICES: Mapping[Domain, type[Any]] = {"snow": Snow, "waste": Waste, "heating": Heating}
"""Every service by its domain."""
SNAPSHOTS: Mapping[str, type[Snapshot]] = {domain: kind().snapshot for domain, kind in SERVICES.items()}
"""The type of each domain's snapshots."""


def services() -> Services:
    """The services of one process, each with what it keeps from plan to plan."""
    return {domain: kind() for domain, kind in SERVICES.items()}


def make(snapshot: Snapshot, executor: Executor | None = None, known: Services | None = None) -> Made:
    """The plan of a snapshot with what goes beside it. ``known``: this process's services; the plan is the same."""
    service = (known or services())[snapshot.domain]
    return service.plan(snapshot, service.judge(snapshot), executor)


def make_plan(snapshot: Snapshot, executor: Executor | None = None, known: Services | None = None) -> Plan:
    """The plan alone."""
    return make(snapshot, executor, known).plan
