"""Planning again: what is done stays done, what is left stays where it was unless a change pays its price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from city.errors import PlanNotPossible
from planner.routes.carp.check import check
from planner.routes.drives import drive, solution
from planner.routes.encode import Route, Serve
from planner.routes.problem import Problem, Refill, RouteVehicle, Task
from planner.routes.replan import Replanned, Rest, blocked, breakdown, ice, remaining, replan
from planner.routes.solve import StopRule, solve
from tests.unit.planner.carp import still, streets

SHORT = StopRule(iterations=1500)


def comb(length: int = 6) -> Problem:
    """A street of blocks of 100 m, 10 s each; two vehicles at its two ends, turning everywhere."""
    graph = streets([(node, node + 1, 100.0) for node in range(length)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(length))
    fleet = (
        RouteVehicle("west", 0, 10.0, end_node=0, shift_s=1000.0),
        RouteVehicle("east", length, 10.0, end_node=length, shift_s=70.0),
    )
    return Problem("street", graph, tasks, fleet, profiles={"": still(graph)})


OUT = (
    Route(0, (Serve(0, 0), Serve(1, 2), Serve(2, 4))),
    Route(1, (Serve(5, 11), Serve(4, 9), Serve(3, 7))),
)
"""Both work on their way out."""


def faults(found: Replanned) -> tuple[str, ...]:
    result = found.result
    return check(result.problem, solution("x", result.problem, drive(result.problem, result.routes))).faults


def rest_at(now_s: float) -> Rest:
    return remaining(comb(), OUT, now_s)


def test_nothing_is_frozen_at_the_start_and_everything_at_the_end() -> None:
    assert len(rest_at(0.0).problem.tasks) == 6
    assert rest_at(500.0).problem.tasks == ()


def test_vehicles_stand_where_they_are_with_what_they_have() -> None:
    """After 15 s each has done one block and is on its second, which it finishes at 20 s."""
    rest = rest_at(15.0)
    assert [task.id for task in rest.problem.tasks] == ["t2", "t3"]
    west, east = rest.problem.vehicles
    assert (west.start, east.start) == (2, 4)
    assert west.start_arc == 2
    assert west.load == east.load == 8.0
    assert west.earliest_s == 20.0
    assert west.shift_s == 980.0


def test_without_a_report_the_plan_stays_as_it_is() -> None:
    rest = rest_at(15.0)
    found = replan(rest, SHORT, price_per_change=1e4)
    assert found.changed == ()
    assert faults(found) == ()
    assert found.cost == pytest.approx(2 * (100.0 + 300.0))


def test_a_vehicle_that_breaks_down_leaves_its_tasks_to_the_other() -> None:
    found = replan(breakdown(rest_at(15.0), "east"), SHORT, price_per_change=1e4)
    assert found.changed == ("t3",)
    assert faults(found) == ()
    assert found.cost == pytest.approx(600.0)


def test_the_last_vehicle_cannot_be_lost_and_an_unknown_one_is_named() -> None:
    rest = breakdown(rest_at(15.0), "east")
    with pytest.raises(PlanNotPossible, match="last vehicle"):
        breakdown(rest, "west")
    with pytest.raises(PlanNotPossible, match="no vehicle north"):
        breakdown(rest, "north")


def test_a_blocked_street_is_left_out_by_name_and_not_driven() -> None:
    """Block 3 (nodes 3 to 4) is closed both ways: its task falls away, the others are still done."""
    found = replan(blocked(rest_at(5.0), {6, 7}), SHORT)
    assert found.rest.left_out == ("t3",)
    assert faults(found) == ()
    arcs = {leg.arc for one in drive(found.result.problem, found.result.routes) for leg in one.legs}
    assert not arcs & {6, 7}


def test_tasks_behind_a_blocked_street_are_left_out_where_nobody_stands_there() -> None:
    rest = blocked(breakdown(rest_at(5.0), "east"), {6, 7})
    assert rest.left_out == ("t3", "t4")
    assert faults(replan(rest, SHORT)) == ()


def test_ice_makes_a_task_urgent_and_adds_one_where_all_was_done() -> None:
    rest = ice(rest_at(15.0), [(6, 7), (0, 1)], within_s=60.0, demand=2.0)
    tasks = {task.id: task for task in rest.problem.tasks}
    assert tasks["t3"].deadline_s == 75.0
    assert set(tasks) == {"t2", "t3", "ice-0@15"}
    found = replan(rest, SHORT)
    assert found.result.late_s == 0.0
    assert faults(found) == ()


def test_a_change_is_made_only_where_it_pays_its_price() -> None:
    """West goes far to do the last block, past east, which would do it at no price: 600 m are saved."""
    problem = comb()
    fleet = (problem.vehicles[0], replace(problem.vehicles[1], shift_s=1000.0))
    routes = (
        Route(0, (Serve(0, 0), Serve(1, 2), Serve(2, 4), Serve(5, 10))),
        Route(1, (Serve(4, 9), Serve(3, 7))),
    )
    rest = remaining(replace(problem, vehicles=fleet), routes, 0.0)
    cheap, dear = (replan(rest, SHORT, price_per_change=price) for price in (100.0, 900.0))
    assert (cheap.changed, dear.changed) == (("t5",), ())
    assert dear.cost - cheap.cost == pytest.approx(600.0)


def test_refills_that_are_behind_are_not_made_again() -> None:
    graph = streets([(node, node + 1, 100.0) for node in range(6)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(6))
    fleet = (RouteVehicle("v", 0, 2.0, end="refill"),)
    problem = Problem("line", graph, tasks, fleet, (Refill(0), Refill(3), Refill(6)), {"": still(graph)})
    made = solve(problem, SHORT)
    whole = made.cost
    for now_s in (1.0, 25.0, 35.0, 45.0):
        rest = remaining(problem, made.routes, now_s)
        found = replan(rest, SHORT)
        assert faults(found) == ()
        assert found.cost <= whole - 10.0 * now_s + 1e-6
