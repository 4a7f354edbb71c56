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

from city.catalogue.message import Message, message
from city.catalogue.words import Words
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


def answers(asked: BenchParams, words: Words) -> Iterator[dict[str, Any]]:
    """One answer a file, as the contract has it, with the checker's ``faults``. Writes the solution file if asked for;
    what is odd about a file is said on stderr.

    Raises ImportRefused and PlanNotPossible that name what is wrong.
    """
    if asked.solution is not None and len(asked.files) > 1 and not asked.solution.is_dir():
        raise PlanNotPossible(message("error.route.one_solution", file=str(asked.solution), n=len(asked.files)))
    for file in asked.files:
        instance = read(file, asked.add_vehicles)
        for note in instance.notes:
            print(f"dagsplan: {words.say(note)}", file=sys.stderr)
        yield _answer(asked, instance, words)


def in_words(answer: dict[str, Any], words: Words) -> str:
    """An answer as a line for people."""
    return words(
        "cli.bench.line",
        instance=answer["instance"],
        cost=answer["cost"],
        bound=answer["lower_bound"],
        routes=message("cli.bench.routes", n=answer["routes"]),
        verdict=_verdict(answer),
        effort=message("cli.bench.effort", n=answer["iterations"], seconds=answer["seconds"]),
    )


def _verdict(answer: dict[str, Any]) -> Message:
    least = answer["least_overtime_min"]
    if answer["feasible"]:
        return message("cli.bench.feasible")
    if answer["overtime_min"] <= 0:
        return message("cli.bench.not_feasible", fault=answer["faults"][0])
    if least > 0:
        return message("cli.bench.overtime_least", minutes=answer["overtime_min"], least=least)
    return message("cli.bench.overtime", minutes=answer["overtime_min"])


def _answer(asked: BenchParams, instance: Instance, words: Words) -> dict[str, Any]:
    bound = lower_bound(instance.problem)
    if not bound.possible:
        lack = words("cli.bench.lacks", instance=instance.name, minutes=bound.overtime_s / 60.0)
        print(f"dagsplan: {lack}", file=sys.stderr)
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
