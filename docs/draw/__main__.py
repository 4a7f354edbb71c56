"""Draws a good and a bad plan of the same work: ``python -m docs.draw`` from the root of the repository.

Writes two SVGs to ``docs/img`` and prints the figures of ``docs/a-good-route.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docs.draw.nearest import nearest_first
from docs.draw.plan_svg import drawing
from docs.draw.town import town
from planner.routes.bound import lower_bound
from planner.routes.carp.check import check
from planner.routes.drives import VehicleDrive, drive, solution
from planner.routes.encode import Route
from planner.routes.problem import Problem
from planner.routes.score import score
from planner.routes.solve import StopRule, solve
from planner.routes.timeline import moments

IMAGES = Path(__file__).parent.parent / "img"


def main() -> None:
    made = town()
    for name, (title, routes) in plans(made.problem, 300_000).items():
        drives = drive(made.problem, routes)
        found = figures(made.problem, drives)
        (IMAGES / f"{name}.svg").write_text(drawing(made, drives, title, found), encoding="utf-8")
        print(f"| {title} | " + " | ".join(figure for figure, _ in found) + " |")
    farther = [100.0 * (ratio(town(seed=seed).problem) - 1.0) for seed in range(1, 7)]
    print("seeds 1 to 6: nearest street next drives farther by", ", ".join(f"{share:.0f} %" for share in farther))


def plans(problem: Problem, iterations: int) -> dict[str, tuple[str, Sequence[Route]]]:
    """The two plans, each with the name of its file and its title."""
    return {
        "route-searched": ("Found by the search", solve(problem, StopRule(iterations=iterations), seed=1).routes),
        "route-nearest": ("Nearest street next", nearest_first(problem)),
    }


def ratio(problem: Problem) -> float:
    """How far the plain rule drives, in units of what the search found."""
    searched, nearest = (
        score(problem, drive(problem, routes)).metres for _, routes in plans(problem, 100_000).values()
    )
    return nearest / searched


def figures(problem: Problem, drives: Sequence[VehicleDrive]) -> list[tuple[str, str]]:
    """What is said beside a drawing. Raises ValueError where the checker finds another fault than overtime."""
    verdict, parts = check(problem, solution(problem.name, problem, drives)), score(problem, drives)
    if len(verdict.faults) > len(verdict.overtime_s):
        raise ValueError(f"{problem.name}: {verdict.faults}")
    longest_s = max(moments(problem, one)[-1].seconds for one in drives if one.legs)
    return [
        (f"{parts.metres / 1000:.1f} km", "driven in all"),
        (f"{lower_bound(problem).cost / 1000:.1f} km", "no plan is below"),
        (f"{100 * parts.deadhead_share:.0f} %", "of it without work"),
        (str(parts.u_turns), "U-turns"),
        (f"{longest_s / 60:.0f} min", "until the last is in"),
        (f"{sum(verdict.overtime_s.values()) / 60:.0f} min", "of overtime"),
    ]


if __name__ == "__main__":
    main()
