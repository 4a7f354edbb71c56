"""Planning again while the vehicles are out: what is done is frozen, what is left is kept as stable as asked.

``remaining`` says what is left of a plan at a moment. Each report (``breakdown``, ``blocked``, ``ice``) is a function
from what is left to what is left; ``replan`` searches from the old routes on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.errors import PlanNotPossible
from city.shortest import between
from planner.routes.drives import VehicleDrive, drive
from planner.routes.encode import Fill, Route, Serve, Step
from planner.routes.problem import Problem, Profile, RouteVehicle, Task
from planner.routes.solve import Params, Result, StopRule, solve
from planner.routes.tables import start_of
from planner.routes.timeline import Stage, moments

CALM = Params(hot=0.02, cold=0.002)
"""A search that begins from a good plan must not begin by forgetting it."""


@dataclass(frozen=True)
class Rest:
    """What is left at ``now_s`` [s since the start of planning]: the problem, and the old routes of it.

    ``holder``: task id -> id of the vehicle that was to do it; ``left_out``: ids of tasks that nobody can do any more;
    ``orphans``: the steps of each vehicle that has dropped out.
    """

    problem: Problem
    routes: tuple[Route, ...]
    now_s: float
    holder: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    orphans: tuple[tuple[Step, ...], ...] = ()


@dataclass(frozen=True)
class Replanned:
    """A new plan of what is left. ``changed``: ids of the tasks that another vehicle does than before. ``cost`` is
    that of the drives alone."""

    rest: Rest
    result: Result
    cost: float
    changed: tuple[str, ...]


def remaining(problem: Problem, routes: Sequence[Route], now_s: float) -> Rest:
    """What is left of a plan that has gone as planned until ``now_s``. A street that is begun is finished.

    The stretch of driving before the next break begins anew, and stocks of refills are as they were. A vehicle that
    has no task left stays where it is: its way home is not priced.
    """
    drives = drive(problem, routes)
    done = {one.vehicle: [m for m in moments(problem, one) if _begun(problem, m, now_s)] for one in drives}
    served = {m.leg.task for passed in done.values() for m in passed if m.leg.task >= 0}
    index = {old: new for new, old in enumerate(t for t in range(len(problem.tasks)) if t not in served)}
    fleet = [_present(vehicle, done.get(number, []), now_s, problem) for number, vehicle in enumerate(problem.vehicles)]
    left = replace(problem, tasks=tuple(problem.tasks[old] for old in index), vehicles=tuple(fleet))
    ahead = tuple(
        Route(one.vehicle, _ahead(route.steps, _fills(one, done[one.vehicle]), index))
        for route, one in zip(routes, drives, strict=True)
    )
    return Rest(left, ahead, now_s, _holders(left, ahead))


def breakdown(rest: Rest, vehicle: str) -> Rest:
    """A vehicle drops out, with all it carries. Raises PlanNotPossible if it is unknown or the last one."""
    at = _vehicle_index(rest.problem, vehicle)
    fleet = rest.problem.vehicles[:at] + rest.problem.vehicles[at + 1 :]
    routes = tuple(
        replace(route, vehicle=route.vehicle - (route.vehicle > at)) for route in rest.routes if route.vehicle != at
    )
    if not fleet:
        raise PlanNotPossible(message("error.route.last_vehicle", problem=rest.problem.name, vehicle=vehicle))
    lost = tuple(route.steps for route in rest.routes if route.vehicle == at)
    left = replace(rest.problem, vehicles=fleet)
    return _without_impossible(replace(rest, problem=left, routes=routes, orphans=(*rest.orphans, *lost)))


def blocked(rest: Rest, arcs: Collection[int]) -> Rest:
    """These arcs can no longer be driven; tasks that nobody gets to any more are left out."""
    closed = sorted(set(arcs))
    profiles = {name: _closed(profile, closed) for name, profile in rest.problem.profiles.items()}
    return _without_impossible(replace(rest, problem=replace(rest.problem, profiles=profiles)))


def ice(
    rest: Rest, arcs: Collection[tuple[int, ...]], within_s: float, *, demand: float = 0.0, weight: float = 1.0
) -> Rest:
    """These streets, each as its one or two arcs, are to be done within ``within_s`` from now [s].

    A task that is still to be done there becomes urgent; where there is none, one of ``demand`` is added.
    """
    due = rest.now_s + within_s
    streets = {frozenset(street) for street in arcs}
    tasks = [_urgent(task, due, weight) if frozenset(task.arcs) in streets else task for task in rest.problem.tasks]
    known = {frozenset(task.arcs) for task in tasks}
    ids = {task.id for task in tasks}
    for street in sorted(tuple(sorted(street)) for street in streets - known):
        name = _unused(f"ice-{street[0]}@{rest.now_s:.0f}", ids)
        ids.add(name)
        tasks.append(Task(name, street, demand, deadline_s=due, weight=weight))
    return replace(rest, problem=replace(rest.problem, tasks=tuple(tasks)))


def replan(
    rest: Rest, stop: StopRule, seed: int = 0, *, price_per_change: float = 0.0, params: Params = CALM
) -> Replanned:
    """The best plan of what is left, a task that changes its vehicle costing ``price_per_change`` beyond the drive.

    Raises PlanNotPossible that names the task or vehicle where nothing can be planned.
    """
    prices = _prices(rest, price_per_change)
    result = solve(rest.problem, stop, seed, params, rest.routes, extra=prices)
    doing = _holders(rest.problem, result.routes)
    ids = {vehicle.id for vehicle in rest.problem.vehicles}
    moved = tuple(task for task, old in rest.holder.items() if task in doing and doing[task] != old)
    priced = sum(rest.holder[task] in ids for task in moved)
    return Replanned(rest, result, result.cost - price_per_change * priced, moved)


def _begun(problem: Problem, moment: Stage, now_s: float) -> bool:
    """Whether an arc is done, or being driven, at a time: it ends before, or less than its own time later."""
    seconds = max(float(p.work_seconds[moment.leg.arc]) for p in problem.profiles.values())
    return moment.seconds - (seconds if math.isfinite(seconds) else 0.0) < now_s


def _present(vehicle: RouteVehicle, passed: Sequence[Stage], now_s: float, problem: Problem) -> RouteVehicle:
    """A vehicle as it stands after what it has passed, with what is left of its shift."""
    end_s = vehicle.earliest_s + vehicle.shift_s
    now = max(now_s, vehicle.earliest_s, passed[-1].seconds if passed else 0.0)
    later = replace(vehicle, earliest_s=now, shift_s=max(1.0, end_s - now))
    if not passed:
        return later
    arc = passed[-1].leg.arc
    return replace(later, start=int(problem.graph.arc_to[arc]), start_arc=arc, load=passed[-1].load, price_used=0.0)


def _fills(one: VehicleDrive, passed: Sequence[Stage]) -> int:
    """How many refills are behind a vehicle."""
    return sum(moment.leg.refill >= 0 for moment in passed) + (one.refill_at_start >= 0 and bool(passed))


def _ahead(steps: Sequence[Step], fills: int, index: Mapping[int, int]) -> tuple[Step, ...]:
    """The steps that are still to come, with the new numbers of their tasks."""
    left: list[Step] = []
    for step in steps:
        if isinstance(step, Serve) and step.task in index:
            left.append(replace(step, task=index[step.task]))
        elif isinstance(step, Fill):
            fills -= 1
            left += [step] if fills < 0 else []
    return tuple(left)


def _holders(problem: Problem, routes: Sequence[Route]) -> dict[str, str]:
    return {
        problem.tasks[step.task].id: problem.vehicles[route.vehicle].id
        for route in routes
        for step in route.steps
        if isinstance(step, Serve)
    }


def _vehicle_index(problem: Problem, vehicle: str) -> int:
    ids = [one.id for one in problem.vehicles]
    if vehicle not in ids:
        known = tuple(ids)
        raise PlanNotPossible(message("error.route.no_vehicle", problem=problem.name, vehicle=vehicle, known=known))
    return ids.index(vehicle)


def _closed(profile: Profile, arcs: Sequence[int]) -> Profile:
    seconds, work_seconds = profile.seconds.copy(), profile.work_seconds.copy()
    seconds[list(arcs)] = work_seconds[list(arcs)] = np.inf
    return Profile(seconds, work_seconds)


def _without_impossible(rest: Rest) -> Rest:
    """Without the tasks that no vehicle can do, carry or reach any more; they are named."""
    problem = rest.problem
    reached = [_reached(problem, vehicle) for vehicle in problem.vehicles]
    index: dict[int, int] = {}
    gone = []
    for number, task in enumerate(problem.tasks):
        near = (one for one, arcs in zip(problem.vehicles, reached, strict=True) if not arcs.isdisjoint(task.arcs))
        if any(problem.may_serve(one, task) and problem.largest_load(one) >= task.demand for one in near):
            index[number] = len(index)
        else:
            gone.append(task.id)
    routes = tuple(replace(route, steps=_ahead(route.steps, 0, index)) for route in rest.routes)
    left = replace(problem, tasks=tuple(problem.tasks[number] for number in index))
    orphans = tuple(_ahead(steps, 0, index) for steps in rest.orphans)
    return replace(rest, problem=left, routes=routes, left_out=(*rest.left_out, *gone), orphans=orphans)


def _reached(problem: Problem, vehicle: RouteVehicle) -> set[int]:
    """The arcs of tasks whose beginning a vehicle can drive to from where it stands, and that it may work on."""
    arcs = sorted({arc for task in problem.tasks for arc in task.arcs})
    price, _ = between(problem.graph, problem.rates(vehicle), [start_of(vehicle)], arcs)
    open_ = np.isfinite(price[0]) & np.isfinite(problem.profile(vehicle).work_seconds[arcs])
    return {arc for arc, there in zip(arcs, open_.tolist(), strict=True) if there}


def _urgent(task: Task, due: float, weight: float) -> Task:
    return replace(task, deadline_s=max(task.opens_s, min(task.deadline_s, due)), weight=max(task.weight, weight))


def _unused(name: str, ids: Collection[str]) -> str:
    return next(
        f"{name}{tail}" for tail in ["", *(f"-{n}" for n in range(2, len(ids) + 3))] if f"{name}{tail}" not in ids
    )


def _prices(rest: Rest, price: float) -> npt.NDArray[np.float64]:
    """(n_tasks, n_vehicles) the price of a change; nothing for tasks that were nobody's, or of one who has gone."""
    at = {vehicle.id: number for number, vehicle in enumerate(rest.problem.vehicles)}
    prices = np.zeros((len(rest.problem.tasks), len(at)))
    for number, task in enumerate(rest.problem.tasks):
        holder = at.get(rest.holder.get(task.id, ""), -1)
        if holder >= 0:
            prices[number] = price
            prices[number, holder] = 0.0
    return prices
