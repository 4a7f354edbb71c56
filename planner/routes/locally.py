"""Planning again in a large town: only the routes near a report are searched, all others stay as they are.

What the report touches (tasks that nobody has, those of a vehicle that dropped out, streets that can no longer be
driven) and the tasks nearest to it are loose; the rest of the routes that serve them is frozen into pieces. The answer
takes as long in a city as in a village.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from planner.routes.borders import ends_of, nearest_tasks, road_net, served
from planner.routes.drives import drive
from planner.routes.encode import Route, Serve
from planner.routes.frozen import Frozen, freeze
from planner.routes.problem import Problem
from planner.routes.replan import CALM, Rest
from planner.routes.solve import Params, Result, StopRule, solve
from planner.routes.timeline import moments
from planner.routes.worth import Worth, worth


@dataclass(frozen=True)
class LocalPlan:
    """A new plan of what is left. ``routes``: all of them; ``searched``: numbers of the vehicles whose routes were
    looked at; ``changed``: ids of the tasks that another vehicle does than before; ``before``, ``after``: what the
    routes that were looked at are worth; where tasks had no vehicle, ``before`` is their number alone."""

    rest: Rest
    routes: tuple[Route, ...]
    searched: tuple[int, ...]
    changed: tuple[str, ...]
    before: Worth
    after: Worth


def replan_near(
    rest: Rest,
    nodes: Collection[int],
    stop: StopRule,
    seed: int = 0,
    *,
    price_per_change: float = 0.0,
    most: int = 200,
    vehicles: int = 5,
    params: Params = CALM,
) -> LocalPlan:
    """The best plan found near ``nodes`` and all that a report has touched; it is never worse than what was.

    At most ``most`` tasks beside those touched are loose. They may go to at most ``vehicles`` routes, the nearest by
    road; vehicles without work may help. A task that changes its vehicle costs ``price_per_change`` beyond the drive.
    Raises PlanNotPossible that names the task or vehicle where nothing can be planned.
    """
    orphans = [[step for step in steps if isinstance(step, Serve)] for steps in rest.orphans]
    lost = {step.task for steps in orphans for step in steps}
    touched = _touched(rest, lost)
    near = _near(rest, {*nodes, *(node for task in touched | lost for node in ends_of(rest.problem, task))}, touched)
    own = _own(rest.routes, near, vehicles)
    loose = touched | set(near[:most]).intersection(task for route in own for task in served(route))
    small = freeze(rest.problem, own, loose, orphans)
    found = solve(small.problem, stop, seed, params, small.routes, extra=_prices(rest, small, price_per_change))
    return _answer(rest, small, own, found, price_per_change)


def relieved(
    problem: Problem, routes: Sequence[Route], stop: StopRule, seed: int = 0, *, rounds: int = 3, most: int = 300
) -> tuple[Route, ...]:
    """A plan in which the surroundings of the tasks that are late are searched again, so that neighbours may help.

    Each of at most ``rounds`` searches goes on until ``stop``; it ends where nothing is late or no search helps.
    """
    for number in range(rounds):
        nodes = {node for task in late_tasks(problem, routes) for node in ends_of(problem, task)}
        if not nodes:
            break
        found = replan_near(Rest(problem, tuple(routes), 0.0, {}), nodes, stop, seed + number, most=most)
        if found.after >= found.before:
            break
        routes = found.routes
    return tuple(routes)


def late_tasks(problem: Problem, routes: Sequence[Route]) -> list[int]:
    """The tasks that are done after their deadline."""
    passed = (moment for one in drive(problem, routes) for moment in moments(problem, one) if moment.leg.task >= 0)
    return [moment.leg.task for moment in passed if moment.seconds > problem.tasks[moment.leg.task].deadline_s]


def _touched(rest: Rest, lost: Collection[int]) -> set[int]:
    """Tasks that no route has and no vehicle had, and those on a street that can no longer be driven both ways."""
    problem = rest.problem
    had = {task for route in rest.routes for task in served(route)}
    work_s = np.min([profile.work_seconds for profile in problem.profiles.values()], axis=0)
    closed = {at for at, task in enumerate(problem.tasks) if not np.isfinite(work_s[list(task.arcs)]).all()}
    return (set(range(len(problem.tasks))) - had - set(lost)) | (closed - set(lost))


def _near(rest: Rest, nodes: Collection[int], touched: Collection[int]) -> list[int]:
    """The tasks of the routes, nearest first."""
    tasks = {task for route in rest.routes for task in served(route)} - set(touched)
    return nearest_tasks(rest.problem, road_net(rest.problem), nodes, tasks, len(tasks)) if nodes else sorted(tasks)


def _own(routes: Sequence[Route], near: Sequence[int], most: int) -> list[Route]:
    """The routes of at most ``most`` vehicles, in the order of their nearest task, and of those that have none."""
    holder = {task: route.vehicle for route in routes for task in served(route)}
    wanted = set(list(dict.fromkeys(holder[task] for task in near))[:most])
    return [route for route in routes if route.vehicle in wanted or not served(route)] or list(routes)


def _prices(rest: Rest, small: Frozen, price: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n_tasks, n_vehicles) of the smaller problem: a task that leaves its vehicle pays, one that has none does not."""
    at = {vehicle.id: number for number, vehicle in enumerate(small.problem.vehicles)}
    prices = np.zeros((len(small.runs), len(at)))
    for number, run in enumerate(small.runs):
        holder = at.get(rest.holder.get(rest.problem.tasks[run[0].task].id, ""), -1)
        if holder >= 0:
            prices[number] = price
            prices[number, holder] = 0.0
    return prices


def _answer(rest: Rest, small: Frozen, own: Sequence[Route], found: Result, price: float) -> LocalPlan:
    """The whole plan with the new routes in it, or the old one where they are no better."""
    problem, tasks = rest.problem, len({step.task for run in small.runs for step in run})
    new = small.thawed(found.routes)
    before, after = _before(problem, own, tasks), worth(problem, new, tasks)
    changed = _changed(rest, problem, new)
    if after._replace(cost=after.cost + price * len(changed)) >= before:
        new, after, changed = tuple(own), before, ()
    of_vehicle = {route.vehicle: route for route in [*rest.routes, *new]}
    routes = tuple(of_vehicle[vehicle] for vehicle in sorted(of_vehicle))
    return LocalPlan(rest, routes, small.vehicles, changed, before, after)


def _before(problem: Problem, routes: Sequence[Route], tasks: int) -> Worth:
    """What old routes are worth; nothing where they can no longer be driven. Tasks without a vehicle decide alone."""
    missing = tasks - sum(len(served(route)) for route in routes)
    if missing > 0:
        return Worth(missing, 0.0, 0.0, 0.0)
    try:
        return worth(problem, routes, tasks)
    except ValueError:
        return Worth(tasks, math.inf, math.inf, math.inf)


def _changed(rest: Rest, problem: Problem, routes: Sequence[Route]) -> tuple[str, ...]:
    """Ids of the tasks of some routes that had another vehicle."""
    doing = [(problem.tasks[task].id, problem.vehicles[route.vehicle].id) for route in routes for task in served(route)]
    return tuple(task for task, vehicle in doing if rest.holder.get(task, vehicle) != vehicle)
