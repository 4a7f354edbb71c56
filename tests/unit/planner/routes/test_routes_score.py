"""The score of drives, against figures worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from planner.routes.drives import Leg, VehicleDrive
from planner.routes.problem import Problem, Refill, RouteVehicle, Task
from planner.routes.score import difference, score
from planner.routes.timeline import moments
from tests.unit.planner.carp import still, streets


def town() -> Problem:
    """Two blocks of 100 m (10 s) at a home; class P1 due in 15 s, P2 whenever; 30 s of shift."""
    graph = streets([(0, 1, 100.0), (1, 2, 100.0)])
    tasks = (
        Task("near", (0, 1), 2.0, deadline_s=15.0, route_class="P1"),
        Task("far", (2, 3), 3.0, route_class="P2"),
    )
    fleet = (RouteVehicle("v", 0, 10.0, end_node=0, shift_s=30.0),)
    return Problem("town", graph, tasks, fleet, (Refill(2, seconds=5.0),), {"": still(graph)})


WHOLE = VehicleDrive(0, (Leg(0, 0), Leg(2, 1), Leg(3), Leg(1)))


def test_all_parts_of_a_whole_drive() -> None:
    found = score(town(), [WHOLE])
    assert found.served == 1.0
    assert (found.metres, found.deadhead_metres, found.deadhead_share) == (400.0, 200.0, 0.5)
    assert found.u_turns == 1
    assert found.overtime_s == pytest.approx(10.0)
    assert found.spread == 5.0
    assert (found.classes["P1"].deadlines_met, found.classes["P1"].clear_s) == (1.0, 10.0)
    assert found.classes["P2"].clear_s == 20.0


def test_a_class_that_is_not_served_is_never_clear_and_a_late_one_misses_its_deadline() -> None:
    late = score(town(), [VehicleDrive(0, (Leg(0), Leg(1, 0)))])
    assert late.served == 0.5
    assert late.classes["P1"].deadlines_met == 0.0
    assert late.classes["P1"].clear_s == 20.0
    assert late.classes["P2"].clear_s == math.inf
    assert late.classes["P2"].served == 0


def test_a_drive_that_does_not_exist_scores_nothing() -> None:
    empty = score(town(), [])
    assert (empty.served, empty.metres, empty.deadhead_share, empty.overtime_s) == (0.0, 0.0, 0.0, 0.0)
    gained = difference(score(town(), [WHOLE]), empty)
    assert gained["served"] == 1.0
    assert gained["metres"] == 400.0


def test_the_clock_counts_opening_times_breaks_and_refills() -> None:
    problem = town()
    tasks = (problem.tasks[0], replace(problem.tasks[1], opens_s=40.0))
    fleet = (replace(problem.vehicles[0], drive_s=25.0, break_s=7.0),)
    drive = VehicleDrive(0, (Leg(0, 0), Leg(2, 1, refill=0), Leg(3), Leg(1)))
    passed = moments(replace(problem, tasks=tasks, vehicles=fleet), drive)
    assert [moment.seconds for moment in passed] == [10.0, 55.0, 72.0, 82.0]
    assert [moment.load for moment in passed] == [8.0, 10.0, 10.0, 10.0]
