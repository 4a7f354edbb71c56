"""Our arc-routing engine beside PyVRP and OR-Tools: the same instances and tables, equal CPU seconds of search.

Every plan becomes a whole drive and goes through the checker; only what it finds feasible counts. A plan that costs
no more than the lower bound ends any of the searches. One process each, one after the other, one seed. OR-Tools runs
where ``DAGSPLAN_BENCH_ORTOOLS`` names a Python that has ortools and numpy. ``DAGSPLAN_BENCH_CARP`` picks sets or
instances, as egl,salting,gdb8 (all if unset; of salting: Kerteminde).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from planner.routes.bound import lower_bound
from planner.routes.carp.check import check
from planner.routes.carp.instances import read
from planner.routes.drives import drive, solution
from planner.routes.encode import Route
from planner.routes.problem import Problem
from planner.routes.solve import StopRule, solve
from tests.benchmarks import carp
from tests.benchmarks.measure import Row
from tests.benchmarks.peers import pyvrp_runner
from tests.benchmarks.peers.places import Places, Tour, places, routes
from tests.benchmarks.peers.pyvrp_runner import CpuSeconds

SEED = 1
RUNNER = Path(__file__).parent / "peers" / "ortools_runner.py"
NOT_RUN = "not run"


def run() -> list[Row]:
    """A row an instance, then sums over all CARPLIB instances and over the larger half of them."""
    folder = carp.folder()
    if folder is None:
        return []
    known = carp.best_known(folder)
    rows = []
    for file, seconds in _files(folder, known):
        rows.append(_row(file, seconds, known.get(file.stem)))
        print(rows[-1], file=sys.stderr, flush=True)  # an hour may pass before the table
    return [*rows, *_sums(rows)]


def _files(folder: Path, known: Iterable[str]) -> Iterator[tuple[Path, float]]:
    """The instances that are picked, each with its CPU seconds."""
    for wanted in carp.picked():
        for name in (name for name in known if wanted in (name, carp.set_of(name))):
            yield folder / "carp" / f"{name}.dat", carp.SECONDS[carp.set_of(name)]
        if wanted == "salting":
            yield folder / "salt-spreading/data/kerteminde/kerteminde.json", 30.0


def _row(file: Path, seconds: float, known: float | None) -> Row:
    problem = read(file).problem
    row: Row = {"what": problem.name, "tasks": len(problem.tasks), "CPU s": f"{seconds:g}", "best known": known or ""}
    bound = lower_bound(problem).cost
    row["bound"] = round(bound)
    made = places(problem)
    solvers: dict[str, Callable[[], Sequence[Route]]] = {
        "ours": lambda: solve(problem, StopRule(seconds=seconds), SEED, enough=bound).routes,
        "PyVRP": lambda: routes(problem, made, pyvrp_runner.solve(made, CpuSeconds(seconds, bound), SEED)),
        "OR-Tools": lambda: routes(problem, made, _ortools(made, seconds, bound)),
    }
    for name, solver in solvers.items():
        left_out = name == "OR-Tools" and not os.environ.get("DAGSPLAN_BENCH_ORTOOLS")
        row[name] = NOT_RUN if left_out else _checked(problem, solver())
    return row


def _checked(problem: Problem, found: Sequence[Route]) -> float | str:
    """The cost by the checker, or what is wrong."""
    verdict = check(problem, solution(problem.name, problem, drive(problem, found)))
    if not verdict.faults:
        return round(verdict.cost, 3)
    overtime_min = sum(verdict.overtime_s.values()) / 60.0
    if len(verdict.overtime_s) == len(verdict.faults):
        return f"not feasible ({verdict.cost:.0f}, {overtime_min:.0f} min of overtime)"
    return f"not feasible ({len(verdict.faults)} faults: {verdict.faults[0]})"


def _ortools(made: Places, seconds: float, bound: float) -> list[Tour]:
    """Its tours, by a process of its own. It has no seed to set."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "places.npz"
        np.savez(file, **_arrays(made))
        command = [os.environ["DAGSPLAN_BENCH_ORTOOLS"], str(RUNNER), *map(str, (file, seconds, bound))]
        tours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    kind_of = [number for number, kind in enumerate(made.kinds) for _ in kind.vehicles]
    return [(kind_of[vehicle], tuple(visited)) for vehicle, visited in tours if visited]


def _arrays(made: Places) -> dict[str, np.ndarray]:
    """As the runner reads them: one start, end, load and shift for each vehicle; groups of one place end with -1."""
    fleet = [kind for kind in made.kinds for _ in kind.vehicles]
    return {
        "price": made.price,
        "ms": made.ms,
        "demand": made.demand,
        "groups": np.array([(*group, -1)[:2] for group in made.groups]),
        "refills": np.array(list(made.refills), np.int64),
        "starts": np.array([kind.start for kind in fleet]),
        "ends": np.array([kind.end for kind in fleet]),
        "loads": np.array([kind.capacity for kind in fleet]),
        "shifts_ms": np.array([kind.shift_ms for kind in fleet]),
    }


SOLVERS = ("ours", "PyVRP", "OR-Tools")


def _sums(rows: Sequence[Row]) -> list[Row]:
    """All CARPLIB instances, and the larger half of them by tasks: sums of cost, and their gap to the best known."""
    carplib = sorted((row for row in rows if row["best known"]), key=lambda row: row["tasks"])
    halves = {"all": carplib, "larger half": carplib[len(carplib) // 2 :]}
    return [_sum(f"sum of {name}: {len(some)} instances", some) for name, some in halves.items() if some]


def _sum(what: str, rows: Sequence[Row]) -> Row:
    best = sum(row["best known"] for row in rows)
    total: Row = {"what": what, "tasks": sum(row["tasks"] for row in rows), "best known": best}
    total["bound"] = sum(row["bound"] for row in rows)
    for name in SOLVERS:
        costs = [row[name] for row in rows]
        if all(isinstance(cost, float) for cost in costs):
            total[name] = f"{sum(costs):.0f} ({100.0 * (sum(costs) / best - 1.0):+.2f} %)"
    return total
