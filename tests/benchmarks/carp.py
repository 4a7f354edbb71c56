"""Arc routing: CARPLIB instances and real salting networks, through ``dagsplan bench carp`` and its checker.

``DAGSPLAN_BENCH_CARP`` picks some of the sets: egl, gdb, val, salting (comma separated; all if unset).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from planner.routes.carp.bench import BenchParams, answers
from planner.routes.solve import StopRule
from tests.benchmarks.measure import Row

SECONDS = {"egl": 30.0, "gdb": 10.0, "val": 10.0}
SALTING: Sequence[tuple[str, tuple[str, ...], float, int]] = (
    ("kerteminde", (), 30.0, 1),
    ("middelfart", ("564",), 120.0, 2),
    ("middelfart", (), 120.0, 2),
)
"""Network, homes of further vehicles, CPU seconds of each process, processes."""


def run() -> list[Row]:
    """A row an instance, with its gap to the best known cost and the lower bound."""
    here = folder()
    if here is None:
        return []
    wanted = picked()
    rows = [row for kind in SECONDS if kind in wanted for row in _carplib(here, kind)]
    return rows + (_salting(here / "salt-spreading/data") if "salting" in wanted else [])


def folder() -> Path | None:
    """Where the instances lie; None, having said so, where they do not."""
    found = Path(os.environ.get("DAGSPLAN_DATA", "/nowhere")) / "routing"
    if found.is_dir():
        return found
    print("DAGSPLAN_DATA names no folder with routing/: benchmark left out")
    return None


def picked() -> list[str]:
    """The sets, or single instances, that are wanted, in the order they are named."""
    return os.environ.get("DAGSPLAN_BENCH_CARP", "egl,gdb,val,salting").split(",")


def best_known(routing: Path) -> dict[str, float]:
    """Best known cost of each CARPLIB instance."""
    with (routing / "carp" / "best_known.csv").open(newline="") as file:
        return {row["instance"]: float(row["bound"]) for row in csv.DictReader(file)}


def set_of(name: str) -> str:
    """The set that a CARPLIB instance belongs to."""
    return next((kind for kind in ("egl", "gdb") if name.startswith(kind)), "val")


def _carplib(routing: Path, kind: str) -> list[Row]:
    known = best_known(routing)
    names = [name for name in known if set_of(name) == kind]
    files = tuple(routing / "carp" / f"{name}.dat" for name in names)
    asked = BenchParams(files, StopRule(seconds=SECONDS[kind]), seed=1)
    rows: list[Row] = []
    for name, answer in zip(names, answers(asked), strict=True):
        assert answer["feasible"], (name, answer["faults"])
        gap = 100.0 * (answer["cost"] / known[name] - 1.0)
        rows.append(_row(answer) | {"best known": known[name], "gap %": round(gap, 3)})
    gaps = [max(0.0, float(row["gap %"])) for row in rows]
    mean = {"what": f"{kind}: mean of {len(rows)}, worst", "gap %": f"{sum(gaps) / len(gaps):.3f}, {max(gaps):.3f}"}
    return [*rows, mean]


def _salting(folder: Path) -> list[Row]:
    rows = []
    for name, homes, seconds, jobs in SALTING:
        asked = BenchParams((folder / name / f"{name}.json",), StopRule(seconds=seconds), 1, jobs, homes)
        answer = next(answers(asked))
        rows.append(_row(answer) | {"note": f"overtime {answer['overtime_min']} min; {len(homes)} vehicle added"})
    return rows


def _row(answer: Row) -> Row:
    return {
        "what": answer["instance"],
        "cost": answer["cost"],
        "bound": round(answer["lower_bound"]),
        "routes": answer["routes"],
        "CPU s": answer["seconds"],
        "iterations": answer["iterations"],
    }
