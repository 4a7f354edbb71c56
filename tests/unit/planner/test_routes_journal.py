"""The journal of a step, and the figures that are kept up to date while tasks come and go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.routes.encode import encode
from planner.routes.problem import Refill
from planner.routes.search.chain import rebuild
from planner.routes.search.journal import settle, undo
from planner.routes.search.moves import big_move
from planner.routes.search.recreate import recreate
from planner.routes.search.ruin import ruin
from planner.routes.solve import Params, _Run
from planner.routes.tables import tables
from tests.unit.planner.carp import random_problem


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
