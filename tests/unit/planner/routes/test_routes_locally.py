"""Planning again near a report: nobody far off is troubled, nothing is lost, and the plan is never worse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.routes.borders import served
from planner.routes.carp.check import check
from planner.routes.drives import drive, solution
from planner.routes.encode import Route
from planner.routes.locally import LocalPlan, late_tasks, relieved, replan_near
from planner.routes.problem import Problem
from planner.routes.replan import Rest, blocked, breakdown, ice, remaining
from planner.routes.solve import StopRule, solve
from tests.unit.planner.routes.test_routes_split import grid

SHORT = StopRule(iterations=800)
CORNER = 0


@pytest.fixture(scope="module")
def rest() -> Rest:
    """A town of 84 blocks, four vehicles from its four corners, one minute into their plan."""
    town = grid(depots=(0, 6, 42, 48))
    tight, problem = (
        replace(town, vehicles=tuple(replace(v, capacity=room, shift_s=400.0) for v in town.vehicles))
        for room in (24.0, 84.0)
    )
    routes = solve(tight, StopRule(iterations=2500), seed=1).routes  # so that each has at least 84 - 3 x 24 tasks
    assert all(len(served(route)) >= 12 for route in routes)
    return remaining(problem, routes, 60.0)


def faults(found: LocalPlan) -> tuple[str, ...]:
    problem: Problem = found.rest.problem
    return check(problem, solution("x", problem, drive(problem, found.routes))).faults


def by_vehicle(problem: Problem, routes: tuple[Route, ...]) -> dict[str, Route]:
    return {problem.vehicles[route.vehicle].id: route for route in routes}


def unchanged(rest: Rest, found: LocalPlan) -> set[str]:
    """Vehicles that serve the same tasks in the same order as before."""
    before, after = by_vehicle(rest.problem, rest.routes), by_vehicle(found.rest.problem, found.routes)
    ids = [[task.id for task in one.tasks] for one in (rest.problem, found.rest.problem)]
    return {
        name
        for name in before.keys() & after.keys()
        if [ids[0][t] for t in served(before[name])] == [ids[1][t] for t in served(after[name])]
    }


def test_without_need_nothing_changes(rest: Rest) -> None:
    found = replan_near(rest, [CORNER], SHORT, price_per_change=1e5, most=20, vehicles=2)
    assert found.changed == ()
    assert len(found.searched) <= 2
    assert found.after <= found.before
    assert faults(found) == ()


def test_ice_in_a_corner_troubles_only_those_who_are_near(rest: Rest) -> None:
    """A new task where all is done: at most two routes are looked at, the others stay as they are."""
    done = sorted(set(range(84)) - {task.arcs[0] // 2 for task in rest.problem.tasks})[0]
    found = replan_near(ice(rest, [(2 * done, 2 * done + 1)], 300.0), [], SHORT, most=20, vehicles=2)
    assert len(unchanged(rest, found)) >= 2
    assert sum(len(served(route)) for route in found.routes) == len(rest.problem.tasks) + 1
    assert faults(found) == ()


def test_a_breakdown_is_shared_by_the_neighbours_and_nothing_is_lost(rest: Rest) -> None:
    found = replan_near(breakdown(rest, "v3"), [], SHORT, price_per_change=50.0, most=30, vehicles=3)
    assert sorted(task for route in found.routes for task in served(route)) == list(range(len(rest.problem.tasks)))
    orphans = {task for task, vehicle in rest.holder.items() if vehicle == "v3"}
    assert orphans <= set(found.changed)
    assert found.before.unserved == len(orphans)
    assert all("served" not in fault for fault in faults(found))


def test_a_blocked_street_is_not_driven(rest: Rest) -> None:
    arcs = set(rest.problem.tasks[5].arcs)
    found = replan_near(blocked(rest, arcs), [], SHORT, most=20, vehicles=2)
    assert found.rest.left_out == (rest.problem.tasks[5].id,)
    driven = {leg.arc for one in drive(found.rest.problem, found.routes) for leg in one.legs}
    assert not driven & arcs
    assert faults(found) == ()


def test_a_street_that_is_closed_one_way_is_done_the_other_way(rest: Rest) -> None:
    task = rest.problem.tasks[5]
    found = replan_near(blocked(rest, task.arcs[:1]), [], SHORT, most=20, vehicles=2)
    assert found.rest.left_out == ()
    assert faults(found) == ()


def test_neighbours_help_where_a_task_is_late(rest: Rest) -> None:
    """One vehicle has all the work at first and is late with much of it."""
    tasks = tuple(replace(task, deadline_s=450.0) for task in rest.problem.tasks)
    problem = replace(rest.problem, tasks=tasks)
    alone = replace(problem, vehicles=problem.vehicles[:1])
    routes = (*solve(alone, SHORT).routes, *(Route(number, ()) for number in (1, 2, 3)))
    helped = relieved(problem, routes, SHORT)
    assert len(late_tasks(problem, helped)) < len(late_tasks(problem, routes)) / 2
    assert sorted(task for route in helped for task in served(route)) == list(range(len(tasks)))
