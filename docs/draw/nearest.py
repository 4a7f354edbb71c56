"""The plan of a plain rule: always on to the nearest street that is still to be done, refill when the load is short.

For several vehicles with loads: the one that is first free goes next.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from city.shortest import EdgePlace, arrivals, between
from planner.routes.encode import Fill, Route, Serve, Step
from planner.routes.problem import Problem
from planner.routes.tables import start_of


@dataclass
class _Truck:
    """A vehicle on its way: where it stands, what it has left [demand], how long it has driven [s]."""

    number: int
    at: EdgePlace
    left: float
    busy_s: float = 0.0
    steps: list[Step] = field(default_factory=list)


def nearest_first(problem: Problem) -> tuple[Route, ...]:
    """The routes of the plain rule, for vehicles that may all serve everything. Ties go by the order of the tasks."""
    todo = set(range(len(problem.tasks)))
    trucks = [_Truck(n, start_of(vehicle), vehicle.first_load) for n, vehicle in enumerate(problem.vehicles)]
    while todo:
        truck = min(trucks, key=lambda one: one.busy_s)
        _serve_nearest(problem, truck, todo)
    return tuple(Route(truck.number, tuple(truck.steps)) for truck in trucks)


def _serve_nearest(problem: Problem, truck: _Truck, todo: set[int]) -> None:
    task, arc = _nearest(problem, truck, todo)
    if problem.tasks[task].demand > truck.left:
        _refill(problem, truck)
        task, arc = _nearest(problem, truck, todo)
    vehicle = problem.vehicles[truck.number]
    _, seconds = between(problem.graph, problem.rates(vehicle), [truck.at], [arc])
    truck.busy_s += float(seconds[0, 0]) + float(problem.profile(vehicle).work_seconds[arc])
    truck.left -= problem.tasks[task].demand
    truck.at = EdgePlace(arc=arc)
    truck.steps.append(Serve(task, arc))
    todo.remove(task)


def _nearest(problem: Problem, truck: _Truck, todo: set[int]) -> tuple[int, int]:
    """The task, and the arc of it, whose beginning costs least to reach."""
    choices = [(task, arc) for task in sorted(todo) for arc in problem.tasks[task].arcs]
    rates = problem.rates(problem.vehicles[truck.number])
    price, _ = between(problem.graph, rates, [truck.at], [arc for _, arc in choices])
    return choices[int(price[0].argmin())]


def _refill(problem: Problem, truck: _Truck) -> None:
    """To the nearest refill, full again."""
    vehicle = problem.vehicles[truck.number]
    ways = [
        (price, seconds, arc, number)
        for number, refill in enumerate(problem.refills)
        for arc, price, seconds in arrivals(problem.graph, problem.rates(vehicle), truck.at, refill.node)
    ]
    _, seconds, arc, number = min(ways)
    truck.at = EdgePlace(arc=arc) if arc >= 0 else EdgePlace(node=problem.refills[number].node)
    truck.busy_s += seconds + problem.refills[number].seconds
    truck.left = vehicle.capacity
    truck.steps.append(Fill(number))
