"""The journal of a step, and the figures that are kept up to date while tasks come and go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.routes.encode import Fill, Route, Serve, encode, fresh, state_of
from planner.routes.problem import Problem, Refill, RouteVehicle, Task
from planner.routes.search.chain import rebuild
from planner.routes.search.journal import settle, undo
from planner.routes.search.moves import big_move
from planner.routes.search.recreate import recreate
from planner.routes.search.ruin import ruin
from planner.routes.solve import Params, StopRule, _Run, solve
from planner.routes.tables import tables
from tests.unit.planner.carp import random_problem, still, streets


def started(seed: int) -> _Run:
    """A search of a random town with a first solution; every other town has refills and little room."""
    problem = random_problem(seed, tasks=9, capacity=4.0 if seed % 2 else 8.0)
    if seed % 2:
        problem = replace(problem, refills=(Refill(2), Refill(4)))
    made = tables(problem)
    run = _Run(encode(problem, made), made, Params(), seed)
    run.begin(None)
    return run


def step(run: _Run, at: int) -> None:
    """One step of either kind."""
    if at % 2:
        big_move(run.model, run.now, run.rng, run.scratch, run.model.near.shape[1])
        return
    taken = ruin(run.model, run.now, run.rng, run.scratch, 4.0, 10, 0.5)
    recreate(run.model, run.now, run.weights, run.rng, run.scratch, taken, 0.1, run.model.n, False)


@pytest.mark.parametrize("seed", range(8))
def test_an_undone_step_leaves_everything_as_it_was(seed: int) -> None:
    run = started(seed)
    kept = [name for name in run.now.el.dtype.names if name != "step"]
    figures = [name for name in run.now.tour.dtype.names if name != "step"]
    for at in range(40):
        el, tour, load = run.now.el[kept].copy(), run.now.tour[figures].copy(), run.now.load.copy()
        step(run, at)
        undo(run.now)
        assert (run.now.el[kept] == el).all()
        assert (run.now.tour[figures] == tour).all()
        assert (run.now.load == load).all()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_kept_step_by_step_is_what_a_route_worked_out_anew_has(seed: int) -> None:
    run = started(seed)
    for at in range(40):
        step(run, at)
        settle(run.now)
        before = run.now.tour.copy()
        for route in range(run.model.v):
            rebuild(run.model, run.now, route)
        settle(run.now)
        for name in ("price", "time", "over", "count", "spare"):
            assert np.allclose(run.now.tour[name], before[name], atol=1e-3), name


def crowded(seed: int) -> _Run:
    """A town in which a refill follows after nearly every task, and a state with room for few of them a route."""
    problem = replace(random_problem(seed, tasks=9, vehicles=3, capacity=4.0), refills=(Refill(2), Refill(4)))
    made = tables(problem)
    run = _Run(encode(problem, made), made, Params(), seed)
    few = fresh(run.model, made, most_refills=3)
    run.now, run.best = few, fresh(run.model, made, most_refills=3)
    run.begin(None)
    return run


@pytest.mark.parametrize("seed", range(8))
def test_no_step_gives_a_route_more_refills_than_it_has_room_for(seed: int) -> None:
    """Refills stand wherever a step may leave them; swapped tails and carried pieces would add them up."""
    run, ends = crowded(seed), slice(-3, None)
    for at in range(600):
        step(run, 1)
        settle(run.now)
        fills = [int(run.now.el["fill"][run.now.el["route"] == route].sum()) for route in range(run.model.v)]
        assert max(fills) <= 3
        assert (run.now.el["seg"][ends] <= 3).all()
        empty = run.now.tour["count"] == 0
        assert not run.now.el["fill"][run.model.n : run.model.n + run.model.v][empty].any()
        spread(run, at)


def spread(run: _Run, at: int) -> None:
    """Refills after as many tasks of a route as it has room for, as overload would bring them about."""
    route = at % run.model.v
    tasks = np.flatnonzero(run.now.el["route"][: run.model.n] == route)
    run.now.el["fill"][run.now.el["route"] == route] = 0
    run.now.el["fill"][tasks[:3]] = 1
    rebuild(run.model, run.now, route)
    settle(run.now)


def test_a_plan_with_more_refills_than_there_is_room_for_is_taken_with_those_that_fit() -> None:
    """Six refills on the way along a line of 30 streets whose demand needs none; there is room for two."""
    graph = streets([(node, node + 1, 10.0) for node in range(30)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(30))
    vehicle = RouteVehicle("v", 0, 100.0, end="refill")
    problem = Problem("line", graph, tasks, (vehicle,), (Refill(15),), {"": still(graph)})
    made = tables(problem)
    steps = [step for at in range(30) for step in ([Fill(0)] * (at % 5 == 0) + [Serve(at, 2 * at)])]
    state = state_of(encode(problem, made), made, [Route(0, tuple(steps))])
    assert int(state.el["fill"].sum()) == state.load.shape[1] - 1 == 2
    assert solve(problem, StopRule(iterations=50), initial=[Route(0, tuple(steps))]).cost == 450.0


def test_one_vehicle_may_refill_as_often_as_the_work_asks_for() -> None:
    """Thirty streets, each a whole load: 29 refills in one route."""
    graph = streets([(0, node + 1, 10.0) for node in range(30)])
    tasks = tuple(Task(f"t{at}", (2 * at, 2 * at + 1), 1.0) for at in range(30))
    problem = Problem("star", graph, tasks, (RouteVehicle("v", 0, 1.0, end_node=0),), (Refill(0),), {"": still(graph)})
    result = solve(problem, StopRule(iterations=200))
    assert result.overload == 0.0
    assert sum(isinstance(step, Fill) for step in result.routes[0].steps) == 29
