"""Districts: every task in one of them, work shared fairly, and the border pass never costs anything."""

from __future__ import annotations

import itertools
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest

from planner.routes.carp.check import CarpAnswer, check
from planner.routes.drives import drive, solution
from planner.routes.encode import Route
from planner.routes.problem import Problem, RouteVehicle, Task
from planner.routes.solve import StopRule, solve
from planner.routes.split import districts, solve_split
from tests.unit.planner.carp import still, streets

SHORT = StopRule(iterations=800)


def grid(side: int = 7, vehicles: int = 4, depots: tuple[int, ...] = (24,)) -> Problem:
    """A town of square blocks; streets of 100 m, every one a task of demand 1."""
    edges = [(a * side + b, a * side + b + 1, 100.0) for a, b in itertools.product(range(side), range(side - 1))]
    edges += [(b * side + a, (b + 1) * side + a, 100.0) for a, b in itertools.product(range(side), range(side - 1))]
    graph = streets(edges)
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(len(edges)))
    homes = [depots[number % len(depots)] for number in range(vehicles)]
    fleet = tuple(RouteVehicle(f"v{number}", home, 24.0, end_node=home) for number, home in enumerate(homes))
    return Problem("grid", graph, tasks, fleet, profiles={"": still(graph)})


def verdict(problem: Problem, routes: tuple[Route, ...]) -> CarpAnswer:
    return check(problem, solution("x", problem, drive(problem, routes)))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 9])
def test_every_task_and_vehicle_is_in_one_district_and_work_follows_the_vehicles(number: int) -> None:
    problem = grid()
    found = districts(problem, number)
    assert len(found) == min(number, 4)
    assert sorted(task for one in found for task in one.tasks) == list(range(84))
    assert sorted(vehicle for one in found for vehicle in one.vehicles) == [0, 1, 2, 3]
    for one in found:
        assert len(one.tasks) == pytest.approx(84 * len(one.vehicles) / 4, abs=2)


def test_vehicles_go_to_the_district_of_their_depot() -> None:
    """Depots in two opposite corners: each district has the two vehicles of its own corner."""
    problem = grid(depots=(0, 48))
    for one in districts(problem, 2):
        starts = {problem.vehicles[vehicle].start for vehicle in one.vehicles}
        assert len(starts) == 1
        assert (set(one.tasks) & {0}) == ({0} if starts == {0} else set())


def test_a_task_goes_where_somebody_may_do_it() -> None:
    problem = grid(depots=(0, 48))
    tasks = (replace(problem.tasks[0], vehicles=frozenset({"v1"})), *problem.tasks[1:])
    one = next(one for one in districts(replace(problem, tasks=tasks), 2) if 1 in one.vehicles)
    assert 0 in one.tasks


def test_a_plan_by_districts_is_whole_and_the_border_pass_makes_it_no_worse() -> None:
    problem = grid()
    with ThreadPoolExecutor(1) as executor:
        found = solve_split(problem, SHORT, SHORT, executor, seed=3, number=2)
    before, after = verdict(problem, found.alone), verdict(problem, found.routes)
    assert before.faults == after.faults == ()
    assert after.cost <= before.cost
    assert after.cost <= 1.1 * solve(problem, StopRule(iterations=4000), seed=3).cost
    assert found.iterations == 3 * 800


def test_processes_give_the_same_plan_as_one_after_the_other() -> None:
    problem = grid()
    with ThreadPoolExecutor(1) as executor:
        alone = solve_split(problem, SHORT, SHORT, executor, number=2)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        together = solve_split(problem, SHORT, SHORT, executor, number=2)
    assert alone.routes == together.routes
