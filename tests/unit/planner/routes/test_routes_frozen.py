"""Pieces: what is frozen costs, takes and carries as before, and what is loose is all that moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from planner.routes.borders import at_borders, served
from planner.routes.carp.check import check
from planner.routes.drives import drive, solution
from planner.routes.encode import Route, Serve
from planner.routes.frozen import freeze
from planner.routes.problem import Problem, RouteVehicle, Task
from planner.routes.solve import StopRule, solve
from planner.routes.split import districts, part
from planner.routes.worth import worth
from tests.unit.planner.carp import still, streets
from tests.unit.planner.routes.test_routes_split import grid


def timed(deadline_s: float = 5000.0) -> Problem:
    """The grid with a shift, a deadline for every third task, and a price of time."""
    problem = grid(vehicles=3, depots=(0, 24, 48))
    fleet = tuple(replace(vehicle, shift_s=2000.0, price_per_s=0.5, capacity=40.0) for vehicle in problem.vehicles)
    tasks = tuple(
        replace(task, deadline_s=deadline_s) if at % 3 == 0 else task for at, task in enumerate(problem.tasks)
    )
    return replace(problem, tasks=tasks, vehicles=fleet)


@pytest.fixture(scope="module")
def plan() -> tuple[Problem, tuple[Route, ...]]:
    problem = timed()
    return problem, solve(problem, StopRule(iterations=1500), seed=2).routes


def test_a_frozen_plan_costs_and_takes_what_it_did(plan: tuple[Problem, tuple[Route, ...]]) -> None:
    problem, routes = plan
    loose = set(range(10, 30))
    small = freeze(problem, routes, loose)
    assert len(small.problem.tasks) < len(problem.tasks)
    assert worth(small.problem, small.routes, len(small.problem.tasks)) == pytest.approx(worth(problem, routes, 84))
    assert small.thawed(small.routes) == routes


def test_nothing_but_loose_tasks_changes_its_vehicle_and_the_plan_gets_no_worse(
    plan: tuple[Problem, tuple[Route, ...]],
) -> None:
    problem, routes = plan
    loose = set(range(20, 50))
    small = freeze(problem, routes, loose)
    found = small.thawed(solve(small.problem, StopRule(iterations=1500), initial=small.routes).routes)
    before = {task: route.vehicle for route in routes for task in served(route)}
    after = {task: route.vehicle for route in found for task in served(route)}
    assert sorted(after) == list(range(84))
    assert {task for task in after if after[task] != before[task]} <= loose
    assert worth(problem, found, 84) <= worth(problem, routes, 84)
    assert check(problem, solution("x", problem, drive(problem, found))).faults == ()


def test_a_piece_is_due_where_the_most_urgent_of_it_is(plan: tuple[Problem, tuple[Route, ...]]) -> None:
    """Three blocks of 10 s in a row; the first is due after 12 s, so that the whole is due after 32 s."""
    problem = grid()
    tasks = (replace(problem.tasks[0], deadline_s=12.0, weight=3.0), *problem.tasks[1:])
    row = Route(0, (Serve(0, 0), Serve(1, 2), Serve(2, 4)))
    small = freeze(replace(problem, tasks=tasks), [row], set())
    (piece,) = small.problem.tasks
    assert (piece.deadline_s, piece.weight, piece.demand, piece.vehicles) == (32.0, 3.0, 3.0, frozenset({"v0"}))


def test_orphans_go_in_pieces_to_whoever_may() -> None:
    """The route of one vehicle is given up: the other three take its tasks, none is lost."""
    problem = replace(grid(), vehicles=tuple(replace(v, capacity=84.0) for v in grid().vehicles))
    routes = solve(problem, StopRule(iterations=800)).routes
    gone = next(route for route in routes if route.steps)
    steps = tuple(step for step in gone.steps if isinstance(step, Serve))
    left = [route for route in routes if route is not gone]
    small = freeze(problem, left, set(), [steps], longest=5)
    found = small.thawed(solve(small.problem, StopRule(iterations=500), initial=small.routes).routes)
    assert sorted(task for route in found for task in served(route)) == list(range(84))
    assert gone.vehicle not in {route.vehicle for route in found}


def test_passes_over_borders_of_many_districts_keep_every_task_once() -> None:
    """Several rounds of pairs: a task that went over one border may go on over the next."""
    problem = grid(vehicles=6, depots=(0, 3, 6, 42, 45, 48))
    parts = districts(problem, 6)
    alone = []
    for district in parts:
        for route in solve(part(problem, district), StopRule(iterations=200)).routes:
            steps = tuple(replace(step, task=district.tasks[step.task]) for step in route.steps)  # type: ignore[call-arg, union-attr]
            alone.append(Route(district.vehicles[route.vehicle], steps))
    with ThreadPoolExecutor(1) as executor:
        found = at_borders(
            problem, [one.vehicles for one in parts], alone, StopRule(iterations=300), executor, most=12
        ).routes
    assert sorted(task for route in found for task in served(route)) == list(range(84))
    assert check(problem, solution("x", problem, drive(problem, found))).faults == ()
    assert worth(problem, found, 84) < worth(problem, alone, 84)


def test_the_checker_knows_which_of_two_roads_was_taken() -> None:
    """Two streets between the same crossings: out by the one and home by the other is no U-turn."""
    graph = streets([(0, 1, 100.0), (0, 1, 150.0)], turning=[0])
    tasks = (Task("short", (0, 1)), Task("long", (3,)))
    problem = Problem("two", graph, tasks, (RouteVehicle("v", 0, end_node=0),), profiles={"": still(graph)})
    routes = (Route(0, (Serve(0, 0), Serve(1, 3))),)
    good = solution("x", problem, drive(problem, routes))
    assert check(problem, good).faults == ()
    turned = [{**step, "by": 0, "serve": not number} for number, step in enumerate(good["routes"][0]["traversals"])]
    faults = check(problem, {"routes": [{"vehicle": "v", "traversals": turned}]}).faults
    assert "forbidden U-turn" in faults[0]
    assert (
        "names a road"
        in check(problem, {"routes": [{"vehicle": "v", "traversals": [turned[0] | {"by": 2}]}]}).faults[0]
    )
