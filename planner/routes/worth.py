"""What routes are worth, worked out anew from their whole drives: faults first, then the price.

By this a plan that was put together from parts is set beside the one before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.routes.drives import VehicleDrive, drive
from planner.routes.encode import Route
from planner.routes.problem import Problem
from planner.routes.timeline import Stage, moments


class Worth(NamedTuple):
    """Tasks ``unserved`` of those asked for; ``overload`` in the demand's unit; weighted lateness and overtime in one
    sum ``fault_s`` [s]; ``cost`` in the unit of the objective.

    The lesser is the better, in this order.
    """

    unserved: int
    overload: float
    fault_s: float
    cost: float


def worth(problem: Problem, routes: Sequence[Route], tasks: int) -> Worth:
    """The worth of some routes that are to serve ``tasks`` tasks between them."""
    drives = [one for one in drive(problem, routes) if one.legs]
    served = {leg.task for one in drives for leg in one.legs if leg.task >= 0}
    parts = [_worth(problem, one) for one in drives]
    overload, fault_s, cost = (math.fsum(part) for part in zip(*parts, strict=True)) if parts else (0.0, 0.0, 0.0)
    return Worth(tasks - len(served), round(overload, 6), round(fault_s, 1), cost)


def _worth(problem: Problem, one: VehicleDrive) -> tuple[float, float, float]:
    """Overload, seconds of fault and the price of one drive."""
    vehicle, graph = problem.vehicles[one.vehicle], problem.graph
    passed = moments(problem, one)
    served = [(problem.tasks[moment.leg.task], moment.seconds) for moment in passed if moment.leg.task >= 0]
    late_s = math.fsum(task.weight * max(0.0, seconds - task.deadline_s) for task, seconds in served)
    over_s = max(0.0, passed[-1].seconds - vehicle.earliest_s - vehicle.shift_s)
    rates, work = problem.rates(vehicle), problem.work_price(vehicle)
    price = [float((work if leg.task >= 0 else rates.price)[leg.arc]) for leg in one.legs]
    arcs = [*([vehicle.start_arc] if vehicle.start_arc >= 0 else []), *(leg.arc for leg in one.legs)]
    turns = math.fsum(graph.turn(a, b) for a, b in pairwise(arcs))
    fills = math.fsum(problem.refills[leg.refill].seconds for leg in one.legs if leg.refill >= 0)
    cost = math.fsum(price) + (turns + fills) * vehicle.price_per_s + vehicle.price_used
    return _overload(problem, one, passed), late_s + over_s, cost


def _overload(problem: Problem, one: VehicleDrive, passed: Sequence[Stage]) -> float:
    """How much is served that is not on board."""
    vehicle = problem.vehicles[one.vehicle]
    more = problem.refills[one.refill_at_start].amount if one.refill_at_start >= 0 else 0.0
    loads = [min(vehicle.capacity, vehicle.first_load + more), *(moment.load for moment in passed)]
    needs = [problem.tasks[moment.leg.task].demand if moment.leg.task >= 0 else 0.0 for moment in passed]
    return math.fsum(max(0.0, need - load) for need, load in zip(needs, loads, strict=False) if need > 0.0)
