"""The search: against brute force, against the benchmarks' figures, and the promises it makes."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from city.errors import PlanNotPossible
from planner.routes.bound import lower_bound
from planner.routes.carp.check import check
from planner.routes.carp.instances import read
from planner.routes.drives import drive, solution
from planner.routes.encode import Fill, Route, Serve, encode, state_of
from planner.routes.problem import Problem, Refill, RouteVehicle, Task, refuse_impossible, without
from planner.routes.solve import Params, Result, StopRule, _Run, solve, solve_seeds
from planner.routes.tables import tables
from tests.unit.planner.carp import cheapest, random_problem, routing_data, still, streets
from tests.unit.planner.routes.test_routes_split import grid as split_grid


def checked(result: Result) -> float:
    """The checker's cost of a plan that must be without fault."""
    verdict = check(result.problem, solution("x", result.problem, drive(result.problem, result.routes)))
    assert verdict.faults == ()
    return verdict.cost


@pytest.mark.parametrize("seed", range(12))
def test_small_towns_are_solved_to_the_optimum(seed: int) -> None:
    """Every order, split and direction by brute force is no better; the checker agrees; the bound is below."""
    problem = random_problem(seed)
    best = cheapest(problem)
    if not np.isfinite(best):
        pytest.skip("this town has no feasible plan")
    result = solve(problem, StopRule(iterations=2000), seed=1)
    assert checked(result) == pytest.approx(best)
    assert result.cost == pytest.approx(best)
    assert lower_bound(problem).cost <= best + 1e-6


def test_the_first_lancashire_network_is_solved_to_its_best_known_value() -> None:
    result = solve(read(routing_data() / "carp/egl-e1-A.dat").problem, StopRule(iterations=60_000), seed=1)
    assert checked(result) == 3548


def test_the_hardest_lancashire_network_is_within_one_percent() -> None:
    result = solve(read(routing_data() / "carp/egl-e4-C.dat").problem, StopRule(iterations=250_000), seed=1)
    assert checked(result) <= 11_647


def test_a_real_salting_network_is_feasible_and_short() -> None:
    """Kerteminde: U-turn rule, capacity and 210 minutes kept, refills placed, at most 370 km."""
    problem = read(routing_data() / "salt-spreading/data/kerteminde/kerteminde.json").problem
    result = solve(problem, StopRule(iterations=60_000), seed=1)
    assert checked(result) <= 370_000
    assert lower_bound(problem).cost == pytest.approx(356_236, abs=50)


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = random_problem(3, tasks=7)
    first, again = (solve(problem, StopRule(iterations=500), seed=4) for _ in range(2))
    assert first.routes == again.routes


def test_a_warm_start_is_never_made_worse() -> None:
    problem = read(routing_data() / "carp/egl-e1-A.dat").problem
    long = solve(problem, StopRule(iterations=20_000), seed=2)
    again = solve(problem, StopRule(iterations=1), seed=9, initial=long.routes)
    assert again.cost <= long.cost


@pytest.mark.parametrize("seed", range(4))
def test_a_warm_start_is_kept_even_where_the_first_step_leaves_it(seed: int) -> None:
    """One iteration so hot that it is taken whatever it costs: the plan that was handed in is still the best known."""
    problem = read(routing_data() / "carp/gdb1.dat").problem
    best = solve(problem, StopRule(iterations=20_000), seed=2)
    hot = Params(hot=1e6, cold=1e5)
    assert solve(problem, StopRule(iterations=1), seed, hot, best.routes).cost <= best.cost


def test_a_fleet_that_cannot_is_told_so_and_overtime_is_least() -> None:
    """Two roads of 100 s each way out, one vehicle with 250 s: 400 s are needed, 150 s of overtime."""
    graph = streets([(0, 1, 1000.0), (0, 2, 1000.0)])
    tasks = (Task("a", (0, 1)), Task("b", (2, 3)))
    problem = Problem(
        "short", graph, tasks, (RouteVehicle("v", 0, end_node=0, shift_s=250.0),), profiles={"": still(graph)}
    )
    bound = lower_bound(problem)
    assert not bound.possible
    assert bound.overtime_s == pytest.approx(150.0, abs=1.0)
    result = solve(problem, StopRule(iterations=100))
    assert result.overtime_s == pytest.approx(150.0, abs=1.0)


def test_the_bound_counts_the_way_to_work_that_lies_far_off() -> None:
    """A kilometre out to a street of 100 m that is cleared both ways: every crossing is even, and 2.2 km the least."""
    graph = streets([(0, 1, 1000.0), (1, 2, 100.0)])
    tasks = (Task("out", (2,)), Task("home", (3,)))
    problem = Problem("far", graph, tasks, (RouteVehicle("v", 0, end_node=0),), profiles={"": still(graph)})
    assert lower_bound(problem).cost == pytest.approx(2200.0, abs=0.01)
    assert checked(solve(problem, StopRule(iterations=100))) == 2200.0


def test_the_bound_is_below_the_best_plan_of_work_far_from_home() -> None:
    """Towns by chance with only some of their streets to do: brute force finds nothing under the bound."""
    for seed in range(40):
        problem = random_problem(seed, tasks=2 + seed % 3, vehicles=1 + seed % 2, capacity=12.0)
        best = cheapest(problem)
        assert lower_bound(problem).cost <= best + 1e-6


def test_refills_stand_where_they_cost_least() -> None:
    """A line of streets, a refill at either end, room for two tasks: no plan does with less than two refills."""
    graph = streets([(node, node + 1, 10.0) for node in range(6)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(6))
    vehicle = RouteVehicle("v", 0, 2.0, end="refill")
    problem = Problem("line", graph, tasks, (vehicle,), (Refill(0), Refill(6)), {"": still(graph)})
    result = solve(problem, StopRule(iterations=3000))
    fills = [step for step in result.routes[0].steps if isinstance(step, Fill)]
    assert checked(result) == pytest.approx(140.0)
    assert len(fills) == 2


def test_a_plan_that_takes_more_than_there_is_in_stock_is_not_feasible() -> None:
    """Six streets, two on board, four to be refilled and two more at the end: a stock of six will do, one of five
    not, and both the result and the checker say so."""
    graph = streets([(node, node + 1, 10.0) for node in range(6)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(6))
    truck = RouteVehicle("v", 0, 2.0, end="refill")
    problem = Problem("line", graph, tasks, (truck,), (Refill(0, stock=6.0),), {"": still(graph)})
    enough = solve(problem, StopRule(iterations=300))
    assert checked(enough) == enough.cost
    short = solve(replace(problem, refills=(Refill(0, stock=5.0),)), StopRule(iterations=300))
    assert short.overdrawn == pytest.approx(1.0)
    told = check(short.problem, solution("x", short.problem, drive(short.problem, short.routes)))
    assert told.faults == ("the refill at node 0 gives 6, more than its stock",)


def test_a_vehicle_that_has_a_price_stays_at_home_where_the_other_can_do_its_work() -> None:
    """Two villages of 15 streets 3 km apart, each with its vehicle, which costs 10 km if used. A few tasks alone are
    not worth the way over, so that a cool search of small steps keeps both vehicles; all tasks together are."""
    ends = [(node, node + 1, 100.0) for node in range(15)]
    graph = streets([*ends, *((u + 16, v + 16, metres) for u, v, metres in ends), (15, 16, 3000.0)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1)) for at in range(30))
    fleet = tuple(RouteVehicle(f"v{node}", node, end_node=node, price_used=10_000.0) for node in (0, 31))
    problem = Problem("villages", graph, tasks, fleet, profiles={"": still(graph)})
    both = [Route(at, tuple(Serve(task, 2 * task) for task in range(15 * at, 15 * at + 15))) for at in range(2)]
    small = Params(hot=1e-6, cold=1e-7, average=2.0, longest=2, big=0.0)
    assert solve(problem, StopRule(iterations=2000), 1, replace(small, fewer=0), both).cost == 26_000.0
    one = solve(problem, StopRule(iterations=2000), 1, small, both)
    assert checked(one) == one.cost == 22_000.0


def test_a_deadline_comes_before_a_shorter_drive() -> None:
    """Driving there and back along a line serves the far street on the way; a deadline makes it first."""
    graph = streets([(0, 1, 100.0), (0, 2, 300.0)])
    tasks = (Task("near", (0, 1)), Task("far", (2, 3), deadline_s=31.0))
    problem = Problem("due", graph, tasks, (RouteVehicle("v", 0, end_node=0),), profiles={"": still(graph)})
    result = solve(problem, StopRule(iterations=500))
    assert result.late_s == 0.0
    assert [step.task for step in result.routes[0].steps if isinstance(step, Serve)] == [1, 0]
    late = replace(problem, tasks=(tasks[0], replace(tasks[1], deadline_s=20.0)))
    assert solve(late, StopRule(iterations=500)).late_s == pytest.approx(10.0)


def test_masks_and_open_ends_are_obeyed() -> None:
    graph = streets([(0, 1, 100.0), (1, 2, 100.0)])
    tasks = (Task("a", (0, 1), vehicles=frozenset({"w"})), Task("b", (2, 3), vehicles=frozenset({"v"})))
    fleet = (RouteVehicle("v", 0, end="open"), RouteVehicle("w", 0, end="open"))
    problem = Problem("masks", graph, tasks, fleet, profiles={"": still(graph)})
    result = solve(problem, StopRule(iterations=200))
    assert checked(result) == pytest.approx(300.0)
    assert [[s.task for s in route.steps if isinstance(s, Serve)] for route in result.routes] == [[1], [0]]


def test_seeds_side_by_side_give_the_best_of_them() -> None:
    problem = random_problem(5)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        both = solve_seeds(problem, StopRule(iterations=200), [1, 2], executor)
    assert both.cost == min(solve(problem, StopRule(iterations=200), seed).cost for seed in (1, 2))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"vehicles": ()}, "no vehicle"),
        ({"tasks": (Task("t", (0, 1), -1.0),)}, "task t has the demand -1"),
        ({"tasks": (Task("t", (0, 1), 99.0),)}, "task t needs 99"),
        ({"tasks": (Task("t", (0, 1), vehicles=frozenset({"x"})),)}, "task t may be served by no vehicle"),
        ({"tasks": (Task("t", (0, 1)), Task("t", (2, 3)))}, "two tasks have the id t"),
        ({"tasks": (Task("t", (400,)),)}, "task t must name one or two arcs"),
        ({"vehicles": (RouteVehicle("v", 77, end_node=0),)}, "vehicle v starts at the unknown node 77"),
        ({"vehicles": (RouteVehicle("v", 0, end="refill"),)}, "vehicle v ends at a refill, but there is none"),
        ({"vehicles": (RouteVehicle("v", 0, end_node=0, profile="tank"),)}, "unknown profile 'tank'"),
    ],
)
def test_impossible_input_is_refused_by_name(change: dict[str, object], says: str) -> None:
    problem = replace(random_problem(1), **change)
    with pytest.raises(PlanNotPossible, match=says):
        refuse_impossible(problem)


def test_tasks_can_be_left_out() -> None:
    problem = random_problem(1)
    assert len(without(problem, [problem.tasks[0].id]).tasks) == len(problem.tasks) - 1


def one_for_all() -> Problem:
    """One vehicle for 84 blocks: a long route."""
    town = split_grid(depots=(0,))
    return replace(town, vehicles=tuple(replace(v, capacity=100.0) for v in town.vehicles[:1]))


def test_long_routes_are_searched_several_times_and_the_best_is_kept() -> None:
    """The same seed gives the same plan, and no later search spoils what the first one found."""
    alone = one_for_all()
    each = 4 * len(alone.tasks) ** 2
    found = [solve(alone, StopRule(iterations=3 * each), seed=3) for _ in range(2)]
    assert found[0].routes == found[1].routes
    assert checked(found[0]) == pytest.approx(found[0].cost)
    assert found[0].cost <= solve(alone, StopRule(iterations=each), seed=3).cost


@pytest.mark.parametrize(("budget", "rounds"), [(0.5, 1), (1.0, 1), (2.9, 2), (3.0, 3), (100.0, 4)])
def test_how_often_is_a_matter_of_the_budget(budget: float, rounds: int) -> None:
    alone = one_for_all()
    made = tables(alone)
    run = _Run(encode(alone, made), made, Params(), 1)
    assert run._rounds(budget * 4 * len(alone.tasks) ** 2) == rounds


def test_short_routes_and_given_plans_are_searched_once() -> None:
    """Another beginning would forget the plan that one goes on from."""
    town, alone = split_grid(), one_for_all()
    made = tables(town)
    assert _Run(encode(town, made), made, Params(), 1)._rounds(1e9) == 1
    made = tables(alone)
    model = encode(alone, made)
    run = _Run(model, made, Params(), 1)
    run.begin(state_of(model, made, solve(alone, StopRule(iterations=100), seed=1).routes))
    assert run._rounds(1e9) == 1
