"""The drawn plans of the documentation: both obey the rules they are said to obey, and nothing is left undrawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from docs.draw.__main__ import figures, plans
from docs.draw.plan_svg import COLOURS, drawing
from docs.draw.town import Town, town
from planner.routes.carp.check import check
from planner.routes.drives import VehicleDrive, drive, solution

SVG = "{http://www.w3.org/2000/svg}"
Drawn = dict[str, tuple[VehicleDrive, ...]]


@pytest.fixture(scope="module")
def made() -> Town:
    return town()


@pytest.fixture(scope="module")
def drives(made: Town) -> Drawn:
    return {name: drive(made.problem, routes) for name, (_, routes) in plans(made.problem, 3_000).items()}


def test_the_search_needs_fewer_metres_and_both_break_no_rule_but_the_shift(made: Town, drives: Drawn) -> None:
    verdicts = {name: check(made.problem, solution(name, made.problem, plan)) for name, plan in drives.items()}

    assert not verdicts["route-searched"].faults
    assert len(verdicts["route-nearest"].faults) == len(verdicts["route-nearest"].overtime_s) > 0
    assert verdicts["route-searched"].metres < 0.9 * verdicts["route-nearest"].metres


@pytest.mark.parametrize("seed", [1, 3, 6])
def test_a_town_has_no_trap_for_the_plain_rule(seed: int) -> None:
    """On a town in which a one-way street leads nowhere the rule would stand still."""
    problem = town(seed=seed).problem
    routes = plans(problem, 1)["route-nearest"][1]

    assert figures(problem, drive(problem, routes))


def test_each_leg_is_drawn_solid_with_work_and_dashed_without(made: Town, drives: Drawn) -> None:
    for plan in drives.values():
        root = ElementTree.fromstring(drawing(made, plan, "a & b", figures(made.problem, plan)))
        lines = [
            path for path in root.iter(f"{SVG}path") if path.get("fill") == "none" and path.get("stroke") in COLOURS
        ]
        dashed = [path for path in lines if path.get("stroke-dasharray")]
        legs = [leg for one in plan for leg in one.legs]

        assert len(lines) == len(legs)
        assert len(lines) - len(dashed) == len(made.problem.tasks) == sum(leg.task >= 0 for leg in legs)
