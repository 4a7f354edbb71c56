"""Arc-routing problems as node routing: the sums that other solvers are given are what their plans cost on the road."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyvrp.stop import MaxIterations

from docs.draw.town import town
from planner.routes.carp.check import CarpAnswer, check
from planner.routes.drives import drive, solution
from planner.routes.problem import Problem
from tests.benchmarks.peers.places import NO_WAY, Places, Tour, places, routes
from tests.benchmarks.peers.pyvrp_runner import solve


def _price(made: Places, tours: list[Tour]) -> int:
    total = 0
    for kind, visited in tours:
        ends = [made.kinds[kind].start, *visited, made.kinds[kind].end]
        total += int(made.price[ends[:-1], ends[1:]].sum())
    return total


def _verdict(problem: Problem, made: Places, tours: list[Tour]) -> CarpAnswer:
    return check(problem, solution("x", problem, drive(problem, routes(problem, made, tours))))


@pytest.fixture(scope="module")
def salting() -> Problem:
    return town(columns=5, rows=4, seed=3, shift_s=3600.0).problem


def test_a_tour_costs_what_the_checker_says(salting: Problem) -> None:
    """In any order and any directions, with a refill between, by whichever arc."""
    made, random = places(salting), np.random.default_rng(1)
    for _ in range(20):
        visited = [int(random.choice(made.groups[task])) for task in random.permutation(len(made.groups))]
        half = len(visited) // 2
        refill = int(random.choice(list(made.refills)))
        tours: list[Tour] = [(0, (*visited[:half], refill)), (1, tuple(visited[half:]))]

        price = _price(made, tours)

        assert price < NO_WAY
        # the drive may choose a better arc into the refill than the tour names, and every entry is rounded
        assert _verdict(salting, made, tours).metres <= price + 0.5 * len(visited) + 2
        direct: list[Tour] = [(0, tuple(visited[:half])), (1, tuple(visited[half:]))]
        assert _verdict(salting, made, direct).metres == pytest.approx(_price(made, direct), abs=0.5 * len(visited) + 2)


def test_pyvrp_finds_a_plan_that_breaks_no_rule(salting: Problem) -> None:
    made = places(salting)

    tours = solve(made, MaxIterations(500), seed=1)

    assert not _verdict(salting, made, tours).faults
    assert any(place in made.refills for _, visited in tours for place in visited)


def test_what_places_cannot_say_is_refused(salting: Problem) -> None:
    late = replace(salting, tasks=(replace(salting.tasks[0], deadline_s=60.0), *salting.tasks[1:]))

    with pytest.raises(ValueError, match="deadlines"):
        places(late)
