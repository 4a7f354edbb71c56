"""What a plan takes from refills, against what they have. The search does not follow it: it is told afterwards."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from planner.routes.drives import VehicleDrive, drive
from planner.routes.encode import Route
from planner.routes.problem import Problem, RouteVehicle


def overdrawn(problem: Problem, routes: Sequence[Route], *, slip: float = 1e-6) -> float:
    """How much more than their stock all refills give in sum, in the unit of the demand; a share ``slip`` of it is
    rounding.

    Refills that a drive ends at count too.
    """
    if all(math.isinf(refill.stock) for refill in problem.refills):
        return 0.0
    given: defaultdict[int, float] = defaultdict(float)
    for one in drive(problem, routes):
        for refill, taken in _taken(problem, problem.vehicles[one.vehicle], one):
            given[refill] += taken
    more = {refill: taken - problem.refills[refill].stock for refill, taken in given.items()}
    return math.fsum(over for refill, over in more.items() if over > slip * given[refill])


def _taken(problem: Problem, vehicle: RouteVehicle, one: VehicleDrive) -> Iterator[tuple[int, float]]:
    """(refill, what it gives) of every visit. What cannot be emptied is not filled."""
    load = vehicle.first_load
    visits = [(-1, one.refill_at_start), *((leg.task, leg.refill) for leg in one.legs)]
    for task, refill in visits:
        if task >= 0:
            load = max(0.0, load - problem.tasks[task].demand)
        if refill >= 0 and math.isfinite(load):
            more = min(problem.refills[refill].amount, vehicle.capacity - load)
            load += more
            yield refill, more
