"""Large towns: cut into districts of equal work, solved side by side, then a pass over the borders between them.

A district is found by halving: the two ends of a town are the tasks that lie farthest apart by road, and each task
goes to the nearer end as far as the work is shared as the vehicles are.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from city.network import Floats
from planner.routes.borders import at_borders, ends_of, road_net
from planner.routes.encode import Route, Serve, Step
from planner.routes.problem import Problem, refuse_impossible
from planner.routes.solve import Params, Result, StopRule, solve


@dataclass(frozen=True)
class District:
    """Indices of the tasks and of the vehicles that belong together, each rising."""

    tasks: tuple[int, ...]
    vehicles: tuple[int, ...]


@dataclass(frozen=True)
class Split:
    """A plan made by districts. ``alone``: routes before the border pass, ``routes`` after it."""

    problem: Problem
    districts: tuple[District, ...]
    alone: tuple[Route, ...]
    routes: tuple[Route, ...]
    iterations: int
    seconds: float


def solve_split(
    problem: Problem,
    stop: StopRule,
    border: StopRule,
    executor: Executor,
    seed: int = 0,
    params: Params | None = None,
    *,
    number: int | None = None,
) -> Split:
    """Each district is searched until ``stop``, all side by side; then each border between two until ``border``.

    ``number`` of districts; None: so that none has more than 500 tasks. The same for the same seed, iterations and
    number, however many processes there are. Raises PlanNotPossible where nothing can be planned.
    """
    refuse_impossible(problem)
    parts = districts(problem, max(1, -(-len(problem.tasks) // 500)) if number is None else number)
    inner = [part(problem, district) for district in parts]
    found = list(executor.map(partial(solve, stop=stop, seed=seed, params=params), inner))
    alone = tuple(
        sorted(
            (
                route
                for district, result in zip(parts, found, strict=True)
                for route in _outward(district, result.routes)
            ),
            key=lambda route: route.vehicle,
        )
    )
    passed = at_borders(problem, [district.vehicles for district in parts], alone, border, executor, seed)
    results = [*found, *passed.results]
    return Split(problem, tuple(parts), alone, passed.routes, _iterations(results), sum(r.seconds for r in results))


def districts(problem: Problem, number: int) -> list[District]:
    """At most ``number`` districts, fewer where there are fewer vehicles. Work is shared as the vehicles are."""
    whole = District(tuple(range(len(problem.tasks))), tuple(range(len(problem.vehicles))))
    return _halved(problem, road_net(problem), _work(problem), whole, max(1, number))


def part(problem: Problem, district: District) -> Problem:
    """The problem of a district alone; every refill stays open to it."""
    return replace(
        problem,
        tasks=tuple(problem.tasks[task] for task in district.tasks),
        vehicles=tuple(problem.vehicles[vehicle] for vehicle in district.vehicles),
    )


def _work(problem: Problem) -> Floats:
    """(n_tasks,) share of the whole work: the mean of the shares in time and in demand."""
    seconds = np.min([problem.profile(vehicle).work_seconds for vehicle in problem.vehicles], axis=0)
    time_s = np.array([seconds[list(task.arcs)].min() for task in problem.tasks])
    demand = np.array([task.demand for task in problem.tasks])
    both = [amount / amount.sum() for amount in (time_s, demand) if amount.sum() > 0]
    return np.mean(both, axis=0) if both else np.full(len(demand), 1.0 / max(1, len(demand)))


def _halved(problem: Problem, net: csr_matrix, work: Floats, whole: District, number: int) -> list[District]:
    """A district as ``number`` districts, by halving it again and again."""
    number = min(number, len(whole.vehicles), len(whole.tasks))
    if number < 2:
        return [whole]
    share = (number // 2) / number
    sides = _two(problem, net, work, whole, share)
    if not all(side.tasks for side in sides):
        return [whole]
    counts = (number // 2, number - number // 2)
    return [
        small for side, count in zip(sides, counts, strict=True) for small in _halved(problem, net, work, side, count)
    ]


def _two(problem: Problem, net: csr_matrix, work: Floats, whole: District, share: float) -> tuple[District, District]:
    """Two sides: the first has about ``share`` of the vehicles, and of the work what its vehicles are of all."""
    lean = _lean(problem, net, whole)
    starts = [problem.vehicles[v] for v in whole.vehicles]
    at = [int(problem.graph.arc_to[v.start_arc]) if v.start_arc >= 0 else v.start for v in starts]
    fleet = [whole.vehicles[k] for k in np.argsort(lean[at], kind="stable")]
    cut = min(len(fleet) - 1, max(1, round(share * len(fleet))))
    first, second = sorted(fleet[:cut]), sorted(fleet[cut:])
    order = sorted(whole.tasks, key=lambda task: (lean[list(ends_of(problem, task))].sum(), task))
    wanted, done = cut / len(fleet) * work[order].sum(), 0.0
    sides: tuple[list[int], list[int]] = ([], [])
    for task in order:
        side = 0 if done + work[task] / 2 <= wanted else 1
        done += work[task]
        sides[side if _able(problem, task, (first, second)[side]) else 1 - side].append(task)
    return District(tuple(sorted(sides[0])), tuple(first)), District(tuple(sorted(sides[1])), tuple(second))


def _lean(problem: Problem, net: csr_matrix, whole: District) -> Floats:
    """(n_nodes,) how much nearer one end of a district is than the other end; ends by two sweeps."""
    nodes = sorted({node for task in whole.tasks for node in ends_of(problem, task)})
    one = _farthest(_apart(net, nodes[0]), nodes)
    from_one = _apart(net, one)
    from_other = _apart(net, _farthest(from_one, nodes))
    return from_one - from_other


def _apart(net: csr_matrix, node: int) -> Floats:
    """(n_nodes,) the way by road, one-way rules aside; twice the farthest where there is none."""
    found: Floats = dijkstra(net, directed=False, indices=node)
    return np.where(np.isfinite(found), found, 2.0 * float(found[np.isfinite(found)].max()) + 1.0)


def _farthest(apart: Floats, nodes: Sequence[int]) -> int:
    return nodes[int(np.argmax(apart[list(nodes)]))]


def _able(problem: Problem, task: int, fleet: Sequence[int]) -> bool:
    """Whether one of the vehicles may do the task and can carry what it needs."""
    wanted = problem.tasks[task]
    vehicles = [problem.vehicles[vehicle] for vehicle in fleet]
    return any(problem.may_serve(v, wanted) and problem.largest_load(v) >= wanted.demand for v in vehicles)


def _outward(district: District, routes: Sequence[Route]) -> list[Route]:
    """Routes of a district with the numbers of the whole problem."""
    return [
        Route(district.vehicles[route.vehicle], tuple(_numbered(step, district.tasks) for step in route.steps))
        for route in routes
    ]


def _numbered(step: Step, tasks: Sequence[int]) -> Step:
    return replace(step, task=tasks[step.task]) if isinstance(step, Serve) else step


def _iterations(results: Sequence[Result]) -> int:
    return sum(result.iterations for result in results)
