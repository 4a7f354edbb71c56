"""From streets, work and vehicles to a problem: who does what, where one turns, and what nobody gets to."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from city.entities import Segment, Vehicle
from city.network import StreetNetwork, build
from planner.routes.carp.check import CarpAnswer, check
from planner.routes.drives import drive, solution
from planner.routes.problem import Problem
from planner.routes.solve import StopRule, solve
from planner.routes.town import TownCrew, TownPlan, TownWork, town
from tests.unit.planner.snapshots import street

LORRY = Vehicle("L", "snow", "d", work_kmh=18.0, drive_kmh=36.0)
TRACTOR = Vehicle("T", "snow", "d", network="cycle", work_kmh=9.0, drive_kmh=18.0)

STREETS = [
    street(0, 1, key="two"),
    street(1, 6, key="on", oneway=True),
    street(6, 5, key="back"),
    street(5, 0, key="home"),
    street(1, 2, key="path", network="cycle"),
    street(23, 24, key="island"),
]


def node(network: StreetNetwork, name: int) -> int:
    return network.node_ids.tolist().index(name)


def built(work: list[TownWork], segments: list[Segment] = STREETS, **rules: object) -> TownPlan:
    network = build(segments)
    home = node(network, 0)
    return town(network, work, [TownCrew(LORRY, home), TownCrew(TRACTOR, home)], **rules)  # type: ignore[arg-type]


def verdict(problem: Problem, iterations: int = 300) -> CarpAnswer:
    routes = solve(problem, StopRule(iterations=iterations)).routes
    return check(problem, solution("x", problem, drive(problem, routes)))


def test_each_way_each_lane_and_either_way() -> None:
    work = [TownWork(0, 2), TownWork(1, 3), TownWork(2, 1), TownWork(3, 3), TownWork(4, 1, network="cycle")]
    tasks = {task.id: task for task in built(work).problem.tasks}
    assert [len(tasks[f"two/{number}"].arcs) for number in (1, 2)] == [1, 1]
    assert tasks["two/1"].arcs != tasks["two/2"].arcs
    assert len({tasks[f"on/{number}"].arcs for number in (1, 2, 3)}) == 1
    assert [len(tasks[name].arcs) for name in ("back/1", "home/1", "home/2", "home/3", "path/1")] == [2, 2, 1, 1, 2]
    assert len(tasks) == 2 + 3 + 1 + 3 + 1
    assert (tasks["two/1"].vehicles, tasks["path/1"].vehicles) == (frozenset("L"), frozenset("T"))


def test_what_is_due_goes_over_to_the_task() -> None:
    task = built([TownWork(0, 1, "P1", 900.0, 3.0, 60.0)]).problem.tasks[0]
    assert (task.route_class, task.deadline_s, task.weight, task.opens_s) == ("P1", 900.0, 3.0, 60.0)


def test_the_same_segment_twice_has_tasks_of_its_own_names() -> None:
    tasks = built([TownWork(0, 1), TownWork(0, 2)]).problem.tasks
    assert [task.id for task in tasks] == ["two/1", "two/2", "two/3"]


def test_what_nobody_gets_to_is_left_out_by_name_and_the_rest_is_planned() -> None:
    """An island, and a cycle way that only the lorry is asked to clear."""
    found = built([TownWork(0, 2), TownWork(5, 2), TownWork(4, 1, network="street")])
    assert found.left_out == (4, 5)
    assert verdict(found.problem).faults == ()


def test_a_street_is_for_those_who_fit_into_it() -> None:
    """A wide truck and a narrow one: the narrow street is the narrow truck's, what is behind it too; what is too weak
    for both is left out."""
    narrow, weak = (
        replace(street(1, 2, key="narrow"), max_width_m=2.4),
        replace(street(1, 6, key="weak"), max_weight_t=3.5),
    )
    network = build([street(0, 1, key="open"), narrow, street(2, 3, key="behind"), weak])
    wide = replace(LORRY, id="wide", width_m=3.0, weight_t=18.0)
    slim = replace(LORRY, id="slim", width_m=2.4, weight_t=12.0)
    home = node(network, 0)
    found = town(network, [TownWork(segment, 2) for segment in range(4)], [TownCrew(wide, home), TownCrew(slim, home)])
    who = {task.id.split("/")[0]: task.vehicles for task in found.problem.tasks}
    assert who == {"open": None, "narrow": frozenset({"slim"}), "behind": frozenset({"slim"})}
    assert found.left_out == (3,)
    assert verdict(found.problem).faults == ()
    unknown = town(network, [TownWork(segment, 2) for segment in range(4)], [TownCrew(LORRY, home)])
    assert unknown.left_out == ()


def test_a_dead_end_that_one_cannot_come_back_from_is_left_out() -> None:
    segments = [street(0, 1, key="a"), street(1, 2, key="in", oneway=True), street(2, 3, key="end")]
    assert built([TownWork(0), TownWork(1), TownWork(2)], segments).left_out == (1, 2)


def test_turning_round_takes_its_time_where_it_is_not_free() -> None:
    """A street of two blocks with a side street: to do the first block both ways one turns at the crossing, or goes
    on to the dead end and back."""
    segments = [street(0, 1, key="a"), street(1, 2, key="b"), street(1, 6, key="c")]
    network = build(segments)
    home = node(network, 0)

    def seconds(**rules: object) -> float:
        made = town(network, [TownWork(0, 2)], [TownCrew(LORRY, home, price_per_m=0.0, price_per_s=1.0)], **rules)  # type: ignore[arg-type]
        return verdict(made.problem).cost

    there_and_back = 2 * 100.0 / 5.0
    assert seconds(u_turn_elsewhere_s=7.0) == pytest.approx(there_and_back + 7.0)
    assert seconds() == pytest.approx(there_and_back + 2 * 100.0 / 10.0)
    assert seconds(u_turn_s=3.0) == pytest.approx(there_and_back + 2 * 100.0 / 10.0 + 3.0)
    assert seconds(turning=[node(network, 1)]) == pytest.approx(there_and_back)


def test_a_loop_is_come_back_from_without_turning_round() -> None:
    segments = [street(0, 1, key="a"), street(1, 2, key="b"), street(2, 7, key="c", oneway=True)]
    segments += [street(7, 2, key="d", oneway=True)]
    loop = built([TownWork(2)], segments, u_turn_elsewhere_s=math.inf)
    assert loop.left_out == ()
    assert verdict(loop.problem).faults == ()


def test_a_graph_made_before_gives_the_same_problem() -> None:
    first = built([TownWork(0, 2), TownWork(1, 2)])
    again = built([TownWork(0, 2), TownWork(1, 2)], graph=first.graph)
    assert again.graph is first.graph
    assert again.problem.tasks == first.problem.tasks
