"""Arc routing: CARPLIB instances and real salting networks, through ``dagsplan bench carp`` and its checker.

``DAGSPLAN_BENCH_CARP`` picks some of the sets: egl, gdb, val, salting (comma separated; all if unset).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from planner.routes.bench import Asked, answers
from planner.routes.solve import Stop
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
    folder = Path(os.environ.get("DAGSPLAN_DATA", "/nowhere")) / "routing"
    if not folder.is_dir():
        print("DAGSPLAN_DATA names no folder with routing/: benchmark left out")
        return []
    wanted = os.environ.get("DAGSPLAN_BENCH_CARP", "egl,gdb,val,salting").split(",")
    rows = [row for kind in SECONDS if kind in wanted for row in _carplib(folder / "carp", kind)]
    return rows + (_salting(folder / "salt-spreading/data") if "salting" in wanted else [])


def _carplib(folder: Path, kind: str) -> list[Row]:
    with (folder / "best_known.csv").open(newline="") as file:
        known = {row["instance"]: float(row["bound"]) for row in csv.DictReader(file)}
    names = [name for name in known if _set_of(name) == kind]
    asked = Asked(tuple(folder / f"{name}.dat" for name in names), Stop(seconds=SECONDS[kind]), seed=1)
    rows: list[Row] = []
    for name, answer in zip(names, answers(asked), strict=True):
        assert answer["feasible"], (name, answer["faults"])
        gap = 100.0 * (answer["cost"] / known[name] - 1.0)
        rows.append(_row(answer) | {"best known": known[name], "gap %": round(gap, 3)})
    gaps = [max(0.0, float(row["gap %"])) for row in rows]
    mean = {"what": f"{kind}: mean of {len(rows)}, worst", "gap %": f"{sum(gaps) / len(gaps):.3f}, {max(gaps):.3f}"}
    return [*rows, mean]


def _set_of(name: str) -> str:
    return next((kind for kind in ("egl", "gdb") if name.startswith(kind)), "val")


def _salting(folder: Path) -> list[Row]:
    rows = []
    for name, homes, seconds, jobs in SALTING:
        asked = Asked((folder / name / f"{name}.json",), Stop(seconds=seconds), 1, jobs, homes)
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
