"""``dagsplan bench carp``: benchmark files through the engine and through the checker, one answer a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from city.errors import PlanNotPossible
from planner.routes.bound import Bound, lower_bound
from planner.routes.carp.check import check
from planner.routes.carp.instances import Instance, read
from planner.routes.drives import drive, solution
from planner.routes.solve import Result, StopRule, solve, solve_seeds


@dataclass(frozen=True)
class BenchParams:
    """What the command line asked for. ``jobs`` processes solve as many seeds side by side, and the best plan
    counts."""

    files: tuple[Path, ...]
    stop: StopRule
    seed: int = 0
    jobs: int = 1
    add_vehicles: tuple[str, ...] = ()
    solution: Path | None = None


def answers(asked: BenchParams) -> Iterator[dict[str, Any]]:
    """One answer a file, as the contract has it, with the checker's ``faults``. Writes the solution file if asked for.

    Raises ImportRefused and PlanNotPossible that name what is wrong.
    """
    if asked.solution is not None and len(asked.files) > 1 and not asked.solution.is_dir():
        raise PlanNotPossible(f"{asked.solution}: {len(asked.files)} solutions do not fit one file; name a folder")
    for file in asked.files:
        instance = read(file, asked.add_vehicles)
        for note in instance.notes:
            print(f"dagsplan: {note}", file=sys.stderr)
        yield _answer(asked, instance)


def in_words(answer: dict[str, Any]) -> str:
    """An answer as a line for people."""
    bound = f"no plan below {answer['lower_bound']:,.0f}"
    if answer["feasible"]:
        verdict = "feasible"
    elif answer["overtime_min"] > 0:
        verdict = f"{answer['overtime_min']:.1f} min of overtime"
        if answer["least_overtime_min"] > 0:
            verdict += f" (this fleet cannot do with less than {answer['least_overtime_min']:.1f})"
    else:
        verdict = "not feasible: " + answer["faults"][0]
    effort = f"{answer['iterations']:,} iterations in {answer['seconds']:.1f} CPU s"
    return f"{answer['instance']}: {answer['cost']:,.0f}, {bound}, {answer['routes']} routes, {verdict}; {effort}"


def _answer(asked: BenchParams, instance: Instance) -> dict[str, Any]:
    bound = lower_bound(instance.problem)
    if not bound.possible:
        least = f"the fleet lacks at least {bound.overtime_s / 60.0:.0f} min of shift"
        print(f"dagsplan: {instance.name}: {least}; the plan of least overtime is searched", file=sys.stderr)
    result = _solved(asked, instance, bound.cost)
    drives = drive(instance.problem, result.routes)
    written = solution(instance.name, instance.problem, drives)
    if asked.solution is not None:
        target = asked.solution / f"{instance.name}.json" if asked.solution.is_dir() else asked.solution
        target.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return _told(instance, bound, result, written)


def _solved(asked: BenchParams, instance: Instance, enough: float) -> Result:
    if asked.jobs <= 1:
        return solve(instance.problem, asked.stop, asked.seed, enough=enough)
    seeds = range(asked.seed, asked.seed + asked.jobs)
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as executor:
        return solve_seeds(instance.problem, asked.stop, seeds, executor, enough=enough)


def _told(instance: Instance, bound: Bound, result: Result, written: dict[str, Any]) -> dict[str, Any]:
    """Cost and feasibility are the checker's, not the search's."""
    verdict = check(instance.problem, written)
    return {
        "instance": instance.name,
        "cost": round(verdict.cost, 3),
        "lower_bound": round(bound.cost, 3),
        "feasible": not verdict.faults,
        "overtime_min": round(sum(verdict.overtime_s.values()) / 60.0, 2),
        "routes": len(written["routes"]),
        "seconds": round(result.seconds, 2),
        "iterations": result.iterations,
        "least_overtime_min": round(bound.overtime_s / 60.0, 2),
        "faults": list(verdict.faults),
    }


def asked_of(options: argparse.Namespace) -> BenchParams:
    """What the command line's options mean; half a minute where no stop is named."""
    if options.iterations is not None:
        stop = StopRule(iterations=options.iterations)
    else:
        stop = StopRule(seconds=30.0 if options.seconds is None else options.seconds)
    vehicles = tuple(options.add_vehicle)
    return BenchParams(tuple(options.files), stop, options.seed, options.jobs, vehicles, options.solution)
