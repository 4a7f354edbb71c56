"""Runs the benchmarks, prints each as a table and writes it as JSON under ``build/bench/``; ends with 1 where a mutant
lives."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from tests.benchmarks import (
    accuracy,
    brokerkill,
    calls,
    carp,
    deaf,
    dispatcher,
    drafts,
    drivepage,
    drivers,
    fill,
    follow,
    heat,
    icenights,
    ingest,
    locked,
    mutants,
    nights,
    oslo,
    outage,
    quiet,
    ranges,
    road,
    routepeers,
    schools,
    snowground,
    storage,
    storylines,
    today,
    townmap,
    townroutes,
    verdict,
    waste,
    winters,
)
from tests.benchmarks.measure import Row, table

BENCHMARKS = {
    "oslo": oslo.run,
    "ingest": ingest.run,
    "brokerkill": brokerkill.run,
    "outage": outage.run,
    "locked": locked.run,
    "deaf": deaf.run,
    "road": road.run_all,
    "accuracy": accuracy.measured,
    "snowground": snowground.run,
    "ranges": ranges.run,
    "fill": fill.run,
    "heat": heat.run,
    "schools": schools.run,
    "calls": calls.run,
    "drivers": drivers.run,
    "drivepage": drivepage.run,
    "carp": carp.run,
    "town": townroutes.run,
    "map": townmap.run,
    "routepeers": routepeers.run,
    "storage": storage.run,
    "storylines": storylines.run,
    "today": today.run,
    "verdict": verdict.run,
    "waste": waste.run,
    "winters": winters.run,
    "follow": follow.run,
    "nights": nights.run,
    "dispatcher": dispatcher.run,
    "drafts": drafts.run,
    "quiet": quiet.run,
    "icenights": icenights.run,
    "mutants": mutants.run,
}
OUT = Path("build/bench")


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"no benchmark is called {sorted(unknown)[0]}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    missed = False
    for name in names or list(BENCHMARKS):
        rows: list[Row] = BENCHMARKS[name]()
        if not rows:
            continue  # it has said what it lacks
        print(f"\n{name} ({platform.machine()}, {platform.python_version()})\n{table(rows)}")
        (OUT / f"{name}.json").write_text(json.dumps(rows, indent=1, default=str) + "\n")
        missed |= any(row.get("result", "killed") != "killed" for row in rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
