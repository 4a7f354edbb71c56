"""From the problem to the arrays of the search, and from its chains back to routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.routes.problem import Problem
from planner.routes.search.chain import directions, rebuild
from planner.routes.search.model import CAR, JOB, WAY, Model, Records, SearchState, empty_state
from planner.routes.tables import FAR, Tables

NEVER_S = 1e15
"""A time that is never reached; finite, so that differences of it exist."""


@dataclass(frozen=True)
class Serve:
    """A task is served by driving one of its arcs."""

    task: int
    arc: int


@dataclass(frozen=True)
class Fill:
    """A visit to a refill."""

    refill: int


Step = Serve | Fill


@dataclass(frozen=True)
class Route:
    """What one vehicle does, in order. A refill that its route ends at is not among the steps."""

    vehicle: int
    steps: tuple[Step, ...]


def encode(
    problem: Problem, made: Tables, extra: npt.NDArray[np.float64] | None = None, *, neighbours: int = 250
) -> Model:
    """The arrays of a problem. ``extra`` (n_tasks, n_vehicles): what it costs beyond the drive that a certain one
    does it."""
    n, v = len(problem.tasks), len(problem.vehicles)
    fleet, tasks = problem.vehicles, problem.tasks
    job, car = _jobs(problem, made), _cars(problem, made)
    allowed = np.array([[problem.may_serve(vehicle, task) for vehicle in fleet] for task in tasks], bool)
    timed = bool((job["deadline"] < NEVER_S).any() or (job["opens"] > 0).any() or (car["drive"] < NEVER_S).any())
    dearest = float(np.max(made.price, initial=0.0, where=made.price < 0.1 * FAR))
    near = _neighbours(made, n, neighbours)
    first, origin = _side_by_side(made, near, v)
    table = np.empty(made.price.shape, WAY)
    table["price"], table["secs"] = made.price[..., origin[:, None], origin], made.seconds[..., origin[:, None], origin]
    return Model(
        n=n,
        v=v,
        layers=table.shape[1],
        places=table.shape[2],
        table=table.reshape(-1),
        into=np.ascontiguousarray(table.swapaxes(2, 3)).reshape(-1),
        work_s=np.ascontiguousarray(made.work_s[:, origin]),
        first=first,
        origin=origin,
        near=near,
        allowed=allowed.reshape(n, v),
        extra=np.zeros((n, v)) if extra is None else extra,
        job=job,
        car=car,
        refills=bool(problem.refills),
        clocked=timed or bool((car["shift"] < NEVER_S).any()),
        timed=timed,
        tolerance=1e-9 * max(1e-6, dearest),
    )


def fresh(model: Model, made: Tables, *, most_refills: int | None = None) -> SearchState:
    """A solution that serves nothing; a route has room for ``most_refills``, which no step of the search exceeds."""
    ways = np.concatenate([np.diff(made.first), np.ones(2 * model.v, np.int64)])
    most = _enough_refills(model) if most_refills is None else most_refills
    return empty_state(model.first, ways, model.v, most + 1 if model.refills else 1)


def _enough_refills(model: Model) -> int:
    """So many that one route alone can carry all demand: of two stretches that follow each other, one or both together
    fill more than half of a load."""
    rooms = model.car["loadn"][model.car["loadn"] > 0]
    least = float(rooms.min(initial=np.inf))
    return min(model.n, 2 + int(2.0 * float(model.job["demand"].sum()) / least))


def _side_by_side(
    made: Tables, near: npt.NDArray[np.int64], v: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(n + 2 v,) the first place of each element in the search's tables, and (n_places,) their places in ``made``.

    A walk always on to the nearest task left puts neighbours side by side: what is asked for together then lies in
    few lines of memory, which counts where the tables are larger than the caches.
    """
    n, ways = len(near), np.diff(made.first)
    walk = np.array(_walk(near), np.int64)
    first = np.empty(n + 2 * v, np.int64)
    first[walk] = np.cumsum(ways[walk]) - ways[walk]
    first[n:] = made.first[-1] + np.arange(2 * v)
    origin = np.empty(int(made.first[-1]) + 2 * v, np.int64)
    for task in range(n):
        for way in range(int(ways[task])):
            origin[first[task] + way] = made.first[task] + way
    origin[made.first[-1] :] = first[n:]
    return first, origin


def _walk(near: npt.NDArray[np.int64], *, neighbours: int = 40, back: int = 20) -> list[int]:
    """The tasks, each followed by the nearest of its ``neighbours`` that is left, or by one of those it came by."""
    around, left, walk, at = near[:, :neighbours].tolist(), dict.fromkeys(range(len(near))), [], 0
    while left:
        del left[at]
        walk.append(at)
        onward = (task for one in reversed(walk[-back:]) for task in around[one] if task in left)
        at = next(onward, next(iter(left), 0))
    return walk


def _jobs(problem: Problem, made: Tables) -> Records:
    job = np.zeros(len(problem.tasks), JOB)
    job["demand"] = [task.demand for task in problem.tasks]
    job["deadline"] = [min(task.deadline_s, NEVER_S) for task in problem.tasks]
    job["weight"] = [task.weight for task in problem.tasks]
    job["opens"] = [task.opens_s for task in problem.tasks]
    job["far"] = _far(made, len(problem.tasks), len(problem.vehicles))
    return job


def _cars(problem: Problem, made: Tables) -> Records:
    """A refill is counted on for the least that any of them gives."""
    amount = min([refill.amount for refill in problem.refills], default=np.inf)
    car = np.zeros(len(problem.vehicles), CAR)
    car["kind"], car["group"] = made.kind_of, _groups(problem)
    car["load0"] = [vehicle.first_load for vehicle in problem.vehicles]
    car["loadn"] = [min(vehicle.capacity, amount) for vehicle in problem.vehicles]
    car["shift"] = [min(vehicle.shift_s, NEVER_S) for vehicle in problem.vehicles]
    car["begin"] = [vehicle.earliest_s for vehicle in problem.vehicles]
    car["drive"] = [min(vehicle.drive_s, NEVER_S) for vehicle in problem.vehicles]
    car["rest"] = [vehicle.break_s for vehicle in problem.vehicles]
    return car


def _far(made: Tables, n: int, v: int) -> npt.NDArray[np.float64]:
    """(n,) price from the nearest start to each task."""
    starts = made.price[0, 0, len(made.arc_of) : len(made.arc_of) + v]
    nearest = starts.min(axis=0) if v else np.zeros(starts.shape[1])
    return np.array([nearest[made.first[t] : made.first[t + 1]].min() for t in range(n)], float)


def _neighbours(made: Tables, n: int, most: int) -> npt.NDArray[np.int64]:
    """(n, k) the other tasks, nearest first, by the cheapest drive between them in either order, ends first at ties."""
    width = len(made.arc_of)
    if n < 2:
        return np.zeros((n, 0), np.int64)
    service = made.price[0, 0, :width, :width]
    apart = np.minimum.reduceat(np.minimum.reduceat(service, made.first[:-1], axis=0), made.first[:-1], axis=1)
    own = made.price[0, 0, :width, :width].min(axis=0)
    least = np.minimum.reduceat(own, made.first[:-1])
    apart = apart - least[None, :]
    both = np.minimum(apart, apart.T) + 1e-3 * np.maximum(apart, apart.T)
    np.fill_diagonal(both, np.inf)
    k = min(most, n - 1)
    return np.argsort(both, axis=1, kind="stable")[:, :k].astype(np.int64)


def _groups(problem: Problem) -> npt.NDArray[np.int64]:
    """(n_vehicles,) the same number for vehicles that differ in nothing but their id."""
    seen: dict[object, int] = {}
    named = {name for task in problem.tasks for name in task.vehicles or ()}
    keys = [
        (
            vehicle.id if vehicle.id in named else "",
            *(getattr(vehicle, name) for name in vehicle.__dataclass_fields__ if name != "id"),
        )
        for vehicle in problem.vehicles
    ]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], np.int64)


def state_of(model: Model, made: Tables, routes: Sequence[Route]) -> SearchState:
    """The chains of routes. Tasks that stand twice, or by a vehicle that may not, are left to be served anew; so are
    refills for which a route has no room left to be placed."""
    state = fresh(model, made)
    el = state.el
    for route in routes:
        at, room = model.n + route.vehicle, state.load.shape[1] - 1
        end = int(el["nxt"][at])
        for step in route.steps:
            if isinstance(step, Fill):
                if room > 0 and not el["fill"][at]:
                    el["fill"][at], room = 1, room - 1
            elif el["route"][step.task] < 0 and model.allowed[step.task, route.vehicle]:
                el["nxt"][at], el["prv"][step.task] = step.task, at
                el["route"][step.task] = route.vehicle
                at = step.task
        el["nxt"][at], el["prv"][end] = end, at
        if el["nxt"][model.n + route.vehicle] == end:
            el["fill"][model.n + route.vehicle] = 0
    return state


def routes_of(model: Model, made: Tables, state: SearchState) -> tuple[Route, ...]:
    """The routes of a solution, with the best directions and refills."""
    return tuple(_route(model, made, state, vehicle) for vehicle in range(model.v))


def _route(model: Model, made: Tables, state: SearchState, vehicle: int) -> Route:
    rebuild(model, state, vehicle)
    directions(model, state, vehicle)
    el, kind = state.el, int(model.car["kind"][vehicle])
    steps: list[Step] = []
    at, here = model.n + vehicle, int(el["first"][model.n + vehicle])
    while at < model.n + model.v:
        following = int(el["nxt"][at])
        there = int(el["first"][following] + (el["way"][following] if following < model.n else 0))
        if el["fill"][at]:
            steps.append(Fill(int(made.by_refill[kind, model.origin[here], model.origin[there]])))
        if following < model.n:
            steps.append(Serve(following, int(made.arc_of[model.origin[there]])))
        at, here = following, there
    return Route(vehicle, tuple(steps))
